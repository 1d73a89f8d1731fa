// What one person, or everybody together, would have too many of, in Chinese.

import { grouped } from '../../../../request/reset.ts'
import type { limits as English } from '../en/limits.ts'
import { times } from './times.ts'

export const limits: typeof English = {
  tooManyOpen: ({ most, open }) =>
    `你有 ${grouped(open)} 个进行中的申请，每人最多 ${grouped(most)} 个。请等其中一个结束，或在卡片上取消一个：/offset-requests mine 可列出它们。已填的内容仍在这里，之后再提交即可。`,
  tooManyInAll: ({ most, open }) =>
    `所有人共有 ${grouped(open)} 个进行中的申请，最多 ${grouped(most)} 个。请等其中一个结束：/offset-requests 可列出它们。已填的内容仍在这里，之后再提交即可。`,
  tooOften: ({ most, waitMs }) =>
    `每人每分钟最多提交 ${grouped(most)} 个申请。已填的内容仍在这里，请在 ${times.span(Math.ceil(waitMs / 1_000) * 1_000)}后再提交。`,
}
