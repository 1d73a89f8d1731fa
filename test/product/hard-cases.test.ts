import { describe, expect, inject } from 'vitest'
import type { ClusterSeed } from '../../src/sandbox/cluster/model.ts'
import { bigSeed, seedPageSeed } from '../../src/sandbox/cluster/seed.ts'
import { PAGE_ANSWER } from '../support/page-answer.ts'
import { DEMO, NO_WAITING, OPS, PRIVATE, type Product, textOf, until, viewText } from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const { scene, product, start, afterwards } = createScenes()

const ASK = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason "wrong VAT rate"`
const heard = (person: Product['alice'], words: string) =>
  until(() => person.ephemerals().some(message => textOf(message).includes(words)))

/** Offsets that a number of JavaScript cannot hold. */
function farSeed(): ClusterSeed {
  const log = { start: 9_007_199_254_740_901n, end: 9_007_199_254_740_993n }
  const written = [{ fromOffset: log.start, atMs: 1_700_000_000_000, everyMs: 1 }]
  const topics = [{ name: 'far', partitions: [{ ...log, written }] }]
  const groups = [{ name: 'far-reader', commits: { far: [log.start + 1n] } }]
  return { instances: [{ id: 'ckafka-far00001', name: 'far', topics, groups }] }
}

describe.concurrent('the answer', () => {
  scene(
    'that the API page prints becomes 4 partitions succeeded and 1 topic failed with code 3',
    async () => {
      await start({ dialect: 'v2', seed: seedPageSeed() })
      // Too slow for the form, which would refuse a topic that is not there.
      product().ckafka.inject('*', { kind: 'delay', ms: 1_500 }, 6)
      product().ckafka.pinAnswer('SetGroupOffsets', PAGE_ANSWER)
      await product().ask(
        '--instance ckafka-xxooa0 --group streams-wordcount --topic streams-wordcount-output --topic aaaa --to-latest --reason sample',
      )
      await product().review(product().bob, 'Approve')
      await product().threadSays('4 partitions succeeded · 1 topic failed')
      const thread = product().threadText()
      expect(thread).toContain('aaaa failed: 3 UNKNOWN_TOPIC_OR_PARTITION')
      expect(thread).toContain('This request is for a topic or partition that does not exist on this broker.')
      expect(thread).toContain('Check the spelling')
      for (const offset of ['27708', '112843', '29149', '29402']) expect(thread).toContain(offset)
      await product().cardSays('· partly done')
    },
  )

  for (const dialect of ['v2', 'v3'] as const) {
    scene(
      `of ${dialect} with a partition beyond 2^53 is reported digit for digit`,
      { tags: ['long'] },
      async () => {
        await start({ dialect, seed: farSeed() })
        await product().ask(
          '--instance ckafka-far00001 --group far-reader --topic far --to-latest --reason sample',
        )
        await product().review(product().bob, 'Approve')
        await product().threadSays('1 partition succeeded')
        expect(product().threadText()).toContain('9007199254740993')
        const [position] = product().ckafka.cluster.positions('ckafka-far00001', 'far-reader')
        expect(position?.committed).toBe(9_007_199_254_740_993n)
      },
    )
  }

  scene(
    'that never comes makes the request unclear, is said in plain words, and is never called for again',
    async () => {
      await start({ dialect: 'v2', env: { CALL_DEADLINE: '1s', CALL_GRACE: '1s' } })
      product().ckafka.inject('SetGroupOffsets', { kind: 'hang', afterDoingIt: true })
      await product().ask(ASK)
      await product().review(product().bob, 'Approve')
      await product().cardSays('· unclear')
      await product().threadSays('won’t retry blindly')
      await new Promise(resolve => setTimeout(resolve, 500))
      expect(product().callsToReset()).toBe(1)
      expect(product().ckafka.cluster.effects(DEMO.group)).toHaveLength(1)
    },
  )

  scene('that never left us is asked for again by itself, once', { tags: ['long'] }, async () => {
    let proxy: TcpProxy | undefined
    await start({
      ckafkaBehind: async url => {
        proxy = await startTcpProxy(Number(new URL(url).port))
        return `http://127.0.0.1:${proxy.port}`
      },
    })
    await product().ask(ASK)
    await proxy?.close()
    await product().review(product().bob, 'Approve')
    await until(() => textOf(product().card()).includes('It is not carried out yet'))
    expect(textOf(product().card())).toContain('Attempt 2 of 8 starts ')
  })
})

