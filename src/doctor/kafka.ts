// What is checked of a Kafka by its own protocol: whether every broker answers, lets Rewind in, and which rights its user has,
// as the brokers themselves tell them. Nothing is written, and no group is joined.

import { type KafkaRights, lookAtRights, type Operation, type Rights } from '../adapters/kafka/rights.ts'
import type { KafkaCall } from '../adapters/kafka/settings.ts'
import type { Config } from '../config.ts'
import type { ClusterEntry } from '../config-clusters.ts'
import { keyAnswer, nameOf } from '../open-clusters.ts'
import { keyLine } from '../refused-keys.ts'
import { type CauseKind, readCause } from '../request/cause.ts'
import { causeSaid } from './cause.ts'
import type { Finding } from './finding.ts'
import { tlsAdvice } from './tls.ts'

export type OfKafka = Extract<ClusterEntry, { kafka: unknown }>

export interface KafkaDoctorDeps {
  config: Pick<Config, 'role'>
  now: () => number
  withinMs: number
  /** Of each answer that says which cluster it is from. */
  onClusterId?: (clusterId: string) => void
}

const NO_BROKER = 'A broker has to answer first.'

type Sayer = (what: string, level: Finding['level'], found: string, advice?: string) => Finding

export async function kafkaFindings(
  entry: OfKafka,
  { config, now, withinMs, onClusterId }: KafkaDoctorDeps,
): Promise<Finding[]> {
  const name = nameOf(entry)
  const area = entry.kind === 'both' ? `${name} by Kafka’s protocol` : name
  const say: Sayer = (what, level, found, advice) => ({
    ...{ area, what, found, level },
    ...(advice === undefined ? {} : { advice }),
  })
  const versions = new Map<string, number>()
  const onCall = ({ api, version }: KafkaCall) => void versions.set(api, version)
  const deps = { now, onCall, ...(onClusterId === undefined ? {} : { onClusterId }) }
  const read = await lookAtRights({ ...entry.kafka, id: entry.id, name }, deps, withinMs)
  if (read.kind !== 'read') {
    const answer = keyAnswer(read)
    const from = entry.keys?.kafka ?? []
    const line = keyLine({ name, of: 'kafka', from, answer }, true)
    const why = read.kind === 'unavailable' ? causeSaid(read.cause, 'kafka') : `${read.code}: ${read.message}`
    const found =
      answer.kind === 'refused' && line !== undefined
        ? line
        : `No broker of ${entry.kafka.bootstrap.join(', ')} can be asked: ${why.replace(/\.$/, '')}.`
    const advice =
      answer.kind === 'refused'
        ? adviceOnRefusal(answer)
        : adviceOnSilence(entry, read.kind === 'unavailable' ? read.cause : '')
    return [
      say('reach and credentials', 'failure', found, advice),
      ...['version', 'topics', 'groups'].map(what => say(what, 'notMade', NO_BROKER)),
    ]
  }
  const writes = entry.kind === 'kafka' && config.role !== 'bot'
  return [
    ...brokerFindings(say, read.value),
    versionFinding(say, read.value, versions),
    ...topicFindings(say, read.value, writes),
    ...groupFindings(say, read.value, writes),
  ]
}

function adviceOnRefusal({ code, message }: { code: string; message: string }): string {
  switch (code) {
    case 'UNSUPPORTED_SASL_MECHANISM':
      return `${message} Set kafka.sasl.mechanism to one that it offers.`
    case 'ILLEGAL_SASL_STATE':
      return 'Take kafka.sasl out, or name the port of a listener with SASL in kafka.bootstrap.'
    default:
      return 'Look at the user, its password and the mechanism.'
  }
}

/** A listener that wants something else ends the connection without a word. */
const ENDED: ReadonlySet<CauseKind> = new Set<CauseKind>(['connectionBroke', 'connectionClosed'])

function adviceOnSilence({ kafka: { tls, sasl } }: OfKafka, cause: string): string {
  const otherwise = 'Look at kafka.bootstrap, at TLS, and whether the brokers can be reached from here.'
  const known = readCause(cause)
  const ofTls = tlsAdvice(known?.about[0] ?? '', 'kafka.tls.ca-file')
  if (ofTls !== null) return ofTls
  const lacks = [...(tls === undefined ? ['kafka.tls'] : []), ...(sasl === undefined ? ['kafka.sasl'] : [])]
  return known !== null && ENDED.has(known.kind) && lacks.length > 0
    ? `${otherwise} A listener that wants ${lacks.join(' or ')} ends the connection of who comes without.`
    : otherwise
}

function brokerFindings(say: Sayer, { brokers }: KafkaRights): Finding[] {
  const away = brokers.filter(({ trouble }) => trouble !== null)
  const here = brokers.length - away.length
  const all =
    brokers.length === 1
      ? 'The one broker answers at the address that it advertises, and lets Rewind in.'
      : `${here} of ${brokers.length} brokers answer at the addresses that they advertise, and let Rewind in.`
  return [
    ...(here === 0 ? [] : [say('reach and credentials', 'ok', all)]),
    ...away.map(({ place, trouble }) =>
      say(
        'reach and credentials',
        'failure',
        `The broker ${place} cannot be asked: ${causeSaid(trouble ?? '', 'kafka')}.`,
        'Rewind has to reach each broker at the address that it advertises (advertised.listeners).',
      ),
    ),
  ]
}

