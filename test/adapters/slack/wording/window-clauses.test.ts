// What a window, a list, a history and a Home tab say is so: each clause that claims a fact, and what has to stand in the
// record, or in what was looked at, for it to be said. In every state in which each is shown, in both languages.

import { describe, expect, it } from 'vitest'
import { followUpModal, noFollowUp } from '../../../../src/adapters/slack/follow-up/view.ts'
import { type HistoryEntry, historyModal, topicMoves } from '../../../../src/adapters/slack/history/view.ts'
import { type HomeShown, homeView } from '../../../../src/adapters/slack/home/view.ts'
import { LANGUAGES, type Words, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { firstPage } from '../../../../src/adapters/slack/lists/query.ts'
import { requestList } from '../../../../src/adapters/slack/lists/view.ts'
import { editLead, notEditable } from '../../../../src/adapters/slack/reset-form/edit-lead.ts'
import { afterwardsModal, glassModal } from '../../../../src/adapters/slack/review/break-glass.ts'
import { reviewModal } from '../../../../src/adapters/slack/review/view.ts'
import type { Look } from '../../../../src/ports/approvals.ts'
import { NOWHERE } from '../../../../src/request/command.ts'
import { type FollowUps, retryOf, undoOf } from '../../../../src/request/follow-up.ts'
import type { Group } from '../../../../src/request/group.ts'
import { isInPart, type ListPart } from '../../../../src/request/list-part.ts'
import type { PlanRow } from '../../../../src/request/plan-rows.ts'
import { lacking, needsOf } from '../../../../src/request/quorum.ts'
import { brokeGlass, isHeld, type ResetRequest } from '../../../../src/request/request.ts'
import { canBeEdited } from '../../../../src/request/resubmit.ts'
import type { PartitionResult } from '../../../../src/request/result.ts'
import { isFinal } from '../../../../src/request/state.ts'
import { JOINED } from '../../../../src/request/waiting.ts'
import {
  ALICE,
  ALLOWED,
  allArrived,
  allSucceeded,
  approve,
  BOB,
  CAROL,
  DIGEST,
  EMPTY,
  EVENINGS,
  endedWith,
  everyState,
  finish,
  following,
  HERE,
  IN_USE,
  pending,
  rowsOf,
  SOMEWHERE,
  someDifferences,
  someReset,
  start,
  T0,
  wait,
} from '../../../support/requests.ts'
import { failed, unreported } from '../../../support/results.ts'

type Surface = 'edit' | 'review' | 'glass' | 'afterwards' | 'follow-up' | 'list' | 'history' | 'home'

interface Shown {
  surface: Surface
  text: string
  /** What it is about; a list or a Home tab may be about none. */
  request: ResetRequest | null
  look?: Look | undefined
  rows?: readonly PlanRow[] | null
  part?: ListPart
  followUps?: FollowUps | 'notWhole' | null | undefined
  home?: HomeShown
  /** Of an edit: whether the offsets of what it edits are kept. */
  offsets?: 'kept' | 'gone' | 'notWhole'
}

type Fact = (shown: Shown & { request: ResetRequest }) => boolean
const of =
  (holds: Fact) =>
  (shown: Shown): boolean =>
    shown.request !== null && holds({ ...shown, request: shown.request })

const missing = ({ guard, votes }: ResetRequest) =>
  lacking(guard, votes).reduce((sum, count) => sum + count, 0)
const isTeams = ({ guard }: ResetRequest) => needsOf(guard).length > 1
const isEmpty = (group: Group | null) => group?.state === 'Empty'
const groupSeen = ({ request, look }: Shown & { request: ResetRequest }) =>
  look?.kind === 'holds' && look.group.members.length > 0 ? look.group : request.group
const isConsuming = ({ look }: Shown) => look?.kind === 'holds' && look.verdict === 'consuming'
/** An approval that can be given now, and is the last that it takes. */
const settles = of(
  shown =>
    missing(shown.request) === 1 &&
    !isTeams(shown.request) &&
    !isHeld(shown.request) &&
    shown.rows !== null &&
    !isConsuming(shown),
)
const loss = of(({ request: { plan } }) => plan !== null && plan.certainty !== 'unknown')

const clause = (said: RegExp, isSo: (shown: Shown) => boolean): [RegExp, typeof isSo] => [said, isSo]
const isOfOffsets = ({ reset }: ResetRequest) => reset.strategy.kind === 'offsets'

/** Its clause, in each language, and the fact. */
const CLAUSES: [RegExp, (shown: Shown) => boolean][] = [
  // What an approval would do.
  [
    /runs immediately|消费分组仍为空，会立即执行$/m,
    shown =>
      settles(shown) && of(each => isEmpty(groupSeen(each)) && each.request.guard.window === null)(shown),
  ],
  [
    /It runs after the group has had no consumers|^消费分组连续 [^，]*没有消费者后执行$/m,
    shown => settles(shown) && of(each => !isEmpty(groupSeen(each)))(shown),
  ],
  [
    /runs within its window|在允许执行的时间段内/,
    shown => settles(shown) && of(({ request }) => request.guard.window !== null)(shown),
  ],
  [/It then needs \d+ more|之后还需要 \d/, of(({ request }) => missing(request) > 1 && !isTeams(request))],
  [/then needs at least|之后还需要至少/, of(({ request }) => missing(request) > 1 && isTeams(request))],
  [
    /once every team it needs|所需团队全部批准/,
    of(({ request }) => missing(request) === 1 && isTeams(request)),
  ],
  [
    /It runs once [^\n]* ha(s|ve) approved$|批准后执行$/m,
    of(({ request }) => missing(request) > 0 && isTeams(request)),
  ],
  [
    /once audit|^audit[^，。]* 全部批准后执行/m,
    of(({ request }) => (lacking(request.guard, request.votes)[0] ?? 0) > 0),
  ],
  [
    /once [^\n]*platform ha|platform 全部批准后执行/,
    of(({ request }) => lacking(request.guard, request.votes)[1] === 1),
  ],
  [/until Slack shows the user groups|相关用户组之前无法批准/, of(({ request }) => isHeld(request))],
  [/stored plan cannot be used|保存的计划不能使用/, ({ rows }) => rows === null],
  [/A new plan needs a decision|需要审批新计划/, isConsuming],
  // What a look has found.
  [
    /Nothing has changed since the plan|计划制定后没有变化/,
    ({ look }) => look?.kind === 'holds' && look.verdict === 'unchanged',
  ],
  [
    /The logs have grown since|计划制定后日志有增长/,
    ({ look }) => look?.kind === 'holds' && look.verdict === 'harmless',
  ],
  [/still committing|还在提交位点/, isConsuming],
  [/could not be checked whether|无法检查计划制定后/, ({ look }) => look?.kind === 'notSeen'],
  [
    /Checking whether anything|正在检查计划制定后/,
    ({ look, surface }) => surface === 'review' && look === undefined,
  ],
  [/can no longer be approved: the group or its logs|不能再批准/, ({ look }) => look?.kind === 'moved'],
  [
    /does not match its record|与其记录不一致/,
    ({ rows, followUps }) => rows === null || followUps === 'notWhole',
  ],
  // Why approving takes a typed name.
  [/it may skip messages|可能会跳过消息/, shown => !loss(shown)],
  [/it skips |会跳过 [^。]*，这些消息将不再投递/, of(({ request }) => (request.plan?.skips ?? 0n) > 0n)],
  [
    /delivered again|会再次投递/,
    of(({ request: { plan } }) => plan !== null && plan.skips === 0n && plan.replays > 0n),
  ],
  // Breaking the glass, and afterwards.
  [/without anybody’s approval|无需任何人审批/, of(({ request }) => request.votes.length === 0)],
  [/without the approvals it still needs|不再等待其余审批/, of(({ request }) => request.votes.length > 0)],
  [
    /approval, immediately if the group is empty and no other request holds it|会立即执行，/,
    of(({ request }) => isEmpty(request.group)),
  ],
  [
    /approval, after the group has had no consumers|没有消费者后执行，/,
    of(({ request }) => !isEmpty(request.group)),
  ],
  [
    /When planned: |计划时：/,
    of(({ request }) => request.group !== JOINED && JSON.stringify(request.group) !== JSON.stringify(JOINED)),
  ],
  [/the group had no members|计划时消费分组没有成员/, of(({ request }) => isEmpty(request.group))],
  [/It closes the request|提交后该申请关闭/, of(({ request }) => isFinal(request.state))],
  [/stays open until it has ended|在结束之前保持打开/, of(({ request }) => !isFinal(request.state))],
  [
    /decided that R-\d+ runs without approval|决定不经审批执行/,
    of(({ request }) => request.glass !== null && request.state.name !== 'succeeded'),
  ],
  [
    /ran R-\d+ without approval|未经审批执行了/,
    of(({ request }) => brokeGlass(request) && request.state.name === 'succeeded'),
  ],
  // A history.
  [
    /· approved by|· 批准 /,
    of(
      ({ request }) =>
        request.votes.length > 0 ||
        ('decision' in request.state && request.state.decision?.verdict === 'approve'),
    ),
  ],
  [/· rejected by|· 驳回 /, of(({ request }) => request.state.name === 'rejected')],
  [/· cancelled by|· 取消 /, of(({ request }) => request.state.name === 'cancelled')],
  [/· without approval, by|· 未经审批，/, of(({ request }) => brokeGlass(request))],
  [
    /No plan was made|没有制定计划/,
    of(({ request }) => request.plan === null && request.state.name !== 'preparing'),
  ],
  [
    /There is no plan yet|还没有计划/,
    of(({ request }) => request.plan === null && request.state.name === 'preparing'),
  ],
  // A list.
  [/requests? (is|are) open\./, ({ part }) => part === 'open'],
  [
    /(has failed or is|have failed or are) unclear|失败或结果不明的/,
    of(({ request, part }) => part === 'failed' && isInPart(request, 'failed')),
  ],
  [
    /requests? (is|are) closed\.|已结束的[^。]*共/,
    of(({ request, part }) => part === 'over' && isInPart(request, 'over')),
  ],
  // An edit: each clause by itself in each language, so that none is said in one of them alone.
  ...[/^Edit of R-\d+\./, /^R-\d+ 的修改版。/].map(said =>
    clause(
      said,
      of(({ request }) => canBeEdited(request)),
    ),
  ),
  ...[/its own plan and its own approval/, /有自己的计划和审批/].map(said =>
    clause(
      said,
      of(
        ({ request, offsets, surface }) =>
          surface !== 'edit' || (offsets === 'kept' && !isOfOffsets(request)),
      ),
    ),
  ),
  ...[/It keeps the offsets of R-12 \(4 partitions\)/, /沿用 R-12 的位点（4 个分区）/].map(said =>
    clause(
      said,
      of(({ request, offsets }) => offsets === 'kept' && isOfOffsets(request)),
    ),
  ),
  ...[/Its offsets are not kept any more/, /它的位点已不再保留/].map(said =>
    clause(said, ({ offsets }) => offsets === 'gone'),
  ),
  ...[/not those it was asked for with/, /与申请时提交的不一致/].map(said =>
    clause(said, ({ offsets }) => offsets === 'notWhole'),
  ),
  ...[/has not ended, so there is nothing to ask again/, /还没有结束，无需重新申请/].map(said =>
    clause(
      said,
      of(({ request }) => !isFinal(request.state)),
    ),
  ),
  ...[/it has to be cancelled first/, /需要先取消它/].map(said =>
    clause(
      said,
      of(({ request: { state } }) => ['preparing', 'pending', 'approved'].includes(state.name)),
    ),
  ),
  ...[/Wait until it has\./, /请等它结束/].map(said =>
    clause(
      said,
      of(({ request: { state } }) => ['executing', 'unclear'].includes(state.name)),
    ),
  ),
  ...[/so there is nothing to edit/, /已完成，没有可修改的/].map(said =>
    clause(
      said,
      of(({ request }) => request.state.name === 'succeeded'),
    ),
  ),
  // A Home tab.
  [
    /Nothing waits for you|没有等待你处理的申请/,
    ({ home }) => home?.waiting.length === 0 && home.notLookedThrough === 0,
  ],
  [
    /newest open requests waits for you|进行中申请里没有等待你处理的/,
    ({ home }) => home?.waiting.length === 0 && home.notLookedThrough > 0,
  ],
  [/You have not asked for a reset yet|你还没有申请过重置/, ({ home }) => home?.mine.length === 0],
  [/None of the newest requests has run|最新的申请里没有执行过的/, ({ home }) => home?.lately.length === 0],
  [/No reset has run recently|最近没有执行过重置/, () => false],
  // What follows.
  [/Puts back what|恢复 R-\d+ 移动过的位点/, ({ followUps }) => isPossible(followUps)],
  [/Tries again what|重试 R-\d+ 未完成的部分/, ({ followUps }) => isPossible(followUps)],
  [/moved no offset|没有移动任何位点，没有可恢复/, ({ followUps }) => isNothing(followUps)],
  [/missed no partition|没有可以重试的分区/, ({ followUps }) => isNothing(followUps)],
  [/left no result|没有留下结果/, ({ followUps }) => followUps === null],
]

const isPossible = (followUps: Shown['followUps']) =>
  typeof followUps === 'object' && (followUps?.possible.length ?? 0) > 0
const isNothing = (followUps: Shown['followUps']) =>
  typeof followUps === 'object' && followUps?.possible.length === 0 && followUps.impossible.length === 0

/** All texts of a view or a message, each on a line. */
function textsOf(shown: unknown): string {
  const found: string[] = []
  const walk = (value: unknown): void => {
    const own = pieceOf(value)
    if (own !== null) found.push(own)
    else if (Array.isArray(value)) {
      const pieces = value.map(pieceOf)
      if (pieces.every(piece => piece !== null)) found.push(pieces.join(''))
      else value.forEach(walk)
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk)
  }
  walk(shown)
  return found.filter(text => text !== '').join('\n')
}

/** Of one piece of a line. */
function pieceOf(value: unknown): string | null {
  const { type, text, user_id: user } = Object(value) as { type?: string; text?: unknown; user_id?: string }
  if (type === 'user') return `@${user}`
  if (type === 'date') return 'then'
  if (type === 'emoji') return ''
  return typeof text === 'string' ? text : null
}

const unread = { groups: ['S0GONE'], holds: true, tries: 0, askAtMs: T0 }
const teams = [
  { label: 'audit', from: [BOB, CAROL], count: 1 },
  { label: 'platform', from: [ALICE], count: 1 },
]
const twoTeams = pending({}, { guard: { approvals: 2, needs: teams } })
const unnamed = pending({}, { guard: { approvals: 2, needs: teams.map(need => ({ ...need, label: '' })) } })
const glassOf = (request: ResetRequest) =>
  following(request, {
    ...{ kind: 'breakGlass', by: CAROL, reason: 'now', policy: ALLOWED, from: SOMEWHERE, digest: DIGEST },
    typedGroup: someReset.target.group,
  })
const toLatest = { ...someReset, strategy: { kind: 'latest' } as const }
const needsTwo = pending({}, { guard: { typedGroup: false, approvals: 2 } })

const PENDING: [string, ResetRequest][] = [
  ['as planned', pending()],
  ['in use when planned', pending({}, { group: IN_USE })],
  ['joined since', { ...pending(), group: JOINED }],
  ['never seen', { ...pending(), group: null }],
  ['held', { ...pending(), unread }],
  ['of two approvals', needsTwo],
  ['of two approvals, with one', following(needsTwo, approve)],
  ['of two teams', twoTeams],
  ['of two teams, with one', following(twoTeams, { ...approve, through: [BOB] })],
  [
    'of two teams, with two votes of one of them',
    following(twoTeams, { ...approve, through: [BOB] }, { ...approve, by: CAROL, through: [CAROL] }),
  ],
  ['of two without a name', unnamed],
  ['of two without a name, with one', following(unnamed, { ...approve, through: [BOB] })],
  ['in a window', pending({}, { guard: { window: EVENINGS } })],
  ['that skips', pending({ reset: toLatest }, { guard: { typedGroup: true, approvals: 1 } })],
  ['that replays', pending({}, { guard: { typedGroup: true, approvals: 1 } })],
  [
    'that is not known',
    pending(
      { reset: { ...someReset, strategy: { kind: 'time', timeMs: T0 } } },
      { execution: 'native', guard: { typedGroup: true, approvals: 1 } },
    ),
  ],
]

const LOOKS: [string, Look | undefined][] = [
  ['not looked at', undefined],
  ['unchanged', { kind: 'holds', verdict: 'unchanged', group: EMPTY }],
  ['unchanged, in use', { kind: 'holds', verdict: 'unchanged', group: IN_USE }],
  ['grown', { kind: 'holds', verdict: 'harmless', group: EMPTY }],
  ['consuming', { kind: 'holds', verdict: 'consuming', group: IN_USE }],
  ['not seen', { kind: 'notSeen', cause: 'no answer within 8 s' }],
  ['moved', { kind: 'moved', differences: someDifferences }],
]

const RAN: [string, ResetRequest][] = [
  ['waits', following(glassOf(pending()), wait())],
  ['runs', following(glassOf(pending()), start)],
  ['is unclear', following(glassOf(pending()), start, finish({ kind: 'unknown', cause: 'x' }))],
  ['is done', following(glassOf(pending()), start, finish(allSucceeded))],
  ['is waiting after a vote', glassOf(following(needsTwo, approve))],
]
const ALL: [string, ResetRequest][] = [...everyState(), ...PENDING, ...RAN]

function reviews(words: Words): Shown[] {
  return PENDING.flatMap(([, request]) =>
    LOOKS.flatMap(([, look]) =>
      [rowsOf(request.reset), null].map((rows): Shown => {
        const view = reviewModal(words, request, rows, look)
        return { surface: 'review', text: textsOf(view), request, look, rows }
      }),
    ),
  )
}

function glasses(words: Words): Shown[] {
  return PENDING.filter(([, request]) => !isHeld(request)).map(([, request]): Shown => {
    return { surface: 'glass', text: textsOf(glassModal(words, request, NOWHERE)), request }
  })
}

function afterwards(words: Words): Shown[] {
  return RAN.map(([, request]): Shown => {
    return { surface: 'afterwards', text: textsOf(afterwardsModal(words, request, NOWHERE)), request }
  })
}

const CAN = { logStart: true, firstMessageAt: true, writePartitions: true }
const ENDED: [ResetRequest, readonly PartitionResult[]][] = [
  [endedWith(allArrived(pending())), allArrived(pending())],
  [endedWith([unreported('orders', 0)]), [unreported('orders', 0)]],
  [endedWith([failed('orders', 0, 41)]), [failed('orders', 0, 41)]],
]

function followUps(words: Words): Shown[] {
  return ENDED.flatMap(([request, result]) =>
    (['undo', 'retry'] as const).flatMap(kind => {
      const made = kind === 'undo' ? undoOf(request.reset, result, CAN) : retryOf(request.reset, result, CAN)
      return [made, 'notWhole', null].map((found): Shown => {
        const isModal = typeof found === 'object' && found !== null && found.possible.length > 0
        const text = isModal
          ? textsOf(followUpModal(words, kind, request, found, HERE))
          : noFollowUp(words, kind, request, found as FollowUps | 'notWhole' | null)
        return { surface: 'follow-up', text, request, followUps: found as Shown['followUps'] }
      })
    }),
  )
}

function lists(words: Words): Shown[] {
  return ALL.flatMap(([, request]) =>
    (['any', 'open', 'failed', 'over'] as const)
      .filter(part => isInPart(request, part))
      .map((part): Shown => {
        const page = { requests: [request], total: 1, next: null }
        const list = requestList(words, { of: { kind: 'all' }, part, day: null, ...firstPage() }, page)
        return { surface: 'list', text: textsOf(list), request, part }
      }),
  )
}

function histories(words: Words): Shown[] {
  return ALL.map(([, request]): Shown => {
    const moves = request.plan === null ? [] : topicMoves(rowsOf(request.reset))
    const entry: HistoryEntry = { request, moves, link: null }
    const view = historyModal(words, request.reset.target, firstPage(), { total: 1, next: null }, [entry])
    return { surface: 'history', text: textsOf(view), request }
  })
}

const ofFile = {
  ...someReset,
  strategy: { kind: 'offsets', source: 'file', partitions: 4 } as const,
}

function edits(words: Words): Shown[] {
  const all: [ResetRequest, 'kept' | 'gone' | 'notWhole'][] = [
    ...everyState().map(([, request]): [ResetRequest, 'kept'] => [request, 'kept']),
    ...everyState({ reset: ofFile }).flatMap(([, request]) =>
      (['kept', 'gone', 'notWhole'] as const).map((offsets): [ResetRequest, typeof offsets] => [
        request,
        offsets,
      ]),
    ),
  ]
  return all.map(([request, offsets]): Shown => {
    const text = notEditable(words, request) ?? editLead(words, request, offsets)
    return { surface: 'edit', text, request, offsets }
  })
}

function homes(words: Words): Shown[] {
  const none: HomeShown = {
    ...{ waiting: [], lookedThrough: 0, notLookedThrough: 0, mine: [], mineLeft: 0, lately: [] },
    ...{ moreOver: false, reader: { acts: new Map(), base: null }, atMs: T0, conversation: 'D0ALICE' },
  }
  const requests = [pending()]
  return [
    none,
    { ...none, lookedThrough: 20, notLookedThrough: 3 },
    { ...none, waiting: requests, lookedThrough: 20, notLookedThrough: 3 },
    { ...none, mine: requests, lately: [endedWith(allArrived(pending()))], moreOver: true },
  ].map(home => ({ surface: 'home', text: textsOf(homeView(words, home)), request: null, home }))
}

const SURFACES = { edits, reviews, glasses, afterwards, followUps, lists, histories, homes }

describe.each(LANGUAGES)('what is said in %s is so', language => {
  it.each(Object.entries(SURFACES))('of %s', (_name, drawn) => {
    for (const shown of drawn(wordsIn(language))) {
      for (const [clause, isSo] of CLAUSES) {
        if (!isSo(shown)) expect(shown.text).not.toMatch(clause)
      }
    }
  })
})

it('each clause is said somewhere, or never', () => {
  const all = LANGUAGES.flatMap(language =>
    Object.values(SURFACES).flatMap(drawn => drawn(wordsIn(language)).map(({ text }) => text)),
  )
  const silent = CLAUSES.filter(([clause]) => !all.some(text => clause.test(text)))
  expect(silent.map(([clause]) => clause.source)).toEqual(['No reset has run recently|最近没有执行过重置'])
})
