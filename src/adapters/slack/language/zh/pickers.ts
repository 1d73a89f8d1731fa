// The options of the pickers, in Chinese.

import type { pickersOn as English } from '../en/pickers.ts'
import type { ClusterInWords } from './cluster.ts'
import { listed, partitions } from './grammar.ts'

export const pickersOn = (on: ClusterInWords): ReturnType<typeof English> => ({
  partitions: (_count, ranges) => `分区 ${listed(ranges)}`,
  manyPartitions: partitions,
  comma: '，',
  instance: (name, id) => `${name}（${id}）`,
  theseAlone: '仅这些分区',
  committed: '消费分组已提交过位点',
  otherTopics: '其他 Topic',
  untold: clusters => `没有响应：${clusters}`,
  notFromCluster: '并非来自集群',
  silent: `${on.name}没有响应`,
  noInstance: '未知实例',
  refused: code => `${on.name}拒绝：${code}`,
  asTyped: (name, why) => `${name} – 按手动输入，${why}`,
})
