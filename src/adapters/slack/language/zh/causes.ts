// Why something did not happen, in Chinese, as the end of a sentence without its full stop.

import { inQuotes } from '../../blocks/text.ts'
import type { causesOn as English } from '../en/causes.ts'
import type { ClusterInWords } from './cluster.ts'
import { listed, spanOf } from './grammar.ts'
import { goneHow } from './problems.ts'

export const causesOn = (on: ClusterInWords): ReturnType<typeof English> => ({
  absentTwice: _ => '位点两次显示那次调用没有生效',
  denied: _ => '审批人确认没有生效',
  forgotten: _ => '没有这个申请的调用记录',
  restored: _ => 'Redis 已从备份恢复，备份里没有这个申请之后是否执行过的记录',
  workerStopped: _ => 'worker 没有及时报告调用结果',
  jobsLost: _ => '没有 worker 能执行它，原因见 worker 日志',
  nothingReported: _ => `${on.name}对调用作了响应，但位点还没有证实结果`,
  joined: _ => `${on.name}因消费分组有消费者而拒绝了调用`,
  groupBusy: ([id = '']) => `${id} 占用着同一消费分组`,
  windowClosed: _ => '现在不在允许执行的时间段内',
  redisTookOver: _ => '另一个 Redis 已接管，可能还有它不知道的调用正在进行',
  lookFailed: ([cause = '']) => `重置前查看消费分组：${cause}`,
  notSent: ([cause = '']) => `没有发送：${cause}`,
  byKafka: ([cause = '']) => `通过 Kafka 协议读取：${cause}`,
  noCredentials: ([cause = '']) => `没有可用的 CKafka API 凭证：${cause}`,
  tokenUnread: _ => `Rewind 读不到连接 ${on.api}所用的令牌：令牌文件可能不存在，或其中没有令牌`,
  noPlan: _ => '还没有计划',
  planNotWhole: _ => '保存的计划明细与申请记录不一致',
  resultNotWhole: ([id = '']) => `保存的 ${id} 的结果与记录不一致`,
  targetsNotWhole: _ => '保存的位点与申请时提交的位点不一致',
  slowCluster: _ => `${on.name}没有及时响应`,
  offsetUnread: ([place = '']) => `无法读取 ${place} 的位点`,
  policyUnread: ([rule = '']) =>
    `策略规则 ${rule} 涉及的用户组在 Slack 中无法读取，因此不知道这条规则是否适用`,
  noInstance: nearest =>
    nearest.length === 0 ? '实例未知' : `实例未知（你要找的是不是 ${nearest.join(' 或 ')}？）`,
  instanceGone: ([how = '']) => `实例${goneHow(how)}`,
  severalClusters: _ => 'Rewind 所服务的集群中有两个都有这个实例 ID',
  noGroup: nearest =>
    nearest.length === 0
      ? '没有这个消费分组'
      : `没有这个消费分组（你要找的是不是${nearest.map(name => inQuotes(name)).join('或')}？）`,
  noOtherGroup: ([group = '']) => `没有消费分组 ${group}`,
  tooWide: _ =>
    `分区太多，无法算出目标位点，而 ${on.name}原生不支持这种方式。请减少分区，或按整个 Topic 申请`,
  nothingCommitted: _ => '消费分组在任何 Topic 上都没有已提交位点',
  topicUnfit: ([name = '']) => `Kafka 没有名为${inQuotes(name)}的 Topic。请直接指定 Topic`,
  partitionsMissing: ([left = '0', ...places]) =>
    left === '0' ? `没有分区 ${places.join('、')}` : `没有分区 ${places.join('、')}，另有 ${left} 个也不存在`,
  nothingToShift: _ => '消费分组在那里没有可以移动的已提交位点',
  nothingMoves: ([partitions = '', ...by]) =>
    by.length > 0
      ? `${partitions} 个分区都已在目标位点：${listed(by)} 之后已把位点移到那里`
      : `${partitions} 个分区都已在目标位点，或没有可用的目标位点`,
  otherNothingCommitted: ([group = '']) => `${group} 在这些 Topic 上没有已提交位点`,
  topicsNotSeen: topics => `${on.name}没有显示 ${topics.join('、')} 的任何分区`,
  noAnswer: ([time = '']) => `${spanOf(time)}内没有响应`,
  answerStopped: ([time = '']) => `响应传到一半停了 ${spanOf(time)}`,
  connectionBroke: _ => '响应还没传完，连接就断开了',
  answerTooLarge: ([what, most = '']) =>
    what === undefined ? '响应太大，无法读取' : `响应太大，无法读取：其中的 ${what} 超过 ${most} 个`,
  answerNotHttp: _ => '响应不是 HTTP',
  callBroke: ([code = '']) => `调用中断（${code}）`,
  noConnectionWithin: ([time = '']) => `${spanOf(time)}内没有连上`,
  hostNotFound: ([code = '']) => `找不到主机（${code}）`,
  noConnection: ([code = '']) => `连接失败（${code}）`,
  proxyUnreached: ([place = '', code = '']) => `无法连接代理 ${place}（${code}）`,
  proxySilent: ([place = '', time = '']) => `代理 ${place} 在 ${spanOf(time)}内没有响应`,
  proxyRefused: ([place = '', status = '']) =>
    status === '407'
      ? `代理 ${place} 要求提供有效的用户名和密码（HTTP 407）`
      : `代理 ${place} 没有建立连接：返回 HTTP ${status}`,
  proxyBroke: ([place = '', code = '']) => `无法通过代理 ${place} 建立连接（${code}）`,
  connectionClosed: _ => '这个进程正在停止，不再发起调用',
  deadlinePassed: _ => '还没调用就已超过截止时间',
  budgetUsed: _ => 'Rewind 自身的 API 调用额度暂时用完',
  tooManyCalls: ([code = '']) => `${on.api}正在限制调用频率（${code}）`,
  maintenance: ([code = '']) => `${on.api}正在维护（${code}）`,
  httpStatus: ([status = '']) => `${on.api}返回 HTTP ${status}`,
  notDocumented: ([problem = '']) => `${on.api}的响应与文档不符：${problem}`,
  repeated: ([code = '']) => `${on.api}认为这是一次重复的调用（${code}）`,
  apiSaid: ([code = '', message]) =>
    `${on.api}返回错误码 ${code}${message === undefined ? '' : `：${message}`}`,
  listEndless: ([pages = '']) => `列表翻了 ${pages} 页仍未结束`,
})
