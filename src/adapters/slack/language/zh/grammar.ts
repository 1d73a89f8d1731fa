// How Chinese counts and lists.

import { grouped } from '../../../../request/reset.ts'
import { isServiceAccount } from '../../../../request/service-account.ts'
import { inQuotes, type Piece, person, text } from '../../blocks/text.ts'
import { buttons } from './buttons.ts'

export function partitions(count: number): string {
  return `${grouped(count)} 个分区`
}

export function messages(count: bigint): string {
  return `${grouped(count)} 条消息`
}

/** `a、b 和 c`; `a、b 等 5 个` with what is left out. */
export function listed(items: readonly string[], left = 0): string {
  if (left > 0)
    return items.length === 0
      ? `${grouped(left)} 个`
      : `${items.join('、')} 等 ${grouped(items.length + left)} 个`
  const last = items.at(-1) ?? ''
  return items.length < 2 ? last : `${items.slice(0, -1).join('、')} 和 ${last}`
}

const AT_MOST = '最多 '

/** `重放 44 条消息`, `最多重放 44 条消息` */
export function replaying(amount: string): string {
  return done('重放', amount)
}

export function skipping(amount: string): string {
  return done('跳过', amount)
}

function done(verb: string, amount: string): string {
  return amount.startsWith(AT_MOST) ? `最多${verb} ${amount.slice(AT_MOST.length)}` : `${verb} ${amount}`
}

/** Spans come from where calls are made as `10 s` and `500 ms`. */
export function spanOf(time: string): string {
  return time.replace(/ ms$/, ' 毫秒').replace(/ s$/, ' 秒')
}

export const askAgain = `请点卡片上的${inQuotes(buttons.edit)}，或用 /reset-offsets 重新申请。`

export const stopConsumers = '请停掉该消费分组的消费者。'

/** At the end of what somebody should notice; nothing of who reads nothing in Slack. Null: of nobody. */
export function requestedBy(userId: string | null): Piece[] {
  return userId === null || isServiceAccount(userId) ? [] : [text('申请人：'), person(userId)]
}