describe('an answer', () => {
  for (const [dialect, partitions, calls] of [
    ['v2', 10_000, 1],
    ['v3', 1_000, 10],
  ] as const) {
    scene(
      `of ${dialect} with ${partitions} partitions becomes a thread that can be read, and files that have them all`,
      // The service and the adapters are tested with as many in every run.
      { alone: true, tags: ['long'] },
      async () => {
        await start({ dialect, seed: bigSeed(partitions), env: NO_WAITING })
        await product().ask(
          '--instance ckafka-bulk0001 --group bulk --all-topics --to-earliest --reason "replay all"',
        )
        const { bob } = product()
        await product().openReview(bob)
        await bob.waitForView(view => viewText(view).includes('Nothing has changed'), 12_000)
        await bob.fill('Decision', 'Approve')
        expect((await bob.submit()).kind).toBe('closed')
        await until(() => product().slack.files().length === 2, 20_000)
        for (const file of ['R-1-plan-1.csv', 'R-1-result.csv'])
          expect(await product().csv(file)).toHaveLength(partitions)
        expect(product().threadText()).toContain(`${partitions / 1_000},000 partitions succeeded`)
        expect(
          product()
            .slack.calls('chat.postMessage')
            .every(call => call.ok),
        ).toBe(true)
        expect(product().callsToReset()).toBe(calls)
      },
    )
  }
})

describe.concurrent('every click is answered', () => {
  scene('an outsider, the requester and a late approver each hear why not', async () => {
    await start()
    const card = await product().ask(ASK)
    const { alice, bob, carol, dave } = product()
    await dave.press(card, 'Review')
    await heard(dave, 'Only approvers can decide on R-1')
    await alice.press(card, 'Review')
    await heard(alice, 'You asked for R-1 yourself')
    await dave.press(card, 'Cancel Request')
    await heard(dave, 'Only @alice, who asked for R-1, can cancel it')
    await product().review(carol, 'Reject', 'no')
    await bob.press(card, 'Review')
    await heard(bob, '@carol has rejected R-1')
    expect(product().callsToReset()).toBe(0)
  })

  scene(
    'a second decision from a modal that was open already is told who was first',
    { tags: ['long'] },
    async () => {
      await start()
      const card = await product().ask(ASK)
      for (const person of [product().bob, product().carol]) {
        await person.press(card, 'Review')
        await person.waitForView()
        await person.fill('Decision', 'Approve')
      }
      const outcomes = await Promise.all([product().bob.submit(), product().carol.submit()])
      expect(outcomes.map(outcome => outcome.kind).sort()).toEqual(['closed', 'updated'])
      const told = outcomes.find(outcome => outcome.kind === 'updated')
      expect(JSON.stringify(told)).toMatch(/has approved R-1|R-1 is done/)
      await product().threadSays('4 partitions succeeded')
      expect(product().callsToReset()).toBe(1)
      expect(
        product()
          .threadText()
          .match(/approved R-1/g),
      ).toHaveLength(1)
    },
  )

  scene('a request number that does not exist is said to be so', async () => {
    await start()
    await product().bob.command(OPS, '/offset-requests R-99')
    await heard(product().bob, 'No such request: R-99')
    await product().bob.command(OPS, '/offset-requests what')
    await heard(product().bob, 'Type /offset-requests for the open requests')
  })
})

describe('when Redis is away', () => {
  // Who waits for the store waits for a second and not longer.
  const alone = { alone: true }

  async function behindProxy(): Promise<TcpProxy> {
    const started = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
    afterwards(() => started.close())
    await start({ redisUrl: `redis://127.0.0.1:${started.port}` })
    return started
  }

  scene(
    'a submission stays in its form, says it is not saved, and is one request when sent again',
    async () => {
      const proxy = await behindProxy()
      const { alice } = product()
      await alice.command(OPS, `/reset-offsets ${ASK}`)
      await alice.waitForView()
      proxy.down()
      const outcome = await alice.submit()
      expect(outcome).toMatchObject({
        kind: 'errors',
        errors: { field_reason: expect.stringContaining('not have been saved') },
      })
      proxy.up()
      await until(async () => (await alice.submit()).kind === 'closed')
      await until(() => product().slack.messages(OPS).length === 1)
      await product().cardSays('waiting for approval')
    },
  )

  scene('a lost reply to the submission still makes one request', { ...alone, tags: ['long'] }, async () => {
    const proxy = await behindProxy()
    proxy.loseNextReply('orders-billing')
    await product().ask(ASK)
    await until(() => product().slack.messages(OPS).length === 1)
    await product().bob.command(OPS, '/offset-requests')
    await heard(product().bob, '1 request is open')
  })

  scene('a decision whose reply is lost counts once and runs once', alone, async () => {
    const proxy = await behindProxy()
    const card = await product().ask(ASK)
    await product().bob.press(card, 'Review')
    await product().bob.waitForView()
    await product().bob.fill('Decision', 'Approve')
    proxy.loseNextReply('"verdict":"approve"')
    expect((await product().bob.submit()).kind).toBe('closed')
    await product().cardSays('· done')
    expect(product().callsToReset()).toBe(1)
  })
})

