// What a person types after /reset-offsets becomes the fields of the form, or a sentence that says why not.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wordsIn } from '../../src/adapters/slack/language/language.ts'
import { sentenceOf } from '../../src/adapters/slack/language/sentences.ts'
import { asksForHelp } from '../../src/request/flag-words.ts'
import { FLAGS_IN_HELP, parseArguments, parseFlags, STRATEGIES_IN_HELP } from '../../src/request/flags.ts'
import type { ResetFields } from '../../src/request/reset.ts'
import { cpuMsOf } from '../support/cpu.ts'
import { anyText } from '../support/texts.ts'

const words = wordsIn('en')

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0)
const NOW_SECONDS = NOW / 1000
/** The problems as they are said. */
const parse = (text: string, writePartitions = true) => {
  const { fields, problems } = parseFlags(text, { nowMs: NOW, writePartitions })
  return { fields, problems: problems.map(each => sentenceOf(words.flags, each)) }
}
/** Understood as a whole. */
const fields = (text: string): ResetFields => {
  const parsed = parse(text)
  expect(parsed.problems).toEqual([])
  return parsed.fields
}
/** Exactly one problem, and nothing but these fields. */
const problem = (text: string, left: ResetFields = {}): string => {
  const parsed = parse(text)
  expect(parsed.fields).toEqual(left)
  expect(parsed.problems).toHaveLength(1)
  return parsed.problems[0] ?? ''
}

describe('every flag', () => {
  const cases: [string, ResetFields][] = [
    ['--instance ckafka-xxooa0', { instance: 'ckafka-xxooa0' }],
    ['--group orders-billing', { group: 'orders-billing' }],
    ['--topic orders', { scope: 'topics', topics: 'orders' }],
    ['--topic orders --topic payments', { scope: 'topics', topics: 'orders\npayments' }],
    ['--topic orders,payments,orders', { scope: 'topics', topics: 'orders\npayments' }],
    ['--topic orders, payments', { scope: 'topics', topics: 'orders\npayments' }],
    ['--topic "orders","payments" --topic a', { scope: 'topics', topics: 'orders\npayments\na' }],
    ['--all-topics', { scope: 'allTopics' }],
    ['--shift-by 100', { strategy: 'shift', direction: 'skip', count: '100' }],
    ['--shift-by +100', { strategy: 'shift', direction: 'skip', count: '100' }],
    ['--shift-by -100', { strategy: 'shift', direction: 'replay', count: '100' }],
    ['--shift-by=-100', { strategy: 'shift', direction: 'replay', count: '100' }],
    ['--shift-by –100', { strategy: 'shift', direction: 'replay', count: '100' }],
    ['--shift-by -007', { strategy: 'shift', direction: 'replay', count: '7' }],
    ['--to-earliest', { strategy: 'earliest' }],
    ['--to-latest', { strategy: 'latest' }],
    ['--to-offset 0', { strategy: 'offset', offset: '0' }],
    ['--to-offset 000000000000000000000042', { strategy: 'offset', offset: '42' }],
    ['--to-offset 9223372036854775807', { strategy: 'offset', offset: '9223372036854775807' }],
    ['--reason "wrong VAT rate"', { reason: 'wrong VAT rate' }],
    ['--reason wrong VAT rate', { reason: 'wrong VAT rate' }],
    ['--topic orders:0,1', { scope: 'topics', topics: 'orders:0,1' }],
    ['--topic orders:0-3, payments', { scope: 'topics', topics: 'orders:0-3\npayments' }],
    ['--topic payments,orders:0,1', { scope: 'topics', topics: 'payments\norders:0,1' }],
    ['--to-group orders-audit', { strategy: 'group', otherGroup: 'orders-audit' }],
    ['--from-file', { strategy: 'offsets' }],
    ['--from-file --group g', { strategy: 'offsets', group: 'g' }],
    [
      '--by-duration PT1H --allow-skip-to-end',
      { strategy: 'time', timeSeconds: NOW_SECONDS - 3_600, skipToEnd: true },
    ],
  ]
  it.each(cases)('%s', (text, expected) => {
    expect(fields(text)).toEqual(expected)
  })

  it('may be written with an equals sign, in any order', () => {
    expect(
      fields('--reason="it’s wrong" --topic=a,b --to-offset=7 --group=g=1 --instance=ckafka-xxooa0'),
    ).toEqual({
      reason: 'it’s wrong',
      scope: 'topics',
      topics: 'a\nb',
      strategy: 'offset',
      offset: '7',
      group: 'g=1',
      instance: 'ckafka-xxooa0',
    })
  })

  it('reads nothing from nothing', () => {
    expect(parse('')).toEqual({ fields: {}, problems: [] })
    expect(parse(' \n\t ')).toEqual({ fields: {}, problems: [] })
  })
})

