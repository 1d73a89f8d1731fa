// What is told in another channel because Slack does not take it where it belongs, in Chinese.

import { code, strong, text } from '../../blocks/text.ts'
import type { elsewhere as English } from '../en/elsewhere.ts'

export const elsewhere: typeof English = {
  noCard: (id, channel, why) => [
    strong(`${id} 没有卡片。`),
    text(`Slack 不接受把它发到频道 ${channel}（${why}）。审批人可以用 `),
    code(`/offset-requests ${id}`),
    text(' 审批。在频道恢复之前，有关它的消息都发在这里。'),
  ],
  about: (id, group, channel) => [
    strong(`关于 ${id}`),
    text('（消费分组 '),
    code(group),
    text(`），因为 Slack 不接受发到频道 ${channel}：`),
  ],
}
