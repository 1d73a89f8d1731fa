// What a spreadsheet takes for a formula when it opens a CSV file. Pure; the files that are written and those that are read
// back have to agree on it.

/** Blanks, and what is not seen, do not keep a spreadsheet from reading on. */
const FIRST_SEEN = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u

/** Some read the wide and small forms of the signs as the signs themselves. */
export function looksLikeFormula(cell: string): boolean {
  const [first = ''] = FIRST_SEEN.exec(cell) ?? []
  return /^[\t\r\n]/.test(cell) || /^[=+\-@\u2212]/.test(first.normalize('NFKC'))
}