describe('what keyboards and Slack make of the text', () => {
  const cases: [string, ResetFields][] = [
    ['—group g —to-latest', { group: 'g', strategy: 'latest' }],
    ['–group g –shift-by=-5', { group: 'g', strategy: 'shift', direction: 'replay', count: '5' }],
    ['—-group g', { group: 'g' }],
    ['--reason “wrong VAT rate” --group g', { reason: 'wrong VAT rate', group: 'g' }],
    ['--reason „falscher Satz“ --group g', { reason: 'falscher Satz', group: 'g' }],
    ['--group 「my group」 --reason «taux faux»', { group: 'my group', reason: 'taux faux' }],
    ['--group=『my group』 --reason »falscher Satz«', { group: 'my group', reason: 'falscher Satz' }],
    ['--group ‹my group› --reason ‚falscher Satz‘', { group: 'my group', reason: 'falscher Satz' }],
    ['--group ｢my group｣ --reason 〝税率错误〟', { group: 'my group', reason: '税率错误' }],
    ['--group 订单「新」 --reason 5‹6', { group: '订单「新」', reason: '5‹6' }],
    ['--reason ‘wrong VAT rate’ --group g', { reason: 'wrong VAT rate', group: 'g' }],
    ['--reason “wrong VAT rate" --group g', { reason: 'wrong VAT rate', group: 'g' }],
    ["--reason 'it's wrong' --group g", { reason: "it's wrong", group: 'g' }],
    ["--reason we don't know --group g", { reason: "we don't know", group: 'g' }],
    ['--reason customers’ orders --group g', { reason: 'customers’ orders', group: 'g' }],
    ["--reason l'été --group g", { reason: "l'été", group: 'g' }],
    ['--reason wrong — see ticket', { reason: 'wrong — see ticket' }],
    ['--reason "a —see b" --group g', { reason: 'a —see b', group: 'g' }],
    ['--reason "a &lt; b &amp;&amp; c &gt; d"', { reason: 'a < b && c > d' }],
    ['--reason &amp;lt;', { reason: '&lt;' }],
    ['--reason "one\ntwo"\n--group g', { reason: 'one\ntwo', group: 'g' }],
  ]
  it.each(cases)('%s', (text, expected) => {
    expect(fields(text)).toEqual(expected)
  })
})

