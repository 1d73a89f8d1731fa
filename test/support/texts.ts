// Any text at all, for properties over what people and APIs may send. Halves of a character pair are among it.

import fc from 'fast-check'

/** Not `fc.string({ unit: 'binary' })`: that begins with a table of all million characters, which takes seconds. */
const character = fc
  .oneof(
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0, max: 0xffff }),
    fc.integer({ min: 0, max: 0x10ffff }),
  )
  .map(code => String.fromCodePoint(code))

/** Lengths count code points. */
export function anyText(lengths: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.array(character, lengths).map(characters => characters.join(''))
}
