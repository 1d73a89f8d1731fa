// What is checked of an account of CKafka: whether its API answers and takes the key, the clock, the instances, and every
// call that Rewind will make of it, by name. It keeps to the budget of calls that all processes share, and nothing that it
// asks can have an effect.

import {
  createPermissionsLook,
  type Permission,
  type PermissionsLook,
} from '../adapters/ckafka/permissions.ts'
import type { RedisConnection } from '../adapters/redis/connect.ts'
import type { Config } from '../config.ts'
import type { CkafkaAccount, ClusterEntry } from '../config-clusters.ts'
import { keyAnswer, nameOf, prepareCkafka } from '../open-clusters.ts'
import type { ClusterAction } from '../ports/events.ts'
import { keyLine } from '../refused-keys.ts'
import type { ReadOutcome } from '../request/api-answer.ts'
import { causeOf, readCause } from '../request/cause.ts'
import { type Instance, isInUse } from '../request/group.ts'
import { nearestNames } from '../request/nearest.ts'
import { causeSaid } from './cause.ts'
import type { Finding } from './finding.ts'
import { adviceOf } from './proxies.ts'
import { tlsAdvice } from './tls.ts'

export interface CkafkaDoctorDeps {
  config: Pick<Config, 'role' | 'redisPrefix' | 'quotaFactor' | 'proxies'>
  /** Away: then no budget is kept to, as ever. */
  redis: RedisConnection
  /** Resolves when it is known whether it is: nothing is asked before, as nothing could be counted. */
  settled: Promise<void>
  now: () => number
  withinMs: number
}

export type OfCkafka = Extract<ClusterEntry, { ckafka: CkafkaAccount }>

const LISTING = { v3: 'DescribeInstances', v2: 'ListInstance' } as const
/** The most instances that are asked about; of a longer list it is said. */
const MOST_INSTANCES = 5
/** An API that is silent for longer is away. */
const CALL_MS = 8_000
/** The API refuses what was signed five minutes ago or ahead. */
const CLOCK_REFUSED_MS = 270_000
const CLOCK_MS = 30_000
const HALF_SECOND_MS = 500

export async function ckafkaFindings(entry: OfCkafka, deps: CkafkaDoctorDeps): Promise<Finding[]> {
  const { redis, settled, now, withinMs, config } = deps
  await settled
  const { redisPrefix, quotaFactor, role, proxies } = config
  const deadlineMs = now() + withinMs
  let aheadMs: number | null = null
  const prepared = prepareCkafka(
    entry.ckafka,
    { clock: now, redis, redisPrefix, quotaFactor, proxies },
    () => {},
  )
  const limited = { ...prepared.config, timeouts: { callMs: CALL_MS } }
  const look = createPermissionsLook(limited, {
    ...prepared.ckafkaDeps,
    onClock(ms) {
      // It is said in whole seconds that have passed.
      const likeliest = ms + HALF_SECOND_MS
      aheadMs = aheadMs === null || Math.abs(likeliest) < Math.abs(aheadMs) ? likeliest : aheadMs
    },
  })
  const say = sayerOf(entry)
  try {
    const listed = await look.instances(deadlineMs)
    const isClock = listed.kind === 'refused' && listed.reason === 'clock'
    const clock = clockFinding(say, aheadMs, isClock, await apartFromRedis(redis, now))
    const trouble = keyTrouble(entry, listed, proxies)
    if (trouble !== undefined)
      return [
        say('reach and key', trouble.level, trouble.found, trouble.advice),
        clock,
        say('permissions', 'notMade', 'The API has to answer and to take the key first.'),
      ]
    if (isClock) return [clock, say('permissions', 'notMade', 'The API has to take the time first.')]
    const { dialect, endpoint, region } = prepared.config
    const api = `API ${dialect === 'v3' ? '3.0' : '2.0'} at ${endpoint}`
    const isDenied = listed.kind === 'refused' && listed.reason === 'notAllowed'
    if (listed.kind === 'refused' && !isDenied) {
      const found = `The ${api} refuses ${LISTING[dialect]} for ${region}: ${said(listed)}.`
      return [
        say('reach and key', 'failure', found, 'Look at the region, the address and CKAFKA_API.'),
        clock,
        say('permissions', 'notMade', 'The API has to answer first.'),
      ]
    }
    const answers = isDenied
      ? `${api} answers for ${region}, and takes the key.`
      : `${api} answers ${LISTING[dialect]} for ${region}, and takes the key.`
    const which = {
      reads: entry.kind === 'ckafka' ? 'all' : role === 'bot' ? 'none' : 'ofWrites',
      writes: role !== 'bot',
    } as const
    const instances = instancesOf(entry, listed, say)
    const asked = instances.ask.slice(0, MOST_INSTANCES)
    const permissions: Finding[] = []
    for (const id of asked) permissions.push(...(await permissionFindings(look, id, which, deadlineMs, say)))
    return [
      say('reach and key', 'ok', answers),
      clock,
      ...instances.findings,
      ...(isDenied && entry.kind === 'ckafka'
        ? [denied(say, 'permissions', LISTING[dialect], listed.code)]
        : []),
      ...permissions,
      ...(asked.length === 0 ? [say('permissions', 'notMade', 'There is no instance to ask about.')] : []),
      ...(role === 'bot' ? [say('writes', 'ok', 'ROLE is bot: its key needs none.')] : []),
    ]
  } finally {
    await look.close()
    await prepared.close()
  }
}

