// The Home tab, in Chinese: what waits for somebody, what they asked for, what has run lately.

import { grouped } from '../../../../request/reset.ts'
import { inQuotes, text } from '../../blocks/text.ts'
import type { home as English } from '../en/home.ts'
import { buttons } from './buttons.ts'
import { times } from './times.ts'

export const home: typeof English = {
  ask: buttons.request,
  waiting: '等待你处理',
  mine: '你的申请',
  lately: '最近执行',
  nothingWaits: '没有等待你处理的申请。需要你审批或查看的申请会自动出现在这里。',
  nothingAsked: `你还没有申请过重置。点${inQuotes(buttons.request)}，或输入 /reset-offsets。`,
  nothingWaitsAmong: looked => `最新的 ${grouped(looked)} 个进行中申请里没有等待你处理的。`,
  nothingRan: '最新的申请里没有执行过的。输入 /offset-requests closed 查看已结束的申请。',
  moreOpen: left => `另有 ${grouped(left)} 个更早的进行中申请未在此列出，输入 /offset-requests 查看全部。`,
  moreMine: left => `另有 ${grouped(left)} 个，输入 /offset-requests mine 查看。`,
  moreRan: '输入 /offset-requests closed 查看更多。',
  fresh: atMs => [text('最近更新：'), times.moment(atMs), text('。再次打开此页可查看最新情况。')],
  cardComesToYou:
    '没有设置审批频道。除非策略为该消费分组指定了频道，卡片会发到你与 Rewind 的私信里，审批人可在各自的主页看到该申请。如果要让审批人看到卡片，请改在他们的频道里输入 /reset-offsets。',
  notRead: 'Rewind 暂时读不到申请记录，恢复后此页会自动更新。',
  answer: 'Rewind',
}
