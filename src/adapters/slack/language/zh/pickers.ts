// The options of the pickers, in Chinese.

import type { pickers as English } from '../en/pickers.ts'
import { listed, partitions } from './grammar.ts'

export const pickers: typeof English = {
  partitions: (_count, ranges) => `分区 ${listed(ranges)}`,
  manyPartitions: partitions,
  comma: '，',
  instance: (name, id) => `${name}（${id}）`,
  theseAlone: '仅这些分区',
  committed: '消费组已提交过位点',
  otherTopics: '其他 Topic',
  notFromCluster: '并非来自集群',
  silent: 'CKafka 没有响应',
  refused: code => `CKafka 拒绝：${code}`,
  asTyped: (name, why) => `${name} – 按输入，${why}`,
}
