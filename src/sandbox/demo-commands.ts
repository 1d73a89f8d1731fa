// What can be typed in the demo's terminal besides what people type in Slack: the cluster, faults, Rewind's process.
// It must never reach into Rewind: only its surroundings move, or its process is killed.

import type { CkafkaFault } from './ckafka/faults.ts'
import { RESET_ACTIONS } from './reset-actions.ts'
import type { Terminal } from './slack/terminal.ts'
import { columns } from './slack/text-layout.ts'
import type { World } from './world.ts'

const INSTANCE = 'ckafka-demo0001'
const GROUP = 'orders-billing'
const READ_AT_ONCE = 100

const HELP = [
  'cluster [<group>]          where the group stands (orders-billing unless named)',
  'cluster stop|start <group> take the members of a group away, or bring them back',
  `cluster read <group>       a consumer reads ${READ_AT_ONCE} messages of every partition, commits, and goes`,
  'cluster produce orders 10  write 10 messages to a topic, spread over its partitions',
  'fault [<kind> [<times>]]   let the next reset go wrong; alone: the kinds; fault clear ends it',
  'bot kill|start             kill Rewind the hard way, or start it again',
  'log [<n>]                  the last lines that Rewind logged',
  'quit                       end everything',
]

const FAULTS: Record<string, CkafkaFault> = {
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

function tellCluster({ ckafka, members }: World, words: string[]): string[] {
  const { cluster } = ckafka
  const [verb = '', name = '', count = ''] = words
  const named = words.slice(1).join(' ')
  switch (verb) {
    case 'produce': {
      const partitions = cluster.instances()[0]?.topics.find(topic => topic.name === name)?.partitions
      const messages = /^[1-9]\d{0,11}$/.test(count) ? Number(count) : undefined
      if (partitions === undefined) return [`There is no topic "${name}".`]
      if (messages === undefined) return ['Type cluster produce <topic> <n>.']
      for (let partition = 0; partition < partitions; partition++) {
        const share = Math.floor(messages / partitions) + (partition < messages % partitions ? 1 : 0)
        if (share > 0) cluster.produce(name, partition, share)
      }
      return [`${messages} messages written to ${name}.`]
    }
    case 'read':
      members.readOn(named, READ_AT_ONCE)
      return [describeGroup(cluster, named), ...positionsTable(cluster, named)]
    case 'stop':
      members.stop(named)
      return [describeGroup(cluster, named)]
    case 'start':
      members.start(named)
      return [describeGroup(cluster, named)]
    default: {
      const group = verb === '' ? GROUP : words.join(' ')
      if (cluster.group(INSTANCE, group).state === 'Dead') return [`There is no group "${group}".`]
      return [describeGroup(cluster, group), ...positionsTable(cluster, group)]
    }
  }
}

type Cluster = World['ckafka']['cluster']

function describeGroup(cluster: Cluster, group: string): string {
  const { state, members } = cluster.group(INSTANCE, group)
  const who = members.length === 0 ? 'no members' : members.map(member => member.clientId).join(', ')
  return `${group} on ${INSTANCE}: ${state}, ${who}`
}

function positionsTable(cluster: Cluster, group: string): string[] {
  const rows = cluster
    .positions(INSTANCE, group)
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

function plantFault({ ckafka }: World, [name, times = '1']: string[]): string[] {
  if (name === 'clear') {
    ckafka.clearFaults()
    return ['CKafka answers as it should.']
  }
  const fault = FAULTS[name ?? '']
  const count = Number(times)
  if (fault === undefined || !Number.isInteger(count) || count < 1) {
    return [
      'Type fault and one of these, and how often if more than once:',
      `  ${Object.keys(FAULTS).join(', ')}`,
    ]
  }
  for (const action of RESET_ACTIONS) ckafka.inject(action, fault, count)
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
