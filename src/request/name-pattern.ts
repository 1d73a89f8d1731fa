// Patterns for the names of instances, groups and topics, as a policy writes them. Pure.
// `*` stands for any characters and `?` for one; `[*]`, `[?]` and `[[]` are those three characters themselves. Any other
// character, a bracket among them, is itself: Kafka takes any for the name of a group.

/** Every character of a name may take three. */
export const PATTERN_MAX = 1_024

/** Any pattern that consists of this matches every name. */
export const ANY_NAME = '*'

const MANY = Symbol('any characters')
const ONE = Symbol('one character')
type Piece = string | typeof MANY | typeof ONE

function piecesOf(pattern: string): Piece[] {
  return (pattern.match(/\[[*?[]\]|./gsu) ?? []).map(piece => {
    if (piece === '*') return MANY
    if (piece === '?') return ONE
    return piece.length === 3 ? (piece[1] ?? '') : piece
  })
}

/** Whether a name is one of those that these patterns stand for. */
export function fits(name: string, patterns: readonly string[]): boolean {
  const characters = Array.from(name)
  return patterns.some(pattern => fitsPieces(characters, piecesOf(pattern)))
}

/**
 * By hand and not by a regular expression, which takes exponential time for several stars. Here only the last star is ever
 * gone back to, as any match of those before it is as good as any other: at most the product of both lengths.
 */
function fitsPieces(name: readonly string[], pieces: readonly Piece[]): boolean {
  let at = 0
  let star = -1
  let starAt = 0
  for (let read = 0; read < name.length; ) {
    if (pieces[at] === MANY) {
      star = at
      starAt = read
      at += 1
    } else if (at < pieces.length && (pieces[at] === ONE || pieces[at] === name[read])) {
      at += 1
      read += 1
    } else if (star >= 0) {
      at = star + 1
      starAt += 1
      read = starAt
    } else return false
  }
  return pieces.slice(at).every(each => each === MANY)
}
