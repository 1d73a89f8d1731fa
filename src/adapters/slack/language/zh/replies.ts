// What the thread under a card has to tell, in Chinese.

import { grouped } from '../../../../request/reset.ts'
import { inQuotes, mentions, named, type Piece, person, quoted, strong, text } from '../../blocks/text.ts'
import type { replies as English, VotesShown } from '../en/replies.ts'
import { buttons } from './buttons.ts'
import { askAgain, listed, partitions, requestedBy, stopConsumers } from './grammar.ts'
import { times } from './times.ts'

const FOUND_AT = {
  opened: '在打开审批时发现',
  submitted: '在提交审批时发现，该次审批不算数',
  execution: '在写入之前发现',
  settling: '读取精确位点时发现',
}

const ASKED = {
  neither: '整体来看，位点与计划不一致，也与重置前不一致，因此看不出结果。',
  unread: '无法读回核对位点，因此看不出结果。',
  present:
    '位点已在计划的目标处，但没有这个申请的调用记录：可能随 Redis 丢失的数据一起丢了，也可能有人不通过 Rewind 移动了位点。',
  restored:
    'Redis 已从备份恢复，备份时这个申请已获批准。之后是否执行过，备份里没有记录，位点也说明不了：位点可能又被移动过。请查看本消息列和消费分组。',
}

const ASKED_AFTER_CALL =
  '位点现在已在计划的目标处。这个申请之前有一次调用没有收到响应，当时读回核对时位点没有移动：可能是那次调用后来才生效，也可能有人不通过 Rewind 移动了位点。'

function votesInWords({ approvals, needed, missing }: VotesShown): string {
  const still = missing.length === 0 ? '' : `，还需要 ${listed(missing)} 批准`
  return `已批准 ${grouped(approvals)} 位，共需 ${grouped(needed)} 位${still}`
}

