// Owns what a topic's configuration looks like to who asks for it: Kafka's defaults, and what was set instead.

const TYPES = { boolean: 1, text: 2, int: 3, long: 5, list: 7 } as const
/** Where a value comes from. */
const SET_FOR_THE_TOPIC = 1
const DEFAULT = 5

export const DEFAULT_LARGEST_BATCH = 1_048_588

/** Those that a client may want to know of a log; by Kafka 4.4. */
const DEFAULTS: Record<string, [value: string, type: keyof typeof TYPES]> = {
  'cleanup.policy': ['delete', 'list'],
  'compression.type': ['producer', 'text'],
  'max.message.bytes': [`${DEFAULT_LARGEST_BATCH}`, 'int'],
  'message.timestamp.type': ['CreateTime', 'text'],
  'min.insync.replicas': ['1', 'int'],
  'retention.bytes': ['-1', 'long'],
  'retention.ms': ['604800000', 'long'],
  'segment.bytes': ['1073741824', 'int'],
  'unclean.leader.election.enable': ['false', 'boolean'],
}

export function configsOf(set: Record<string, string>) {
  const names = [...new Set([...Object.keys(DEFAULTS), ...Object.keys(set)])].sort()
  return names.map(Name => {
    const [usual = null, type = 'text'] = DEFAULTS[Name] ?? []
    const Value = set[Name] ?? usual
    return {
      Name,
      Value,
      ReadOnly: false,
      ConfigSource: set[Name] === undefined ? DEFAULT : SET_FOR_THE_TOPIC,
      IsSensitive: false,
      Synonyms: [],
      ConfigType: TYPES[type],
      Documentation: null,
    }
  })
}
