// Owns what the user of a simulated Kafka may do, and how an answer tells it. Without a word everybody may do everything, as
// with a broker that has no authorizer.

/** Kafka's numbers of operations (org.apache.kafka.common.acl.AclOperation). */
const OPERATIONS = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
}
export type Operation = keyof typeof OPERATIONS

const OF_TOPICS: Operation[] = [
  ...(['READ', 'WRITE', 'CREATE', 'DELETE', 'ALTER', 'DESCRIBE'] as const),
  ...(['DESCRIBE_CONFIGS', 'ALTER_CONFIGS'] as const),
]
const OF_GROUPS: Operation[] = ['READ', 'DELETE', 'DESCRIBE']

export interface Rights {
  /** What the user may not do, by the name of a topic, or by `*` of every one. May be changed at any time. */
  readonly deniedTopics: Map<string, Operation[]>
  /** Likewise of groups. */
  readonly deniedGroups: Map<string, Operation[]>
  /** As older or other brokers do: nothing is said of what one may. */
  isSilent: boolean
}

/** What an answer holds where it does not tell. */
const UNTOLD = -(2 ** 31)

export function createRights() {
  const rights: Rights = { deniedTopics: new Map(), deniedGroups: new Map(), isSilent: false }
  const left = (all: Operation[], denied: Map<string, Operation[]>, name: string) => {
    const gone = [...(denied.get('*') ?? []), ...(denied.get(name) ?? [])]
    return all.filter(each => !gone.includes(each))
  }
  const ofTopic = (name: string) => left(OF_TOPICS, rights.deniedTopics, name)
  const ofGroup = (name: string) => left(OF_GROUPS, rights.deniedGroups, name)
  const told = (operations: Operation[], isAsked: boolean) =>
    isAsked && !rights.isSilent
      ? operations.reduce((bits, each) => bits | (1 << OPERATIONS[each]), 0)
      : UNTOLD
  return {
    rights,
    mayTopic: (name: string, operation: Operation) => ofTopic(name).includes(operation),
    mayGroup: (name: string, operation: Operation) => ofGroup(name).includes(operation),
    toldOfTopic: (name: string, isAsked: boolean) => told(ofTopic(name), isAsked),
    toldOfGroup: (name: string, isAsked: boolean) => told(ofGroup(name), isAsked),
  }
}
export type RightsHere = ReturnType<typeof createRights>
