// The approval modal, in Chinese.

import { grouped } from '../../../../request/reset.ts'
import { text } from '../../blocks/text.ts'
import type { review as English } from '../en/review.ts'
import { listed } from './grammar.ts'
import { times } from './times.ts'

export const review: typeof English = {
  title: id => `审批 ${id}`,
  submit: '提交决定',
  submits: { approve: '批准重置', reject: '驳回申请' },
  cancel: '取消',
  checking: '正在检查计划制定后有没有变化…',
  justNowLabel: '目前：',
  holds: {
    unchanged: '计划制定后没有变化。',
    harmless: '计划制定后日志有增长，目标位点仍然有效。',
    arriving: '计划制定后日志有增长，新到达的消息也会被跳过。',
    consuming: '消费者还在提交位点，计划已经过时。消费分组变空后会重新制定计划，届时需要重新审批。',
  },
  notSeen: why => `无法检查计划制定后有没有变化（${why}）。执行前会再检查一次。`,
  notWhole: '保存的计划与其记录不一致，因此不显示，也不能批准。',
  notWholeThen: '明细缺失，或在 Redis 中被改动过。请驳回并重新申请，同时告知 Rewind 的维护人员。',
  expires: atMs => [text('过期时间 '), times.moment(atMs), text('。')],
  decision: '决定',
  approve: '批准',
  needsMore: (more, atLeast) => `之后还需要${atLeast ? '至少' : ''} ${grouped(more)} 位审批人批准`,
  runsWhenTeams: labels => `${listed(labels)} 全部批准后执行`,
  runsWhenMet: '所需团队全部批准后执行',
  runsWhenExact: '确定精确位点都在此范围内后执行',
  held: 'Slack 能读取相关用户组之前无法批准',
  notWholeOption: '无法批准：保存的计划不能使用',
  replanned: '执行前需要审批新计划',
  runsAtOnce: '如果消费分组仍为空，且没有被其他申请占用，会立即执行',
  runsWhenEmpty: holdMs => `消费分组${times.onceEmpty(holdMs)}`,
  runsInWindow: '在允许执行的时间段内、消费分组变空后执行',
  reject: '驳回',
  rejectHint: '不重置；请在备注中写明原因',
  typedGroup: group => `输入 ${group} 以批准`,
  typedGroupHint: loss => `批准时必填：${loss}。`,
  note: '备注',
  noteHint: '所有人都能在消息列里看到。驳回时必填。',
  allTopics: count => `全部 ${grouped(count)} 个 Topic：`,
  moreTopics: left => `… 另有 ${grouped(left)} 个 Topic，Slack 在这里显示不下。`,
  nothingDecided: '审批未生效',
  moved: plan => `${plan}不能再批准：制定后消费分组或日志有变化。`,
  newPlan: '请关闭此窗口，从卡片审批新计划。',
}
