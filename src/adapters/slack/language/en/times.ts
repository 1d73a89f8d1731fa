// Moments and spans of time in English.

import { moment, type Piece } from '../../blocks/text.ts'
import { counted } from './grammar.ts'

export const times = {
  moment: (timeMs: number): Piece => moment(timeMs, '{date_short_pretty} at {time}'),
  /** In a line of several: `today 12:21`. */
  brief: (timeMs: number): Piece => moment(timeMs, '{date_short_pretty} {time}'),
  /** To the second, of what is near: `today at 12:21:09`. */
  exact: (timeMs: number): Piece => moment(timeMs, '{date_short_pretty} at {time_secs}'),
  /** `25 s`, `9 min` */
  span: (ms: number) => (ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`),
  /** Of a group that has to stay empty so long. @param holdMs 0: it is not known */
  onceEmpty: (holdMs: number) =>
    holdMs === 0
      ? 'once the group is empty'
      : `once Rewind has seen the group without consumers for ${times.span(holdMs)}`,
  /** `26 h before`; of what is still to come `3 h after`. */
  age: (ageMs: number) => {
    const minutes = Math.floor(Math.abs(ageMs) / 60_000)
    const side = ageMs < 0 ? 'after' : 'before'
    if (minutes < 1) return `less than a minute ${side}`
    if (minutes < 120) return `${minutes} min ${side}`
    const hours = Math.floor(minutes / 60)
    const rest = minutes % 60
    if (hours < 24 && rest > 0) return `${hours} h ${rest} min ${side}`
    return hours < 72 ? `${hours} h ${side}` : `${counted(Math.floor(hours / 24), 'day')} ${side}`
  },
}
