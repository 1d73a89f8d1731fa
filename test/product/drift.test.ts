// What happens when the world moves between the plan and its execution: nothing is called on a plan that does not hold.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Rewind } from '../../src/main.ts'
import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'
import { NO_WAITING, type Product, startProduct, textOf, until, viewText } from '../support/product.ts'

const INSTANCE = 'ckafka-drift001'
const PLACES = ['opened', 'sent', 'run'] as const
type Place = (typeof PLACES)[number]

interface Case {
  name: string
  flags: string
  move(topic: string, group: string): void
  says: string
  /** How the request ends once the new plan is approved. */
  end: 'done' | 'partly done'
}

let product: Product
/** A minute in which a plan is young, and the starts of its logs are not read again before it runs. */
const YOUNG_MS = 60_000
let aheadMs = 0
const cluster = () => product.ckafka.cluster

const MOVES: Record<string, Case> = {
  committedMoved: {
    name: 'the committed offset has moved',
    flags: '--shift-by -100',
    move: (topic, group) => cluster().commit(group, topic, 0, 4_321n),
    says: '0 moved from 4,000 to 4,321',
    end: 'done',
  },
  partitionAppeared: {
    name: 'a partition has appeared',
    flags: '--to-earliest',
    move: topic => cluster().addPartitions(topic, 1),
    says: 'A partition appeared: ',
    end: 'done',
  },
  partitionGone: {
    name: 'a topic is gone',
    flags: '--to-earliest',
    move: topic => cluster().deleteTopic(`${topic}-b`),
    says: 'A partition is gone: ',
    end: 'partly done',
  },
  groupRecreated: {
    name: 'the group has lost its offsets',
    flags: '--to-earliest',
    move(topic) {
      for (const [name, partitions] of [
        [topic, 2],
        [`${topic}-b`, 1],
      ] as const) {
        cluster().deleteTopic(name)
        cluster().createTopic(name, partitions)
      }
    },
    says: 'The group was deleted or recreated.',
    end: 'done',
  },
  targetLeftLog: {
    name: 'a target has left the log',
    flags: '--shift-by -3000',
    move: topic => cluster().truncate(topic, 1, 2_000n),
    says: '1 now starts at 2,000, after the planned offset 1,000: it has expired there',
    end: 'done',
  },
  skipsGrew: {
    name: 'it would skip far more',
    flags: '--to-latest',
    move: topic => cluster().produce(topic, 0, 900),
    says: 'It would now skip ',
    end: 'done',
  },
}

const BY_DIALECT = {
  v2: ['committedMoved', 'partitionAppeared', 'partitionGone', 'groupRecreated', 'skipsGrew'],
  v3: ['committedMoved', 'partitionAppeared', 'partitionGone', 'groupRecreated', 'targetLeftLog'],
}

/** For each scene a group of its own, with a topic of two partitions and one (`…-b`) of one. */
function sceneSeed(): ClusterSeed {
  const names = [
    ...Object.keys(MOVES).flatMap(kind => PLACES.map(place => `${kind}-${place}`)),
    'votes',
    'grown',
    'all',
  ]
  const log = (end: bigint) => ({
    start: 0n,
    end,
    written: [{ fromOffset: 0n, atMs: 1_700_000_000_000, everyMs: 1_000 }],
  })
  const topics = names.flatMap(name => [
    { name, partitions: [log(5_000n), log(5_000n)] },
    { name: `${name}-b`, partitions: [log(5_000n)] },
  ])
  const groups = names.map(name => ({
    name: `${name}.reader`,
    commits: { [name]: [4_000n, 4_000n], [`${name}-b`]: [4_000n] },
  }))
  return { instances: [{ id: INSTANCE, name: 'drift', topics, groups }] }
}

const askFor = (name: string, flags: string) =>
  product.ask(`--instance ${INSTANCE} --group ${name}.reader --topic ${name} ${name}-b ${flags} --reason why`)