function said({ code, message }: { code: string; message: string }): string {
  return `${code}${message === '' ? '' : `: ${message.replace(/\.$/, '')}`}`
}

type Sayer = (what: string, level: Finding['level'], found: string, advice?: string) => Finding

function sayerOf(entry: OfCkafka): Sayer {
  const area = entry.kind === 'both' ? `${nameOf(entry)} by the API` : nameOf(entry)
  return (what, level, found, advice) => ({
    ...{ area, what, found, level },
    ...(advice === undefined ? {} : { advice }),
  })
}

function keyTrouble(
  entry: OfCkafka,
  listed: ReadOutcome<unknown>,
  proxies: Config['proxies'],
): { level: 'failure' | 'warning'; found: string; advice: string } | undefined {
  const answer = keyAnswer(listed)
  const from = entry.keys?.ckafka ?? []
  const found = keyLine({ name: nameOf(entry), of: 'ckafka', from, answer }, true)
  if (found === undefined) return undefined
  if (answer.kind !== 'away') {
    const isToken = answer.kind === 'refused' && answer.code === 'AuthFailure.TokenFailure'
    const advice = isToken
      ? 'Look at TENCENTCLOUD_SECURITY_TOKEN (in the file of clusters, at the token): it is of a temporary key, and ends with it. A permanent key has none.'
      : 'Look at the key in the console of Tencent Cloud: whether it is there, enabled and of this account.'
    return { level: 'failure', found, advice }
  }
  const kind = readCause(answer.cause)?.kind
  if (kind === 'tooManyCalls' || kind === 'budgetUsed') {
    return {
      level: 'warning',
      found:
        kind === 'budgetUsed'
          ? `The API at ${entry.ckafka.endpoint} was not asked: ${causeSaid(answer.cause, 'ckafka')}.`
          : `The API at ${entry.ckafka.endpoint} did not answer: ${causeSaid(answer.cause, 'ckafka')}.`,
      advice: 'Ask again in a minute. What else calls the API with this account counts as well.',
    }
  }
  const reach = 'Look whether the address is right, and can be reached from here.'
  return {
    level: 'failure',
    found: `${found} Its address is ${entry.ckafka.endpoint}; ${causeSaid(answer.cause, 'ckafka')}.`,
    advice:
      tlsAdvice(readCause(answer.cause)?.about[0] ?? '', 'NODE_EXTRA_CA_CERTS') ??
      adviceOf(answer.cause, proxies, reach),
  }
}

/** Milliseconds; null: it cannot be asked. */
async function apartFromRedis(redis: RedisConnection, now: () => number): Promise<number | null> {
  try {
    const beganMs = now()
    const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
    return Math.abs(seconds * 1_000 + micros / 1_000 - (beganMs + now()) / 2)
  } catch {
    return null
  }
}

/** @param fromRedisMs how far the clock of Redis and ours are apart: where they agree, it is rather the API's that is off */
function clockFinding(
  say: Sayer,
  aheadMs: number | null,
  isRefused: boolean,
  fromRedisMs: number | null,
): Finding {
  if (aheadMs === null) {
    return isRefused
      ? say(
          'clock',
          'failure',
          'The API refuses calls that were signed so far from its time, and does not say what time it has.',
          'Look at the clock of this machine, and at that of whatever answers at this address.',
        )
      : say('clock', 'notMade', 'No answer said what time it is there.')
  }
  const seconds = Math.round(Math.abs(aheadMs) / 1_000)
  const apart =
    seconds === 0
      ? 'The clock of the API and ours are less than a second apart.'
      : `Our clock is ${seconds} s ${aheadMs > 0 ? 'behind' : 'ahead of'} that of the API.`
  const isTheirs = fromRedisMs !== null && fromRedisMs < CLOCK_MS
  const whose = isTheirs ? ' The clock of Redis agrees with ours: rather that of the API is off.' : ''
  const advice = isTheirs
    ? 'Look at the clock of what answers at this address, which may be a proxy or another server than the API; then at that of this machine and of Redis.'
    : 'Set the clock of this machine, and keep it right (NTP).'
  if (isRefused || Math.abs(aheadMs) >= CLOCK_REFUSED_MS) {
    return say(
      'clock',
      'failure',
      `${apart}${whose} The API refuses calls that were signed so far from its time.`,
      advice,
    )
  }
  return Math.abs(aheadMs) > CLOCK_MS
    ? say('clock', 'warning', `${apart}${whose}`, advice)
    : say('clock', 'ok', apart)
}

