import { expect, it } from 'vitest'
import { asJson, asLines, exitCodeOf, type Finding, type Level } from '../../src/doctor/finding.ts'

const of = (level: Level, more: Partial<Finding> = {}): Finding => ({
  ...{ area: 'Redis', what: 'a key', found: 'It was written.', level },
  ...more,
})

it.each<[Level[], number]>([
  [[], 0],
  [['ok', 'notMade'], 0],
  [['ok', 'warning', 'notMade'], 1],
  [['warning', 'failure', 'ok'], 2],
])('ends after %j with %i', (levels, code) => {
  expect(exitCodeOf(levels.map(level => of(level)))).toBe(code)
})

it('is one line for each, with what to do, and one that counts them', () => {
  const findings = [of('ok'), of('failure', { found: 'It was not.', advice: 'Look at it.' }), of('notMade')]
  expect(asLines(findings)).toEqual([
    'ok        Redis, a key: It was written.',
    'FAILURE   Redis, a key: It was not. → Look at it.',
    'not made  Redis, a key: It was written.',
    '3 checks: 1 ok, 0 warnings, 1 failure, 1 not made.',
  ])
  expect(asLines([of('warning')]).at(-1)).toBe('1 check: 0 ok, 1 warning, 0 failures.')
})

it('keeps what came from outside on its line, and from steering a terminal', () => {
  const [line, total] = asLines([of('ok', { found: 'a\nb\u001b[31m\u202ec' })])
  expect(line).toBe('ok        Redis, a key: ab[31mc')
  expect(total).toMatch(/^1 check/)
})

it('is the same as JSON', () => {
  const findings = [of('ok'), of('warning', { advice: 'Look at it.' })]
  expect(JSON.parse(asJson(findings))).toEqual({
    ...{ exitCode: 1, counts: { ok: 1, warning: 1, failure: 0, notMade: 0 }, findings },
  })
})
