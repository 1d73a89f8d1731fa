// What a job is shown of a request, and what it exits with, in every state that there is.

import { describe, expect, it } from 'vitest'
import { wordsIn } from '../../src/adapters/slack/language/language.ts'
import { parseArguments } from '../../src/request/flags.ts'
import { parseReset } from '../../src/request/reset.ts'
import { answerSchema } from '../../src/requests-api/questions.ts'
import { endOf, shownOf } from '../../src/requests-api/shown.ts'
import { problemsSaid } from '../../src/requests-api/words.ts'
import { EXIT_OF_END, printed, progressLine } from '../../src/requests-command/rendering.ts'
import { everyState, HOSTILE } from '../support/requests.ts'

const words = wordsIn('en')
const states = everyState({ requester: 'svc:deploys' })
const answerOf = (request: (typeof states)[number][1]) =>
  ({ kind: 'request', request: shownOf(words, request), plan: null, result: null }) as const

describe('a request that is shown to a job', () => {
  it.each(states)('is one that is %s, in a shape that the command reads', (_name, request) => {
    const answer = answerOf(request)
    expect(answerSchema.parse(JSON.parse(JSON.stringify(answer)))).toEqual(answer)
    const { out, err, code } = printed(answer, false, true)
    expect(code).toBe(EXIT_OF_END[endOf(request.state)])
    expect(err).toEqual([])
    expect(out.join('\n')).toContain(`${request.id} `)
    expect(out.join('\n')).toContain('by svc:deploys')
    expect(out.join('\n')).not.toMatch(/undefined|\[object|<@/)
    expect(printed(answer, true, false)).toMatchObject({
      code: 0,
      out: [expect.stringMatching(/^\{"request":/)],
    })
  })

  it('has come out as its state says', () => {
    const ends = new Map(states.map(([name, request]) => [name, endOf(request.state)]))
    expect(Object.fromEntries(ends)).toMatchObject({
      preparing: 'open',
      pending: 'open',
      approved: 'open',
      executing: 'open',
      rejected: 'rejected',
      cancelled: 'cancelled',
      expired: 'expired',
      succeeded: 'done',
      partial: 'failed',
      notPrepared: 'failed',
      'not allowed': 'refused',
    })
    expect(new Set(ends.values())).toEqual(new Set(Object.keys(EXIT_OF_END)))
  })

  it('steers no terminal, whatever it holds', () => {
    for (const [, request] of everyState({ reason: HOSTILE.join(' ') })) {
      const answer = answerOf(request)
      const lines = [...printed(answer, false, false).out, progressLine(answer.request)]
      const list = printed({ kind: 'list', requests: [answer.request], isWhole: false }, false, false)
      for (const line of [...lines, ...list.out]) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    }
  })
})

describe('what else is answered', () => {
  it('is printed to stderr, and has an exit code of its own', () => {
    expect(printed({ kind: 'wrong', said: ['a\u001b[31m'] }, false, false)).toEqual({
      out: [],
      err: ['a[31m'],
      code: 2,
    })
    expect(printed({ kind: 'refused', why: 'denied', said: ['Not now.'] }, true, true)).toEqual({
      out: ['{"refused":"denied","said":["Not now."]}'],
      err: ['Not now.'],
      code: 3,
    })
    expect(printed({ kind: 'away', said: ['Redis.'] }, false, true)).toMatchObject({ code: 1 })
    expect(printed({ kind: 'list', requests: [], isWhole: true }, false, false).out).toEqual(['No request.'])
  })

  it('of what was typed wrong leads to a flag, and to no form', () => {
    const said = (typed: string[]) => {
      const nowMs = Date.UTC(2026, 10, 23)
      const { fields, problems } = parseArguments(typed, { nowMs, writePartitions: true })
      const parsed = parseReset(fields, { instances: [], writePartitions: true, nowMs })
      return problemsSaid(words, problems, parsed.ok ? [] : Object.values(parsed.problems))
    }
    const all = [
      ...said([]),
      ...said(['--from-file', 'x.csv', '--topic', 'a', '--all-topics', '--to-group', 'b']),
      ...said(['--group', 'a', '--group', 'b', '--to-earliest', '--to-latest', '--topic', ',']),
      ...said(['--shift-by', '0', '--to-offset', 'x', 'stray']),
      ...said(['--to-datetime', '2099-01-01T00:00:00Z']),
      ...said(['--topic', 'a', '--all-topics']),
    ]
    expect(said([])).toContain('Say why with --reason. The approver and the audit trail need it.')
    expect(all.length).toBeGreaterThan(15)
    expect(all.filter(each => /below|\bChoose\b|\bPick\b|box|\bAttach the/i.test(each))).toEqual([])
  })
})
