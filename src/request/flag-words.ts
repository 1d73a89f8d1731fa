// Words and flags out of the text after a command, as phones and keyboards really type it. It knows no flag by name.
// Our own rules, because a shell's splitter takes an apostrophe for a quote and drops what it cannot place.

import { DASHES, plainlyTyped } from './typed.ts'

/** Keyboards make one long dash of `--`, or a long one of either; one short dash alone is none. */
const NAME = `[a-z][\\w${DASHES}]*`
const DASHED = `(?:[${DASHES}]{2,4}|[^\\P{Pd}-]|\u2212)`
const FLAG = new RegExp(`^(?:--[${DASHES}]{0,2}([^\\s=＝]*)|${DASHED}(${NAME}))(?:[=＝](.*))?$`, 'isu')
const NEXT_FLAG = new RegExp(`\\s(?:--\\S|${DASHED}[a-z])`, 'iu')

/** `valueless` flags take no word, `greedy` ones all that follow, and the rest one. */
export interface FlagGrammar {
  valueless: readonly string[]
  greedy: readonly string[]
}

const HELP = ['help', '--help', '-help', '-h', '?', '？', '帮助']

/** Whether the text after a command is nothing but a question how it is used. */
export function asksForHelp(text: string): boolean {
  return text.length < 20 && HELP.includes(plainlyTyped(text).trim().toLowerCase())
}

/** Each flag with its values. Words that no flag takes are stray. */
export interface ReadWords {
  typed: Map<string, string[]>
  stray: string[]
  unclosed: boolean
}

/** Of the text after a command, as Slack sends it. */
export function readFlagWords(text: string, grammar: FlagGrammar): ReadWords {
  const { words, unclosed } = splitWords(unescaped(text).replace(/[\u200b\u2060\ufeff]/g, ''))
  return { ...readWords(words, grammar), unclosed }
}

/** Of words that a shell has split already: quotes and ampersands in them are meant. */
export function readWords(words: readonly string[], { valueless, greedy }: FlagGrammar): ReadWords {
  const typed = new Map<string, string[]>()
  const stray: string[] = []
  let open: { name: string; value: string | undefined } | undefined
  const close = () => {
    if (open !== undefined) {
      const values = typed.get(open.name) ?? []
      values.push(open.value ?? '')
      typed.set(open.name, values)
    }
    open = undefined
  }
  for (const word of words) {
    const flag = FLAG.exec(word)
    if (flag !== null) {
      close()
      open = { name: plainlyTyped(flag[1] ?? flag[2] ?? '').toLowerCase(), value: flag[3] }
    } else if (open === undefined || valueless.includes(open.name)) stray.push(word)
    else if (open.value === undefined) open.value = word
    else if (greedy.includes(open.name)) open.value += ` ${word}`
    else stray.push(word)
  }
  close()
  return { typed, stray, unclosed: false }
}

/** What may end a quote that was opened so: keyboards bend straight quotes, now and then only one of a pair. */
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"”',
  '＂': '＂',
  '“': '”"',
  '„': '“”"',
  '”': '”"',
  "'": "'’",
  '‘': "’'",
  '’': "’'",
  '‚': "‘’'",
  '«': '»',
  '»': '«',
  '‹': '›',
  '›': '‹',
  '「': '」',
  '『': '』',
  '｢': '｣',
  '〝': '〞〟',
}

/** Words as a shell splits them, but an apostrophe is no quote, and a quote left open ends before the next flag. */
function splitWords(text: string): { words: string[]; unclosed: boolean } {
  const words: string[] = []
  let word: string | undefined
  let unclosed = false
  /** Marks that nothing closes any more, so that the rest is not looked through for each anew. */
  const neverClosed = new Set<string>()
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (opensQuote(text, at)) {
      const close = neverClosed.has(character) ? undefined : closingQuote(text, at)
      if (close === undefined) neverClosed.add(character)
      const end = close ?? startOfNextFlag(text, at)
      unclosed ||= close === undefined
      word = (word ?? '') + text.slice(at + 1, end)
      at = close ?? end - 1
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  if (word !== undefined) words.push(word)
  return { words, unclosed }
}

/** Within a word these are a part of it: an apostrophe, or brackets of a name. */
const AROUND_WORDS = [
  "'",
  '‘',
  '’',
  '‚',
  '«',
  '»',
  '‹',
  '›',
  '「',
  '」',
  '『',
  '』',
  '｢',
  '｣',
  '〝',
  '〞',
  '〟',
]
const IN_WORD = /[\p{L}\p{N}]/u

function opensQuote(text: string, at: number): boolean {
  const mark = text.charAt(at)
  return Object.hasOwn(QUOTES, mark) && !(AROUND_WORDS.includes(mark) && IN_WORD.test(text.charAt(at - 1)))
}

function closingQuote(text: string, at: number): number | undefined {
  const closing = QUOTES[text.charAt(at)] ?? ''
  for (let end = at + 1; end < text.length; end++) {
    const mark = text.charAt(end)
    if (closing.includes(mark) && !(AROUND_WORDS.includes(mark) && IN_WORD.test(text.charAt(end + 1))))
      return end
  }
  return undefined
}

function startOfNextFlag(text: string, at: number): number {
  const offset = text.slice(at).search(NEXT_FLAG)
  return offset < 0 ? text.length : at + offset
}

/** Slack escapes these three, and only these. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
