import { describe, expect, it } from 'vitest'
import { readArguments } from '../../src/requests-command/arguments.ts'

const ONCE = '5f0c7f4e-6c1d-4f3b-9d5e-0a1b2c3d4e5f'
const read = (...args: string[]) => readArguments(args, ONCE)
const given = (...args: string[]) => {
  const outcome = read(...args)
  if (outcome.kind !== 'given') throw new Error(JSON.stringify(outcome))
  return outcome.given
}
const problems = (...args: string[]) => {
  const outcome = read(...args)
  return outcome.kind === 'wrong' ? outcome.problems : [`it is ${outcome.kind}`]
}

describe('the arguments of the command requests', () => {
  it('ask with the flags of a reset, which are left to the bot', () => {
    const flags = ['--group', 'orders-billing', '--shift-by', '-100', '--reason', 'the "rate"']
    expect(given('ask', ...flags, '--wait', '--json', '--token-file', '/run/token')).toEqual({
      question: { do: 'ask', words: flags, once: ONCE },
      isJson: true,
      waitMs: 3_600_000,
      address: undefined,
      tokenFile: '/run/token',
    })
    expect(given('ask', '--wait-at-most=90s', '--address=https://rewind:3000')).toMatchObject({
      waitMs: 90_000,
      address: 'https://rewind:3000',
    })
    expect(given('ask', '--to-earliest').waitMs).toBeNull()
  })

  it('list what is open, or what they say', () => {
    expect(given('list').question).toEqual({ do: 'list', part: 'open' })
    expect(given('list', '--group', 'a b', '--instance=ckafka-1', '--state', 'failed').question).toEqual({
      do: 'list',
      part: 'failed',
      group: 'a b',
      instance: 'ckafka-1',
    })
  })

  it('show and cancel one request', () => {
    for (const word of ['R-7', 'r-7', '7']) {
      expect(given('show', word).question).toEqual({ do: 'show', id: 'R-7', rows: false })
      expect(given('cancel', word, '--json').question).toEqual({ do: 'cancel', id: 'R-7' })
    }
    expect(given('show', 'R-7', '--json').question).toMatchObject({ rows: true })
  })

  it.each([
    [['approve', 'R-7'], 'list, show, ask or cancel'],
    [['show'], 'one request'],
    [['show', 'R-7', 'R-8'], 'one request'],
    [['cancel', 'R-0'], 'one request'],
    [['cancel', 'R-7', '--wait'], 'Only ask can wait'],
    [['list', 'orders'], 'no other word'],
    [['list', '--state', 'pending'], '--state must be one of'],
    [['ask', '--wait-at-most', 'soon'], '--wait-at-most must be'],
    [['ask', '--wait-at-most', '0s'], '--wait-at-most must be'],
    [['ask', '--token-file'], '--token-file needs a value'],
    [['ask', '--json=yes'], '--json takes no value'],
    [['ask', '--address', 'a', '--address', 'b'], 'more than once'],
  ])('%j are wrong', (args, said) => {
    expect(problems(...args).join('\n')).toContain(said)
  })

  it('can ask for help', () => {
    for (const args of [['help'], ['--help'], ['ask', '--help']])
      expect(read(...args)).toEqual({ kind: 'help' })
    expect(read()).toEqual({ kind: 'wrong', problems: [] })
  })
})
