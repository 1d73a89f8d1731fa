// What came of a request, in Chinese: how its execution ended, and what to do next.

import { grouped } from '../../../../request/reset.ts'
import type { Counts } from '../../../../request/result.ts'
import { inQuotes, named } from '../../blocks/text.ts'
import type { outcomesOn as English } from '../en/outcomes.ts'
import type { ClusterInWords } from './cluster.ts'
import { listed, partitions } from './grammar.ts'
import { times } from './times.ts'

const COUNTED: Record<keyof Counts, string> = {
  succeeded: '成功',
  clamped: '已取边界值',
  failed: '失败',
  unreported: '未确认',
  movedAfter: '已变动',
}

export const outcomesOn = (on: ClusterInWords): ReturnType<typeof English> => ({
  counts: tallies =>
    tallies.length === 0
      ? '没有需要移动的分区'
      : tallies
          .map(({ kind, count, of }, index) => {
            if (of === 'topic') return `${grouped(count)} 个 Topic ${COUNTED[kind]}`
            return index === 0
              ? `${partitions(count)}${COUNTED[kind]}`
              : `${grouped(count)} 个${COUNTED[kind]}`
          })
          .join(' · '),
  nothingReset: '没有重置任何位点。',
  nothingThisTime: '这次没有写入任何位点。此前有一次尝试，审批人说没有生效，但位点无法证明。',
  done: counts => `${counts}。`,
  troubled: (topics, left) => `与计划不符：${listed(topics, left)}。原因见消息列。`,
  refused: (said, code, requestId, hint) => {
    const call = requestId === null ? code : `${code}，请求 ID ${requestId}`
    return said === ''
      ? `${on.name}拒绝了这次重置（错误码 ${call}），没有位点移动。${hint}`
      : `${on.name}拒绝了这次重置，没有位点移动。返回信息：${inQuotes(said)}（错误码 ${call}）。${hint}`
  },
  notCalled: (why, hint) => `Rewind 没有发起调用：${endless(why)}。没有位点移动。${hint}`,
  refusalHints: {
    groupNotEmpty: '仍有消费者连接。请停掉消费者，等消费分组变空后重新申请。',
    topicMissing: '有 Topic 不存在。请检查拼写后重新申请。',
    instanceMissing: on.hints.instanceMissing,
    badRequest: `${on.name}不接受某个参数。请检查名称和重置方式后重新申请。`,
    unknownAction: on.hints.unknownAction,
    credentials: on.hints.credentials,
    notAllowed: on.hints.notAllowed,
    clock: '运行 Rewind 的机器时钟不准。请校准后重新申请。',
    quota: '账号的调用配额已用完。Rewind 不会再试：请过一分钟重新申请。',
    unavailable: `${on.name}暂时不可用。请稍后重新申请。`,
    other: `请先${on.documentation}查这个错误码，再重新申请。`,
  },
  notSent: cause => `重置没有执行：${cause}。没有重置任何位点。请稍后重新申请。`,
  calledInVain: (attempts, isMade, last) => {
    const called = `${isMade ? '已' : '可能已'}调用 ${on.name}，但没有一次调用生效`
    const why =
      last === 'offsets'
        ? `${called}：最后一次尝试后，位点两次证明了这一点`
        : last === 'approver'
          ? `${called}：最后一次尝试由审批人确认没有生效`
          : `${called}；最后一次尝试没有执行：${last.cause}`
    return `${grouped(attempts)} 次尝试都没有生效。${why}。没有重置任何位点。请稍后重新申请。`
  },
  notPrepared: (cause, advice) => `无法制定计划：${endless(cause)}。没有重置任何位点。${advice}`,
  nothingToMove: cause => `${cause}。没有重置任何位点。`,
  planAdvice: {
    names: '请检查名称后重新申请。',
    later: '请稍后重新申请。',
    operators: '请联系 Rewind 的维护人员。',
  },
  unknown: cause => `已调用 ${on.bare}，但不知道结果如何：${cause}。`,
  wasAccepted: `${on.start}已接受调用。`,
  accepted: isUnread =>
    isUnread ? `${on.start}已接受调用，但还无法读回位点。` : `${on.start}已接受调用，但位点还没有证实结果。`,
  provedByOffsets: (attempt, cause) =>
    `${silence(on, cause)}；${attempt === 1 ? '' : `第 ${grouped(attempt)} 次尝试后，`}位点证明调用已生效。`,
  provedInPart: (took, missed, cause) =>
    `${silence(on, cause)}。位点显示调用在 ${partitions(took)}上已生效${missed === 0 ? '' : `，在 ${partitions(missed)}上没有生效`}。`,
  earlierInVain: attempt => `这是当前计划的第 ${grouped(attempt)} 次尝试，此前的尝试没有生效。`,
  unconfirmed: (places, left) => `${on.start}没有确认 ${listed(places, left)}；位点已在计划的位置。`,
  notRecorded: cause => `不知道是否已生效：${cause}。`,
  wouldJump: (since, where, skipped) =>
    `${where} 上没有${since === null ? '晚于所选时间的' : ` ${since} 或之后的`}消息：会直接跳到末尾并跳过 ${skipped}。请改选更早的时间重新申请，或勾选允许跳到末尾。`,
  neverEmpty: (connected, holdMs) =>
    `消费分组始终未能保持为空${holdMs === 0 ? '足够久' : ` ${times.span(holdMs)}`}：${connected}。没有重置任何位点。请停掉消费者后重新申请。`,
  notAllowed: {
    denied: (rule, reason) =>
      `策略不允许${byRule(rule)}。${reason === '' ? '' : `说明：${inQuotes(reason)}`}没有重置任何位点。`,
    nothingMatches: (_rule, _reason) =>
      '策略中没有适用的规则，因此不允许。没有重置任何位点。请联系 Rewind 的维护人员。',
    notInChannel: (rule, _reason) => `策略只允许在其他频道提出这个申请${byRule(rule)}。没有重置任何位点。`,
    notRequester: (rule, _reason) => `策略只允许其他人在这里提出这个申请${byRule(rule)}。没有重置任何位点。`,
    instanceLeftOut: (_rule, _reason) =>
      'Rewind 的设置不允许重置此实例。没有重置任何位点。请联系 Rewind 的维护人员。',
    unreadable: (rule, _reason) =>
      `不知道策略是否允许${byRule(rule)}：有用户组无法从 Slack 读取。没有重置任何位点。请过一分钟重新申请，或联系 Rewind 的维护人员。`,
  },
  notVerified: {
    story: event =>
      `这个申请的记录无法通过核验：${event === null ? '它与审计记录中的事件不符' : `审计记录中的第 ${event} 个事件不可能这样发生`}。Rewind 不再采信这份记录，也不会据此执行任何操作。请告知 Rewind 的维护人员，并重新申请和审批。`,
    changed: event =>
      `这个申请的记录无法通过核验：${event === null ? '它' : `审计记录中的第 ${event} 个事件`}被没有 AUDIT_KEY 的一方改动过。Rewind 不再采信这份记录，也不会据此执行任何操作。请告知 Rewind 的维护人员，并重新申请和审批。`,
    unsealed: _event =>
      '这个申请的记录无法通过核验：至少有一部分没有用 AUDIT_KEY 签封，是在设置密钥之前写入的，或由没有密钥的一方写入。Rewind 不再采信这份记录，也不会据此执行任何操作。请重新申请和审批。',
    otherKey: _event =>
      '这个申请的记录无法通过核验：签封所用的密钥既不是 AUDIT_KEY，也不在 AUDIT_KEYS_OLD 中。Rewind 不再采信这份记录，也不会据此执行任何操作。请重新申请和审批。',
  },
  startAgain: id => `${id} 已处理完毕：可以重新启动消费者，除非还有其他申请在等待该消费分组变空。`,
  testified: '审批人确认已生效，按完成处理；位点无法证明。是谁确认的见消息列。',
  unclearAdvice:
    'Rewind 不会凭猜测重复调用，因为那样可能把位点移动两次。接下来几分钟内会读回核对位点：如果显示已生效，就按完成处理（只在部分分区生效时为部分完成）；如果两次都显示没有生效，就会重试；如果看不出来，会在消息列里请审批人确认。',
})

function silence(on: ClusterInWords, cause: string | null): string {
  return cause === null ? `没有收到 ${on.name}的响应` : `${on.start}没有确认这次调用（${endless(cause)}）`
}

function byRule(rule: string | null): string {
  return rule === null ? '' : `（规则 ${named(rule)}）`
}

/** What an API says may be a sentence already. */
function endless(sentence: string): string {
  return sentence.replace(/[.!。！]$/, '')
}
