// What can be typed in the demo's terminal besides what people type in Slack: the cluster, faults, Rewind's process.
// It must never reach into Rewind: only its surroundings move, or its process is killed.

import type { CkafkaFault } from './ckafka/faults.ts'
import { CODES } from './kafka/codes.ts'
import type { KafkaFault } from './kafka/faults.ts'
import { RESET_ACTIONS } from './reset-actions.ts'
import type { Terminal } from './slack/terminal.ts'
import { columns } from './slack/text-layout.ts'
import type { World, WorldCluster } from './world.ts'

const GROUP = 'orders-billing'
const READ_AT_ONCE = 100

const HELP = [
  'cluster                    where orders-billing stands, and which groups both clusters have',
  'cluster <group>            where the group stands, of either cluster',
  'cluster stop|start <group> take the members of a group away, or bring them back',
  `cluster read <group>       a consumer reads ${READ_AT_ONCE} messages of every partition, commits, and goes`,
  'cluster produce orders 10  write 10 messages to a topic, spread over its partitions',
  'fault [<kind> [<times>]]   let the next reset on CKafka go wrong; alone: the kinds; fault clear ends it',
  'fault kafka <kind>         the same on Kafka, where fewer kinds are possible',
  'bot kill|start             kill Rewind the hard way, or start it again',
  'log [<n>]                  the last lines that Rewind logged',
  'quit                       end everything',
]

const CKAFKA_FAULTS: Record<string, CkafkaFault> = {
  throttle: { kind: 'status', status: 429, afterDoingIt: false },
  'cut-before': { kind: 'cut', afterDoingIt: false },
  'cut-after': { kind: 'cut', afterDoingIt: true },
  hang: { kind: 'hang', afterDoingIt: true },
  'half-answer': { kind: 'halfAnswer' },
  'bad-gateway': { kind: 'status', status: 502, afterDoingIt: true },
  html: { kind: 'html' },
  unreported: { kind: 'unreported', topics: ['payments'] },
  lie: { kind: 'lie' },
}

const KAFKA_FAULTS: Record<string, KafkaFault> = {
  'cut-before': { kind: 'cut', afterDoingIt: false },
  'cut-after': { kind: 'cut', afterDoingIt: true },
  'hang-before': { kind: 'hang', afterDoingIt: false },
  'hang-after': { kind: 'hang', afterDoingIt: true },
  'half-answer': { kind: 'halfAnswer' },
  'no-coordinator': { kind: 'code', code: CODES.COORDINATOR_NOT_AVAILABLE, afterDoingIt: true },
  members: { kind: 'code', code: CODES.UNKNOWN_MEMBER_ID, afterDoingIt: false },
  lie: { kind: 'lie' },
}

/** Does what was typed, or says why not. */
export async function obey(
  typed: string,
  world: World,
  terminal: Terminal,
  print: (line: string) => void,
): Promise<void> {
  const [verb = '', ...words] = typed.split(/\s+/)
  const sayAll = (lines: string[]) => {
    for (const line of lines) print(line)
  }
  try {
    switch (verb) {
      case 'cluster':
        sayAll(tellCluster(world, words))
        break
      case 'fault':
        sayAll(plantFault(world, words))
        break
      case 'bot':
        print(await steerBot(world, words[0]))
        break
      case 'log':
        sayAll(world.bot.logs().slice(-(Number(words[0]) || 10)))
        break
      case 'help':
        await terminal.run('help')
        sayAll(HELP)
        break
      default:
        await terminal.run(typed)
    }
  } catch (error) {
    print(error instanceof Error ? error.message : String(error))
  }
  const { exit } = world.bot
  if (exit !== undefined && verb !== 'bot') {
    print(
      `Rewind is not running (${exit.signal ?? exit.code}). Type log to see its last lines, or bot start.`,
    )
  }
}

function tellCluster(world: World, words: string[]): string[] {
  const [verb = '', name = '', count = ''] = words
  const named = words.slice(1).join(' ')
  switch (verb) {
    case '':
      return [...tellGroup(world, GROUP), '', ...otherGroups(world)]
    case 'produce':
      return produce(world, name, count)
    case 'read':
      withGroup(world, named).members.readOn(named, READ_AT_ONCE)
      return tellGroup(world, named)
    case 'stop':
      withGroup(world, named).members.stop(named)
      return [describeGroup(withGroup(world, named), named)]
    case 'start':
      withGroup(world, named).members.start(named)
      return [describeGroup(withGroup(world, named), named)]
    default:
      return tellGroup(world, words.join(' '))
  }
}