describe('a list of partitions goes on after a comma and a blank', () => {
  const cases: [string, string][] = [
    ['--topic orders:0, 1, 2', 'orders:0,1,2'],
    ['--topic orders:0, 1, 2 --to-latest', 'orders:0,1,2'],
    ['--topic orders:0 , 1 ,2', 'orders:0,1,2'],
    ['--topic orders: 0, 1', 'orders:0,1'],
    ['--topic orders :0, 1', 'orders:0,1'],
    ['--topic orders:0, 4 - 6', 'orders:0,4-6'],
    ['--topic orders:0, 4–6, 9', 'orders:0,4-6,9'],
    ['--topic orders:0, 1, payments', 'orders:0,1\npayments'],
    ['--topic orders:0, 1, payments:2, 3', 'orders:0,1\npayments:2,3'],
    ['--topic payments, orders:0, 1', 'payments\norders:0,1'],
    ['--topic "orders:0, 1", payments', 'orders:0,1\npayments'],
    ['--topic orders：0，1、2', 'orders:0,1,2'],
    ['--topic orders：０，\u30001', 'orders:0,1'],
    ['--topic orders:0,\u00a01', 'orders:0,1'],
    ['--topic orders:0,\u200b 1', 'orders:0,1'],
    // Without a comma nothing says that the list goes on: a topic may be called 1.
    ['--topic orders:0 1', 'orders:0\n1'],
    ['--topic payments, 1', 'payments\n1'],
    ['--topic orders:0, --topic 1', 'orders:0\n1'],
    // What is no list stays as it was typed, for the form to refuse.
    ['--topic orders:0, 1x', 'orders:0,1x'],
  ]
  it.each(cases)('%s', (text, topics) => {
    expect(parse(text).problems).toEqual([])
    expect(parse(text).fields).toMatchObject({ scope: 'topics', topics })
  })
})

describe('a dash is a dash, however long the keyboard has made it', () => {
  const G: ResetFields = { group: 'g', strategy: 'latest' }
  const cases: [string, ResetFields][] = [
    ['-—group g -–to-latest', G],
    ['-−group g ‐‐to-latest', G],
    ['——group g ––to-latest', G],
    ['–—group g —–to-latest', G],
    ['−group g －－to-latest', G],
    ['--group g --to–latest', G],
    ['--group g —to—latest', G],
    ['--group g --to\u2011latest', G],
    ['---group g --—to-latest', G],
    ['—Group g —To-latest', G],
    ['--group＝g --to-latest', G],
    ['\u200b--group g\u00a0--to-latest', G],
    ['\u3000--group\u3000g\u3000--to-latest', G],
    ['--shift-by −100', { strategy: 'shift', direction: 'replay', count: '100' }],
    ['--shift-by －１００', { strategy: 'shift', direction: 'replay', count: '100' }],
    ['--shift-by ＋100', { strategy: 'shift', direction: 'skip', count: '100' }],
    ['--instance ckafka–demo0001', { instance: 'ckafka-demo0001' }],
    ['--to-offset ４２', { strategy: 'offset', offset: '42' }],
    [
      '--to-datetime 2026–11–23T08：00：00Z',
      { strategy: 'time', timeSeconds: Date.UTC(2026, 10, 23, 8) / 1000 },
    ],
    [
      '--to-datetime 2026-11-23T03:00:00−05:00',
      { strategy: 'time', timeSeconds: Date.UTC(2026, 10, 23, 8) / 1000 },
    ],
    ['--reason ＂wrong rate＂ --group g', { reason: 'wrong rate', group: 'g' }],
    // A group may be called so, and in a reason a dash is what it looks like.
    ['--group orders–billing', { group: 'orders–billing' }],
    ['--reason 税率错误 —— 见工单 --group g', { reason: '税率错误 —— 见工单', group: 'g' }],
  ]
  it.each(cases)('%s', (text, expected) => {
    expect(fields(text)).toEqual(expected)
  })

  it('but one short dash begins no flag', () => {
    expect(parse('--to-latest -group g').problems).toEqual(['Unexpected words “-group” and “g”.'])
  })
})

