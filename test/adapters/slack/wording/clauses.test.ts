// What a message says is so: each clause that claims a fact, and what has to stand in the record in the state in which the
// message is sent. Every kind of message, in every state, in both languages.

import { describe, expect, it } from 'vitest'
import { LANGUAGES, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { card } from '../../../../src/adapters/slack/thread/card.ts'
import { directMessage } from '../../../../src/adapters/slack/thread/direct.ts'
import { elsewhereCard, elsewhereReply } from '../../../../src/adapters/slack/thread/elsewhere.ts'
import { noteReply } from '../../../../src/adapters/slack/thread/replies.ts'
import { causeOf } from '../../../../src/request/cause.ts'
import type { ResetRequest } from '../../../../src/request/request.ts'
import type { PartitionResult } from '../../../../src/request/result.ts'
import { linesOf } from '../../../support/reading.ts'
import {
  ALICE,
  allArrived,
  approve,
  asked,
  askedAbout,
  BOB,
  DENIED,
  DIGEST,
  drifted,
  EMPTY,
  endedWith,
  everyState,
  finish,
  following,
  looked,
  pending,
  SOMEWHERE,
  someDifferences,
  start,
  T0,
  testify,
  wait,
} from '../../../support/requests.ts'
import { unreported } from '../../../support/results.ts'
import { type Stands, watchedDone, watchedToEnd, watchLook } from '../../../support/watch.ts'

interface Sent {
  request: ResetRequest
  result: readonly PartitionResult[]
}

/** Its clause, in each language, and the fact. */
const CLAUSES: [RegExp, (sent: Sent) => boolean][] = [
  [/runs next|即将执行/, () => false],
  [/[Nn]obody answered|reported nothing|worker stopped/, () => false],
  [/Nothing was reset|没有重置任何位点/, ({ request }) => !hasMoved(request) && !isVouchedFor(request)],
  [/Nothing was written this time|这次没有写入任何位点/, ({ request }) => isVouchedFor(request)],
  [
    /nobody decided in time|Nobody decided in time|没有人及时审批/,
    ({ request }) => isExpired(request) && request.plan !== null && request.votes.length === 0,
  ],
  [
    /no plan could be made in time|No plan could be made in time|没能及时制定计划/,
    ({ request }) => isExpired(request) && request.plan === null,
  ],
  [
    /no call of this request is on record|没有这个申请的调用记录/,
    ({ request }) => request.lateUntilMs === null,
  ],
  [
    /[Nn]o answer (from|to)|没有收到.*响应/,
    ({ request }) => request.lateUntilMs !== null || hasUnclear(request),
  ],
  [/accepted the call|已接受调用/, ({ result }) => result.some(({ said }) => said?.code === 0)],
  [
    /^(?=.*\S+ did not confirm the call)|没有确认这次调用/m,
    ({ request }) => request.notes.some(note => note.kind === 'unclear' && note.cause.includes('apiSaid')),
  ],
  [
    /start its consumers again|可以重新启动消费者/,
    ({ request: { state } }) => state.name === 'succeeded' && state.outcome.kind === 'done',
  ],
  [/Keep the consumers stopped|请不要启动消费者/, ({ request: { state } }) => state.name === 'unclear'],
  [
    /offsets prove that the call took effect|位点证明调用已生效/,
    ({ result }) => result.every(({ said, readBack, planned }) => said === null && readBack === planned),
  ],
  [
    /answer does not name it|返回里没有提到它/,
    ({ result }) => result.some(({ why }) => why === 'notReported'),
  ],
  [/(reset|It) was not carried out|重置没有执行/, ({ request }) => !hasUnclear(request)],
  [
    /Attempt 1 had no effect\.|None of the attempts before it|第 1 次尝试没有生效。/,
    ({ request }) => hasUnclear(request) && !isVouchedFor(request),
  ],
  [/attempts? took effect|次尝试都没有生效/, ({ request }) => hasUnclear(request)],
  [/Stop the group’s consumers\. |请停掉该消费分组的消费者。/, ({ request }) => membersListed(request)],
  [
    /Rewind watches the group until|Rewind 会观察消费分组/,
    ({ request: { watch } }) => watch?.over === null && watch.last === null,
  ],
  [
    /the consumers are back|消费者已恢复/,
    ({ request }) => toldOf(request) === 'back' && membersSeen(request),
  ],
  [/no offset moves|成员，位点(也)?没有移动/, ({ request: { watch } }) => watch?.last?.moved === 0],
  [/has no members|没有成员，|没有成员：/, ({ request }) => !membersSeen(request)],
  [/has caught up|已追上/, ({ request: { watch } }) => watch?.over === 'caughtUp' && watch.last?.lag === 0n],
  [/At this rate it takes|按此速度，大约/, ({ request }) => hasEstimate(request)],
  [
    /was not seen to catch up|没有看到消费分组消费到最新消息/,
    ({ request }) => toldOf(request) === 'timeOver' && (request.watch?.last?.lag ?? 0n) > 0n,
  ],
  [
    /could not look at the group once|一次都没能查看消费分组/,
    ({ request }) => toldOf(request) === 'timeOver' && request.watch?.last === null,
  ],
  [
    /partitions? do(es)? not move|Not moving|个分区的位点没有移动：|。没有移动：/,
    ({ request: { watch } }) => (watch?.last?.unmoved ?? 0) > 0,
  ],
  [
    /the reset no longer holds|已不再有效/,
    ({ request: { watch } }) => watch?.last?.overwritten !== undefined,
  ],
  [
    /[Tt]he watch (ended|is over)|观察已结束/,
    ({ request: { watch } }) => watch !== undefined && watch.over !== null,
  ],
  [/undid this reset\.|已撤销此次重置。/, ({ request }) => request.undone?.isWhole === true],
  [/without approval|未经审批/i, ({ request }) => request.glass !== null],
  [
    /nly 1 of 2 approvals in time|到期时只有 1\/2 个批准/,
    ({ request }) => isExpired(request) && request.votes.length === 1,
  ],
  [/R-25/, () => false],
]

const isExpired = ({ state }: ResetRequest) => state.name === 'expired'
const hasMoved = ({ state }: ResetRequest) =>
  state.name === 'succeeded' || state.name === 'partial' || state.name === 'executing'
const hasUnclear = ({ notes }: ResetRequest) => notes.some(({ kind }) => kind === 'unclear')
const isVouchedFor = ({ notes }: ResetRequest) =>
  notes.some(note => note.kind === 'testified' && !note.happened)
const membersListed = ({ group, state, notes }: ResetRequest) =>
  [
    ...(group === null ? [] : [group]),
    ...('wait' in state && state.wait !== null ? [state.wait.group] : []),
    ...('outcome' in state && state.outcome.kind === 'neverEmpty' ? [state.outcome.group] : []),
    ...notes.flatMap(note => (note.kind === 'waiting' ? [note.group] : [])),
  ].some(({ members }) => members.length > 0)

const toldOf = ({ notes }: Pick<ResetRequest, 'notes'>) => {
  const note = notes.at(-1)
  return note?.kind === 'watched' ? note.told : null
}
/** Of a request that is not watched nothing is said of them afterwards. */
const membersSeen = ({ watch }: ResetRequest) => watch?.last != null && watch.last.members !== 0
/** Of a watch that is over in the reply about its end alone, which says of when it is. */
const hasEstimate = ({ watch, notes }: ResetRequest) =>
  watch !== undefined &&
  (watch.over === null || toldOf({ notes }) === 'timeOver') &&
  watch.points.length > 1 &&
  watch.backSinceMs !== null

const said = { offset: null, code: 0, message: '' }
const accepted = [0, 1].map(partition => ({ ...unreported('orders', partition), said }))
const hung = following(
  pending(),
  approve,
  start,
  finish({ kind: 'unknown', cause: causeOf('noAnswer', '10 s') }),
)
const absentTwice = [1, 2].reduce(
  request => following(request, [looked('absent'), 'lookAtMs' in request.state ? request.state.lookAtMs : 0]),
  hung,
)
const denied = following(askedAbout(hung, 'unread'), [{ ...testify, happened: false }, T0 + 1_000_000])
const joined = following(
  pending(),
  approve,
  start,
  finish({ kind: 'refused', reason: 'groupNotEmpty', code: '25', message: '' }),
  [wait(EMPTY), T0 + 10_000],
)
const needs = [{ label: '', from: [ALICE, BOB], count: 1 }]
/** Answered by an error, and there all the same. */
const answeredBadly = following(
  pending(),
  approve,
  start,
  finish({ kind: 'unknown', cause: causeOf('apiSaid', '27') }),
  finish({
    kind: 'done',
    counts: { succeeded: 4, clamped: 0, failed: 0, unreported: 0, movedAfter: 0 },
    rows: 4,
  }),
)
const silent = (request: ResetRequest) => allArrived(request).map(row => ({ ...row, said: null }))
const proved = following(
  hung,
  finish({
    kind: 'done',
    counts: { succeeded: 4, clamped: 0, failed: 0, unreported: 0, movedAfter: 0 },
    rows: 4,
  }),
)

const watchedFrom = (...looks: Stands[]) =>
  looks.reduce((request, stands) => watchLook(request, stands), watchedDone())
const toEnd = (...looks: Stands[]) => watchedToEnd(watchedDone(), looks)
const WATCHED: [string, ResetRequest, PartitionResult[]][] = [
  ['watched, not looked at', watchedFrom(), []],
  ['watched, nobody there', watchedFrom({ group: EMPTY }), []],
  ['watched, nobody there for long', watchedFrom(...Array.from({ length: 5 }, () => ({ group: EMPTY }))), []],
  ['watched, back', watchedFrom({ group: EMPTY }, {}), []],
  ['watched, back without members', watchedFrom({ group: EMPTY, moved: [40] }), []],
  ['watched, reading', watchedFrom({}, { moved: [40] }, { moved: [80] }), []],
  ['watched, caught up', watchedFrom({}, { moved: [150] }), []],
  ['watched, stuck', watchedFrom(...[0, 40, 80, 120].map(each => ({ moved: [each, each, 0, each] }))), []],
  ['watched, overwritten', watchedFrom({ moved: [0, 0, -1, 0] }), []],
  ['watched, overwritten from outside', watchedFrom({ group: EMPTY, moved: [0, 0, -1, 0] }), []],
  [
    'watched, growing',
    watchedFrom(...[0, 2_000, 9_000].map(each => ({ moved: [each / 100], written: each }))),
    [],
  ],
  ['watched to the end, reading', toEnd(...Array.from({ length: 20 }, (_, each) => ({ moved: [each] }))), []],
  ['watched to the end, nobody there', toEnd({ group: EMPTY }), []],
  ['watched to the end, nothing to read', toEnd({ group: EMPTY, written: -1_000 }), []],
  ['watched to the end, one stuck', toEnd({}, { moved: [1, 1, 0, 1] }), []],
  ['watched to the end, never seen', toEnd(), []],
  [
    'watched, and reset by another',
    following(watchedFrom({}), { kind: 'watchOver', why: 'otherReset', by: 'R-14' as ResetRequest['id'] }),
    [],
  ],
]

/** To the end of its attempts, none of which reaches the API any more. */
function inVain(request: ResetRequest): ResetRequest {
  let last = request
  for (let ms = T0 + 900_000; last.state.name === 'approved'; ms += 900_000) {
    const { attempt } = last.state
    last = following(
      last,
      [start, ms],
      [finish({ kind: 'notSent', cause: 'no route' }, 'w1', attempt), ms + 1],
    )
  }
  return last
}

const SENT: [string, ResetRequest, PartitionResult[]][] = [
  ...everyState().map(([name, request]): [string, ResetRequest, PartitionResult[]] => [name, request, []]),
  ['accepted, unread', endedWith(accepted), accepted],
  ['accepted, asked', askedAbout(endedWith(accepted), 'unread'), accepted],
  ['hung', hung, []],
  ['hung, tried again', absentTwice, []],
  ['hung, called again', following(absentTwice, [start, T0 + 900_000]), []],
  ['denied, then overtaken', following(denied, drifted(someDifferences, 'execution')), []],
  [
    'denied, then cancelled',
    following(denied, { kind: 'cancel', by: ALICE, policy: DENIED, from: SOMEWHERE }),
    [],
  ],
  ['denied, called again', following(denied, [start, T0 + 1_900_000]), []],
  ['denied, and never carried out', inVain(denied), []],
  ['hung, and never with an effect', inVain(absentTwice), []],
  ['never called', inVain(following(pending(), approve)), []],
  [
    'hung, there by now',
    following(absentTwice, [{ kind: 'alreadyThere', digest: DIGEST }, T0 + 900_000]),
    [],
  ],
  ['hung, proved', proved, silent(proved)],
  ['answered by an error, proved', answeredBadly, silent(answeredBadly)],
  ['done', endedWith(allArrived(pending())), allArrived(pending())],
  ...WATCHED,
  ['refused for members that nobody lists', joined, []],
  [
    'overtaken',
    following(pending({}, { guard: { needs } }), approve, drifted(someDifferences, 'execution')),
    [],
  ],
  [
    'expired, half approved',
    following(pending({}, { guard: { typedGroup: false, approvals: 2 } }), approve, [
      { kind: 'expire' },
      T0 + 3_600_000,
    ]),
    [],
  ],
  ['expired without a plan', following(asked(), [{ kind: 'expire' }, T0 + 3_600_000]), []],
]

describe.each(LANGUAGES)('what is said in %s is so', language => {
  const words = wordsIn(language)

  it.each(SENT)('%s', (_name, request, result) => {
    const index = request.notes.length - 1
    const note = request.notes[index]
    const reply = note === undefined ? [] : [noteReply(words, request, note, { result })]
    const messages = [
      card(words, request),
      elsewhereCard(words, request),
      ...reply.flatMap(each => [each, elsewhereReply(words, request, each)]),
      ...(note === undefined ? [] : [directMessage(words, request, `direct-${index}`, null)]),
    ]
    const shown = messages.map(message => `${message.text}\n${linesOf(message).join('\n')}`)
    for (const [clause, isSo] of CLAUSES) {
      const saying = shown.filter(text => clause.test(text))
      if (!isSo({ request, result })) expect(saying).toEqual([])
    }
  })

  it('never mentions the requester among those who decide', () => {
    const request = pending({}, { guard: { needs } })
    expect(linesOf(card(words, request)).join('\n')).not.toMatch(
      /(Who decides|Needs approval|审批人)[^\n]*@alice/,
    )
  })
})

it('each clause is said somewhere, or never', () => {
  const all = LANGUAGES.flatMap(language =>
    SENT.flatMap(([, request, result]) => [
      ...linesOf(card(wordsIn(language), request)),
      ...request.notes.flatMap(note => linesOf(noteReply(wordsIn(language), request, note, { result }))),
    ]),
  )
  const silentOnes = CLAUSES.slice(2, -4).filter(([clause]) => !all.some(text => clause.test(text)))
  // What the answer does not name is in no scene here.
  expect(silentOnes.map(([clause]) => clause.source)).toEqual(['answer does not name it|返回里没有提到它'])
})
