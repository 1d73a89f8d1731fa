// What could not be understood of the text after /reset-offsets, in English. Values that were typed come quoted.

import type { FlagProblem } from '../../../../request/flag-problem.ts'
import { grouped, utc } from '../../../../request/reset.ts'
import { inQuotes } from '../../blocks/text.ts'
import type { Sentences } from '../sentences.ts'
import { listed } from './grammar.ts'

export const flags: Sentences<FlagProblem> = {
  quoteOpen: () => 'A quote is never closed, so its end is a guess. Check the fields.',
  unknown: ({ flag, lost, nearest }) =>
    `--${flag} is not a flag Rewind knows${leftOut(lost)}.${nearest.length === 0 ? '' : ` Did you mean ${nearest.map(each => `--${each}`).join(' or ')}?`}`,
  ofItsRun: ({ flag, lost }) =>
    `--${flag} is not needed${leftOut(lost)}: every request is a dry run until it is approved, and then it is executed.`,
  notNeeded: ({ flag }) => `--${flag} is not needed here.`,
  takesNoValue: ({ flag }) => `--${flag} takes no value.`,
  needsValue: ({ flag }) => `--${flag} needs a value.`,
  givenTwice: ({ flag }) => `--${flag} is given more than once. Fill it in below.`,
  onlyOne: ({ flags }) =>
    `Only one of ${flags.map(flag => `--${flag}`).join(', ')} can be used. Choose below.`,
  takesNoPath: ({ lost }) => `--from-file takes no path${leftOut(lost)}. Attach the file below.`,
  needsPartitions: ({ flag }) =>
    `--${flag} cannot be used: API 2.0 sends one number for all partitions. Choose below.`,
  textCut: ({ max }) => `Only the first ${grouped(max)} characters after the command were read.`,
  reasonCut: ({ max }) => `A reason has ${grouped(max)} characters at most.`,
  tooLong: ({ flag, max }) => `--${flag} takes at most ${max} characters.`,
  skipWithoutTime: () =>
    '--allow-skip-to-end is left out: it belongs to --to-datetime or --by-duration alone.',
  topicsWithFile: () => '--from-file takes the topics from the file, so those named here are left out.',
  wholeTopicsOnly: ({ typed }) => `${inQuotes(typed)} names partitions, but API 2.0 resets whole topics.`,
  topicsAndAll: () => '--topic and --all-topics exclude each other. Choose one below.',
  stray: ({ words, left }) => {
    const all = listed(words.map(quoted), left)
    return words.length + left === 1 ? `Unexpected word ${all}.` : `Unexpected words ${all}.`
  },
  shiftUnreadable: () => '--shift-by needs a whole number other than 0 that an offset can hold, like -100.',
  offsetUnreadable: () => '--to-offset needs a whole number, 0 or more, that an offset can hold.',
  durationUnreadable: () => '--by-duration needs an ISO 8601 duration, like PT2H30M or P1D.',
  timeUnreadable: () => '--to-datetime needs a time like 2026-11-23T08:00:00Z.',
  zoneMissing: () => '--to-datetime needs a zone, like 2026-11-23T08:00:00Z.',
  timeOutOfReach: ({ timeMs }) => `${timeMs === null ? 'That' : utc(timeMs)} is not a time Slack can show.`,
}

function quoted(value: string): string {
  return `${inQuotes(value)}`
}

function leftOut(lost: readonly string[]): string {
  return lost.length === 0 ? '' : `, so ${lost.map(quoted).join(' and ')} is left out`
}