describe('times', () => {
  const seconds = Date.UTC(2026, 10, 23, 8, 0, 0) / 1000
  it.each([
    ['2026-11-23T08:00:00Z', seconds],
    ['2026-11-23T08:00:00.999Z', seconds],
    ['2026-11-23T08:00Z', seconds],
    ['2026-11-23T16:00:00+08:00', seconds],
    ['2026-11-23T16:00:00+0800', seconds],
    ['2026-11-23T16:00:00.000+08', seconds],
    ['"2026-11-23 03:00:00-05:00"', seconds],
  ])('--to-datetime %s', (text, expected) => {
    expect(fields(`--to-datetime ${text}`)).toEqual({ strategy: 'time', timeSeconds: expected })
  })

  it.each([
    ['2026-11-23T08:00:00', 'needs a zone'],
    ['2026-02-30T08:00:00Z', 'needs a time like'],
    ['2026-13-01T08:00:00Z', 'needs a time like'],
    ['2026-11-23T25:00:00Z', 'needs a time like'],
    ['2026-11-23', 'needs a time like'],
    ['11-2026', 'needs a time like'],
    ['yesterday', 'needs a time like'],
    ['1970-01-01T00:00:00Z', 'is not a time Slack can show'],
    ['9999-01-01T00:00:00Z', 'is not a time Slack can show'],
  ])('--to-datetime %s %s', (text, said) => {
    expect(problem(`--to-datetime ${text}`, { strategy: 'time' })).toContain(said)
  })

  it.each([
    ['P1D', 86_400],
    ['PT2H30M', 9_000],
    ['PT0.5S', 1],
    ['pt90s', 90],
    ['P1DT1H', 90_000],
  ])('--by-duration %s counts back from now', (text, back) => {
    expect(fields(`--by-duration ${text}`)).toEqual({ strategy: 'time', timeSeconds: NOW_SECONDS - back })
  })

  it.each(['P', 'PT', 'P1DT', '1D', 'P1W', '-P1D', 'PT-5M', 'P1.5D', 'soon'])(
    '--by-duration %s is said to be wrong',
    text => {
      expect(problem(`--by-duration ${text}`, { strategy: 'time' })).toContain('ISO 8601')
    },
  )

  it('says that a duration leads out of time', () => {
    expect(problem('--by-duration P99999999999D', { strategy: 'time' })).toBe(
      'That is not a time Slack can show.',
    )
  })
})

