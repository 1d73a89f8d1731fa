// What is said of a picture to whoever cannot see it: the same as what is drawn, in as many words as Slack takes.

import { describe, expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { lagInWords } from '../../../../src/adapters/slack/thread/lag-picture.ts'
import { ALT_MAX, planInWords } from '../../../../src/adapters/slack/thread/plan-picture.ts'
import { manyPositions, planned, watched } from '../../picture/shown.ts'

const words = wordsIn('en')

describe('a plan in words', () => {
  it('says of each partition what is drawn of it', () => {
    const { request, rows, picture } = planned(manyPositions(3))
    const said = planInWords(words, request, rows, ALT_MAX.file).split('\n')
    expect(said).toEqual([
      picture.title,
      picture.lead,
      'orders p0: 1,400,000 → 1,200,000 (replays 200,000), log 1,000,000 to 1,500,000',
      'orders p2: 1,399,998 → 1,200,000 (replays 199,998), log 1,000,002 to 1,500,002',
      'orders p1: 1,100,001 → 1,200,000 (skips 99,999), log 1,000,001 to 1,500,001',
    ])
    for (const row of picture.rows) expect(said.join('\n')).toContain(row.move)
  })

  it.each([ALT_MAX.file, ALT_MAX.block, 200])(
    'keeps to %i characters, and says how many it leaves out',
    max => {
      const { request, rows } = planned(manyPositions(1_000, 'payments.settled.europe-west'))
      const said = planInWords(words, request, rows, max)
      expect(said.length).toBeLessThanOrEqual(max)
      if (max === ALT_MAX.file) {
        const shown = said.match(/^payments/gm)?.length ?? 0
        expect(said).toContain(`and ${16 - shown} more partitions`)
        expect(said).toContain('984 other partitions: replays ')
      }
    },
  )

  it('says that a start is not known, that nothing is committed, and that something stays', () => {
    const position = { topic: 'a', partition: 0, committed: 5n, logStart: null, logEnd: 10n }
    const earliest = planned([position], { strategy: { kind: 'earliest' } })
    const saidOf = ({ request, rows }: typeof earliest) => planInWords(words, request, rows, 1_000)
    expect(saidOf(earliest)).toContain('a p0: 5 → ? (replays at most 5), log up to 10')
    const none = planned([{ ...position, logStart: 0n, committed: null }])
    expect(saidOf(none)).toContain('a p0: – → 10 (')
    const stays = planned([{ ...position, logStart: 0n }], { strategy: { kind: 'offset', offset: 5n } })
    expect(saidOf(stays)).toContain('a p0: 5 (stays), log 0 to 10')
  })

  it('shows of a name what nobody would see in it, in the picture as in its words', () => {
    const position = { topic: 'ord\u202eers', partition: 0, committed: 5n, logStart: 0n, logEnd: 10n }
    const odd = planned([position], { target: { instanceId: 'i\u202ed', group: 'g\u202eroup' } })
    const said = planInWords(words, odd.request, odd.rows, 1_000)
    const drawn = [odd.picture.title, odd.picture.about, ...odd.picture.rows.map(({ label }) => label)]
    for (const text of [said, ...drawn]) {
      expect(text).not.toMatch(/[\u202a-\u202e]/)
      expect(text).toContain('\ufffd')
    }
  })

  it('is in the language of the thread', () => {
    const { request, rows, picture } = planned(manyPositions(20), undefined, 'zh')
    const said = planInWords(wordsIn('zh'), request, rows, 1_000)
    expect(said).toContain('orders p0：1,400,000 → 1,200,000（重放 200,000），日志 1,000,000 至 1,500,000')
    expect(picture.rest?.label).toBe('其余 4 个分区')
  })
})

describe('what came after in words', () => {
  it('says every look, or every second where there are too many', () => {
    const few = lagInWords(words, watched(8), 1_000).split('\n')
    expect(few).toHaveLength(2 + 8)
    expect(few[2]).toBe('30 s before: 1,679,803 (0 members)')
    expect(few[7]).toBe('5 min: unknown (3 members)')
    const many = lagInWords(words, watched(64), 1_000)
    expect(many.length).toBeLessThanOrEqual(1_000)
    expect(many.split('\n').at(-1)).toBe('63 min: 0 (3 members)')
  })
})
