// What could not be understood of the text after /reset-offsets, in Chinese. Values that were typed come quoted.

import { grouped, utc } from '../../../../request/reset.ts'
import { inQuotes } from '../../blocks/text.ts'
import type { flags as English } from '../en/flags.ts'
import { listed } from './grammar.ts'

export const flags: typeof English = {
  quoteOpen: () => '有引号没有闭合，结尾只能猜测。请检查各字段。',
  unknown: ({ flag, lost, nearest }) =>
    `Rewind 不认识参数 --${flag}${leftOut(lost)}。${nearest.length === 0 ? '' : `你要写的是不是 ${nearest.map(each => `--${each}`).join(' 或 ')}？`}`,
  ofItsRun: ({ flag, lost }) =>
    `不需要 --${flag}${leftOut(lost)}：每个申请在审批通过之前都只是试运行，通过之后才会执行。`,
  notNeeded: ({ flag }) => `这里不需要 --${flag}。`,
  takesNoValue: ({ flag }) => `--${flag} 不带值。`,
  needsValue: ({ flag }) => `--${flag} 需要一个值。`,
  givenTwice: ({ flag }) => `--${flag} 写了不止一次。请在下面填写。`,
  onlyOne: ({ flags }) => `${flags.map(flag => `--${flag}`).join('、')} 只能用一个。请在下面选择。`,
  takesNoPath: ({ lost }) => `--from-file 不带路径${leftOut(lost)}。请在下面附上文件。`,
  needsPartitions: ({ flag }) => `--${flag} 不能用：API 2.0 只能给所有分区发送同一个数值。请在下面选择。`,
  textCut: ({ max }) => `只读取了命令后的前 ${grouped(max)} 个字符。`,
  reasonCut: ({ max }) => `原因最多 ${grouped(max)} 个字符。`,
  tooLong: ({ flag, max }) => `--${flag} 最多 ${max} 个字符。`,
  skipWithoutTime: () => '已忽略 --allow-skip-to-end：它只能与 --to-datetime 或 --by-duration 一起用。',
  topicsWithFile: () => '--from-file 从文件中取 Topic，已忽略这里写的 Topic。',
  wholeTopicsOnly: ({ typed }) => `${inQuotes(typed)}指定了分区，但 API 2.0 只能重置整个 Topic。`,
  topicsAndAll: () => '--topic 和 --all-topics 不能同时用。请在下面选一个。',
  stray: ({ words, left }) => `多余的内容：${listed(words.map(quoted), left)}。`,
  shiftUnreadable: () => '--shift-by 需要一个非 0 且不超出位点范围的整数，例如 -100。',
  offsetUnreadable: () => '--to-offset 需要一个不小于 0 且不超出位点范围的整数。',
  durationUnreadable: () => '--by-duration 需要 ISO 8601 时长，例如 PT2H30M 或 P1D。',
  timeUnreadable: () => '--to-datetime 需要 2026-11-23T08:00:00Z 这样的时间。',
  zoneMissing: () => '--to-datetime 需要时区，例如 2026-11-23T08:00:00Z。',
  timeOutOfReach: ({ timeMs }) => `Slack 无法显示${timeMs === null ? '这个时间' : ` ${utc(timeMs)}`}。`,
}

function quoted(value: string): string {
  return `${inQuotes(value)}`
}

function leftOut(lost: readonly string[]): string {
  return lost.length === 0 ? '' : `，已忽略 ${lost.map(quoted).join('、')}`
}
