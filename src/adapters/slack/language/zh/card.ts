// The card of a request, in Chinese.

import type { Bounds } from '../../../../request/bounds.ts'
import type { Share } from '../../../../request/request.ts'
import { grouped } from '../../../../request/reset.ts'
import type { Hold } from '../../../../request/waiting.ts'
import { mention, mentions, type Piece, person, quoted, text } from '../../blocks/text.ts'
import type { Approval, cardOn as English } from '../en/card.ts'
import { buttons } from './buttons.ts'
import type { ClusterInWords } from './cluster.ts'
import { askAgain, listed, messages, partitions, stopConsumers } from './grammar.ts'
import { times } from './times.ts'

function needsInWords(have: number, needed: number, labels: readonly string[]): string {
  if (labels.length > 0) return `需要 ${listed(labels)} 批准`
  return have === 0 ? `需要 ${grouped(needed)} 位审批人批准` : `已批准 ${grouped(have)}/${grouped(needed)}`
}

const HELD: Record<Exclude<Hold, 'wrote'>, (id: string) => string> = {
  writes: id => `${id} 正在写入同一消费分组`,
  unclear: id => `还不知道 ${id} 对同一消费分组的写入是否已生效`,
  asked: id => `需要审批人在 ${id} 的消息列里确认它对同一消费分组的写入是否已生效`,
  late: id => `${id} 对同一消费分组的一次调用没有收到响应，仍可能生效`,
}

function joined(by: readonly Piece[]): Piece[] {
  return by.flatMap((each, index) => [...(index === 0 ? [] : [text(' 和 ')]), each])
}

function atMost({ atMs, partitions: seen, exact, replays, skips }: Bounds): Piece[] {
  const replayed = replays > 0n ? `最多重放 ${messages(replays)}` : '不重放消息'
  const skipped = skips > 0n ? `最多跳过 ${messages(skips)}` : '不跳过消息'
  return [
    text('截至 '),
    times.exact(atMs),
    text(
      `：${replayed}，${skipped}。目前看到的 ${partitions(seen)}中，已有 ${grouped(exact)} 个确定了精确位点。`,
    ),
  ]
}

/** `一部分（3 个分区中的 2 个）` */
function shared(share: Share | undefined): string {
  return share === undefined
    ? '一部分'
    : `一部分（${grouped(share.of)} 个分区中的 ${grouped(share.done)} 个）`
}

function noted(votes: readonly Approval[]): Piece[] {
  const notes = votes.filter(({ note }) => note !== '')
  const [only] = notes
  if (only === undefined) return [text(' 批准。')]
  if (votes.length === 1) return [text(' 批准：'), quoted(only.note)]
  return notes.flatMap(({ by, note }, index) => [
    ...(index === 0 ? [text(' 批准。')] : []),
    person(by),
    text('：'),
    quoted(note),
  ])
}

