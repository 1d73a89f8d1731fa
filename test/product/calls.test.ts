// How many calls a cluster gets for one request, act by act, against the fewest that can answer, and how many commits the
// record takes. Counts, never milliseconds.

import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { PartitionSeed } from '../../src/sandbox/cluster/log.ts'
import { type ClusterSeed, createCluster } from '../../src/sandbox/cluster/model.ts'
import { startKafkaBroker } from '../../src/sandbox/kafka/start.ts'
import { NO_WAITING, type Product, startProduct, until, viewText } from '../support/product.ts'

const INSTANCE = 'ckafka-counted01'
const GROUP = 'counted'
const T0 = 1_700_000_000_000

const PARTITION: PartitionSeed = {
  start: 100n,
  end: 1_000n,
  written: [{ fromOffset: 100n, atMs: T0, everyMs: 1_000 }],
}

/** Nothing expires soon, which shows at the first partition that is asked for. */
const KEEPS_ALL = { 'retention.ms': `${20 * 365 * 86_400_000}` }

function seed(topics: number, partitions: number): ClusterSeed {
  const names = Array.from({ length: topics }, (_, index) => `topic-${index}`)
  return {
    instances: [
      {
        id: INSTANCE,
        name: 'counted',
        topics: names.map(name => ({
          name,
          config: KEEPS_ALL,
          partitions: Array.from({ length: partitions }, () => PARTITION),
        })),
        groups: [
          {
            name: GROUP,
            commits: Object.fromEntries(
              names.map(name => [name, Array.from({ length: partitions }, () => 500n)]),
            ),
          },
        ],
      },
    ],
  }
}

const ACTS = ['form', 'plan', 'review', 'decision and proof'] as const
type Act = (typeof ACTS)[number]
const KINDS = ['v2', 'v3', 'kafka'] as const
type Kind = (typeof KINDS)[number]
type Counts = Record<string, number>

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending()
})

interface Counted {
  product: Product
  /** The names of all calls so far. */
  calls(): string[]
}

async function ckafka(dialect: 'v2' | 'v3', topics: number, partitions: number): Promise<Counted> {
  const product = await startProduct({ dialect, seed: seed(topics, partitions), env: NO_WAITING })
  endings.push(product.stop)
  return { product, calls: () => product.ckafka.calls().map(({ action }) => action) }
}

async function kafka(topics: number, partitions: number): Promise<Counted> {
  const kafka = await startKafkaBroker(createCluster(seed(topics, partitions)))
  endings.push(kafka.close)
  const product = await startProduct({
    env: NO_WAITING,
    clusters: () => [
      {
        ...{ kind: 'kafka', id: INSTANCE, name: 'Own' },
        kafka: { id: INSTANCE, name: 'Own', bootstrap: kafka.bootstrap.split(',') },
      },
    ],
  })
  endings.push(product.stop)
  return { product, calls: () => kafka.calls().map(({ api }) => api) }
}

async function countedActs({ product, calls }: Counted, flags: string): Promise<Record<Act, Counts>> {
  const { slack, alice, bob } = product
  const counts: Partial<Record<Act, Counts>> = {}
  let before = calls().length
  const ends = async (act: Act) => {
    // What was begun for the act is waited for: nothing more comes once it is told.
    await atRest(calls)
    counts[act] = tally(calls().slice(before))
    before = calls().length
  }
  await alice.command('C0OPS', `/reset-offsets --instance ${INSTANCE} --group ${GROUP} ${flags} --reason why`)
  await alice.waitForView()
  await ends('form')
  const messages = slack.messages('C0OPS').length
  expect((await alice.submit()).kind).toBe('closed')
  await until(() => slack.messages('C0OPS').length > messages)
  await product.cardSays(/Review/, 20_000)
  await ends('plan')
  await product.openReview(bob)
  await ends('review')
  await bob.fill('Decision', 'Approve')
  await bob.waitForView(({ submit }) => submit?.text.startsWith('Approve') === true)
  if (viewText(bob.view()).includes('Type ')) await bob.fill('typed_group', GROUP)
  expect((await bob.submit()).kind).toBe('closed')
  await product.cardSays('· done', 20_000)
  await ends('decision and proof')
  return counts as Record<Act, Counts>
}

