import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fits } from '../../src/request/name-pattern.ts'
import { cpuMsOf } from '../support/cpu.ts'

describe('a pattern for names', () => {
  const cases: [pattern: string, names: string[], others: string[]][] = [
    ['orders', ['orders'], ['orders-1', 'Orders', 'order', '']],
    ['orders-*', ['orders-', 'orders-billing', 'orders-*'], ['orders', 'my-orders-1']],
    ['*', ['', 'anything', ' a [b] "c" 🚚\n'], []],
    ['?rders', ['orders', '*rders', '🚚rders'], ['rders', 'oorders']],
    ['*a*b', ['ab', 'xaxxb', 'aab'], ['ba', 'abc']],
    // Kafka takes any character for the name of a group.
    ['my group', ['my group'], ['my_group', 'mygroup']],
    [' orders ', [' orders '], ['orders']],
    ['orders[eu]', ['orders[eu]'], ['orderse', 'orders[e', 'orders']],
    ['{"team": *}', ['{"team": "a"}'], ['{team: a}']],
    ['“订单”-*', ['“订单”-1'], ['"订单"-1']],
    ["o'brien", ["o'brien"], ['obrien']],
    ['CORP\\*', ['CORP\\anne', 'CORP\\*'], ['CORP*', 'CORPanne']],
    // A star, a question mark or a bracket that is meant.
    ['pay[*]', ['pay*'], ['pay', 'pays', 'pay[*]']],
    ['why[?]', ['why?'], ['why', 'whys', 'why[?]']],
    ['[[]*[*]', ['[*', '[ab*'], ['[ab', '*ab*']],
    ['pay[[][*]]', ['pay[*]'], ['pay*', 'pay[a]']],
    ['[]', ['[]'], ['', '[']],
    ['[**]', ['[]', '[**]', '[a]'], ['*', '**']],
  ]
  it.each(cases)('%j stands for the names it should, and no other', (pattern, names, others) => {
    expect(names.filter(name => !fits(name, [pattern]))).toEqual([])
    expect(others.filter(name => fits(name, [pattern]))).toEqual([])
  })

  const anyName = fc.string({ unit: fc.oneof(fc.constantFrom('*', '?', '[', ']', '\\', ' '), fc.string()) })

  it('can be written for any name there is, and stands for that one alone', () => {
    const written = (name: string) => name.replace(/[*?[]/g, '[$&]')
    fc.assert(
      fc.property(anyName, anyName, (name, other) => {
        expect(fits(name, [written(name)])).toBe(true)
        expect(fits(other, [written(name)])).toBe(other === name)
        expect(fits(`${name}${other}`, [`${written(name)}*`])).toBe(true)
      }),
    )
  })

  it('means what it meant before a bracket could be part of one', () => {
    const characters = fc.constantFrom('a', 'b', '*', '?', '\\', '-', '🚚')
    const text = fc.array(characters, { maxLength: 8 }).map(each => each.join(''))
    const asBefore = (pattern: string) =>
      new RegExp(
        `^${Array.from(pattern, each =>
          each === '*' ? '.*' : each === '?' ? '.' : each.replace('\\', '\\\\'),
        ).join('')}$`,
        'su',
      )
    fc.assert(
      fc.property(text, text, (pattern, name) => {
        expect(fits(name, [pattern])).toBe(asBefore(pattern).test(name))
      }),
      { numRuns: 500 },
    )
  })

  it('takes no longer for many stars', () => {
    const match = () => expect(fits('a'.repeat(255), [`${'*a'.repeat(100)}*b`])).toBe(false)
    expect(cpuMsOf(match)).toBeLessThan(2_000)
  })
})
