// What stands in the pictures of a plan and of what came after, and what is said of them to whoever cannot see them, in Chinese.

import { grouped } from '../../../../request/reset.ts'
import type { picture as English } from '../en/picture.ts'
import { messages, partitions } from './grammar.ts'

function spanOf(ms: number): string {
  const span = Math.abs(ms)
  if (span < 120_000) return `${Math.round(span / 1_000)} 秒`
  return span < 7_200_000 ? `${Math.round(span / 60_000)} 分钟` : `${Math.round(span / 360_000) / 10} 小时`
}

export const picture: typeof English = {
  legend: {
    now: '已提交位点',
    target: '重置后',
    replayed: '重放',
    skipped: '跳过',
    atMost: '斜线：最多',
  },
  place: (topic, partition) => `${topic} p${partition}`,
  move: (from, to) => `${from ?? '–'} → ${to ?? '?'}`,
  rest: count => `其余 ${partitions(count)}`,
  together: effects => effects.join('，'),
  alt: {
    row: (place, move, effect, start, end) =>
      `${place}：${move}（${effect}），日志${start === null ? `至 ${end}` : ` ${start} 至 ${end}`}`,
    rest: (label, effect) => `${label}：${effect}`,
    more: rows => `另有 ${partitions(rows)}`,
  },
  title: id => `${id} 的计划图`,
  lag: {
    title: (id, group) => `${id} · ${group} 重置后的未消费消息`,
    file: id => `${id} 重置后的未消费消息图`,
    reset: '重置',
    lag: '未消费消息（条）',
    members: '成员数',
    number: count => grouped(count),
    time: afterMs => (afterMs === 0 ? '重置' : `${spanOf(afterMs)}${afterMs < 0 ? '前' : '后'}`),
    lead: (count, most, last) =>
      `共查看 ${grouped(count)} 次；未消费消息最多 ${messages(BigInt(most))}；最近一次在重置后 ${spanOf(last.afterMs)}：${last.lag === null ? '未消费消息未知' : `未消费消息 ${grouped(last.lag)} 条`}，${last.members === null ? '成员数未知' : `${grouped(last.members)} 个成员`}。`,
    point: (afterMs, lag, members) =>
      `${spanOf(afterMs)}${afterMs < 0 ? '前' : '后'}：${lag === null ? '未知' : `${grouped(lag)} 条`}${members === null ? '' : `（${grouped(members)} 个成员）`}`,
  },
}
