// The walkthrough must not hold when the product, the API or the story is not what it tells.
// @module-tag long

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import { RESET_ACTIONS } from '../../../src/sandbox/reset-actions.ts'
import { INSTANCE } from '../../../src/sandbox/walkthrough/stage.ts'
import { clusterCalled, DEMO_POLICY } from '../../../src/sandbox/world.ts'
import { startOwnWorld, walk } from './walked.ts'

const GROUP = 'orders-billing'
const V2 = { env: { CKAFKA_API: 'v2' } }
/** Under load a step takes seconds; what never comes is waited for this long. */
const PATIENCE_MS = 12_000

/** The policy of the demo without this. */
async function policyWithout({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, words: string) {
  const folder = await mkdtemp(join(tmpdir(), 'rewind-policy-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const policyFile = join(folder, 'policy.yml')
  const policy = await readFile(DEMO_POLICY, 'utf8')
  await writeFile(policyFile, policy.replace(words, ''))
  return { policyFile }
}

/** At once, because each waits for most of its time. */
describe.concurrent('the walkthrough fails', { timeout: 120_000 }, () => {
  it.for(['v2', 'v3'])(
    'when API %s answers success and moves nothing, and says where the offsets are',
    async (api, test) => {
      const where = await startOwnWorld(test, { env: { CKAFKA_API: api } })
      for (const action of RESET_ACTIONS) where.ckafka.inject(action, { kind: 'lie' }, 2)
      const { ok, failures, lines } = await walk(where)
      test.expect(ok).toBe(false)
      test
        .expect(failures)
        .toContainEqual(test.expect.stringMatching(/^the group stands .*orders 0 at \d+, not 442430/))
      test
        .expect(failures)
        .toContainEqual(test.expect.stringMatching(/^each partition was written .*orders 0 written 0/))
      test
        .expect(failures)
        .toContainEqual(test.expect.stringMatching(/^the three columns .*orders 0 at \d+, told as 4?/))
      test.expect(failures).toContainEqual(test.expect.stringMatching(/^the card ended as done: .*failed/))
      test.expect(lines.filter(line => line.startsWith('✗'))).toHaveLength(failures.length)
      test.expect(lines.filter(line => line.startsWith('== Act '))).toHaveLength(1)
    },
  )

  it('when the world did not move before the decision', async test => {
    const where = await startOwnWorld(test, V2)
    const { cluster } = where.ckafka
    const before = cluster.positions('ckafka-demo0001', GROUP, ['shipments'])
    const { ok, failures } = await walk(where, {
      patienceMs: PATIENCE_MS,
      meddle: {
        at: /Bob presses Review, and there is nothing to decide/,
        run: () => {
          for (const { topic, partition, committed } of before)
            cluster.commit(GROUP, topic, partition, committed ?? 0n)
        },
      },
    })
    test.expect(ok).toBe(false)
    test.expect(failures).toEqual([test.expect.stringContaining('bob sees "Review R-2"')])
  })

  it('when the group is not in use, so that nothing is waited for', async test => {
    const where = await startOwnWorld(test, V2)
    const { failures } = await walk(where, {
      patienceMs: PATIENCE_MS,
      meddle: {
        at: /He approves it all the same/,
        run: () => where.ckafka.cluster.leave(GROUP, 'billing-1'),
      },
    })
    test.expect(failures).toEqual([test.expect.stringContaining('Nobody saw “waits for its group')])
  })

  it('when the consumers commit once more before they stop, so that something else would be written', async test => {
    const where = await startOwnWorld(test, V2)
    const { failures } = await walk(where, {
      patienceMs: PATIENCE_MS,
      meddle: {
        at: /The consumer stops/,
        run: () => clusterCalled(where, INSTANCE).members.readOn(GROUP, 1, ['shipments']),
      },
    })
    test.expect(failures).toEqual([test.expect.stringContaining('Nobody saw the end of the request')])
  })

  it('when the API does not lie though it was made to', async test => {
    const where = await startOwnWorld(test, V2)
    where.ckafka.inject = () => {}
    const { failures, lines } = await walk(where)
    test
      .expect(failures)
      .toContainEqual(test.expect.stringMatching(/^nothing was written: payments 0 written 1 times/))
    test
      .expect(failures)
      .toContainEqual(test.expect.stringMatching(/^the card ended as failed: .*R-3 · done/))
    test.expect(lines.at(-1)).not.toContain('Act 5')
  })

  it('when the undo moves nothing', async test => {
    const where = await startOwnWorld(test)
    const { failures } = await walk(where, {
      meddle: {
        at: /He types it, and approves/,
        run: () => where.ckafka.inject('BatchModifyGroupOffsets', { kind: 'lie' }),
      },
    })
    test
      .expect(failures)
      .toContainEqual(
        test.expect.stringMatching(
          /^shipments stands where it stood before R-2.*shipments 0 at \d+, not \d+/,
        ),
      )
    test
      .expect(failures)
      .toContainEqual(test.expect.stringMatching(/^the card ended as done: .*R-4 · failed/))
  })

  it('when Kafka answers success and writes nothing', async test => {
    const where = await startOwnWorld(test)
    const { failures, lines } = await walk(where, {
      meddle: {
        at: /He approves it, and all topics are written in one commit/,
        run: () => where.kafka?.inject('OffsetCommit', { kind: 'lie' }),
      },
      patienceMs: PATIENCE_MS,
    })
    test
      .expect(failures)
      .toContainEqual(
        test.expect.stringMatching(/^the group stands where the plan says.*invoices 0 at 59204/),
      )
    test
      .expect(failures)
      .toContainEqual(
        test.expect.stringMatching(/^each partition was written once.*invoices 0 written 0 times/),
      )
    test
      .expect(failures)
      .toContainEqual(test.expect.stringMatching(/^the card ended as done: .*R-7 · failed/))
    test.expect(lines.filter(line => line.startsWith('== Act '))).toHaveLength(8)
  })

  it('when somebody commits on Kafka before the undo, which then skips more', {
    tags: ['long'],
  }, async test => {
    const where = await startOwnWorld(test)
    const { failures } = await walk(where, {
      meddle: {
        at: /Alice presses Prepare Undo on R-7/,
        run: () => where.kafka?.cluster.commit('invoices-mail', 'invoices', 0, 50_000n),
      },
      patienceMs: PATIENCE_MS,
    })
    test.expect(failures).toEqual([test.expect.stringMatching(/typed_group.*required/)])
  })

  it('when the manifest lacks a scope that the bot needs', async test => {
    const folder = await mkdtemp(join(tmpdir(), 'rewind-manifest-'))
    test.onTestFinished(() => rm(folder, { recursive: true }))
    const manifestFile = join(folder, 'manifest.yml')
    const manifest = await readFile(new URL('../../../manifest.yml', import.meta.url), 'utf8')
    await writeFile(manifestFile, manifest.replace(/^ +- usergroups:read.*\n/m, ''))
    const { failures } = await walk(await startOwnWorld(test, { ...V2, manifestFile }))
    test.expect(failures).toEqual([test.expect.stringContaining('a user group that Slack does not show')])
  })

  it('when one of two teams is enough', async test => {
    const where = await startOwnWorld(test, await policyWithout(test, ', { from: platform }'))
    const { failures } = await walk(where, { patienceMs: PATIENCE_MS })
    test.expect(failures).toEqual([test.expect.stringContaining('Nobody saw “audit: 1 of 1 approval”')])
  })

  it('when nobody is reminded', async test => {
    const where = await startOwnWorld(test, await policyWithout(test, 'remind: [15m]'))
    const { failures } = await walk(where, { patienceMs: PATIENCE_MS })
    test.expect(failures).toEqual([test.expect.stringContaining('Nobody saw a direct message to bob')])
  })

  it('when CKafka refuses the reset, and with the reason, not with an exception, when a step cannot be taken', async test => {
    const where = await startOwnWorld(test)
    where.ckafka.inject('BatchModifyGroupOffsets', {
      kind: 'code',
      code: 'InvalidParameterValue',
      message: 'The value is wrong.',
    })
    const { ok, failures } = await walk(where)
    test.expect(ok).toBe(false)
    test.expect(failures.join('\n')).toMatch(/the card ended as done: .*failed/)

    await where.bot.kill()
    const again = await walk(where)
    test.expect(again.ok).toBe(false)
    test
      .expect(again.failures)
      .toEqual([test.expect.stringContaining('/reset-offsets failed with the error')])
  })
})
