// Characters that nobody sees, or that move what stands around them: what is left of them before anything is shown.
// Pure. Two names that differ must never read the same, and no text may look as if it stood somewhere else.

/** Whatever a reader may take for the beginning of another line. */
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g

/** Nothing is drawn for them; U+0600 and its like are drawn, and counted among them all the same. */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu
const DRAWN = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/u

const PICTURE = /\p{Extended_Pictographic}/u
/** What may stand before the joiner of two pictures. */
const PICTURE_ENDS = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u
/** Scripts in which a joiner changes how a word is written. */
const JOINING =
  /[\p{sc=Arabic}\p{sc=Syriac}\p{sc=Mongolian}\p{sc=Devanagari}\p{sc=Bengali}\p{sc=Gurmukhi}\p{sc=Gujarati}\p{sc=Oriya}\p{sc=Tamil}\p{sc=Telugu}\p{sc=Kannada}\p{sc=Malayalam}\p{sc=Sinhala}\p{sc=Khmer}]/u

/** In place of a character that would not be seen. */
const UNSEEN_MARK = '\ufffd'

/** Nothing of it is unseen, a mark or a control: most texts are such, and are left as they are. */
const PLAIN = /^[\x20-\x7e]*$/

/** A name or a sentence: always one line, and what nobody would see in it is seen to be there. */
export function inOneLine(text: string): string {
  if (PLAIN.test(text)) return text
  return thinned(
    withoutUnseen(text.replace(LINE_BREAK, ' '), UNSEEN_MARK).replace(/\p{Cc}/gu, ' '),
    UNSEEN_MARK,
  )
}

/** What people wrote, line by line: none is empty, and the last holds what is left after so many. */
export function linesOf(text: string, most: number): string[] {
  const lines = withoutUnseen(text.replace(LINE_BREAK, '\n'), '')
    .split('\n')
    .map(line => thinned(line.replace(/\p{Cc}/gu, ' '), '').trimEnd())
    .filter(line => /[^\s\u2800]/.test(line))
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')]
}

function withoutUnseen(text: string, instead: string): string {
  return text.replace(UNSEEN, (character, at: number) => (hasUse(character, text, at) ? character : instead))
}

function hasUse(character: string, text: string, at: number): boolean {
  if (DRAWN.test(character)) return true
  const [before, after] = [characterBefore(text, at), String.fromCodePoint(text.codePointAt(at + 1) ?? 0)]
  switch (character) {
    case '\u200d':
      return (
        (PICTURE_ENDS.test(before) && PICTURE.test(after)) || (JOINING.test(before) && JOINING.test(after))
      )
    case '\u200c':
      return JOINING.test(before) && JOINING.test(after)
    case '\ufe0e':
    case '\ufe0f':
      return PICTURE.test(before) || after === '\u20e3'
    default:
      return false
  }
}

function characterBefore(text: string, at: number): string {
  const isPair = /[\udc00-\udfff]/.test(text.charAt(at - 1)) && /[\ud800-\udbff]/.test(text.charAt(at - 2))
  return isPair ? text.slice(at - 2, at) : text.charAt(at - 1)
}

/** Marks over marks reach into the lines above and below, also with a joiner between; no language stacks so many. */
function thinned(line: string, instead: string): string {
  if (PLAIN.test(line)) return line
  return line.replace(/((?:[\u200c\u200d]?\p{M}){4})(?:[\u200c\u200d]?\p{M})+/gu, `$1${instead}`)
}