async function atRest(calls: () => string[]): Promise<void> {
  let seen = -1
  let since = performance.now()
  await until(() => {
    if (calls().length !== seen) {
      seen = calls().length
      since = performance.now()
    }
    return performance.now() - since > 300
  })
}

function tally(names: readonly string[]): Counts {
  const counts: Counts = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** Where a page of a log has 20 partitions. Each is what the act cannot do without, as its comment says. */
const FEWEST: Record<Kind, (topics: number) => Record<Act, number>> = {
  v2: () => ({
    // Which instances there are; the group; where it stands.
    form: 3,
    // Whether what is named is there; the group; where it stands.
    plan: 3,
    review: 2,
    // The group and where it stands, for the decision and before the call; the call; where it stands.
    'decision and proof': 6,
  }),
  v3: topics => ({
    form: 3,
    // Beside these the log of each topic, and once in five minutes what kind it is of; and, of the largest replay, what expires.
    plan: 3 + 2 * topics,
    // The plan is young: the starts of the logs are its own.
    review: 2,
    // As in 2.0; the logs once more before the call; a call for each topic; and just before each another look, since somebody
    // may have come back.
    'decision and proof': 5 + topics + topics + 2 * topics,
  }),
  kafka: () => ({
    // Who coordinates; two to describe a classic group; its commits; who leads; the ends of the logs.
    form: 6,
    // Commits, leaders and ends, to see whether what is named is there; leaders, starts, ends, two to describe, commits, configs.
    plan: 10,
    review: 6,
    // The same for the decision and before the commit; the commits once more, the commit; then leaders and commits.
    'decision and proof': 16,
  }),
}
const ALLOWED = 1.2

/** What changes the request, each committed once. */
const CHANGES = { prepare: 1, decide: 1, start: 1, finish: 1 }
/** That it is on the queue: committed once, or not at all where a worker has taken it from there first. */
const DISPATCHED_MOST = 1
/** The card, the plan, the vote and the result in the thread, its file, and what the requester is told of both. */
const POSTS = 7
/** New looks of the card: with each change, and fewer where one comes soon after another. */
const LOOKS = 5
/** Each is claimed before and kept after. */
const MOST_COMMITS = Object.keys(CHANGES).length + DISPATCHED_MOST + 2 * (POSTS + LOOKS)

type Row = { cluster: string; topics: number; act: Act; calls: number; fewest: number; ratio: string }
const table: Row[] = []
afterAll(() => console.table(table))

describe.each([
  [1, 3],
  [10, 10],
] as const)('%i × %i partitions', (topics, partitions) => {
  const named = Array.from({ length: topics }, (_, index) => `--topic topic-${index}`).join(' ')
  for (const kind of KINDS) {
    // Ten topics over one of them with every run: what grows with them is counted the same way for each.
    const tags = topics === 1 || kind === 'v3' ? [] : ['long']
    it(`over ${kind} take few more calls than can answer`, { tags, timeout: 60_000 }, async () => {
      const counted =
        kind === 'kafka' ? await kafka(topics, partitions) : await ckafka(kind, topics, partitions)
      const counts = await countedActs(counted, `${named} --to-earliest`)
      const commits = counted.product.events.flatMap(each => (each.event === 'changed' ? [each.command] : []))
      expect(tally(commits)).toMatchObject(CHANGES)
      expect(tally(commits).dispatched ?? 0).toBeLessThanOrEqual(DISPATCHED_MOST)
      expect(commits.length, commits.join(' ')).toBeLessThanOrEqual(MOST_COMMITS)
      const fewest = FEWEST[kind](topics)
      for (const act of ACTS) {
        const calls = Object.values(counts[act]).reduce((sum, count) => sum + count, 0)
        table.push({
          cluster: kind,
          topics,
          act,
          calls,
          fewest: fewest[act],
          ratio: (calls / fewest[act]).toFixed(2),
        })
        expect(calls, `${act}: ${JSON.stringify(counts[act])}`).toBeLessThanOrEqual(fewest[act] * ALLOWED)
      }
    })
  }
})
