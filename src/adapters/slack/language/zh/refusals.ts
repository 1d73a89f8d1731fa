// Why a click or a decision was refused, in Chinese. `requester` and `by` are mentioned as Slack writes it.

import { mention } from '../../blocks/text.ts'
import type { refusals as English } from '../en/refusals.ts'
import { listed } from './grammar.ts'

const THEN = {
  approved: '正在排队',
  held: '在 Slack 能读取策略涉及的用户组之前暂停执行',
  waiting: '正在等待消费分组变空',
  staying: '正在等待消费分组保持为空',
  beforeWindow: '正在等待允许执行的时间段',
  settling: '正在读取精确位点',
  behind: '正在等待同一消费分组的另一个申请',
  retrying: '正在等待重试',
  executing: '正在执行',
}

export const refusals: typeof English = {
  ownRequest: (id, who) => `${id} 是你自己提交的，需要由其他人审批${who === null ? '' : `：${who}`}。`,
  notApprover: (id, who) =>
    who === null
      ? `只有审批人可以审批 ${id}。请联系审批人，或 Rewind 的维护人员。`
      : `只有审批人可以审批 ${id}：${who}。`,
  notRequester: (id, requester) => `只有 ${id} 的申请人 ${mention(requester)} 可以取消它。审批人可以驳回。`,
  notRequesterNow: (id, requester, who) =>
    `现在只有 ${id} 的申请人 ${mention(requester)} 或审批人${who === null ? '' : `（${who}）`}可以取消它。`,
  groupNotTyped: (id, loss) => `要批准 ${id}，请原样输入消费分组名：${loss}。`,
  alreadyVoted: (id, missing) =>
    `你已经批准过 ${id}，还需要${missing.length === 0 ? '另一位审批人' : ` ${listed(missing)} `}批准。`,
  withdrawnOften: id => `你已多次撤回对 ${id} 的批准，因此不能再批准它，但仍可以驳回。`,
  planChanged: id => `${id} 的计划已不是你看到的那份，因此本次审批不算数。请从卡片重新审批。`,
  planNotWhole: id =>
    `保存的 ${id} 的计划与其记录不一致，因此不能批准，也不能免审批执行，但可以驳回。请用 /reset-offsets 重新申请，并告知 Rewind 的维护人员。`,
  inUse: id => `${id} 的消费分组正在使用中。消费分组保持为空一段时间后会自动执行。`,
  checking: id => `正在读回核对 ${id} 的位点。结果会写在消息列里，或在那里询问。`,
  noteMissing: '请写明驳回原因，好让申请人知道要改什么。',
  preparing: id => `${id} 还在制定计划，请稍后再试。`,
  expired: id => `${id} 已过期，什么都没有执行。请用 /reset-offsets 重新申请。`,
  noVote: id => `你没有批准过 ${id}，没有可撤回的批准。`,
  notBreakGlass: (id, who) =>
    `策略不允许你未经审批执行 ${id}。${who === null ? '请联系审批人' : `只有 ${who} 可以。请联系他们、审批人`}，或 Rewind 的维护人员。`,
  unreadable: id =>
    `策略涉及的用户组目前无法从 Slack 读取，因此不知道它对 ${id} 的规定。什么都没有做。请过一分钟再试，或联系 Rewind 的维护人员。`,
  outsideWindow: id => `${id} 现在不在允许执行的时间段内，到时会自动执行。`,
  tooLate: what => `太晚了：${what}`,
  hasRejected: (id, by) => `${mention(by)} 已驳回 ${id}。`,
  hasCancelled: (id, by) => `${mention(by)} 已取消 ${id}。`,
  hasChanged: id => `${id} 期间有变化。请查看卡片后再试。`,
  hasApproved: (id, by, then) => `${mention(by)} 已批准 ${id}，${THEN[then]}。`,
  seeThread: sentence => `${sentence}详情见卡片下的消息列。`,
}
