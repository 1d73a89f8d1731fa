// What a plan would do, in Chinese: direction is always a verb, and what is not certain is said to be so.

import { grouped } from '../../../../request/reset.ts'
import { type Piece, person, text } from '../../blocks/text.ts'
import type { plan as English } from '../en/plan.ts'
import { listed, messages, partitions, replaying, skipping } from './grammar.ts'
import { times } from './times.ts'

const MOVED_SINCE = {
  undoShift: () => '反向移动同样的条数并不能恢复原来的位点。',
  undo: (parent: string) => `撤销会把它们也设回 ${parent} 执行前的位点。`,
  retryShift: () => '重试会从现在的位点开始移动。',
  retry: () => '重试会覆盖现在的位点。',
}

export const plan: typeof English = {
  messages,
  atMost: amount => `最多 ${amount}`,
  where: (moving, all) =>
    moving === all ? `在 ${partitions(all)}上` : `在 ${grouped(all)} 个分区中的 ${grouped(moving)} 个上`,
  planned: {
    notDone: totals => `原计划（未执行）：${totals}`,
    unknown: totals => `原计划（结果不明）：${totals}`,
    notAllProven: totals => `原计划：${totals}`,
  },
  unknownTotals: where => `执行前无法确定：${where}的影响未知。`,
  unknownTotalsAtMost: (replays, skips, where) =>
    `执行前无法确定：${where}最多重放 ${replays}，最多跳过 ${skips}。`,
  replaysAndSkips: (replays, skips, where) => `${where}${replaying(replays)}，${skipping(skips)}。`,
  replaysOnly: (replays, where) => `${where}${replaying(replays)}，不跳过消息。`,
  skipsOnly: (skips, where) => `${where}${skipping(skips)}，不重放消息。`,
  movesNone: (count, noCommit) =>
    noCommit === 0
      ? `无需移动：${partitions(count)}都已在目标位点。`
      : `无需移动：${partitions(count)}中有 ${grouped(noCommit)} 个没有已提交位点，其余都已在目标位点。`,
  passesNone: where => `不重放也不跳过消息：只${where}设置消费分组的位点。`,
  skipsArriving: (skips, where, hasRun) =>
    `计划时${where}${skipping(skips)}，执行前新到达的消息也${hasRun ? '已' : '会'}被跳过。`,
  skipsUpTo: (skips, where, most) =>
    `计划时${where}${skipping(skips)}，到日志末端为止；加上执行前新到达的消息，每个分区最多跳过 ${most} 条。`,
  andArriving: skips => `${skips}（计划时），以及执行前新到达的消息`,
  asOfPlan: amount => `${amount}（计划时）`,
  effects: {
    unknown: '执行前未知',
    either: (replays, skips) => `最多重放 ${replays} 或最多跳过 ${skips}`,
    replays: replaying,
    skips: skipping,
    staysAsItIs: '保持原样',
    stays: '不变',
    passesNone: '不涉及消息',
  },
  noted: {
    atStart: effect => `${effect}，日志从此开始`,
    atEnd: effect => `${effect}，日志到此结束`,
    noMessageSince: effect => `${effect}，到末尾：没有更新的消息`,
    noCommit: effect => `${effect}，尚无已提交位点`,
  },
  goesTo: (from, to, effect) => `：${from} → ${to ?? '执行时才知道'}（${effect}）`,
  name: digest => `计划 ${digest}`,
  lag: (before, after) => `未消费消息：重置前 ${before}，重置后 ${after}。`,
  lagWhenPlanned: lag => `计划时的未消费消息：${lag}。`,
  written: {
    offsets: '按精确位点写入：之后到达的消息不受影响。',
    native: '位点由 CKafka 在执行时计算（API 2.0，或计划并不精确），因此执行前到达的消息也会算在内。',
    bounds:
      '每个分区都移到该时间或之后的第一条消息，且只在这份计划时的日志范围内（消息列里的 CSV 文件列出了每个日志的起止位点）。执行前会读取精确位点；如有超出，不会重置任何位点，并重新制定计划。',
  },
  origin: (plan, by, askedAtMs): Piece[] => [
    ...(plan === null ? [] : [text(`${plan.name} · 制定于 `), times.brief(plan.madeAtMs), text(' · ')]),
    text('申请于 '),
    times.brief(askedAtMs),
    text('，申请人 '),
    person(by),
  ],
  jumps: (where, skipped, _count) =>
    `没有比所选时间更新的消息，以下分区会直接跳到末尾：${where}。会${skipping(skipped)}。`,
  heldBack: (atStart, atEnd) => {
    const held = [
      ...(atStart > 0 ? [`${partitions(atStart)}的目标是日志起点，因为日志中没有更早的消息。`] : []),
      ...(atEnd > 0 ? [`${partitions(atEnd)}的目标是日志末端，因为日志中没有更新的消息。`] : []),
    ]
    return held.join('')
  },
  sparse: (topics, left) =>
    `${listed(topics, left)} 的消息数是上限：这些 Topic 的清理策略为 compact，或含有事务消息，或无法读取这些信息。`,
  timesMayBeLate: (topics, left) =>
    `CKafka 按时间只能查到 1 MB 以内的消息，而 ${listed(topics, left)} 允许更大的消息：那里时间不早于所选时间的更大消息可能会被跳过。`,
  expiring: (all, count, place, most) =>
    count === 1
      ? `计划制定后 1 小时内，${place} 要重放的消息中最多可能有 ${messages(most)}因超过消息保留时间（retention.ms）而被删除。`
      : `计划制定后 1 小时内，${partitions(count)}要重放的消息中最多可能有 ${messages(all)}因超过消息保留时间（retention.ms）而被删除，单个分区最多 ${grouped(most)} 条（${place}）。`,
  expiringLookedAt: (count, of) => `${partitions(of)}中只查看了重放消息最多的 ${grouped(count)} 个。`,
  unread: (where, cause) => `以下分区无法读取，已略过：${where}（${cause}）。那里不会写入任何位点。`,
  noCommit: count => `${partitions(count)}没有已提交位点。`,
  idleTopics: (topics, left, group) =>
    `不重置：${listed(topics, left)}，因为${group === null ? '那里没有已提交位点' : ` ${group} 在那里没有已提交位点`}。`,
  idlePartitions: (count, group) =>
    `另有 ${partitions(count)}不重置，因为${group === null ? '那里没有已提交位点' : ` ${group} 在那里没有已提交位点`}。`,
  otherGroups: (rows, groups, left) =>
    `未使用：文件中有 ${grouped(rows)} 行属于其他消费分组（${listed(groups, left)}）。`,
  unseen: (topics, left) => `看不到 ${listed(topics, left)} 的任何分区，在那里会失败。请检查拼写。`,
  writing: (calls, atLeastMs, atMostMs) =>
    `每个 Topic 调用一次，共 ${grouped(calls)} 次；按 API 的频率限制至少需要 ${times.span(atLeastMs)}。${times.span(atMostMs)}内未发送的部分不再发送。`,
  onlyOffsets: '只恢复位点：已经重新投递的消息无法收回。',
  stillThere: (parent, kind) =>
    `制定计划时，所有分区都还停在 ${parent} ${kind === 'retry' ? '执行前的位置' : '留下的位置'}。`,
  movedSince: (count, parent, by, then) =>
    `${parent} 执行后，有 ${partitions(count)}的位点移动过${by.length === 0 ? '' : `（由 ${listed(by)} 移到现在的位点）`}。${MOVED_SINCE[then](parent)}`,
  partitionsOf: (topic, named, left) => `${topic} 的分区 ${listed(named, left)}`,
  places: (places, left) => listed(places, left),
  loss: skips =>
    skips === null ? '可能会跳过消息，这些消息将不再投递' : `会${skipping(skips)}，这些消息将不再投递`,
  again: replays => `会${replaying(replays)}，这些消息会再次投递`,
  wide: count => `涉及 ${partitions(count)}`,
  header: ['Topic', '分区', '当前', '目标', '影响'],
  moreMove: left => `另有 ${partitions(left)}，完整计划见消息列里的 CSV 文件`,
  morePartitions: left => `… 另有 ${partitions(left)}。全部分区见卡片下消息列里的 CSV 文件。`,
}
