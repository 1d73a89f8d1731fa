// What the cluster that is spoken of is called, in Chinese, and what there is to do about it.

import type { ClusterInWords as English } from '../en/cluster.ts'

/** Before a Chinese word a name in Latin letters is followed by a space; `bare` is without. */
export type ClusterInWords = English & { bare: string }

export const CKAFKA: ClusterInWords = {
  start: 'CKafka ',
  name: 'CKafka ',
  bare: 'CKafka',
  api: 'API ',
  there: '在 CKafka 控制台',
  documentation: '在 CKafka 文档中',
  askWhy: '向腾讯云提交工单询问原因',
  instance: 'CKafka 实例',
  saidHeader: 'API 返回',
  hints: {
    instanceMissing: '实例不存在，或不属于这个账号。请检查实例 ID 和地域。',
    unknownAction: 'API 不认识这个接口。请检查 CKAFKA_ENDPOINT 和 CKAFKA_SET_OFFSETS_ACTION。',
    credentials: 'API 密钥未被接受。请联系 Rewind 的维护人员检查。',
    notAllowed: '账号没有这项权限。请联系 Rewind 的维护人员授权。',
    topicNotAllowed: '账号无权使用这个 Topic。请向实例负责人申请权限。',
    groupNotAllowed: '账号无权使用这个消费分组。请向实例负责人申请权限。',
  },
}

export const KAFKA: ClusterInWords = {
  start: 'Kafka ',
  name: 'Kafka ',
  bare: 'Kafka',
  api: 'Kafka ',
  there: '用 Kafka 自带的工具',
  documentation: '在 Kafka 协议文档中',
  askWhy: '查看 broker 的日志',
  instance: 'Kafka 集群',
  saidHeader: 'Kafka 返回',
  hints: {
    instanceMissing: '没有这个 ID 的集群。请检查 ID。',
    unknownAction: 'broker 不认识这个调用。请向 Rewind 的维护人员确认 Kafka 的版本。',
    credentials: 'broker 不接受 Rewind 的身份。请联系 Rewind 的维护人员检查。',
    notAllowed: 'Rewind 的用户没有这项权限。请联系 Rewind 的维护人员授权。',
    topicNotAllowed: 'Rewind 的用户无权使用这个 Topic。请联系 Rewind 的维护人员授予读权限。',
    groupNotAllowed: 'Rewind 的用户无权使用这个消费分组。请联系 Rewind 的维护人员授予读权限。',
  },
}

export const SEVERAL: ClusterInWords = {
  start: '集群',
  name: '集群',
  bare: '集群',
  api: '集群',
  there: '在集群上',
  documentation: '在集群的文档中',
  askWhy: '询问集群的维护人员',
  instance: '集群',
  saidHeader: '集群返回',
  hints: {
    instanceMissing: '没有这个 ID 的集群。请检查 ID。',
    unknownAction: '集群不认识这个调用。请联系 Rewind 的维护人员。',
    credentials: '集群不接受 Rewind 的身份。请联系 Rewind 的维护人员检查。',
    notAllowed: 'Rewind 在那里没有这项权限。请联系 Rewind 的维护人员授权。',
    topicNotAllowed: 'Rewind 无权使用这个 Topic。请联系 Rewind 的维护人员授权。',
    groupNotAllowed: 'Rewind 无权使用这个消费分组。请联系 Rewind 的维护人员授权。',
  },
}