function versionFinding(
  say: Sayer,
  { speaks, brokers }: KafkaRights,
  versions: ReadonlyMap<string, number>,
): Finding {
  if (brokers.every(({ trouble }) => trouble !== null)) return say('version', 'notMade', NO_BROKER)
  const kafka = speaks.consumerGroups
    ? 'Groups of the new protocol (KIP-848) can be described: Kafka 4, or 3.7 and newer with them turned on.'
    : speaks.producers
      ? 'Producers can be described: Kafka 2.8 or newer.'
      : 'Producers cannot be described: Kafka 2.4 to 2.7.'
  const spoken = [...versions].filter(([api]) => !api.startsWith('Sasl')).sort(([a], [b]) => (a < b ? -1 : 1))
  return say(
    'version',
    'ok',
    `${kafka} Spoken with it: ${spoken.map(([api, at]) => `${api} ${at}`).join(', ')}.`,
  )
}

const WHERE = 'docs/kafka.md lists what the user may do.'

function topicFindings(say: Sayer, { topics, mayReadCommitLimit }: KafkaRights, writes: boolean): Finding[] {
  if (topics.told + topics.untold === 0) {
    const found = 'No topic is shown: there is none, or the user lacks DESCRIBE on all of them.'
    return [say('topics', 'warning', found, `Allow DESCRIBE on the topics. ${WHERE}`)]
  }
  const lacking = (operation: Operation, level: Finding['level'], without: string) =>
    lackFinding(say, 'topics', topics, operation, level, without)
  return [
    ...rightsFindings(say, 'topics', topics, ['DESCRIBE', 'DESCRIBE_CONFIGS', 'READ']),
    ...lacking(
      'READ',
      writes ? 'failure' : 'warning',
      writes ? 'offsets on it cannot be written' : 'Rewind cannot see whether it has transactions',
    ),
    ...lacking(
      'DESCRIBE_CONFIGS',
      'warning',
      'Rewind cannot see whether its log is compacted, and its counts may be too high',
    ),
    ...(writes && mayReadCommitLimit === false
      ? [
          say(
            'topics',
            'ok',
            'DESCRIBE_CONFIGS on __consumer_offsets is missing: Rewind assumes Kafka’s default of one megabyte for the largest commit.',
          ),
        ]
      : []),
  ]
}

function groupFindings(say: Sayer, { groups, brokers }: KafkaRights, writes: boolean): Finding[] {
  const away = brokers.filter(({ trouble }) => trouble !== null).length
  if (away === brokers.length) return [say('groups', 'notMade', NO_BROKER)]
  if (groups.told + groups.untold === 0) {
    if (away > 0) {
      const found =
        'The brokers that answer show none, and each group is shown by one broker: all have to answer first.'
      return [say('groups', 'notMade', found)]
    }
    const found = 'No group is shown: there is none, or the user lacks DESCRIBE on all of them.'
    return [
      say('groups', 'warning', found, `Allow DESCRIBE${writes ? ' and READ' : ''} on the groups. ${WHERE}`),
    ]
  }
  return [
    ...rightsFindings(say, 'groups', groups, writes ? ['DESCRIBE', 'READ'] : ['DESCRIBE']),
    ...lackFinding(say, 'groups', groups, 'DESCRIBE', 'failure', 'its state and its offsets cannot be read'),
    ...(writes ? lackFinding(say, 'groups', groups, 'READ', 'failure', 'its offsets cannot be written') : []),
  ]
}

/** Of those on which nothing is lacking. */
function rightsFindings(say: Sayer, what: string, rights: Rights, needed: readonly Operation[]): Finding[] {
  const wrong = new Set(needed.flatMap(operation => rights.lacking[operation] ?? []))
  const well = rights.told - wrong.size
  const untold =
    rights.untold === 0
      ? []
      : [
          say(
            what,
            rights.told === 0 ? 'warning' : 'ok',
            `Of ${rights.untold} ${rights.told === 0 ? '' : 'more '}the brokers were not asked, or do not report what the user may do.`,
          ),
        ]
  return [
    ...(well === 0
      ? []
      : [say(what, 'ok', `On ${well} of ${rights.told} the user has ${needed.join(', ')}.`)]),
    ...untold,
  ]
}

const SHOWN = 3

function lackFinding(
  say: Sayer,
  what: string,
  rights: Rights,
  operation: Operation,
  level: Finding['level'],
  without: string,
): Finding[] {
  const names = rights.lacking[operation] ?? []
  if (names.length === 0) return []
  const left = names.length - SHOWN
  const some = `${names.slice(0, SHOWN).join(', ')}${left > 0 ? ` and ${left} more` : ''}`
  return [
    say(
      what,
      level,
      `The user lacks ${operation} on ${some}: ${without}.`,
      `Allow ${operation} there. ${WHERE}`,
    ),
  ]
}
