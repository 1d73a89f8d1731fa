// The watch after a reset, in Chinese.

import { grouped } from '../../../../request/reset.ts'
import type { WatchEnd } from '../../../../request/watch.ts'
import { strong, text } from '../../blocks/text.ts'
import type { watch as English, FoundKind, FoundSaid, LookSaid } from '../en/watch.ts'
import { listed, partitions, requestedBy } from './grammar.ts'
import { times } from './times.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

function spanOf(ms: number, round: (value: number) => number = Math.round): string {
  if (ms < 2 * MINUTE_MS) return `${Math.max(1, round(ms / 1_000))} 秒`
  if (ms < 3 * HOUR_MS) return `${round(ms / MINUTE_MS)} 分钟`
  return ms < 3 * DAY_MS ? `${round(ms / HOUR_MS)} 小时` : `${round(ms / DAY_MS)} 天`
}

/** How long a watch is, which is exact. */
function lengthOf(ms: number): string {
  return ms % HOUR_MS === 0 && ms < 3 * DAY_MS ? `${ms / HOUR_MS} 小时` : spanOf(ms)
}

function membersInWords(members: number | null): string {
  if (members === null) return '消费分组有成员'
  return members === 0 ? '消费分组没有成员' : `消费分组有 ${grouped(members)} 个成员`
}

function leftInWords({ inMs, earliestMs, latestMs }: NonNullable<LookSaid['left']>): string {
  const earliest = spanOf(earliestMs, Math.floor)
  const range = latestMs === null ? `至少 ${earliest}` : `${earliest}至 ${spanOf(latestMs, Math.ceil)}`
  return `按此速度，大约还需 ${spanOf(inMs)}追上（${range}）。`
}

function namedPlaces(places: readonly string[], count: number): string {
  return listed(places, Math.max(0, count - places.length))
}

const FOUND: Record<FoundKind, (found: FoundSaid) => [string, string]> = {
  back: ({ members, lag, afterMs }) =>
    members === 0
      ? [
          '位点有移动',
          `（重置后 ${spanOf(afterMs)}查看时发现）。消费分组没有成员：自行分配分区的消费者（如 Flink、Spark）不会显示。未消费消息：${grouped(lag)} 条。`,
        ]
      : [
          '消费者已恢复',
          `（重置后 ${spanOf(afterMs)}查看时发现）：${membersInWords(members)}。未消费消息：${grouped(lag)} 条。`,
        ],
  caughtUp: ({ lag, afterMs }) => [
    '消费分组已追上最新消息',
    `（重置后 ${spanOf(afterMs)}查看时发现）。未消费消息：${grouped(lag)} 条。`,
  ],
  stuck: ({ members, places, partitions: count }) => [
    `${partitions(count)}的位点没有移动`,
    `：${namedPlaces(places, count)}。${members === 0 ? '消费分组的其他位点在移动' : `同时${membersInWords(members)}`}。请查看消费该分区的消费者的日志。`,
  ],
  overwritten: ({ places, partitions: count }) => [
    `重置在 ${partitions(count)}上已不再有效`,
    `：${namedPlaces(places, count)}。位点回到了重置前的位置，或早于重置所设的位置，正常消费不会这样。这不是 Rewind 提交的：可能有消费者一直在运行。再次申请前请先停掉消费者。`,
  ],
  jumped: ({ places, partitions: count }) => [
    `${partitions(count)}已到日志末尾`,
    `：${namedPlaces(places, count)}。这比消费者通常的消费速度快。如果设置了 auto.offset.reset=latest，位点已过期的消费者会直接跳到末尾：请确认是否漏掉了消息。`,
  ],
  notBack: ({ lag, afterMs }) => [
    '消费者还没有恢复消费',
    `（已是重置后 ${spanOf(afterMs)}）：没有成员，位点也没有移动。未消费消息：${grouped(lag)} 条。如果不是有意停止，请启动消费者。`,
  ],
  growing: ({ lag, rates }) => [
    '未消费消息在增加',
    `：目前 ${grouped(lag)} 条。${rates === null ? '' : `每秒大约写入 ${grouped(rates.written)} 条、消费 ${grouped(rates.read)} 条。`}`,
  ],
  gone: ({ afterMs }) => [
    '消费分组已不存在',
    `（重置后 ${spanOf(afterMs)}查看时发现）：它的位点也一并消失了。`,
  ],
}

const OVER: Record<WatchEnd, (by: string) => string> = {
  time: () => '观察已结束。',
  caughtUp: () => '消费分组已追上最新消息。',
  otherReset: by => `观察已结束：${by} 正在重置或已重置同一消费分组。`,
  undone: by => `观察已结束：${by} 撤销了此次重置或其中一部分。`,
  gone: () => '观察已结束：消费分组已不存在。',
  rowsLost: () => '观察已结束：结果明细缺失或与其记录不一致。',
}

export const watch: typeof English = {
  rehearsal: ({ read, written, overMs, after, inMs }, isAtMost, { isOfLook = false } = {}) => {
    const seen =
      after === undefined ? `${isOfLook ? '最近' : '制定此计划前'} ${spanOf(overMs)}内` : `${after} 之后`
    const rate = `每秒消费 ${grouped(read)} 条、写入 ${grouped(written)} 条`
    return inMs === null
      ? `按${seen}看到的速度（${rate}），消费分组无法追上。`
      : `按${seen}看到的速度（${rate}），${isAtMost ? '最多' : ''}大约需要 ${spanOf(inMs)}追上。`
  },
  unrehearsed: '追上需要多久未知：近期没有看到该消费分组消费这些 Topic 的速度。',
  begins: untilMs => [text('Rewind 会观察消费分组，直到 '), times.moment(untilMs), text('。')],
  look: ({ atMs, members, isBack, isStill, lag, read, partitions: count, rates, left, isNoEnd, stuck }) => [
    text('截至 '),
    times.exact(atMs),
    text(`：${membersInWords(members)}${isStill ? '，位点没有移动' : ''}，未消费消息 ${grouped(lag)} 条。`),
    ...(read < count ? [text(`${partitions(count)}中只读到 ${grouped(read)} 个。`)] : []),
    ...(rates === null || !isBack ? [] : [text(`每秒大约消费 ${grouped(rates.read)} 条。`)]),
    ...(left === null ? [] : [text(leftInWords(left))]),
    ...(isNoEnd ? [text('按此速度无法追上。')] : []),
    ...(stuck.length === 0 ? [] : [text(`没有移动：${listed(stuck)}。`)]),
  ],
  over: (why, by) => [text(OVER[why](by))],
  found: (id, told, found) => {
    const [head, rest] = FOUND[told](found)
    return [strong(`${id}：${head}`), text(rest), ...requestedBy(found.noticed)]
  },
  timeOver: (id, watchMs, look, hasLag) => [
    strong(`${id}：观察已结束`),
    ...(look === null
      ? [text(`。${lengthOf(watchMs)}内 Rewind 一次都没能查看消费分组，重置后的情况未知。`)]
      : [
          text(`（共 ${lengthOf(watchMs)}）${hasLag ? '，期间没有看到消费分组消费到最新消息' : ''}。`),
          ...look,
        ]),
  ],
  place: (topic, partition, committed, lag) =>
    `${topic} p${partition} 位点 ${grouped(committed)}${lag === null ? '' : `（未消费 ${grouped(lag)} 条）`}`,
}
