// A consumer group as it is just now, in Chinese.

import { grouped } from '../../../../request/reset.ts'
import type { group as English } from '../en/group.ts'
import { listed } from './grammar.ts'

export const group: typeof English = {
  label: '消费分组：',
  looking: '正在查看消费分组…',
  unread: why => `无法读取（${why}）。制定计划时会再次读取。`,
  refused: (message, code) => `${message}，错误码 ${code}`,
  missing: '不存在。',
  empty:
    '为空（没有成员），可以重置。自行分配分区的消费者（如 Flink、Spark）不会显示在这里，请确认它们已停止。',
  alsoExpires: sentence =>
    `${sentence}如果消费分组已有数天没有成员，它的位点可能很快过期，新写入的也一样：Kafka 默认在消费分组变空 7 天后删除其位点。`,
  inUse: state => `消费分组正在使用中（${state}）`,
  unlisted: '返回说消费分组有成员，但没有列出任何成员',
  connected: (count, named) => `有 ${grouped(count)} 个消费者连接：${listed(named, count - named.length)}`,
  member: (clientId, host) => `${clientId} (${host})`,
  stopFirst: connected => `${connected}。请先停掉该消费分组的消费者：消费分组变空后才会重置。`,
  inUseStopFirst: state => `正在使用中（${state}）。请先停掉消费者：消费分组变空后才会重置。`,
  header: ['Topic', '分区数', '已提交', '最大位点', '未消费消息'],
  moreTopics: left => `… 另有 ${grouped(left)} 个 Topic 的未消费消息更少。`,
}
