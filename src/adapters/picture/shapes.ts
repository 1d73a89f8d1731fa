// What pictures are made of: SVG elements as text, the colours, and how wide a text is. Pure.
// Nothing from outside gets into an element but by `text`, which escapes and bounds it.

/**
 * On a light ground. Replayed and skipped differ in brightness by more than two and a half times, and both from the log by
 * more than three, so that they can be told apart in grey and by the colour-blind; a test computes it.
 */
export const COLOURS = {
  ground: '#ffffff',
  ink: '#1d1c1d',
  quiet: '#616061',
  line: '#d5d8dc',
  log: '#edeff2',
  replayed: '#d9690a',
  skipped: '#0b3566',
  members: '#5b6b7b',
} as const
export type Colour = keyof typeof COLOURS

const FONT = 'Noto Sans SC'
/** No text that is drawn is longer. */
const TEXT_MAX = 160

type Attributes = Record<string, string | number>

export function element(name: string, attributes: Attributes, inside = ''): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(value)}"`,
  )
  return inside === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inside}</${name}>`
}

export function rect(x: number, y: number, width: number, height: number, more: Attributes): string {
  return element('rect', { x, y, width, height, ...more })
}

export function line(x1: number, y1: number, x2: number, y2: number, more: Attributes): string {
  return element('line', { x1, y1, x2, y2, ...more })
}

export interface TextStyle {
  size: number
  fill?: Colour
  anchor?: 'start' | 'middle' | 'end'
  isStrong?: boolean
  /** What is wider is shortened at its end. */
  width?: number
}

export function text(x: number, y: number, said: string, style: TextStyle): string {
  const { size, fill = 'ink', anchor = 'start', isStrong = false, width = Number.POSITIVE_INFINITY } = style
  const colour = COLOURS[fill]
  return element(
    'text',
    {
      ...{ x, y, 'font-size': size, fill: colour },
      ...(anchor === 'start' ? {} : { 'text-anchor': anchor }),
      // One weight of the font is enough.
      ...(isStrong ? { stroke: colour, 'stroke-width': size / 40 } : {}),
    },
    escaped(shortened(drawable(said), width, size)) || ' ',
  )
}

/** @param inside elements, made here */
export function svg(width: number, height: number, inside: readonly string[]): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...{ width, height, viewBox: `0 0 ${rounded(width)} ${rounded(height)}`, 'font-family': FONT },
    },
    [rect(0, 0, width, height, { fill: COLOURS.ground }), ...inside].join(''),
  )
}

/** About as wide as it is drawn, and rather wider. */
export function widthOf(said: string, size: number): number {
  let em = 0
  for (const character of said) em += emOf(character)
  return em * size
}

function emOf(character: string): number {
  if (character >= '\u2e80' || character === '…' || character === '→') return 1
  if (/[mwMW@%—]/.test(character)) return 0.93
  if (/[ilI.,:;|!'()[\]j ]/.test(character)) return 0.34
  return /[A-Z]/.test(character) ? 0.68 : 0.59
}

/** Its beginning and an ellipsis, where the whole is wider. */
export function shortened(said: string, width: number, size: number): string {
  if (widthOf(said, size) <= width) return said
  const characters = [...said]
  while (characters.length > 1 && widthOf(`${characters.join('')}…`, size) > width) characters.pop()
  return `${characters.join('')}…`
}

/** Nothing that is not seen, one line, and no more than fits into any picture. */
function drawable(said: string): string {
  const clipped = said.length > TEXT_MAX ? `${said.slice(0, TEXT_MAX - 1)}…` : said
  // Half a character is of \p{C} as well; XML has no word for most of these.
  return clipped.replace(/[\p{C}\p{Z}]+/gu, ' ')
}

function escaped(said: string): string {
  return said
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function rounded(value: number): string {
  return Number.isFinite(value) ? `${Math.round(value * 100) / 100}` : '0'
}
