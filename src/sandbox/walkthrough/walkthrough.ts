// The whole story, as the people of the workspace live it, in eleven acts. After each, what was said is held against what
// the cluster shows. It must never look inside the bot.

import type { World } from '../world.ts'
import { refuseDrift } from './act-drift.ts'
import { breakGlass } from './act-glass.ts'
import { resetOnKafka } from './act-kafka.ts'
import { planAndApprove } from './act-plan.ts'
import { prove } from './act-proof.ts'
import { gatherQuorum } from './act-quorum.ts'
import { remind } from './act-reminder.ts'
import { undo } from './act-undo.ts'
import { waitForEmpty } from './act-wait.ts'
import { watchStuck, watchUntilCaughtUp } from './act-watch.ts'
import type { Check } from './checks.ts'
import { finishedCalls, type Stage, setStage } from './stage.ts'

const PATIENCE_MS = 60_000

/**
 * API 2.0 allows an account 100 calls in a minute, and all of this takes less than half of one; after a reset the clock is put
 * forward from look to look, which would otherwise be three in a minute. Alice asks more often than people do.
 */
export function walkthroughEnv(api: string | undefined): Record<string, string> {
  return { WATCH: '2h', CKAFKA_QUOTA_FACTOR: api === 'v2' ? '20' : '10', SUBMISSIONS_A_MINUTE: 'off' }
}

export interface Verdict {
  ok: boolean
  failures: string[]
}

/** Never rejects: a step that cannot be taken ends the walk, and is a failure like any other. */
export async function walkthrough(
  world: World,
  print: (line: string) => void,
  { patienceMs = PATIENCE_MS } = {},
): Promise<Verdict> {
  const stage = setStage(world, print, patienceMs)
  const failures: string[] = []

  /** After an act that did not hold the rest would be another story. */
  async function play<T extends { checks: Check[] }>(title: string, act: () => Promise<T>): Promise<T> {
    stage.narrator.act(title)
    const played = await act()
    print('')
    print('What holds now')
    for (const { claim, holds, instead } of played.checks) {
      print(`${holds ? '✓' : '✗'} ${claim}`)
      if (holds) continue
      print(`    ${instead}`)
      failures.push(`${claim}: ${instead}`)
    }
    if (failures.length > 0) throw new Stopped()
    return played
  }

  try {
    const first = await play('Act 1: an exact plan, approved by somebody else', () => planAndApprove(stage))
    const asked = await play('Act 2: the world moves, so the plan is refused', () => refuseDrift(stage))
    const shifted = await play('Act 3: a group in use is waited for', () => waitForEmpty(stage, asked.card))
    await play('Act 4: success is proved, and a lie is found out', () => prove(stage, shifted.report))
    await play('Act 5: it is put back', async () => {
      const { checks } = await undo(stage, {
        first: first.card,
        shifted: shifted.card,
        before: shifted.before,
      })
      return { checks: [...checks, await grantedAll(stage)] }
    })
    await play('Act 6: it takes one of each of two teams', () => gatherQuorum(stage))
    await play('Act 7: it cannot wait, so the glass is broken', () => breakGlass(stage))
    await play('Act 8: the same on a Kafka cluster, all topics in one commit', () => resetOnKafka(stage))
    await play('Act 9: nobody decides, and the clock is put forward', async () => {
      const { checks } = await remind(stage)
      return { checks: [...checks, await grantedAll(stage)] }
    })
    await play('Act 10: the group is watched until it has caught up', () => watchUntilCaughtUp(stage))
    await play('Act 11: a partition does not move', async () => {
      const { checks } = await watchStuck(stage)
      return { checks: [...checks, await grantedAll(stage)] }
    })
  } catch (error) {
    if (!(error instanceof Stopped)) {
      const why = error instanceof Error ? error.message : String(error)
      print(`✗ ${why}`)
      failures.push(why)
    }
  }
  return { ok: failures.length === 0, failures }
}

/** A dialog that was sent or closed while the bot was about to draw it anew. */
const OVERTAKEN = ['not_found', 'hash_conflict']

class Stopped extends Error {}

async function grantedAll(stage: Stage): Promise<Check> {
  const refusals = (await finishedCalls(stage)).filter(
    ({ ok, method, error = '' }) => !ok && !(method === 'views.update' && OVERTAKEN.includes(error)),
  )
  return {
    claim: 'Slack granted every call: the scopes in the manifest are enough',
    holds: refusals.length === 0,
    instead: refusals.map(call => `${call.method}: ${call.error}`).join(', '),
  }
}