describe('what cannot be understood is one sentence, and the rest survives', () => {
  it('a flag with a slip in it, with those it looks like', () => {
    expect(problem('--to-earlist')).toBe(
      '--to-earlist is not a flag Rewind knows. Did you mean --to-earliest?',
    )
    expect(problem('--topics orders')).toBe(
      '--topics is not a flag Rewind knows, so “orders” is left out. Did you mean --all-topics or --topic?',
    )
    expect(problem('--nope')).toBe('--nope is not a flag Rewind knows.')
  })

  it('the flags of Kafka’s tool that a request does not need', () => {
    for (const flag of ['dry-run', 'execute']) {
      expect(problem(`--${flag} --group g`, { group: 'g' })).toBe(
        `--${flag} is not needed: every request is a dry run until it is approved, and then it is executed.`,
      )
    }
    expect(problem('--bootstrap-server kafka:9092 --group g', { group: 'g' })).toBe(
      '--bootstrap-server is not needed here.',
    )
  })

  it('an unknown flag, with the value it takes along', () => {
    expect(problem('--sideways --group g', { group: 'g' })).toBe('--sideways is not a flag Rewind knows.')
    expect(problem('--to-current kafka:9092 --group g', { group: 'g' })).toBe(
      '--to-current is not a flag Rewind knows, so “kafka:9092” is left out.',
    )
    expect(problem('--__proto__ x --group g', { group: 'g' })).toContain('--__proto__ is not a flag')
    expect(problem('--group g --', { group: 'g' })).toContain('-- is not a flag')
  })

  it('words that belong to no flag, together', () => {
    expect(problem('orders --group g', { group: 'g' })).toBe('Unexpected word “orders”.')
    expect(problem('--group g a b', { group: 'g' })).toBe('Unexpected words “a” and “b”.')
    expect(problem('--to-latest a b c d e', { strategy: 'latest' })).toBe(
      'Unexpected words “a”, “b”, “c” and 2 more.',
    )
  })

  it('a flag without its value, whatever follows', () => {
    expect(problem('--group --topic a', { scope: 'topics', topics: 'a' })).toBe('--group needs a value.')
    expect(problem('--group —topic a', { scope: 'topics', topics: 'a' })).toBe('--group needs a value.')
    expect(problem('--topic --group g', { group: 'g' })).toBe('--topic needs a value.')
    expect(problem('--topic , --group g', { group: 'g' })).toBe('--topic needs a value.')
    expect(problem('--instance= --group g', { group: 'g' })).toBe('--instance needs a value.')
    expect(problem('--reason "" --group g', { group: 'g' })).toBe('--reason needs a value.')
    expect(problem('--shift-by --group g', { group: 'g', strategy: 'shift' })).toBe(
      '--shift-by needs a value.',
    )
  })

  it('a value where none belongs', () => {
    expect(problem('--all-topics=no --group g', { group: 'g' })).toBe('--all-topics takes no value.')
    expect(problem('--to-earliest=false')).toBe('--to-earliest takes no value.')
  })

  it('two strategies: none is chosen, even when one is written wrongly', () => {
    expect(problem('--to-earliest --shift-by 5 --group g', { group: 'g' })).toBe(
      'Only one of --to-earliest, --shift-by can be used. Choose below.',
    )
    expect(parse('--to-latest --shift-by ten')).toEqual({
      fields: {},
      problems: [
        expect.stringContaining('--shift-by needs a whole number'),
        'Only one of --to-latest, --shift-by can be used. Choose below.',
      ],
    })
  })

  it('one flag with two values: none is chosen', () => {
    expect(problem('--group a --group b --to-latest', { strategy: 'latest' })).toBe(
      '--group is given more than once. Fill it in below.',
    )
    expect(problem('--shift-by 1 --shift-by -1', { strategy: 'shift' })).toContain('more than once')
    expect(fields('--group a --group a --to-latest --to-latest')).toEqual({ group: 'a', strategy: 'latest' })
  })

  it('--topic beside --all-topics: the names stay, and the choice is open', () => {
    expect(problem('--all-topics --topic a', { topics: 'a' })).toContain('exclude each other')
    expect(problem('--topic a --all-topics', { topics: 'a' })).toContain('exclude each other')
  })

  it('what sets partitions apart, where the API cannot', () => {
    const without = (text: string) => parse(text, false)
    expect(without('--topic orders:0,1 --topic payments')).toEqual({
      fields: { scope: 'topics', topics: 'payments' },
      problems: ['“orders:0,1” names partitions, but API 2.0 resets whole topics.'],
    })
    expect(without('--topic orders:0')).toEqual({
      fields: {},
      problems: [expect.stringContaining('names partitions')],
    })
    for (const flag of ['--to-group other', '--from-file', '--from-file a.csv']) {
      expect(without(`${flag} --group g`)).toEqual({
        fields: { group: 'g' },
        problems: [
          `${flag.split(' ')[0]} cannot be used: API 2.0 sends one number for all partitions. Choose below.`,
        ],
      })
    }
    expect(without('--to-group other --to-latest').fields).toEqual({})
  })

  it('a path, because a file of somebody’s machine cannot be reached from Slack', () => {
    for (const text of ['--from-file offsets.csv', '--from-file=offsets.csv']) {
      expect(problem(text, { strategy: 'offsets' })).toBe(
        '--from-file takes no path, so “offsets.csv” is left out. Attach the file below.',
      )
    }
  })

  it('topics beside a file that names its own', () => {
    for (const topics of ['--topic orders', '--all-topics'])
      expect(problem(`${topics} --from-file`, { strategy: 'offsets' })).toContain('topics from the file')
    expect(parse('--topic orders --from-file --to-latest').fields).toEqual({
      scope: 'topics',
      topics: 'orders',
    })
  })

  it('leave to skip to the end without a time', () => {
    const said = '--allow-skip-to-end is left out: it belongs to --to-datetime or --by-duration alone.'
    expect(problem('--allow-skip-to-end')).toBe(said)
    expect(problem('--to-latest --allow-skip-to-end', { strategy: 'latest' })).toBe(said)
    expect(problem('--by-duration P1D --allow-skip-to-end=yes', { ...fields('--by-duration P1D') })).toBe(
      '--allow-skip-to-end takes no value.',
    )
  })

  it('another group without a name, or with one too long', () => {
    expect(problem('--to-group --group g', { group: 'g', strategy: 'group' })).toBe(
      '--to-group needs a value.',
    )
    expect(problem(`--to-group ${'g'.repeat(256)}`, { strategy: 'group' })).toContain('255')
  })

  it('a list of partitions that is none stays as it is typed, for the form to refuse', () => {
    expect(fields('--topic orders:x')).toEqual({ scope: 'topics', topics: 'orders:x' })
    expect(parse('--topic orders:x', false).fields).toEqual({ scope: 'topics', topics: 'orders:x' })
  })

  it.each(['ten', '0', '-0', '000', '1.5', '1e3', '--5', '9223372036854775808', '-99999999999999999999'])(
    'a shift by %s',
    text => {
      expect(problem(`--shift-by=${text}`, { strategy: 'shift' })).toMatch(/^--shift-by needs a whole number/)
    },
  )

  it.each(['-1', 'end', '1.5', '0x10', '9223372036854775808'])('the offset %s', text => {
    expect(problem(`--to-offset ${text}`, { strategy: 'offset' })).toMatch(
      /^--to-offset needs a whole number/,
    )
  })

  it('a quote that is never closed ends before the next flag', () => {
    expect(problem('--reason "wrong rate --group g', { reason: 'wrong rate', group: 'g' })).toContain(
      'A quote is never closed',
    )
    expect(problem('--reason "wrong', { reason: 'wrong' })).toContain('A quote is never closed')
    expect(
      problem('--group g --topic "a" --reason “x —to-latest', {
        group: 'g',
        scope: 'topics',
        topics: 'a',
        reason: 'x',
        strategy: 'latest',
      }),
    ).toContain('A quote is never closed')
  })

  it('a name too long to exist is left out, never shortened', () => {
    expect(problem(`--group ${'g'.repeat(256)}`)).toContain('255')
    expect(problem(`--instance ${'i'.repeat(65)}`)).toContain('64')
    expect(fields(`--group ${'g'.repeat(255)}`).group).toHaveLength(255)
  })

  it('a reason too long is cut, and said to be', () => {
    const parsed = parse(`--reason "${'x'.repeat(1_500)}"`)
    expect(parsed.fields.reason).toHaveLength(1_000)
    expect(parsed.problems).toEqual([expect.stringContaining('characters at most')])
  })
})