/** No name is on both clusters. */
function withGroup({ clusters }: World, group: string): WorldCluster {
  const found = clusters.find(({ id, cluster }) => cluster.group(id, group).state !== 'Dead')
  if (found === undefined) throw new Error(`There is no group "${group}".`)
  return found
}

function tellGroup(world: World, group: string): string[] {
  const where = withGroup(world, group)
  return [describeGroup(where, group), ...positionsTable(where, group)]
}

function otherGroups({ clusters }: World): string[] {
  return clusters.flatMap(where =>
    (where.cluster.instances().find(({ id }) => id === where.id)?.groups ?? [])
      .filter(({ name }) => name !== GROUP)
      .map(({ name }) => describeGroup(where, name)),
  )
}

function produce({ clusters }: World, topic: string, count: string): string[] {
  const messages = /^[1-9]\d{0,11}$/.test(count) ? BigInt(count) : undefined
  const found = clusters.find(({ id, cluster }) => cluster.logs(id, topic).length > 0)
  if (found === undefined) return [`There is no topic "${topic}".`]
  if (messages === undefined) return ['Type cluster produce <topic> <n>.']
  const logs = found.cluster.logs(found.id, topic)
  const each = messages / BigInt(logs.length)
  const left = messages % BigInt(logs.length)
  for (const { partition } of logs) {
    const share = each + (BigInt(partition) < left ? 1n : 0n)
    if (share > 0n) found.cluster.produce(topic, partition, share)
  }
  return [`${messages} messages written to ${topic}.`]
}

function describeGroup({ id, cluster }: WorldCluster, group: string): string {
  const { state, members } = cluster.group(id, group)
  const who = members.length === 0 ? 'no members' : members.map(member => member.clientId).join(', ')
  return `${group} on ${id}: ${state}, ${who}`
}

function positionsTable({ id, cluster }: WorldCluster, group: string): string[] {
  const rows = cluster
    .positions(id, group)
    .map(each => [
      each.topic,
      each.partition,
      each.logStart,
      each.committed ?? '–',
      each.logEnd,
      each.lag ?? '–',
    ])
  const table = [
    ['topic', 'partition', 'start', 'committed', 'end', 'lag'],
    ...rows.map(row => row.map(String)),
  ]
  return columns(table, ['left', 'right', 'right', 'right', 'right', 'right'])
}

function plantFault(world: World, words: string[]): string[] {
  const { ckafka, kafka } = world
  if (words[0] === 'clear') {
    ckafka.clearFaults()
    kafka?.clearFaults()
    return ['The clusters answer as they should.']
  }
  if (words[0] === 'kafka' && kafka !== undefined)
    return plant(KAFKA_FAULTS, words.slice(1), 'fault kafka', (fault, times) =>
      kafka.inject('OffsetCommit', fault, times),
    )
  return plant(CKAFKA_FAULTS, words, 'fault', (fault, times) => {
    for (const action of RESET_ACTIONS) ckafka.inject(action, fault, times)
  })
}

function plant<Fault>(
  faults: Record<string, Fault>,
  [name = '', times = '1']: string[],
  typed: string,
  inject: (fault: Fault, times: number) => void,
): string[] {
  const fault = faults[name]
  const count = Number(times)
  if (fault === undefined || !Number.isInteger(count) || count < 1) {
    return [
      `Type ${typed} and one of these, and how often if more than once:`,
      `  ${Object.keys(faults).join(', ')}`,
    ]
  }
  inject(fault, count)
  return [`The next ${count === 1 ? 'reset' : `${count} resets`}: ${JSON.stringify(fault)}`]
}

async function steerBot({ bot, waitForBot }: World, verb: string | undefined): Promise<string> {
  switch (verb) {
    case 'kill':
      await bot.kill()
      return 'Rewind was killed. Type bot start to bring it back.'
    case 'start':
      await bot.restart()
      await waitForBot()
      return `Rewind runs again (process ${bot.pid}).`
    default:
      return 'Type bot kill or bot start.'
  }
}
