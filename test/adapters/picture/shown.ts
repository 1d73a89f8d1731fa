// Pictures to draw: plans as the Slack adapter hands them over, and what came after, of any size.

import { type Language, wordsIn } from '../../../src/adapters/slack/language/language.ts'
import { planPicture } from '../../../src/adapters/slack/thread/plan-picture.ts'
import type { LagPicture, LagPoint, PlanPicture } from '../../../src/ports/pictures.ts'
import type { Position } from '../../../src/request/group.ts'
import type { PlanRow } from '../../../src/request/plan-rows.ts'
import type { ResetRequest } from '../../../src/request/request.ts'
import type { Reset } from '../../../src/request/reset.ts'
import { pending, rowsOf, someReset, T0 } from '../../support/requests.ts'

/** Half of them behind where the reset leads, and half beyond it. */
export function manyPositions(count: number, name = 'orders'): Position[] {
  return Array.from({ length: count }, (_, partition) => ({
    topic: name,
    partition,
    committed: 1_000_000n + BigInt(partition % 2 === 0 ? 400_000 - partition : 100_000 + partition),
    logStart: 1_000_000n + BigInt(partition),
    logEnd: 1_500_000n + BigInt(partition),
  }))
}

export interface Planned {
  request: ResetRequest
  rows: PlanRow[]
  picture: PlanPicture
}

export function planned(
  positions: Position[],
  change: Partial<Reset> = { strategy: { kind: 'offset', offset: 1_200_000n } },
  language: Language = 'en',
): Planned {
  const topics = [...new Set(positions.map(({ topic }) => topic))]
  const reset: Reset = { ...someReset, topics, ...change }
  const request = pending({ reset }, { facts: { positions } })
  const rows = rowsOf(reset, { positions })
  const picture = planPicture(wordsIn(language), request, rows)
  if (picture === null) throw new Error('There is nothing to draw.')
  return { request, rows, picture }
}

/** Read down to nothing, with a look that saw nothing, and members that came back. */
export function watched(points: number, language: Language = 'en'): LagPicture {
  const { lag } = wordsIn(language).picture
  const series = Array.from({ length: points }, (_, index): LagPoint => {
    const left = Math.max(0, points - 4 - index) / points
    return {
      atMs: T0 + index * 60_000,
      lag: index === 5 ? null : Math.round(3_359_606 * left),
      members: index < 2 ? 0 : 3,
    }
  })
  return {
    kind: 'lag',
    title: lag.title('R-12', 'orders-billing'),
    lead: lag.lead(points, 3_359_606, { afterMs: 3_600_000, lag: 0, members: 3 }),
    series,
    resetAtMs: T0 + 30_000,
    said: lag,
  }
}
