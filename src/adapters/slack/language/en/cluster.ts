// What the cluster that is spoken of is called, in English, and what there is to do about it.

/** CKafka by its API, Kafka by its own protocol, or either where it is not said yet which. */
export interface ClusterInWords {
  /** At the beginning of a sentence. */
  start: string
  name: string
  /** What answers calls, within a sentence. */
  api: string
  /** Where people can look at offsets themselves. */
  there: string
  documentation: string
  /** What to do when it says one thing and does another. */
  askWhy: string
  /** Label of the field in which it is chosen. */
  instance: string
  /** Over what it said of each row. */
  saidHeader: string
  hints: {
    instanceMissing: string
    unknownAction: string
    credentials: string
    notAllowed: string
    topicNotAllowed: string
    groupNotAllowed: string
  }
}

export const CKAFKA: ClusterInWords = {
  start: 'CKafka',
  name: 'CKafka',
  api: 'the API',
  there: 'in the CKafka console',
  documentation: 'the CKafka documentation',
  askWhy: 'ask Tencent support why',
  instance: 'CKafka instance',
  saidHeader: 'API said',
  hints: {
    instanceMissing: 'The instance does not exist or is not this account’s. Check the id and the region.',
    unknownAction: 'The API does not know this call. Check CKAFKA_ENDPOINT and CKAFKA_SET_OFFSETS_ACTION.',
    credentials: 'The API key was not accepted. Ask the people who run Rewind to check it.',
    notAllowed: 'The account may not do this. Ask the people who run Rewind for the permission.',
    topicNotAllowed: 'The account may not use this topic. Ask the instance owner for access.',
    groupNotAllowed: 'The account may not use this group. Ask the instance owner for access.',
  },
}

export const KAFKA: ClusterInWords = {
  start: 'Kafka',
  name: 'Kafka',
  api: 'Kafka',
  there: 'with Kafka’s own tools',
  documentation: 'the Kafka protocol guide',
  askWhy: 'look in the log of its brokers',
  instance: 'Kafka cluster',
  saidHeader: 'Kafka said',
  hints: {
    instanceMissing: 'Rewind serves no cluster of this id. Check the id.',
    unknownAction: 'The brokers do not know this call. Ask the people who run Rewind which Kafka they run.',
    credentials:
      'The brokers did not accept who Rewind says it is. Ask the people who run Rewind to check it.',
    notAllowed: 'Rewind’s user may not do this. Ask the people who run Rewind for the permission.',
    topicNotAllowed: 'Rewind’s user may not use this topic. Ask the people who run Rewind for READ on it.',
    groupNotAllowed: 'Rewind’s user may not use this group. Ask the people who run Rewind for READ on it.',
  },
}

export const SEVERAL: ClusterInWords = {
  start: 'The cluster',
  name: 'the cluster',
  api: 'the cluster',
  there: 'on the cluster itself',
  documentation: 'the cluster’s documentation',
  askWhy: 'ask those who run the cluster',
  instance: 'Cluster',
  saidHeader: 'It said',
  hints: {
    instanceMissing: 'Rewind serves no cluster of this id. Check the id.',
    unknownAction: 'The cluster does not know this call. Ask the people who run Rewind.',
    credentials:
      'The cluster did not accept who Rewind says it is. Ask the people who run Rewind to check it.',
    notAllowed: 'Rewind may not do this there. Ask the people who run Rewind for the permission.',
    topicNotAllowed: 'Rewind may not use this topic. Ask the people who run Rewind for the permission.',
    groupNotAllowed: 'Rewind may not use this group. Ask the people who run Rewind for the permission.',
  },
}
