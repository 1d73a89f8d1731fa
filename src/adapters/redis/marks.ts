// How the marks that gauges are made of are written on Redis: `pending 1764460800000 1764460801000`, the last part left
// out where nothing is owed. The commit script writes them; one that cannot be read is left out.

import { z } from 'zod'
import type { Mark } from '../../request/gauges.ts'
import { stateSchema } from '../../request/state.ts'

const STATES = stateSchema.options.map(({ shape: { name } }) => name.value)

export const marksSchema = z.array(z.string()).transform(marks => marks.flatMap(text => markIn(text) ?? []))

function markIn(text: string): Mark | undefined {
  const [, name, since = '', owes = ''] = /^([A-Za-z]{1,20}) (\d{1,15}) (\d{0,15})$/.exec(text) ?? []
  const state = STATES.find(each => each === name)
  if (state === undefined) return undefined
  return { state, sinceMs: Number(since), owesSinceMs: owes === '' ? null : Number(owes) }
}