export const replies: typeof English = {
  planFile: id => `${id} 逐分区的计划见附件。`,
  planNotWhole: id =>
    `保存的 ${id} 这份计划的明细缺失或与其记录不一致，因此不显示。请告知 Rewind 的维护人员。`,
  resultNotWhole: id => `保存的 ${id} 的结果明细与其记录不一致，因此不显示。请告知 Rewind 的维护人员。`,
  resultFile: id => `${id} 的完整结果见附件。`,
  approved: (id, by, note, votes) => {
    const count = votes.needed > 1 ? `（${votesInWords(votes)}）` : ''
    return [person(by), ...saying(` 批准了 ${id}${count}`, note)]
  },
  rejected: (id, by, note) => [person(by), ...saying(` 驳回了 ${id}`, note)],
  withdrawn: (id, by, votes) => [person(by), text(` 撤回了对 ${id} 的批准（${votesInWords(votes)}）。`)],
  reguarded: (id, rule, votes) => [
    text(`策略对 ${id} 的要求变了（规则 ${named(rule)}）：目前${votesInWords(votes)}。`),
  ],
  escalated: (id, label, to) => [
    text(`${id} 还没有审批完。现在也请${label === '' ? '' : ` ${label} `}审批：`),
    ...mentions(to),
  ],
  glassBroken: (id, by, reason) => [person(by), text(` 未经审批紧急执行 ${id}：`), quoted(reason)],
  reviewed: (id, by, note) => [person(by), text(` 复核了未经审批执行的 ${id}：`), quoted(note)],
  cancelled: (id, by, nothing) => [person(by), text(` 取消了 ${id}。${nothing}`)],
  expiredUnplanned: (id, nothing) => `${id} 已过期：没能及时制定计划。${nothing}${askAgain}`,
  expired: (id, have, needed, nothing) =>
    `${id} 已过期：${have === 0 ? '没有人及时审批' : `到期时只有 ${grouped(have)}/${grouped(needed)} 个批准`}。${nothing}${askAgain}`,
  moved: (id, at) => [strong(`${id} 的计划制定后，位点或日志有变化`), text(`（${FOUND_AT[at]}）：`)],
  movedBy: ids => `那份计划制定后，${listed(ids)} 移动了位点。`,
  movedThen: (requester, deciders, nothing) => [
    text(`${nothing === '' ? '' : `因此${nothing}`}正在制定新计划，需要重新审批`),
    ...(deciders.length === 0 ? [] : [text('，审批人：'), ...mentions(deciders)]),
    text('。'),
    ...(requester === null ? [] : [text('申请人：'), person(requester)]),
  ],
  waitsForMembers: (id, connected, areListed, { untilMs, holdMs }, noticed) => [
    strong(`${id} 正在等待消费分组变空：`),
    text(
      `${connected}。${areListed ? stopConsumers : ''}${holdMs === 0 ? '消费分组保持为空一段时间后会自动执行' : `消费分组${times.onceEmpty(holdMs)}`}，最晚等到 `,
    ),
    times.moment(untilMs),
    text(`，之后放弃执行。如需提前取消，请点卡片上的${inQuotes(buttons.cancel)}。`),
    ...requestedBy(noticed),
  ],
  waitsToStayEmpty: (id, { untilMs, holdMs }, noticed) => [
    strong(`${id} 正在等待消费分组保持为空：`),
    text(
      `它之前有消费者连接。${holdMs === 0 ? '消费分组保持为空一段时间后会自动执行' : `消费分组${times.onceEmpty(holdMs)}`}；如果消费者又连上来，最晚等到 `,
    ),
    times.moment(untilMs),
    text(`，之后放弃执行。如需提前取消，请点卡片上的${inQuotes(buttons.cancel)}。`),
    ...requestedBy(noticed),
  ],
  unclear: (id, unknown, advice, noticed) => [
    strong(`${id} 结果不明。`),
    text(`${unknown}${advice}`),
    ...requestedBy(noticed),
  ],
  asked: (id, { evidence, isCalled, accepted }, requester, deciders) => [
    strong(`${id} 是否已生效？`),
    text(
      `${accepted}${evidence === 'present' && isCalled ? ASKED_AFTER_CALL : ASKED[evidence]}在审批人说明之前，Rewind 不会为 ${id} 发起调用。`,
    ),
    ...(deciders.length === 0 ? [] : [text('请审批人说明：'), ...mentions(deciders), text('。')]),
    text('申请人：'),
    person(requester),
  ],
  askedOthers: (id, { evidence, isCalled, accepted }, deciders) => [
    strong(`${id} 结果不明。`),
    text(
      `${accepted}${evidence === 'present' && isCalled ? ASKED_AFTER_CALL : ASKED[evidence]}正在等待${deciders.length === 0 ? '审批人' : ' '}`,
    ),
    ...mentions(deciders),
    text(`${deciders.length === 0 ? '' : ' '}在消息列里回答。`),
  ],
  answered: (by, happened) => [person(by), text(happened ? ' 已回答：已生效。' : ' 已回答：没有生效。')],
  readingAgain: by => [person(by), text(' 要求再次读回核对位点。结果见随后的消息。')],
  testified: (id, by, happened) => [
    person(by),
    text(
      happened
        ? ` 确认 ${id} 已生效，按完成处理。`
        : ` 确认 ${id} 未生效。如果计划之后没有变化就会重试，否则需要重新审批。`,
    ),
  ],
  revoked: (id, by) => [
    ...by.flatMap((each, index) => [...(index === 0 ? [] : [text(' 和 ')]), person(each)]),
    text(` 的批准不再算数：已不是审批人。${id} 需要重新审批。`),
  ],
  ended: (state, outcome, hasClamped) => [
    strong(state),
    text(`${outcome}${hasClamped ? '已取边界值的分区：所要求的位点超出日志范围，因此取最近的边界值。' : ''}`),
  ],
  readBackAgain: ({ there, stayed, elsewhere, unread }) =>
    `再次读回核对：${partitions(there)}在计划的位点，${grouped(stayed)} 个在原位点，${grouped(elsewhere)} 个在别处${unread === 0 ? '' : `，${grouped(unread)} 个无法读取`}。`,
  apiRequests: (ids, left) => `向腾讯云提交工单时，请提供相关调用的请求 ID：${listed(ids, left)}。`,
  moreInTable: more => `… 另有 ${grouped(more)} 条类似情况，见表格。`,
  moreInFile: more => `… 另有 ${grouped(more)} 条类似情况，见文件。`,
  firstRows: (shown, all) =>
    `共 ${grouped(all)} 行，这里是前 ${shown} 行，失败的排在前面。完整结果见随后的文件。`,
  cardTrouble: (id, channel, why) =>
    `${id} 的卡片无法发到 <#${channel}>：Slack 返回 ${why}。请在那里用 /invite 邀请 Rewind，一分钟内就会出现。在此之前，审批人可以用 \`/offset-requests ${id}\` 审批。`,
  round: round => `第 ${grouped(round)} 份计划`,
  planComment: (plan, id, count) => `${id} 的完整${plan}：${partitions(count)}。`,
  resultComment: (id, rows) => `${id} 的完整结果：${grouped(rows)} 行。`,
}

function saying(did: string, note: string): Piece[] {
  return note === '' ? [text(`${did}。`)] : [text(`${did}：`), quoted(note)]
}
