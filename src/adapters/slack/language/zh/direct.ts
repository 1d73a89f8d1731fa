// What one person, or one more channel, is told beside the thread, in Chinese.

import { linkAfter } from '../../blocks/links.ts'
import { code, strong, text } from '../../blocks/text.ts'
import type { direct as English } from '../en/direct.ts'
import { times } from './times.ts'

const openCard = '打开卡片'

export const direct: typeof English = {
  waitsForYou: (id, url, sinceMs, expiresAtMs) => [
    strong(`${id} 等待你审批。`),
    text('计划从 '),
    times.moment(sinceMs),
    text(' 起一直在等待，过期时间 '),
    times.moment(expiresAtMs),
    text('。'),
    ...linkAfter('', url, openCard),
  ],
  about: (id, url, group) => [
    strong(`关于 ${id}`),
    text('（消费分组 '),
    code(group),
    text('）'),
    ...linkAfter(' · ', url, openCard),
  ],
}