describe('any text at all', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '--group',
      '--topic',
      '--shift-by',
      '—to-latest',
      '--all-topics',
      '--reason',
      '--to-datetime',
      '--to-group',
      '--from-file',
      '--allow-skip-to-end',
      'orders:0,1',
    ),
    fc.constantFrom(
      '"',
      "'",
      '“',
      '”',
      '’',
      '=',
      ' ',
      ',',
      '--',
      '—',
      '&lt;',
      '-100',
      '\n',
      '\u0000',
      '\u202e',
    ),
    anyText({ maxLength: 12 }),
  )
  const typed = fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join(' '))

  it.each([
    '--topic orders --topic',
    '--topic --topic orders',
    '--topic orders --topic ""',
    '--topic orders --topic= ',
  ])(
    'a topic without a name beside one is said, and nothing smaller is asked for without a word: %s',
    typed => {
      const { fields, problems } = parseFlags(typed, { nowMs: 0, writePartitions: true })
      expect(fields.topics).toBe('orders')
      expect(problems).toEqual([{ kind: 'needsValue', flag: 'topic' }])
    },
  )

  it('never throws, and leaves only fields the form knows, in the form they have there', () => {
    fc.assert(
      fc.property(fc.oneof(typed, anyText({ maxLength: 4_000 })), fc.boolean(), (text, can) => {
        const parsed = parse(text, can)
        for (const sentence of parsed.problems) {
          expect(sentence).toMatch(/\.$/)
          expect(sentence.length).toBeLessThan(400)
        }
        const { count, offset, timeSeconds, group, topics } = parsed.fields
        if (count !== undefined) expect(count).toMatch(/^[1-9]\d*$/)
        if (offset !== undefined) expect(offset).toMatch(/^(0|[1-9]\d*)$/)
        if (timeSeconds !== undefined) expect(Number.isInteger(timeSeconds)).toBe(true)
        for (const name of [group, topics]) expect(name).not.toBe('')
        if (!can) expect(['group', 'offsets']).not.toContain(parsed.fields.strategy)
        if (parsed.fields.skipToEnd) expect(parsed.fields.strategy).toBe('time')
      }),
      { numRuns: 500 },
    )
  })

  it('keeps what was understood, whatever noise follows', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^\p{Quotation_Mark}\p{Pd}−]{0,300}$/u), noise => {
        const parsed = parse(`--group g1 --to-latest ${noise}`)
        expect(parsed.fields).toEqual({ group: 'g1', strategy: 'latest' })
        expect(parsed.problems.length).toBe(noise.trim() === '' ? 0 : 1)
      }),
    )
  })

  it('reads back what it is given, however it is quoted', () => {
    const value = fc
      .stringMatching(/^[A-Za-z0-9._ <>&-]{0,40}[a-z]$/)
      .filter(text => !text.startsWith('--') && text === text.trim())
    const quotes = fc.constantFrom(['"', '"'], ['“', '”'], ["'", "'"], ['‘', '’'])
    fc.assert(
      fc.property(value, value, quotes, (group, reason, [open, close]) => {
        const escapedReason = reason.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
        const name = group.replaceAll(/[<>& ]/g, '_')
        fc.pre(!name.startsWith('-'))
        expect(fields(`--group ${name} --reason ${open}${escapedReason}${close} --to-latest`)).toEqual({
          group: name,
          reason,
          strategy: 'latest',
        })
      }),
    )
  })

  it('takes 4 000 characters of noise in a moment, and says so in a few sentences', () => {
    for (const noise of ['"', "'", '“ ', '--x ', 'a ', '—a"', '-', '= ', ':0 ']) {
      const text = noise.repeat(4_000 / noise.length)
      expect(cpuMsOf(() => parse(text))).toBeLessThan(1_000)
      expect(parse(text).problems.length).toBeLessThan(5)
    }
  })
})