const requestId = () => /R-\d+/.exec(textOf(product.card()))?.[0] ?? ''

let worker: Rewind | undefined
async function startWorker(): Promise<void> {
  worker = await product.startAnother({ ROLE: 'worker' })
}

/** Plays until somebody, or the worker, has found that the world has moved. */
const PLAYS: Record<Place, (move: () => void) => Promise<string>> = {
  async opened(move) {
    aheadMs += YOUNG_MS
    move()
    await product.openReview(product.bob)
    const view = await product.bob.waitForView(open => open.title.text === 'Nothing was decided', 8_000)
    return viewText(view)
  },
  async sent(move) {
    aheadMs += YOUNG_MS
    const { bob } = product
    const view = await product.openReview(bob)
    await bob.waitForView(open => viewText(open).includes('Nothing has changed'), 8_000)
    move()
    await bob.fill('Decision', 'Approve')
    const typed = view.blocks.some(({ block_id }) => block_id === 'typed_group')
    if (typed) await bob.fill('typed_group', /reset the offsets of (\S+)/.exec(viewText(view))?.[1] ?? '')
    const outcome = await bob.submit()
    return outcome.kind === 'updated' ? viewText(outcome.view) : JSON.stringify(outcome)
  },
  async run(move) {
    await product.review(product.bob, 'Approve')
    await product.cardSays('approved, on the queue')
    move()
    await startWorker()
    await product.threadSays('Offsets or logs have changed since')
    return product.threadText()
  },
}
const FOUND: Record<Place, string> = {
  opened: 'noticed on review',
  sent: 'noticed when a decision was sent, which does not count',
  run: 'noticed before anything was written',
}

