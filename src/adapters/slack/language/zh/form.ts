// The form behind /reset-offsets, in Chinese.

import { inQuotes } from '../../blocks/text.ts'
import type { formOn as English } from '../en/form.ts'
import type { ClusterInWords } from './cluster.ts'

export const formOn = (on: ClusterInWords): ReturnType<typeof English> => ({
  title: '重置位点',
  submit: '提交审批',
  close: '取消',
  notUnderstood: '有些参数没有使用：',
  notSetUp: instance => `未知实例${inQuotes(instance)}。请从列表中选一个。`,
  tooManyTopics: '表单最多容纳 100 个 Topic。其余的请另提一个申请，或选择全部。',
  moreNotes: left => `另有 ${left} 条类似情况。`,
  instance: on.instance,
  pickInstance: '选择实例',
  group: '消费分组',
  otherGroup: '另一个消费分组',
  typeName: '输入名称的一部分',
  scope: '重置哪些 Topic',
  scopes: {
    topics: { text: '我指定的 Topic', description: '只重置这些' },
    allTopics: { text: '消费分组的全部 Topic', description: '消费分组提交过位点的每个 Topic' },
  },
  topics: 'Topic 名称',
  typeNames: '输入名称的一部分',
  strategy: '位点（offset）移到哪里',
  strategies: {
    shift: { text: '按消息条数', description: '每个分区重放或跳过指定条数' },
    time: { text: '到某个时间', description: '该时间或之后的第一条消息' },
    earliest: { text: '到最早的消息', description: '重放所有保留的消息' },
    latest: { text: '到最新位置', description: '跳过所有未消费消息' },
    offset: { text: '到某个位点', description: '每个分区用同一个数值' },
    group: { text: '到另一个消费分组的位置', description: '按它在每个分区的位点' },
    offsets: { text: '到文件中的位点', description: '逐分区列出位点的 CSV 文件' },
  },
  direction: '方向',
  directions: {
    replay: { text: '重放', description: '向更早的位点回溯：消息会再次投递' },
    skip: { text: '跳过', description: '向更新的位点移动：消息不再投递' },
  },
  count: '每个分区的消息条数',
  time: '时间',
  timeHint: '按你所在的时区。',
  pastTheEnd: '如果所选时间晚于最新消息',
  skipToEnd: { text: '没有这么晚的消息时跳到末尾', description: '不勾选则拒绝这样的申请' },
  offset: '位点',
  file: '位点文件',
  fileHint:
    '每行写 Topic、分区和位点，与 kafka-consumer-groups.sh --export 的输出一致，或者用表头写明各列。Rewind 发出的计划或结果文件也可以直接使用。',
  reason: '原因',
  reasonHint: '审批人会看到，并保留在审计记录里。',
})
