// The history of a group, in Chinese: every reset of it, by whom, approved by whom, from where to where.

import { grouped } from '../../../../request/reset.ts'
import { code, inQuotes, type Piece, person, text } from '../../blocks/text.ts'
import type { history as English } from '../en/history.ts'
import { buttons } from './buttons.ts'
import { partitions, replaying, skipping } from './grammar.ts'

function people(by: readonly string[]): Piece[] {
  return by.flatMap((each, index) => [...(index === 0 ? [] : [text('、')]), person(each)])
}

function partitionsOf(count: number, there: number): string {
  return there === 0
    ? partitions(count)
    : `${partitions(count)}（其中 ${grouped(there)} 个在制定计划时已在目标位点）`
}

export const history: typeof English = {
  button: buttons.history,
  title: '重置历史',
  heading: (group, instance, total) => [
    text('消费分组 '),
    code(group),
    text('（'),
    code(instance),
    text(`）的全部重置申请：共 ${grouped(total)} 个，从新到旧。`),
  ],
  none: (group, instance) => [
    text('消费分组 '),
    code(group),
    text('（'),
    code(instance),
    text('）还没有重置申请。用 /reset-offsets 申请。'),
  ],
  askedBy: requester => [text('申请人 '), person(requester)],
  approvedBy: by => [text(' · 批准 '), ...people(by)],
  withoutApproval: by => [text(' · 未经审批，执行人 '), person(by)],
  reviewedBy: by => [text('，复核 '), person(by)],
  rejectedBy: by => [text(' · 驳回 '), person(by)],
  cancelledBy: by => [text(' · 取消 '), person(by)],
  planned: ({ partitions: count, there, from, to, effects }) =>
    [`：${partitionsOf(count, there)}，原计划位点 ${from} → ${to ?? '执行时才知道'}`, ...effects].join('，'),
  wouldHave: {
    replays: amount => `本会${replaying(amount)}`,
    skips: amount => `本会${skipping(amount)}`,
  },
  wasTo: {
    replays: replaying,
    skips: skipping,
  },
  move: ({ partitions: count, there, from, to, effects }) =>
    [`：${partitionsOf(count, there)}，位点 ${from} → ${to ?? '执行时才知道'}`, ...effects].join('，'),
  moreTopics: left => `……另有 ${grouped(left)} 个 Topic，CSV 文件里有全部内容。`,
  notWhole: '保存的计划明细与其记录不一致，因此不显示。',
  noPlan: '没有制定计划，没有移动任何位点。',
  noPlanYet: '还没有计划。',
  card: '卡片',
  download: buttons.download,
  file: (group, instance, requests, left) =>
    `${group}（${instance}）的重置历史：共 ${grouped(requests)} 个申请，从新到旧，每个分区一行。${left > 0 ? `最早的 ${grouped(left)} 个放不下，未包含在内。` : ''}`,
  making: '正在生成文件…',
  sent: '文件已发到你与 Rewind 的私信里。',
  notSent: `暂时无法发送文件。请过一分钟再点${inQuotes(buttons.download)}。`,
}