describe('a question how it is used', () => {
  it.each(['help', '--help', '?', '-h', ' HELP ', '？', '—help', '帮助'])('may be written as %s', text => {
    expect(asksForHelp(text)).toBe(true)
  })

  it.each(['', 'help me', '--group help', '--help --group g', '??'])('and not as %s', text => {
    expect(asksForHelp(text)).toBe(false)
  })

  it('is answered with flags that are understood as they are written there', () => {
    const typed = [...FLAGS_IN_HELP, ...STRATEGIES_IN_HELP].map(each => each.replace('[:0,2-5]', ':0,2-5'))
    for (const flag of typed.filter(each => !each.startsWith('--allow-skip')))
      expect(parse(flag).problems).toEqual([])
  })
})

describe('the arguments of a process', () => {
  const read = (...given: string[]) => parseArguments(given, { nowMs: NOW, writePartitions: true })

  it('are the same flags, each word as the shell has split it', () => {
    const given = ['--group', 'orders "eu" & co', '--topic=orders:0,2', '--shift-by', '-100']
    expect(read(...given, '--reason', 'the rate was "wrong"')).toEqual({
      fields: {
        group: 'orders "eu" & co',
        topics: 'orders:0,2',
        scope: 'topics',
        strategy: 'shift',
        direction: 'replay',
        count: '100',
        reason: 'the rate was "wrong"',
      },
      problems: [],
    })
  })

  it('that no flag takes are a problem, as in Slack', () => {
    expect(read('orders', '--grop', 'x').problems.map(({ kind }) => kind)).toEqual(['unknown', 'stray'])
  })
})
