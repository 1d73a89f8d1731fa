// A payload with something changed in it, drawn from a seed; and the same with what it cannot do without spoilt.

import type { Random } from '../faults/random.ts'
import type { Body, Example } from './recording.ts'

export type Path = (string | number)[]

const LONG = 'x'.repeat(100_000)
/** In the place of what ought to be there. `undefined`: gone. */
export const WRONG: unknown[] = [undefined, null, [], {}, 7, true, '', LONG, [null], { id: null }, '\u0000']
const STRINGS = [
  ...[
    '',
    ' ',
    LONG,
    'R-1',
    'R-999999999999999999',
    'R-0',
    'U0BOB',
    '__proto__',
    'constructor',
    '{"a":',
    'null',
  ],
  ...[
    '\ud800',
    '\u202e',
    '{"requestId":"R-1","digest":"x"}',
    '{"askedIn":"C0OPS","notes":[]}',
    '\u0000',
    '-1',
  ],
]

/** Without them nothing can be done; `user` and `type` are in every interaction. */
export function vitalPathsOf({ kind, body }: Example): Path[] {
  if (kind === 'command') return [['command'], ['user_id'], ['trigger_id']]
  if (kind === 'event') return [['event'], ['event', 'type'], ['event', 'user'], ['type']]
  const common: Path[] = [['type'], ['user'], ['user', 'id']]
  if (body.type === 'block_actions') {
    const [action] = Array.isArray(body.actions) ? (body.actions as Body[]) : []
    // A button carries its value itself, a menu that of what was picked in it.
    const carried: Path[] =
      action !== undefined && 'selected_option' in action
        ? [['selected_option'], ['selected_option', 'value']]
        : [['value']]
    const ofAction = [['action_id'], ...carried].map((path): Path => ['actions', 0, ...path])
    return [...common, ['actions'], ['actions', 0], ...ofAction]
  }
  if (body.type === 'view_submission') {
    const parts = [[], ['id'], ['callback_id'], ['private_metadata'], ['state'], ['state', 'values']]
    return [...common, ...parts.map(part => ['view', ...part])]
  }
  return body.type === 'block_suggestion' ? [...common, ['action_id'], ['value']] : common
}

export function withAt(body: Body, path: Path, value: unknown): Body {
  const copy = structuredClone(body)
  let at: Record<string | number, unknown> = copy
  for (const step of path.slice(0, -1)) {
    const next = at[step]
    if (typeof next !== 'object' || next === null) return copy
    at = next as Record<string | number, unknown>
  }
  const last = path.at(-1) ?? ''
  if (value === undefined) delete at[last]
  else at[last] = value
  return copy
}

/** One to three changes anywhere. */
export function mutated(random: Random, body: Body): Body {
  let changed = body
  for (let times = random.between(1, 3); times > 0; times--) {
    const path = random.pick(pathsOf(changed))
    changed = withAt(changed, path, valueFor(random, path))
  }
  return changed
}

function valueFor(random: Random, path: Path): unknown {
  switch (random.between(0, 5)) {
    case 0:
      return undefined
    case 1:
      return random.pick(STRINGS)
    case 2:
      return random.pick([null, 0, -1, 1e300, true, Number.MAX_SAFE_INTEGER])
    case 3:
      return Array.from({ length: random.between(0, 200) }, () => random.pick(WRONG.slice(1, 6)))
    case 4:
      return deep(random.between(1, 400))
    default:
      return {
        [random.pick(['id', 'type', 'value', '__proto__', 'toString', String(path.at(-1))])]:
          random.pick(STRINGS),
      }
  }
}

function deep(levels: number): unknown {
  let value: unknown = 'x'
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value }
  return value
}

/** Of everything in it, and of one thing more at each place. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || at.length > 12) return []
  const inner = Object.entries(value)
    .slice(0, 40)
    .flatMap(([key, each]) => {
      const path = [...at, Array.isArray(value) ? Number(key) : key]
      return [path, ...pathsOf(each, path)]
    })
  return [[...at, 'more'], ...inner]
}
