// The short storms, with fixed seeds, of `npm run test:long`. `npm run test:faults` runs the long ones.
// @module-tag long

import { it } from 'vitest'
import { expectNothingLost } from './short-storm.ts'

it.each(['v3', 'kafka'] as const)(
  'loses, doubles, invents and leaves unanswered nothing in a short storm (%s)',
  dialect => expectNothingLost({ dialect }),
  180_000,
)
