// Slack's own markup: what a person would see of it, and what must never become more than text.

import { describe, expect, it } from 'vitest'
import { readMrkdwn, readPlain } from '../../../../src/sandbox/page/slack/mrkdwn.ts'
import { readRichText, type Span, safeUrl } from '../../../../src/sandbox/page/slack/spans.ts'

const lines = (text: string): Span[] => {
  const [part, ...more] = readMrkdwn(text)
  expect(more).toEqual([])
  if (part?.kind !== 'lines') throw new Error(`${text} is not lines but ${part?.kind}`)
  return part.spans
}
const text = (shown: string, style = {}): Span => ({ kind: 'text', text: shown, style })

describe('mrkdwn', () => {
  it('reads bold, italic and strike, also inside one another', () => {
    expect(lines('a *b _c_* ~d~')).toEqual([
      text('a '),
      text('b ', { bold: true }),
      text('c', { bold: true, italic: true }),
      text(' '),
      text('d', { strike: true }),
    ])
  })

  it('leaves marks alone that do not touch a word, or stand inside one', () => {
    for (const plain of ['2 * 3 * 4', 'snake_case_name', 'a*b*c', '* not bold *', '~', '**'])
      expect(lines(plain)).toEqual([text(plain)])
  })

  it('reads the mentions, channels and groups it knows by their ids', () => {
    expect(lines('<@U1> in <#C1|ops>, <!subteam^S1>, <!here>')).toEqual([
      { kind: 'user', id: 'U1' },
      text(' in '),
      { kind: 'channel', id: 'C1', label: 'ops' },
      text(', '),
      { kind: 'userGroup', id: 'S1', label: '' },
      text(', '),
      { kind: 'broadcast', range: 'here' },
    ])
  })

  it('reads a mention inside bold', () => {
    expect(lines('*by <@U1>*')).toEqual([text('by ', { bold: true }), { kind: 'user', id: 'U1' }])
  })

  it('reads dates with their format and fallback', () => {
    expect(lines('<!date^1700000000^{date_short} at {time}|a while ago>')).toEqual([
      { kind: 'date', seconds: 1_700_000_000, format: '{date_short} at {time}', fallback: 'a while ago' },
    ])
  })

  it('reads links with and without a label, and undoes their escapes', () => {
    expect(lines('<https://a.example/?x=1&amp;y=2> <https://a.example|the *page*>')).toEqual([
      { kind: 'link', url: 'https://a.example/?x=1&y=2', text: 'https://a.example/?x=1&y=2', style: {} },
      text(' '),
      { kind: 'link', url: 'https://a.example', text: 'the *page*', style: {} },
    ])
  })

  it('shows escaped brackets as brackets, never as a mention or a link', () => {
    expect(lines('&lt;@U1&gt; &amp;lt;')).toEqual([text('<@U1> &lt;')])
  })

  it('keeps everything inside code as it was typed', () => {
    expect(lines('`*a* :x: &lt;b&gt;`')).toEqual([text('*a* :x: <b>', { code: true })])
  })

  it('gives fences and quotes lines of their own', () => {
    expect(readMrkdwn('before\n```\na *b*\nc\n```\nafter\n&gt; said\n&gt; twice')).toEqual([
      { kind: 'lines', spans: [text('before')] },
      { kind: 'preformatted', spans: [text('a *b*\nc')] },
      { kind: 'lines', spans: [text('after')] },
      { kind: 'quote', spans: [text('said\ntwice')] },
    ])
  })

  it('shows emoji it knows, and leaves the names of others', () => {
    expect(readPlain(':white_check_mark: 12:30:45 :toString:')).toBe('✅ 12:30:45 :toString:')
  })
})

describe('rich text', () => {
  it('keeps text as it is: nothing in it is markup', () => {
    const block = {
      elements: [
        {
          type: 'rich_text_section',
          elements: [{ type: 'text', text: '*a* <@U1> &lt;', style: { bold: true } }],
        },
      ],
    }
    expect(readRichText(block)).toEqual([{ kind: 'lines', spans: [text('*a* <@U1> &lt;', { bold: true })] }])
  })

  it('takes the line break away that only separates two sections', () => {
    const section = (...texts: string[]) => ({
      type: 'rich_text_section',
      elements: texts.map(each => ({ type: 'text', text: each })),
    })
    expect(readRichText({ elements: [section('one', '\n'), section('two\n'), section('three\n')] })).toEqual([
      { kind: 'lines', spans: [text('one')] },
      { kind: 'lines', spans: [text('two')] },
      { kind: 'lines', spans: [text('three\n')] },
    ])
  })

  it('numbers an ordered list from its offset', () => {
    const item = { type: 'rich_text_section', elements: [{ type: 'user', user_id: 'U1' }] }
    const list = { type: 'rich_text_list', style: 'ordered', offset: 2, indent: 1, elements: [item] }
    expect(readRichText({ elements: [list] })).toEqual([
      { kind: 'list', ordered: true, first: 3, indent: 1, items: [[{ kind: 'user', id: 'U1' }]] },
    ])
  })

  it('reads whatever arrives without throwing', () => {
    for (const elements of [undefined, 'x', [null, 1, { type: 'rich_text_section' }], [{ type: 'new_part' }]])
      expect(() => readRichText({ elements })).not.toThrow()
  })
})

describe('a link', () => {
  it('is followed only where a browser may go', () => {
    expect(safeUrl('https://a.example')).toBe('https://a.example')
    expect(safeUrl('javascript:alert(1)')).toBeNull()
    expect(safeUrl('data:text/html,x')).toBeNull()
    expect(safeUrl('/relative')).toBeNull()
  })
})
