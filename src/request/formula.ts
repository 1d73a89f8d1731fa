// What a spreadsheet takes for a formula when it opens a CSV file, and the apostrophe that makes it text. Pure; the files
// that are written and those that are read back have to agree on it.

/**
 * Behind these a spreadsheet may begin another cell: it splits a file by what is usual where it runs, not by what the
 * file was written with. Quotation marks around the whole do not hold it together then: they stand in the middle of
 * what it takes for a cell. So what stands behind one is looked at as a cell is.
 */
const ENDS = String.raw`;|\t\r\n`
/** Blanks, quotation marks and what is not seen do not keep a spreadsheet from reading on; nor does our apostrophe. */
const PASSED = String.raw`(?:(?![${ENDS}])[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}'"])*`
/** Some read the wide, small, raised and lowered forms of = + - @ as the signs themselves. */
const SIGN = String.raw`[=+\-@\u2212\u207a-\u207c\u208a-\u208c\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20]`
const FORMULA = `${PASSED}${SIGN}`
/** At the beginning; some leave a first line break or tab out. */
const FIRST = String.raw`(?=${FORMULA}|'*[\t\r\n])`

const TO_DISARM = new RegExp(`^${FIRST}|(?<=[${ENDS}])(?=${FORMULA})`, 'gu')
const DISARMED = new RegExp(`^'${FIRST}|(?<=[${ENDS}])'(?=${FORMULA})`, 'gu')

/** An apostrophe stands before all that would be a formula, one more where there are some: `rearmed` gives it back. */
export function disarmed(cell: string): string {
  return cell.replace(TO_DISARM, "'")
}

/** The cell that was disarmed; one that never was comes back as it is, unless it holds such an apostrophe of its own. */
export function rearmed(cell: string): string {
  return cell.replace(DISARMED, '')
}

/** Whether a spreadsheet may take it for more cells than one. */
export function maySplit(cell: string): boolean {
  return /[;|\t\r\n]/.test(cell)
}
