// The one place that puts a library's findings in settings and files into our own words: those of the schemas, where a
// schema does not say itself what it expects, and those of YAML. Pure. It must never repeat a value.

import type { z } from 'zod'

/**
 * For `safeParse(value, { error: issueWords })`. It goes on after the name of a setting or the place in a file: `must be at
 * least 1`. What a schema says itself comes first.
 */
export function issueWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${nameOfType(issue.expected)}`
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : `must be ${listed(issue.values.map(String))}`
    case 'too_small':
      return boundWords(issue, issue.minimum, issue.inclusive === false ? 'more than' : 'at least')
    case 'too_big':
      return boundWords(issue, issue.maximum, issue.inclusive === false ? 'less than' : 'at most')
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_format':
      return formatWords(issue)
    case 'unrecognized_keys':
      return `must not hold ${issue.keys.join(', ')}`
    case 'invalid_union':
      return Array.isArray(issue.options) && issue.options.length > 0
        ? `must be ${listed(issue.options.map(String))}`
        : 'has none of the forms that it may have'
    case 'invalid_key':
      return 'has a name that it may not have'
    case 'invalid_element':
      return 'holds something that it may not hold'
    case 'custom':
      return 'cannot be used as it is'
    default:
      return issue satisfies never
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text, in quotes where it looks like something else',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  set: 'a list',
  tuple: 'a list',
  object: 'keys with their values',
  record: 'keys with their values',
  map: 'keys with their values',
  date: 'a date',
  null: 'empty',
  undefined: 'absent',
  never: 'absent',
}

function nameOfType(expected: string): string {
  return Object.hasOwn(TYPES, expected) ? (TYPES[expected] ?? '') : 'something else'
}

function listed(values: readonly string[]): string {
  const last = values.at(-1) ?? ''
  return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`
}

/** What is counted, by what it is counted in. */
const COUNTED: Readonly<Record<string, string>> = {
  string: 'characters',
  array: 'entries',
  set: 'entries',
  map: 'entries',
  file: 'bytes',
}

function boundWords(
  { origin, exact }: { origin: string; exact?: boolean | undefined },
  bound: number | bigint,
  than: string,
): string {
  const amount = exact ? `exactly ${bound}` : `${than} ${bound}`
  const counted = COUNTED[origin]
  if (counted === undefined) return `must be ${amount}`
  return `must have ${amount} ${bound === 1 || bound === 1n ? COUNTED_ONE[counted] : counted}`
}

const COUNTED_ONE: Readonly<Record<string, string>> = {
  characters: 'character',
  entries: 'entry',
  bytes: 'byte',
}

function formatWords(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidStringFormat>): string {
  const { format, prefix, suffix, includes } = issue
  if (format === 'starts_with') return `must start with ${prefix}`
  if (format === 'ends_with') return `must end with ${suffix}`
  if (format === 'includes') return `must have ${includes} in it`
  if (format === 'url') return 'must be an address, like https://example.com'
  return 'is not written as it has to be'
}

/** @param code of the `yaml` package. It says what is wrong with the text, and not where. */
export function yamlWords(code: string): string {
  return (Object.hasOwn(YAML, code) ? YAML[code] : undefined) ?? 'not valid YAML from here on'
}

const YAML: Readonly<Record<string, string>> = {
  BAD_INDENT: 'not valid YAML: what is on this line is not as far to the right as what it belongs to',
  TAB_AS_INDENT: 'not valid YAML: there is a tab where only blanks may be',
  MISSING_CHAR: 'not valid YAML: a quote, a bracket, a comma or a colon is missing',
  BLOCK_AS_IMPLICIT_KEY: 'not valid YAML: a value begins where only a key may be',
  DUPLICATE_KEY: 'not valid YAML: the same key is there twice',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
  MULTIPLE_DOCS: 'the file must hold one document: --- may stand on its first line only',
  TAG_RESOLVE_FAILED: 'the file has a tag (!) that means nothing here',
}