export const cardOn = (on: ClusterInWords): ReturnType<typeof English> => ({
  title: (id, state) => `${id} · ${state}`,
  open: (id, have, needed, labels, expiresAtMs) => [
    text(`${id} · ${needsInWords(have, needed, labels)} · 过期时间 `),
    times.brief(expiresAtMs),
  ],
  spoken: ({ parent, reset, topics, totals }) =>
    `${parent === null ? '' : `${parent}：`}${reset}；Topic：${topics}。${totals ?? ''}`,
  spokenTitle: (title, sentence, requester) => `${title}：${sentence}（申请人 ${mention(requester)}）`,
  movedHeading: '自上一份计划以来的变化：',
  overlapLabel: '重叠：',
  overlap: (ids, left) =>
    `制定这份计划时，另有 ${grouped(ids.length + left)} 个未结束的申请涉及同一消费分组和至少一个相同的 Topic：${listed(ids, left)}。请先查看。`,
  membersOnly:
    '制定计划时消费分组没有成员。自行分配分区的消费者（如 Flink、Spark）不会显示，请确认它们已停止。',
  mayExpire: '如果消费分组已有数天没有成员，其位点可能很快过期。',
  seenInUse: holdMs => `消费分组曾有消费者连接，因此要等它${times.onceEmpty(holdMs)}。`,
  whenPlannedLabel: '制定计划时的消费分组：',
  notPreparedYet: (cause, retryAtMs, expiresAtMs) => [
    text(`暂时无法制定计划：${cause}。下一次尝试时间 `),
    times.moment(retryAtMs),
    text('。制定不出计划时，过期时间 '),
    times.moment(expiresAtMs),
    text('。'),
  ],
  preparing: progress => {
    if (progress === null) return [text('正在制定计划，完成后由审批人审批。')]
    const { done, total, leftMs, bounds } = progress
    const left = leftMs === undefined ? '' : `，大约还需 ${times.span(leftMs)}`
    return [
      text(`正在制定计划：已完成 ${grouped(done)}/${grouped(total)} 次读取${left}，完成后由审批人审批。`),
      ...(bounds === undefined ? [] : atMost(bounds)),
    ]
  },
  settling: progress => {
    const { done = 0, total = 0, leftMs } = progress ?? {}
    const left = leftMs === undefined ? '' : `，大约还需 ${times.span(leftMs)}`
    const known = total === 0 ? '' : `：${partitions(total)}中已知 ${grouped(done)} 个${left}`
    return [text(`正在读取精确位点${known}。`)]
  },
  notSettledYet: (cause, retryAtMs) => [
    text(`暂时无法读取精确位点：${cause}。下一次尝试时间 `),
    times.moment(retryAtMs),
    text('。'),
  ],
  runsOnceExact: '确定后执行。',
  pending: expiresAtMs => [text('等待审批人审批，过期时间 '), times.moment(expiresAtMs), text('。')],
  rejected: (by, note) => [text('已被 '), person(by), text(' 驳回：'), quoted(note)],
  cancelled: (by, nothing) => [text('已被 '), person(by), text(` 取消。${nothing}`)],
  expiredUnplanned: nothing => `没能及时制定计划。${nothing}${askAgain}`,
  expired: (have, needed, nothing) =>
    `${have === 0 ? '没有人及时审批' : `到期时只有 ${grouped(have)}/${grouped(needed)} 个批准`}。${nothing}${askAgain}`,
  approved: votes => [
    text('已由 '),
    ...votes.flatMap(({ by }, index) => [...(index === 0 ? [] : [text(' 和 ')]), person(by)]),
    ...noted(votes),
  ],
  undone: (by, isWhole, share) => [
    ...joined(by),
    text(isWhole ? ' 已撤销此次重置。' : ` 已撤销此次重置的${shared(share)}。`),
  ],
  undoneOnce: by => [...joined(by), text(' 撤销过此次重置；')],
  retried: (by, isWhole, share) => [
    ...joined(by),
    text(isWhole ? ' 重试了失败的部分，现已全部完成。' : ` 重试了失败的部分，现已完成其中${shared(share)}。`),
  ],
  retriedOnce: by => [...joined(by), text(' 重试过失败的部分；')],
  retrying: by => [...joined(by), text(' 申请重试失败的部分，尚未结束。')],
  undoneSince: (by, isWhole, share, id) => [
    text('其后 '),
    ...joined(by),
    text(isWhole ? ` 又将其撤销：位点已回到 ${id} 之前的位置。` : ` 又撤销了其中${shared(share)}。`),
  ],
  queued: '正在排队。执行前会再次核对计划是否有效。',
  executing: (attempt, hadCalls, isVouched) =>
    attempt === 1
      ? `正在调用 ${on.bare}。`
      : `第 ${attempt} 次尝试：正在调用 ${on.bare}。${hadCalls ? (isVouched ? '审批人说此前有一次尝试没有生效。' : attempt === 2 ? '第 1 次尝试没有生效。' : '之前的尝试都没有生效。') : ''}`,
  unclearAsked: deciders => [
    text('不知道是否已生效。需要审批人'),
    ...(deciders.length === 0 ? [] : [text('（'), ...mentions(deciders), text('）')]),
    text('在消息列里回答。'),
  ],
  unclearChecking: '不知道是否已生效。正在读回位点核对。在此期间请不要启动消费者。',
  behind: (id, hold, untilMs) =>
    hold === 'wrote'
      ? [text(`${id} 刚刚写入过同一消费分组，因此会再次核对计划；计划仍有效时执行。`)]
      : [
          text(`正在等待 ${id}：${hold === null ? `${id} 占用着同一消费分组` : HELD[hold](id)}`),
          ...(untilMs === null ? [text('。')] : [text('，最晚等到 '), times.moment(untilMs), text('。')]),
          text('之后会再次核对计划，计划仍有效时执行。'),
        ],
  postponed: (cause, attempt, most, notBeforeMs) => [
    text(
      `尚未执行：${cause}。${attempt === 1 ? '重试时间 ' : `第 ${attempt} 次尝试（最多 ${most} 次）的时间是 `}`,
    ),
    times.exact(notBeforeMs),
    text('。'),
  ],
  testified: by => [person(by), text(' 确认已生效，按完成处理；位点无法证明。')],
  hadNoEffect: (attempt, by, most, notBeforeMs) => [
    text(
      `第 ${attempt} 次尝试（最多 ${most} 次）没有生效（${by === 'offsets' ? '已两次读回核对' : '审批人已确认'}）。重试时间 `,
    ),
    times.exact(notBeforeMs),
    text('。'),
  ],
  waitingForWindow: (utc, opensMs) => [
    text(`正在等待允许执行的时间段，${utc}（你的当地时间 `),
    times.moment(opensMs),
    text('）起可以执行。'),
  ],
  waitingForEmpty: (connected, areListed, untilMs, holdMs) => [
    text(`${connected}。${areListed ? stopConsumers : ''}消费分组${times.onceEmpty(holdMs)}；最晚等到 `),
    times.moment(untilMs),
    text('，之后放弃执行。'),
  ],
  emptySince: (emptySinceMs, untilMs, holdMs) => [
    text('消费分组自 '),
    times.moment(emptySinceMs),
    text(
      ` 起没有消费者，${holdMs === 0 ? '保持为空一段时间后执行' : times.onceEmpty(holdMs)}。如果又有消费者连接，`,
    ),
    ...(untilMs > emptySinceMs
      ? [text('最晚等到 '), times.moment(untilMs), text('，之后放弃执行。')]
      : [text('就放弃执行。')]),
  ],
  typedGuard: loss => `批准时需要输入消费分组名：${loss}。`,
  approversGuard: (needed, by) => [
    text(`需要 ${grouped(needed)} 位审批人：目前 ${grouped(by.length)} 位`),
    ...by.flatMap((each, index) => [text(index === 0 ? '，' : ' 和 '), person(each)]),
    text('。'),
  ],
  buttons,
  buttonOf: (button, id) => `${button} ${id}`,
  cancelTitle: id => `取消 ${id}？`,
  cancelText: '它不会执行，之后也不能再批准。你随时可以重新申请。',
  keepIt: buttons.keepIt,
  notNow: '取消',
  happenedTitle: id => `${id} 已生效？`,
  didNotHappenTitle: id => `${id} 没有生效？`,
  happenedText: '这表示位点已按计划移动。将以你的名义按完成处理，之后无法撤回。请先查看消费分组的位点。',
  didNotHappenText: isShift =>
    `这表示没有位点移动。如果计划之后没有变化就会重试，否则需要重新审批。${isShift ? '如果其实已生效，重试会让位点再移动一次。' : ''}请先查看消费分组的位点。`,
})