/** Those whose permissions are asked: those that are named and there, or one of all. */
function instancesOf(
  entry: OfCkafka,
  listed: ReadOutcome<Instance[]>,
  say: Sayer,
): { ask: string[]; findings: Finding[] } {
  const named = entry.kind === 'both' ? [entry.id] : entry.instances
  if (listed.kind !== 'read') return { ask: [...(named ?? [])], findings: [] }
  const there = listed.value.filter(isInUse).map(({ id }) => id)
  const gone = listed.value.filter(each => !isInUse(each) && (named?.includes(each.id) ?? true))
  const goneFindings = gone.map(({ id, gone: how = '' }) =>
    say(
      'instances',
      named === null ? 'warning' : 'failure',
      `${id}: ${causeSaid(causeOf('instanceGone', how), 'ckafka')}. It is not offered, and a request for it is refused.`,
      'Look at it in the console of Tencent Cloud. If it is not to be used again, take it out of where it is named.',
    ),
  )
  if (named === null) {
    const found = `The account has ${there.length} in the region.`
    // Neither the region nor the account is wrong where there are some.
    if (there.length === 0 && gone.length > 0) return { ask: [], findings: goneFindings }
    if (there.length === 0) {
      return {
        ask: [],
        findings: [
          say('instances', 'warning', found, 'Look at the region and the account.'),
          ...goneFindings,
        ],
      }
    }
    const first = there.slice(0, 1)
    const more =
      there.length === 1
        ? ''
        : ` Permissions are asked on ${first[0]}; a policy that names instances may say otherwise of the others.`
    return { ask: first, findings: [say('instances', 'ok', `${found}${more}`), ...goneFindings] }
  }
  const missing = named.filter(id => !listed.value.some(each => each.id === id))
  const ask = named.filter(id => there.includes(id))
  const left = ask.length - MOST_INSTANCES
  const more = left > 0 ? ` Permissions are asked on the first ${MOST_INSTANCES}.` : ''
  return {
    ask,
    findings: [
      ...(ask.length === 0
        ? []
        : [say('instances', 'ok', `${ask.length} of ${named.length} that are named are there.${more}`)]),
      ...goneFindings,
      ...missing.map(id => {
        const nearest = nearestNames(id, there)
        const meant = nearest.length === 0 ? '' : ` Is ${nearest.join(' or ')} meant?`
        return say(
          'instances',
          'failure',
          `The account has no ${id} in the region.`,
          `Look at the id, the region and the account.${meant}`,
        )
      }),
    ],
  }
}

const WRITES = new Set<ClusterAction>([
  'BatchModifyGroupOffsets',
  'ModifyGroupOffsets',
  'SetGroupOffsets',
  'SetGroupOffset',
])

async function permissionFindings(
  look: PermissionsLook,
  id: string,
  which: Parameters<PermissionsLook['of']>[1],
  deadlineMs: number,
  say: Sayer,
): Promise<Finding[]> {
  const all = await look.of(id, which, deadlineMs)
  const granted = all.filter(({ may }) => may === 'yes')
  const list = (of: readonly Permission[]) => of.map(({ action }) => action).join(', ')
  const reads = granted.filter(({ action }) => !WRITES.has(action))
  const writes = granted.filter(({ action }) => WRITES.has(action))
  return [
    ...(reads.length === 0 ? [] : [say(`reads of ${id}`, 'ok', `Not denied: ${list(reads)}.`)]),
    ...(writes.length === 0
      ? []
      : [
          say(
            `writes of ${id}`,
            'ok',
            `Not denied: ${list(writes)}, asked of a group and a topic that cannot exist.`,
          ),
        ]),
    ...all.flatMap(({ action, may, said }) => {
      if (may === 'yes') return []
      if (may === 'no')
        return [denied(say, `${WRITES.has(action) ? 'writes' : 'reads'} of ${id}`, action, said)]
      return [
        say(
          `permission ${action} on ${id}`,
          'warning',
          `It could not be found out: ${causeSaid(said, 'ckafka')}.`,
        ),
      ]
    }),
  ]
}

/** Of these a plan only says "at most". */
const OPTIONAL = new Set<ClusterAction>(['DescribeTopicAttributes'])

function denied(say: Sayer, what: string, action: ClusterAction, code: string): Finding {
  return say(
    what,
    OPTIONAL.has(action) ? 'warning' : 'failure',
    `The key may not call ${action}: ${code}.`,
    `Allow it in CAM; docs/ckafka-api.md lists what the API key may do.`,
  )
}
