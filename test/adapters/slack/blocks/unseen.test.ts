// Characters that nobody sees: named in what is a name, gone from what people wrote, kept where a language needs them.

import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldErrors, named, quoted, spoken } from '../../../../src/adapters/slack/blocks/text.ts'
import { inOneLine, linesOf } from '../../../../src/adapters/slack/blocks/unseen.ts'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { notSubmitted } from '../../../../src/adapters/slack/wording/words.ts'
import { anyText } from '../../../support/texts.ts'

const UNSEEN = [
  ...['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u200e', '\u202e', '\u2066', '\u061c'],
  ...['\u034f', '\u115f', '\u3164', '\uffa0', '\ufe0f', '\u180e', '\u{e0020}', '\u{e0100}', '\u2063'],
]
const BREAKS = ['\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029']

describe('a character that nobody sees', () => {
  it.each(UNSEEN.map(character => [character.codePointAt(0)?.toString(16), character]))(
    'is named in a name and gone from a reason, U+%s',
    (_code, character) => {
      expect(inOneLine(`pay${character}ments`)).toBe('pay\ufffdments')
      expect(linesOf(`pay${character}ments`, 9)).toEqual(['payments'])
    },
  )

  it.each(['👩‍🚒', '❤️', '1️⃣', '👍🏽', 'می‌خواهم', 'ක්‍ෂ', '\u0600\u0661'])(
    'is kept where it has its use, %s',
    text => {
      expect(inOneLine(text)).toBe(text)
      expect(linesOf(text, 9)).toEqual([text])
    },
  )
})

describe('the lines of what people wrote', () => {
  it.each(BREAKS)('begin after whatever breaks one, %j, and none is empty', lineBreak => {
    const text = ['', 'one', '', ' \u2800\u3164', 'two', ''].join(lineBreak)
    expect(linesOf(text, 9)).toEqual(['one', 'two'])
    expect(inOneLine(`one${lineBreak}two`)).toBe('one two')
  })

  it('are so many, and the last holds the rest', () => {
    expect(linesOf('a\nb\nc\nd', 4)).toEqual(['a', 'b', 'c', 'd'])
    expect(linesOf('a\nb\nc\nd', 3)).toEqual(['a', 'b', 'c d'])
  })

  it('are never empty or broken, whatever was written, and stay quoted where only text is read', () => {
    fc.assert(
      fc.property(
        anyText({ maxLength: 200 }),
        fc.array(fc.constantFrom(...BREAKS, ...UNSEEN, 'a', ' ')),
        (one, two) => {
          const text = one + two.join('')
          for (const line of linesOf(text, 5)) expect(line).toMatch(/^.*\S.*$/u)
          const said = spoken([{ type: 'text', text: 'Why:' }, quoted(text)]).split('\n')
          expect(said.slice(1).every(line => line.startsWith('&gt; '))).toBe(true)
        },
      ),
    )
  })

  it('reach into no other line by marks over marks', () => {
    expect(linesOf(`a${'\u0301'.repeat(50)}b`, 9)).toEqual([`a${'\u0301'.repeat(4)}b`])
    expect(inOneLine(`a${'\u0489'.repeat(50)}b`)).toBe(`a${'\u0489'.repeat(4)}\ufffdb`)
    const joined = '\u0610\u200d'.repeat(50)
    expect(inOneLine(joined).match(/\p{M}/gu)).toHaveLength(4)
    expect(linesOf(joined, 9).join('').match(/\p{M}/gu)).toHaveLength(4)
  })
})

describe('a name within a sentence', () => {
  it('stands as it is, or in quotation marks that it cannot end', () => {
    for (const name of ['orders-billing', '支付组', '10.0.3.11', 'a_b.c:d/e@f…'])
      expect(named(name)).toBe(name)
    expect(named('a”. Approvers: 1 of 2, by “b')).toBe("“a'. Approvers: 1 of 2, by 'b”")
  })

  it.each([
    '❞',
    '〞',
    '"',
    '″',
    '＂',
    '」',
    '』',
    '›',
    '»',
    '‛',
    '′',
    '❜',
    '\u{1f677}',
    '˝',
    '״',
    '`',
    '´',
    "''",
    '‹‹',
    '》',
  ])('ends no quotation marks by %s', mark => {
    expect(named(`a${mark}. Approvers: 1 of 2, by ${mark}b`)).toBe("“a'. Approvers: 1 of 2, by 'b”")
  })

  it('ends none by any quotation mark that Unicode knows', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const mark = code >= 0xd800 && code <= 0xdfff ? '' : String.fromCodePoint(code)
      if (mark === "'" || !/[\p{Quotation_Mark}\p{Pi}\p{Pf}]/u.test(mark)) continue
      expect(named(`a ${mark}. X`)).toBe("“a '. X”")
    }
  })
})

describe('what is wrong with a field of a form', () => {
  it('holds nothing unseen, whoever wrote the rule that says it', () => {
    const ruling = { why: 'denied', rule: 'freeze\u2066', reason: 'Ask \u202eyadnoM no\nor later' } as const
    for (const language of ['en', 'zh'] as const) {
      const said = notSubmitted(wordsIn(language), { kind: 'notAllowed', ruling })
      expect(fieldErrors({ group: said }).group).toMatch(/Ask \ufffdyadnoM no or later/)
      expect(fieldErrors({ group: said }).group).not.toMatch(/[\u202e\u2066\n]/)
    }
  })

  it('goes to Slack in that one way', () => {
    const slack = new URL('../../../../src/adapters/slack/', import.meta.url)
    const errors = readdirSync(slack, { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .flatMap(file =>
        readFileSync(new URL(file, slack), 'utf8').split("response_action: 'errors',").slice(1),
      )
    expect(errors.length).toBeGreaterThan(9)
    expect(errors.filter(after => !/^\s*errors: fieldErrors\(/.test(after))).toEqual([])
  })
})
