// Laying out plain text by what it takes on a terminal: width, wrapping, columns, boxes.
// It knows nothing of Slack.

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
// East Asian wide forms and emoji take two columns.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

// Of these each stands for itself, so that they can be counted without a segmenter: Latin, punctuation, arrows and boxes
// take one column, and what most Chinese is written in takes two.
const plain =
  /^[\x20-\x7e\xa0-\xac\xae-\xff\u2010-\u2027\u2030-\u203b\u2190-\u2193\u2500-\u257f\u3001-\u3029\u4e00-\u9fff\uff01-\uff60]*$/
const wideOnes = /[\u3001-\u3029\u4e00-\u9fff\uff01-\uff60]/g

export function widthOf(text: string): number {
  if (plain.test(text)) return text.length + (text.match(wideOnes)?.length ?? 0)
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += wide.test(segment) ? 2 : 1
  return width
}

export type Align = 'left' | 'center' | 'right'

export function pad(text: string, width: number, align: Align = 'left'): string {
  const room = Math.max(0, width - widthOf(text))
  const before = align === 'left' ? 0 : align === 'right' ? room : Math.floor(room / 2)
  return `${' '.repeat(before)}${text}${' '.repeat(room - before)}`
}

/** Breaks at spaces; a word that is too long is cut. Leading spaces, and the mark of a quotation, are on every line. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap(line => wrapLine(line, width))
}

function wrapLine(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line]
  const indent = /^(?:> |) */.exec(line)?.[0] ?? ''
  const lines: string[] = []
  let current = ''
  for (const word of line
    .slice(indent.length)
    .trim()
    .split(/ +/)
    .flatMap(each => cut(each, width - indent.length))) {
    const longer = current === '' ? `${indent}${word}` : `${current} ${word}`
    if (widthOf(longer) <= width) current = longer
    else {
      lines.push(current)
      current = `${indent}${word}`
    }
  }
  return [...lines, current]
}

function cut(word: string, width: number): string[] {
  const pieces: string[] = []
  let current = ''
  for (const { segment } of segmenter.segment(word)) {
    if (current !== '' && widthOf(current + segment) > width) {
      pieces.push(current)
      current = ''
    }
    current += segment
  }
  return [...pieces, current]
}

/** Rows as columns with two spaces between them, the first row ruled off as the heading. */
export function columns(rows: string[][], aligns: Align[] = []): string[] {
  const count = Math.max(0, ...rows.map(row => row.length))
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(...rows.map(row => widthOf(row[at] ?? ''))),
  )
  const lines = rows.map(row =>
    widths
      .map((width, at) => pad(row[at] ?? '', width, aligns[at]))
      .join('  ')
      .trimEnd(),
  )
  return [...lines.slice(0, 1), widths.map(width => '─'.repeat(width)).join('  '), ...lines.slice(1)]
}

export function box(title: string, lines: string[], maxWidth = 76): string[] {
  const wrapped = lines.flatMap(line => wrap(line, maxWidth))
  const inner = Math.max(40, widthOf(title) + 1, ...wrapped.map(widthOf))
  return [
    `┌ ${title} ${'─'.repeat(inner - widthOf(title))}┐`,
    ...wrapped.map(line => `│ ${pad(line, inner)} │`),
    `└${'─'.repeat(inner + 2)}┘`,
  ]
}
