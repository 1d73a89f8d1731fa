// What to do about Kafka's own error codes, in Chinese; their names stay Kafka's.

import type { kafkaOn as English } from '../en/kafka.ts'
import type { ClusterInWords } from './cluster.ts'

export const kafkaOn = (on: ClusterInWords): ReturnType<typeof English> => ({
  hints: {
    1: '位点超出了日志范围。请选择起点与末端之间的位点。',
    3: '请检查拼写。如果 Topic 已删除，请去掉它。',
    5: '该分区暂时没有 leader。请过一分钟重新申请。',
    6: '该分区正在迁移到其他 broker。请过一分钟重新申请。',
    7: 'broker 响应太慢。请先检查位点，再重新申请。',
    14: '消费分组正在加载。请过一分钟重新申请。',
    15: '消费分组暂时没有协调者。请过一分钟重新申请。',
    16: '消费分组已迁移到其他 broker。请过一分钟重新申请。',
    17: '这是 Kafka 自己使用的 Topic，不能重置。请去掉它。',
    22: '期间有消费者加入。请停掉消费者后重新申请。',
    24: 'Kafka 不接受这个消费分组名。请检查拼写。',
    25: '有消费者连接。请停掉消费者后重新申请。',
    27: '消费分组正在再均衡。请停掉消费者后重新申请。',
    29: on.hints.topicNotAllowed,
    30: on.hints.groupNotAllowed,
    43: '这个 Topic 没有消息时间戳。请换一种不按时间的重置方式。',
    68: '有消费者连接。请停掉消费者后重新申请。',
    69: '消费分组不存在。请检查拼写。',
    78: '新的 leader 正在追赶。请过一分钟重新申请。',
  },
  otherHint: '请先在 Kafka 协议文档中查这个错误码，再重新申请。',
})
