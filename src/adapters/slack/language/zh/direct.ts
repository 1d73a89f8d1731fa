// What one person, or one more channel, is told beside the thread, in Chinese.

import { code, named, person, strong, text } from '../../blocks/text.ts'
import type { direct as English } from '../en/direct.ts'
import { times } from './times.ts'

export const direct: typeof English = {
  waitsForYou: (id, requester, group, sinceMs, expiresAtMs) => [
    strong(`${id} 等待你审批。`),
    person(requester),
    text(` 申请重置 ${named(group)}，计划从 `),
    times.moment(sinceMs),
    text(' 起一直在等待，过期时间 '),
    times.moment(expiresAtMs),
    text('。'),
  ],
  about: (id, group) => [strong(`关于 ${id}`), text('（消费分组 '), code(group), text('）：')],
}
