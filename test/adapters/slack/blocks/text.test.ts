// Text that Slack shows: nothing in it can become a mention, a link or a broken layout, and nothing is cut in half.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clipEscaped,
  clipMiddle,
  code,
  escaped,
  line,
  moment,
  paragraph,
  person,
  plain,
  spoken,
  strong,
  text,
} from '../../../../src/adapters/slack/blocks/text.ts'
import { counted, listed } from '../../../../src/adapters/slack/language/en/grammar.ts'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { topicsInWords } from '../../../../src/adapters/slack/wording/words.ts'
import { grouped } from '../../../../src/request/reset.ts'
import { validateMessage } from '../../../../src/sandbox/slack/validate.ts'
import { anyText } from '../../../support/texts.ts'

const words = wordsIn('en')

const any = anyText({ maxLength: 400 })
const entities = fc
  .array(fc.constantFrom('&', '<', '>', 'a', '…', '🙂', 'amp;', '<!here>'), { maxLength: 60 })
  .map(all => all.join(''))
const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

describe('escaped text', () => {
  it('holds no markup, and reads as what it was', () => {
    fc.assert(
      fc.property(entities, text => {
        expect(escaped(text)).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
        expect(unescaped(escaped(text))).toBe(text)
      }),
    )
  })

  it('is cut within the limit, never through an entity or a mention', () => {
    fc.assert(
      fc.property(entities, fc.integer({ min: 1, max: 80 }), (text, max) => {
        const cut = clipEscaped(`${escaped(text)}<@U0ALICE>${escaped(text)}`, max)
        expect([...cut].length).toBeLessThanOrEqual(max)
        expect(cut.replaceAll('<@U0ALICE>', '')).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
      }),
      { numRuns: 500 },
    )
  })

  it('that fits is left alone', () => {
    expect(clipEscaped('a &amp; b…', 10)).toBe('a &amp; b…')
    expect(clipEscaped('a &amp; <@U1>', 13)).toBe('a &amp; <@U1>')
    expect(clipEscaped('a &amp; b', 6)).toBe('a …')
    expect(clipEscaped('by <@U0ALICE>', 8)).toBe('by …')
  })
})

describe('the pieces of a message', () => {
  it('are never empty, hold no control character and no mark of direction, and stay in one line', () => {
    for (const make of [text, strong, code]) {
      expect(make('')).toMatchObject({ text: '–' })
      expect(make('a\nb')).toMatchObject({ text: 'a b' })
      expect(make('a\u0000b\u202ec\u200f\td\u2028e\r')).toMatchObject({ text: 'a b\ufffdc\ufffd d e ' })
    }
    fc.assert(
      fc.property(any, said => {
        const blocks = [paragraph(line(text(said), strong(said)), line(code(said)))]
        expect(validateMessage({ blocks })).toEqual([])
      }),
    )
  })

  it('are cut to Slack’s limit by whole characters', () => {
    expect(plain('🙂'.repeat(80), 75).text).toBe(`${'🙂'.repeat(37)}…`)
    expect(plain('', 75)).toEqual({ type: 'plain_text', text: '–', emoji: false })
  })

  it('show a moment in the reader’s zone, or in UTC where Slack cannot', () => {
    expect(words.times.moment(1_795_420_800_999)).toEqual({
      type: 'date',
      timestamp: 1_795_420_800,
      format: '{date_short_pretty} at {time}',
      fallback: '2026-11-23 08:00:00 UTC',
    })
  })
})

describe('pieces read aloud', () => {
  it('are the same words, with mentions that work and names that cannot become one', () => {
    const pieces = [
      person('U0ALICE'),
      text(' asks <!here> & '),
      code('a'),
      moment(1_795_420_800_000, '{time}'),
    ]
    expect(spoken(pieces)).toBe('<@U0ALICE> asks &lt;!here&gt; &amp; a2026-11-23 08:00:00 UTC')
    expect(spoken([])).toBe('')
  })
})

describe('a moment that Slack cannot show', () => {
  it('is said in UTC', () => {
    expect(moment(-1, '')).toEqual(text('1969-12-31 23:59:59 UTC'))
    expect(moment(10_000_000_000_000, '')).toEqual(text('2286-11-20 17:46:40 UTC'))
  })
})

describe('a list in a sentence', () => {
  it('ends in a word, and counts what it leaves out', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(items => listed(items))).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ])
    expect(listed(['a', 'b'], 1_200)).toBe('a, b and 1,200 more')
    expect(listed([], 3)).toBe('3 more')
  })
})

describe('a long name', () => {
  it('keeps both ends and exactly the length it may have', () => {
    expect(clipMiddle('orders.v1', 9)).toBe('orders.v1')
    expect(clipMiddle('orders.v1', 8)).toBe('orde….v1')
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 50 }), (text, max) => {
        expect([...clipMiddle(text, max)].length).toBe(Math.min(max, [...text].length))
      }),
    )
  })
})

describe('numbers and names in words', () => {
  it('agree with each other', () => {
    expect([0, 1, 2, 12_430].map(count => counted(count, 'topic'))).toEqual([
      '0 topics',
      '1 topic',
      '2 topics',
      '12,430 topics',
    ])
    expect(grouped(9_223_372_036_854_775_807n)).toBe('9,223,372,036,854,775,807')
  })

  it('name as many topics as asked for, and count the rest', () => {
    expect(topicsInWords(words, [], 3)).toBe('all topics of the group')
    expect(topicsInWords(words, ['a', 'b', 'c'], 3)).toBe('a, b, c')
    expect(topicsInWords(words, ['a', 'b', 'c', 'd'], 3)).toBe('a, b, c and 1 more')
  })
})
