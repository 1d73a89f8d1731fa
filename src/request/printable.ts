// What may be shown in a terminal of text that came from outside. Pure.

/** Without what would steer a terminal, break a line, or turn the direction of the text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
}
