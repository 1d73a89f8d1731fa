// Moments and spans of time in Chinese.

import { moment, type Piece } from '../../blocks/text.ts'
import type { times as English } from '../en/times.ts'

export const times: typeof English = {
  moment: (timeMs: number): Piece => moment(timeMs, '{date_short_pretty} {time}'),
  brief: (timeMs: number): Piece => moment(timeMs, '{date_short_pretty} {time}'),
  exact: (timeMs: number): Piece => moment(timeMs, '{date_short_pretty} {time_secs}'),
  span: (ms: number) => (ms < 120_000 ? `${Math.round(ms / 1_000)} 秒` : `${Math.round(ms / 60_000)} 分钟`),
  onceEmpty: holdMs => (holdMs === 0 ? '变空后执行' : `连续 ${times.span(holdMs)}被看到没有消费者后执行`),
  age: (ageMs: number) => {
    const minutes = Math.floor(Math.abs(ageMs) / 60_000)
    const side = ageMs < 0 ? '后' : '前'
    if (minutes < 1) return `${side}不到 1 分钟`
    if (minutes < 120) return `${side} ${minutes} 分钟`
    const hours = Math.floor(minutes / 60)
    const rest = minutes % 60
    if (hours < 24 && rest > 0) return `${side} ${hours} 小时 ${rest} 分钟`
    return hours < 72 ? `${side} ${hours} 小时` : `${side} ${Math.floor(hours / 24)} 天`
  },
}
