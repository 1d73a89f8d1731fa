// What can be wrong with what somebody typed or attached: kinds, with what a sentence about each names. The sentences are in
// en/ and zh/. Whatever was typed comes shortened; it must never hold a sentence.

import type { TooSoon } from '../../../ports/store.ts'
import type { RequestId } from '../../../request/request.ts'

/** Of the text after /reset-offsets. */
export type FlagProblem =
  | { kind: 'quoteOpen' }
  /** `lost`: the values that are left out with it; `nearest`: flags that it looks like. */
  | { kind: 'unknown'; flag: string; lost: readonly string[]; nearest: readonly string[] }
  /** `--dry-run` or `--execute` of Kafka's tool. */
  | { kind: 'ofItsRun'; flag: string; lost: readonly string[] }
  /** A flag of Kafka's tool that says what Rewind knows. */
  | { kind: 'notNeeded'; flag: string }
  | { kind: 'takesNoValue'; flag: string }
  | { kind: 'needsValue'; flag: string }
  | { kind: 'givenTwice'; flag: string }
  | { kind: 'onlyOne'; flags: readonly string[] }
  | { kind: 'takesNoPath'; lost: readonly string[] }
  | { kind: 'needsPartitions'; flag: string }
  | { kind: 'textCut'; max: number }
  | { kind: 'reasonCut'; max: number }
  | { kind: 'tooLong'; flag: string; max: number }
  | { kind: 'skipWithoutTime' }
  | { kind: 'topicsWithFile' }
  | { kind: 'wholeTopicsOnly'; typed: string }
  | { kind: 'topicsAndAll' }
  | { kind: 'stray'; words: readonly string[]; left: number }
  | { kind: 'shiftUnreadable' }
  | { kind: 'offsetUnreadable' }
  | { kind: 'durationUnreadable' }
  | { kind: 'timeUnreadable' }
  | { kind: 'zoneMissing' }
  /** Null: it is beyond what any clock can say. */
  | { kind: 'timeOutOfReach'; timeMs: number | null }

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
