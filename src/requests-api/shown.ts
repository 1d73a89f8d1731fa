// A request as the command `requests` shows it, in English: what of the record a job may go by. Pure.

import type { Words } from '../adapters/slack/language/language.ts'
import { outcomeSentence } from '../adapters/slack/wording/outcome.ts'
import { totalsInWords } from '../adapters/slack/wording/plan.ts'
import { scopeInWords, stateSentence } from '../adapters/slack/wording/words.ts'
import { hadNothingToMove } from '../request/list-part.ts'
import { filled } from '../request/quorum.ts'
import { cardTsOf, type ResetRequest } from '../request/request.ts'
import type { State } from '../request/state.ts'
import type { End, Shown } from './questions.ts'

const TOPICS_NAMED = 20

export function endOf(state: State): End {
  switch (state.name) {
    case 'preparing':
    case 'pending':
    case 'approved':
    case 'executing':
      return 'open'
    case 'unclear':
      // Until people are asked, the next look at the offsets may settle it.
      return state.asked ? 'unclear' : 'open'
    case 'succeeded':
      return 'done'
    case 'partial':
      return 'failed'
    case 'failed':
      if (hadNothingToMove(state)) return 'done'
      return state.outcome.kind === 'notAllowed' ? 'refused' : 'failed'
    default:
      return state.name
  }
}

export function shownOf(words: Words, request: ResetRequest): Shown {
  const { id, state, requester, reset, reason, createdAtMs, expiresAtMs, channel, plan, guard, votes } =
    request
  const ts = cardTsOf(request)
  const outcome = 'outcome' in state ? state.outcome : null
  return {
    ...{ id, requester, reason },
    end: endOf(state),
    state: state.name,
    sentences: [
      stateSentence(words, request),
      ...(outcome === null ? [] : [outcomeSentence(words, outcome, request)]),
    ],
    instance: reset.target.instanceId,
    group: reset.target.group,
    topics: scopeInWords(words, reset, TOPICS_NAMED),
    reset: words.reset.strategyAlone(reset.strategy),
    askedAt: iso(createdAtMs),
    expiresAt: state.name === 'preparing' || state.name === 'pending' ? iso(expiresAtMs) : null,
    card: ts === undefined ? null : { channel, ts },
    plan:
      plan === null
        ? null
        : {
            digest: plan.digest,
            madeAt: iso(plan.atMs),
            certainty: plan.certainty,
            partitions: plan.partitions,
            moving: plan.moving,
            replays: `${plan.replays}`,
            skips: `${plan.skips}`,
            sentence: totalsInWords(words, plan, request),
          },
    approvals: { given: filled(guard, votes), needed: guard.approvals },
    counts: outcome?.kind === 'done' ? outcome.counts : null,
  }
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