describe.each(['v2', 'v3'] as const)('with API %s', dialect => {
  beforeAll(async () => {
    // The worker is stopped until the world has moved.
    const env = { ...NO_WAITING, ROLE: 'bot', SKIPS_TWO_APPROVERS_ABOVE: '4000' }
    product = await startProduct({ dialect, seed: sceneSeed(), env, clock: () => Date.now() + aheadMs })
  })
  afterEach(async () => {
    await worker?.stop()
    worker = undefined
    for (const person of [product.bob, product.carol]) {
      while (person.view() !== undefined) await person.closeView(true)
    }
  })
  afterAll(() => product.stop())

  // What is compared, and what becomes of votes, knows nothing of the API.
  const again = dialect === 'v3' ? [] : ['long']
  const scenes = BY_DIALECT[dialect].flatMap(kind =>
    PLACES.map(place => ({ name: MOVES[kind]?.name ?? '', place, kind })),
  )

  for (const { name: what, place, kind } of scenes) {
    // With 3.0 one of them where it is opened and where it is run, since what looks is the same for all. What tells the moves
    // apart is the core's.
    const isEveryday = dialect === 'v3' && kind === 'committedMoved' && place !== 'sent'
    const tags = isEveryday ? [] : ['long']
    it(`when ${what}, found when it is ${place}, nothing is called and a new plan waits for a decision`, {
      tags,
    }, async () => {
      const scene = MOVES[kind]
      if (scene === undefined) throw new Error(`There is no scene ${kind}.`)
      const name = `${kind}-${place}`
      await askFor(name, scene.flags)
      const id = requestId()
      const firstPlan = /Plan [0-9a-f]{8}/.exec(textOf(product.card()))?.[0] ?? 'none'
      const calls = product.callsToReset()

      const told = await PLAYS[place](() => scene.move(name, `${name}.reader`))
      expect(told).toContain(scene.says)
      await product.cardSays(/waiting for approval[\s\S]*Changed since the previous plan/)
      const card = textOf(product.card())
      expect(card).toContain(scene.says)
      expect(card).not.toContain(firstPlan)
      await product.threadSays(FOUND[place])
      expect(await product.csv(`${id}-plan-2.csv`)).not.toHaveLength(0)
      expect(product.callsToReset()).toBe(calls)

      if (worker === undefined) await startWorker()
      while (product.bob.view() !== undefined) await product.bob.closeView(true)
      await product.review(product.carol, 'Approve')
      await product.cardSays(`${id} · ${scene.end}`)
      expect(textOf(product.card())).toContain('Approved by @carol')
      expect(textOf(product.card())).not.toContain('@bob')
      expect(cluster().effects(`${name}.reader`)).not.toHaveLength(0)
    })
  }

  it('runs when the logs have only grown a little', { tags: again }, async () => {
    await askFor('grown', '--to-latest')
    const { bob } = product
    cluster().produce('grown', 0, 40)
    await product.openReview(bob)
    await bob.waitForView(view => viewText(view).includes('The logs have grown since the plan'))
    await bob.closeView()
    await product.review(bob, 'Approve')
    cluster().produce('grown', 1, 40)
    await startWorker()
    await product.cardSays('· done')
    const ends = dialect === 'v3' ? [5_000n, 5_000n, 5_000n] : [5_040n, 5_040n, 5_000n]
    const positions = cluster().positions(INSTANCE, 'grown.reader')
    expect(positions.map(({ committed }) => committed)).toEqual(ends)
  })

  it('forgets the approvals of the plan before: each has to be given again', { tags: again }, async () => {
    const { bob, carol } = product
    cluster().produce('votes', 0, 4_000)
    await askFor('votes', '--to-latest')
    await product.review(bob, 'Approve')
    await product.cardSays('so far by @bob')
    cluster().commit('votes.reader', 'votes', 0, 4_100n)
    await product.openReview(carol)
    await carol.waitForView(view => view.title.text === 'Nothing was decided', 8_000)
    await product.cardSays(/waiting for approval[\s\S]*0 of 2/)
    await carol.closeView()
    await product.review(carol, 'Approve')
    await product.cardSays('so far by @carol')
    expect(textOf(product.card())).toContain('waiting for approval')
    await startWorker()
    await product.review(bob, 'Approve')
    await product.cardSays('· done')
  })

  it('takes a topic that the group has begun to read for a change of "all topics"', {
    tags: ['long'],
  }, async () => {
    await product.ask(`--instance ${INSTANCE} --group all.reader --all-topics --to-earliest --reason why`)
    cluster().createTopic(`new-${dialect}`, 1)
    cluster().commit('all.reader', `new-${dialect}`, 0, 0n)
    await product.openReview(product.bob)
    const view = await product.bob.waitForView(open => open.title.text === 'Nothing was decided', 8_000)
    expect(viewText(view)).toContain(`A partition appeared: new-${dialect} p0`)
    await product.cardSays(new RegExp(`waiting for approval[\\s\\S]*Topics: all, all-b, new-${dialect}`))
  })
})

it('a decision on a plan that was replaced meanwhile is not taken, whoever replaced it', async () => {
  product = await startProduct({ seed: sceneSeed(), env: { ...NO_WAITING, ROLE: 'bot' } })
  try {
    await askFor('grown', '--shift-by -100')
    const { bob, carol } = product
    await product.openReview(bob)
    await bob.waitForView(view => viewText(view).includes('Nothing has changed'))
    await bob.fill('Decision', 'Approve')
    cluster().commit('grown.reader', 'grown', 0, 4_200n)
    await product.openReview(carol)
    await carol.waitForView(view => view.title.text === 'Nothing was decided')
    await until(
      () =>
        product.events.filter(event => event.event === 'changed' && event.command === 'prepare').length === 2,
    )
    const outcome = await bob.submit()
    expect(outcome.kind === 'updated' ? outcome.view.title.text : outcome.kind).toBe('Nothing was decided')
    await product.cardSays('waiting for approval')
  } finally {
    await product.stop()
  }
})
