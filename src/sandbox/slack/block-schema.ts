// The grammar in which Slack's block rules are written down: small checks that note what is wrong and where.
// Texts are those of Slack's own validator (slackhq/hack-json-schema); lengths count code points, as it does.
// It must never throw, whatever arrives: everything here is somebody else's JSON.

export type Surface = 'message' | 'modal' | 'home'

/** One walk over one payload. */
export interface Walk {
  surface: Surface
  note(message: string, pointer: string): void
}

export type Check = (value: unknown, pointer: string, walk: Walk) => void
export type Json = Record<string, unknown>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const countCharacters = (text: string): number => [...text].length

export function string(limits: { min?: number; max?: number; pattern?: RegExp } = {}): Check {
  return (value, pointer, walk) => {
    if (typeof value !== 'string') return walk.note('must provide a string', pointer)
    const length = countCharacters(value)
    if (limits.max !== undefined && length > limits.max) {
      walk.note(`must be less than ${limits.max + 1} characters`, pointer)
    }
    if (limits.min !== undefined && length < limits.min) {
      walk.note(`must be more than ${limits.min - 1} characters`, pointer)
    }
    if (limits.pattern !== undefined && !limits.pattern.test(value)) {
      walk.note('must match the expected format', pointer)
    }
  }
}

export function integer(min: number, max: number): Check {
  return (value, pointer, walk) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      return walk.note('must provide an integer', pointer)
    }
    if (value > max) walk.note(`must be less than or equal to ${max}`, pointer)
    if (value < min) walk.note(`must be greater than or equal to ${min}`, pointer)
  }
}

export const number: Check = (value, pointer, walk) => {
  if (typeof value !== 'number') walk.note('must provide a number', pointer)
}

export const boolean: Check = (value, pointer, walk) => {
  if (typeof value !== 'boolean') walk.note('must provide a boolean', pointer)
}

/** For the few blocks whose inside is not checked. */
export const anything: Check = () => {}

export function oneOf(...allowed: (string | number)[]): Check {
  return (value, pointer, walk) => {
    if (!allowed.some(each => each === value)) walk.note('must be a valid enum value', pointer)
  }
}

export function list(item: Check, limits: { min?: number; max?: number } = {}): Check {
  return (value, pointer, walk) => {
    if (!Array.isArray(value)) return walk.note('must provide an array', pointer)
    if (limits.max !== undefined && value.length > limits.max) {
      walk.note(`no more than ${limits.max} items allowed`, pointer)
    }
    if (limits.min !== undefined && value.length < limits.min) {
      walk.note(`must provide at least ${limits.min} items`, pointer)
    }
    value.forEach((each, index) => {
      item(each, `${pointer}/${index}`, walk)
    })
  }
}

export function object(required: Record<string, Check>, optional: Record<string, Check> = {}): Check {
  return (value, pointer, walk) => {
    if (!isObject(value)) return walk.note('must provide an object', pointer)
    for (const key of Object.keys(required)) {
      if (!Object.hasOwn(value, key)) walk.note(`missing required field: ${key}`, pointer)
    }
    for (const [key, child] of Object.entries(value)) {
      const check = ownCheck(required, key) ?? ownCheck(optional, key)
      if (check === undefined) walk.note(`invalid additional property: ${key}`, pointer)
      else check(child, `${pointer}/${key}`, walk)
    }
  }
}

/** Chooses the check by the object's own `type`. `refuse` words the answer to a type that is not in the table. */
export function byType(
  table: Record<string, Check>,
  refuse: (type: string, pointer: string, walk: Walk) => void,
): Check {
  return (value, pointer, walk) => {
    if (!isObject(value)) return walk.note('must provide an object', pointer)
    if (!Object.hasOwn(value, 'type')) return walk.note('missing required field: type', pointer)
    if (typeof value.type !== 'string') return walk.note('must provide a string', `${pointer}/type`)
    const check = ownCheck(table, value.type)
    if (check === undefined) refuse(value.type, pointer, walk)
    else check(value, pointer, walk)
  }
}

/** Several checks on the same value. */
export function all(...checks: Check[]): Check {
  return (value, pointer, walk) => {
    for (const check of checks) check(value, pointer, walk)
  }
}

export const refuseType = (type: string, pointer: string, walk: Walk): void =>
  walk.note(`unsupported type: ${type}`, `${pointer}/type`)

function ownCheck(table: Record<string, Check>, key: string): Check | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
