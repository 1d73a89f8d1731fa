// What can be wrong with what somebody typed or attached: kinds, with what a sentence about each names. The sentences are in
// en/ and zh/. Whatever was typed comes shortened; it must never hold a sentence.

import type { TooSoon } from '../../../ports/store.ts'
import type { RequestId } from '../../../request/request.ts'

/** Of the text after /offset-requests. */
export type QueryProblem =
  | { kind: 'unknownWord'; word: string }
  | { kind: 'nameTooLong' }
  | { kind: 'textTooLong'; max: number }
  | { kind: 'severalGroups'; groups: string[] }
  | { kind: 'mineAndGroup'; group: string }
  | { kind: 'severalParts' }
  | { kind: 'severalDays' }
  | { kind: 'noSuchDay'; day: string }
  | { kind: 'idNotAlone'; id: RequestId }

/** What is wrong with the file before its lines are read, as a kind. Lines count from 1; null: it is the whole file. */
export type AttachmentProblem =
  | { kind: 'fileTooLarge' }
  | ({ kind: 'tooManyFiles' } & TooSoon)
  | { kind: 'fileNotFetched' }
  | { kind: 'fileNowhere' }
  | { kind: 'fileGone' }
  | { kind: 'filesScopeMissing' }
  | { kind: 'fileNotText' }
  | { kind: 'fileTooWide' }
  | { kind: 'quoteOpen'; line: number | null }
  | { kind: 'quoteMisplaced'; line: number | null }
  | { kind: 'csvUnreadable'; line: number | null; code: string }