describe.concurrent('when Slack is difficult', () => {
  scene('a card whose answer was lost is found again, not posted twice', async () => {
    await start()
    product().slack.inject('chat.postMessage', { kind: 'cut', afterDoingIt: true })
    await product().alice.command(OPS, `/reset-offsets ${ASK}`)
    await product().alice.waitForView()
    await product().alice.submit()
    await until(() => product().slack.messages(OPS).length === 1)
    await until(() =>
      product().events.some(event => event.event === 'changed' && event.command === 'prepare'),
    )
    await product().bob.command(OPS, '/offset-requests R-1')
    await product().bob.waitForView()
    await product().bob.fill('Decision', 'Approve')
    await product().bob.submit()
    await until(() => product().ckafka.cluster.effects(DEMO.group).length === 1)
    expect(product().slack.messages(OPS)).toHaveLength(1)
  })

  scene(
    'a card that cannot be posted is told to the requester, who can still be reviewed',
    { tags: ['long'] },
    async () => {
      await start({ env: { APPROVALS_CHANNEL: PRIVATE } })
      await product().alice.command(OPS, `/reset-offsets ${ASK}`)
      await product().alice.waitForView()
      await product().alice.submit()
      await until(() => product().alice.directMessages().length === 1)
      expect(textOf(product().alice.directMessages()[0] as never)).toContain(
        'Invite Rewind there with /invite',
      )
      // Nobody can see on a card when it is planned.
      await until(async () => {
        await product().bob.command(OPS, '/offset-requests R-1')
        return product().bob.view()?.title.text === 'Review R-1'
      })
    },
  )

  scene('an outage of Slack does not hold up an execution', { tags: ['long'], timeout: 40_000 }, async () => {
    await start()
    const card = await product().ask(ASK)
    await product().bob.press(card, 'Review')
    await product().bob.waitForView()
    await product().bob.fill('Decision', 'Approve')
    product().slack.inject('*', { kind: 'httpStatus', status: 503 }, Number.POSITIVE_INFINITY)
    await product().bob.submit()
    await until(() => product().ckafka.cluster.effects(DEMO.group).length === 1)
    product().slack.clearFaults()
    // A post that Slack answered with 503 may be there: its claim of 15 s runs out before it is looked for.
    await until(() => textOf(product().card()).includes('· done'), 25_000)
  })

  scene('a form whose trigger died is answered with a sentence', async () => {
    await start()
    product().slack.inject('views.open', { kind: 'error', error: 'expired_trigger_id' })
    await product().alice.command(OPS, '/reset-offsets')
    await heard(product().alice, 'Slack took too long to open the window. Please try again.')
  })
})

describe.concurrent('roles', () => {
  scene('a bot and two workers apart share the work, and one approval still is one call', async () => {
    await start({ env: { ROLE: 'bot' } })
    await product().startAnother({ ROLE: 'worker' })
    await product().startAnother({ ROLE: 'worker' })
    await product().ask(ASK)
    await product().review(product().bob, 'Approve')
    await product().threadSays('4 partitions succeeded')
    expect(product().callsToReset()).toBe(1)
  })

  scene('a stop lets the call in hand end, and its result is kept', { tags: ['long'] }, async () => {
    await start()
    product().ckafka.inject('BatchModifyGroupOffsets', { kind: 'delay', ms: 400 })
    await product().ask(ASK)
    await product().review(product().bob, 'Approve')
    await until(() => product().events.some(event => event.event === 'changed' && event.command === 'start'))
    await product().rewind.stop()
    expect(product().events).toContainEqual(
      expect.objectContaining({ command: 'finish', state: 'succeeded' }),
    )
    await product().startAnother()
    await product().threadSays('4 partitions succeeded')
    expect(product().callsToReset()).toBe(1)
  })
})
