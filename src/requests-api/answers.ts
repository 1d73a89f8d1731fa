// Answers a service account: lists and shows requests, asks for one as /reset-offsets does, cancels its own. The policy, the
// limits and the audit are those of whoever asks in Slack. It must never decide: no command but submit and cancel.

import type { Words } from '../adapters/slack/language/language.ts'
import { lookUpTopics } from '../adapters/slack/reset-form/named-topics.ts'
import {
  missingSentence,
  noSuchGroup,
  noSuchInstance,
  noSuchTopics,
} from '../adapters/slack/wording/words.ts'
import type { Approvals, Gone } from '../ports/approvals.ts'
import type { Clock } from '../ports/clock.ts'
import type { ClusterReader } from '../ports/cluster.ts'
import type { ListPlace, SendingRate } from '../ports/store.ts'
import { readCause } from '../request/cause.ts'
import { NOWHERE } from '../request/command.ts'
import { parseArguments } from '../request/flags.ts'
import { isThere } from '../request/group.ts'
import { nearestIn, searchesFor } from '../request/nearest.ts'
import type { RequestId, ResetRequest } from '../request/request.ts'
import { type Asked, parseReset, type Target } from '../request/reset.ts'
import { within } from '../service/within.ts'
import { differingFrom } from './differing.ts'
import { type Answer, LISTED_MAX, type Question } from './questions.ts'
import { shownOf } from './shown.ts'
import { notAsked, notCancelled, onceUsed, problemsSaid } from './words.ts'

export interface AnswersDeps {
  approvals: Pick<Approvals, 'submit' | 'read' | 'whyGone' | 'readPlan' | 'readResult' | 'list' | 'cancel'>
  reader: ClusterReader
  /** Those that may be reset; empty: all that the clusters have. */
  instances: readonly { id: string }[]
  /** Where the card goes, unless the rule says: there is no channel in which it is asked. */
  cardIn: string
  clock: Clock
  /** Of what is not there, counted as what is sent. */
  rate: SendingRate
  words: () => Words
}

/** Of all that is looked up before it is sent; what cannot be told by then is told when the plan is made. */
const LOOK_MS = 2_000
const ALL_WRITABLE = true
const PAGE = 100
/** Where the list of everything is narrowed to an instance. */
const PAGES_MAX = 10

export function createAnswers(deps: AnswersDeps) {
  const { approvals, reader, instances, clock } = deps

  async function ask(
    account: string,
    { words: typed, once }: Extract<Question, { do: 'ask' }>,
  ): Promise<Answer> {
    const words = deps.words()
    const nowMs = clock()
    const first = parseArguments(typed, { nowMs, writePartitions: ALL_WRITABLE })
    const able = await soon(reader.abilitiesOf((first.fields.instance ?? '').trim()))
    const writePartitions = able?.kind === 'read' ? able.value.writePartitions : ALL_WRITABLE
    const { fields, problems } = writePartitions ? first : parseArguments(typed, { nowMs, writePartitions })
    const parsed = parseReset(fields, { instances: instances.map(({ id }) => id), writePartitions, nowMs })
    if (problems.length > 0 || !parsed.ok) {
      const wrong = parsed.ok ? [] : Object.values(parsed.problems)
      return { kind: 'wrong', said: problemsSaid(words, problems, wrong) }
    }
    const missing = await whatIsMissing(words, parsed.asked)
    if (missing !== null) {
      const over = await deps.rate.take('submission', account)
      if (over === null) return { kind: 'refused', ...missing }
      const tooMany = { kind: 'tooOften', ...over } as const
      return { kind: 'refused', ...notAsked(words, account, { kind: 'tooMany', tooMany }) }
    }
    const submitted = await approvals.submit({
      ...parsed.asked,
      parent: null,
      requester: account,
      askedIn: null,
      cardIn: deps.cardIn,
      submissionId: `${account} ${once}`,
    })
    if (submitted.kind !== 'submitted') return { kind: 'refused', ...notAsked(words, account, submitted) }
    const { request } = submitted
    const differing = differingFrom(request, parsed.asked, nowMs)
    return differing.length === 0
      ? requestAnswer(request)
      : { kind: 'refused', why: 'onceUsed', said: [onceUsed(request, differing)] }
  }

  /** What surely is not there, as the form refuses it. */
  async function whatIsMissing(words: Words, asked: Asked): Promise<{ why: string; said: string[] } | null> {
    const { target, strategy } = asked.reset
    const other = strategy.kind === 'group' ? { ...target, group: strategy.group } : null
    const [group, from, topics] = await Promise.all([
      groupProblem(words, target),
      other === null ? null : groupProblem(words, other, target.group),
      lookUpTopics(reader, asked.reset, (looked, otherwise) => within(LOOK_MS, looked, otherwise)),
    ])
    if (group !== null) return group
    if (from !== null) return from
    const said = noSuchTopics(words, target.instanceId, topics)
    return said === null ? null : { why: 'noTopic', said: [said] }
  }

  async function groupProblem(words: Words, target: Target, notMeant?: string) {
    const { instanceId, group } = target
    const read = await soon(reader.group(target))
    if (read?.kind === 'refused' && read.reason === 'instanceMissing') {
      const cause = read.code === 'none' ? readCause(read.message) : null
      const nearest = cause?.kind === 'noInstance' ? cause.about : []
      return { why: 'noInstance', said: [noSuchInstance(words, instanceId, nearest)] }
    }
    if (read?.kind !== 'read' || read.value.state !== 'Dead') return null
    const kept = await soon(reader.positions(target))
    if (isThere(read.value, kept?.kind === 'read' ? kept.value.map(each => each.committed) : [])) return null
    const pages = await soon(Promise.all(searchesFor(group).map(piece => reader.groups(instanceId, piece))))
    const nearest = nearestIn(group, pages ?? []).filter(name => name !== notMeant)
    return { why: 'noGroup', said: [noSuchGroup(words, target, nearest)] }
  }

  async function list({ part, group, instance }: Extract<Question, { do: 'list' }>): Promise<Answer> {
    const of =
      group === undefined
        ? ({ kind: 'all' } as const)
        : instance === undefined
          ? ({ kind: 'group', group } as const)
          : ({ kind: 'target', target: { instanceId: instance, group } } as const)
    const found: ResetRequest[] = []
    let before: ListPlace | undefined
    let isWhole = false
    for (let pages = 0; pages < PAGES_MAX && !isWhole && found.length <= LISTED_MAX; pages += 1) {
      const page = await approvals.list({ of, part }, PAGE, before)
      found.push(
        ...page.requests.filter(
          ({ reset }) => instance === undefined || reset.target.instanceId === instance,
        ),
      )
      isWhole = page.next === null
      before = page.next ?? undefined
    }
    const words = deps.words()
    return {
      kind: 'list',
      requests: found.slice(0, LISTED_MAX).map(each => shownOf(words, each)),
      isWhole: isWhole && found.length <= LISTED_MAX,
    }
  }

  async function show({ id, rows }: Extract<Question, { do: 'show' }>): Promise<Answer> {
    const request = await approvals.read(id)
    if (request !== undefined) return requestAnswer(request, rows)
    return missingAnswer(deps.words(), id, await approvals.whyGone(id))
  }

  async function cancel(account: string, id: RequestId): Promise<Answer> {
    const outcome = await approvals.cancel(id, account, NOWHERE)
    switch (outcome.kind) {
      case 'missing':
        return missingAnswer(deps.words(), id, outcome)
      case 'refused': {
        // The answer to the first time was lost, and the command asks again.
        if (hasCancelled(account, outcome.request)) return requestAnswer(outcome.request)
        const said = [notCancelled(deps.words(), account, outcome.refusal, outcome.request)]
        return { kind: 'refused', why: outcome.refusal, said }
      }
      case 'changed':
        return requestAnswer(outcome.request)
      default:
        return outcome satisfies never
    }
  }

  async function requestAnswer(request: ResetRequest, rows = false): Promise<Answer> {
    const [plan, result] = rows
      ? await Promise.all([approvals.readPlan(request), approvals.readResult(request)])
      : [null, null]
    return {
      kind: 'request',
      request: shownOf(deps.words(), request),
      plan: plan?.map(row => ({ ...row })) ?? null,
      result: result?.map(row => ({ ...row })) ?? null,
    }
  }

  /** May reject with what the store or a cluster says; then it is not known whether it was done. */
  return (account: string, question: Question): Promise<Answer> => {
    switch (question.do) {
      case 'ask':
        return ask(account, question)
      case 'list':
        return list(question)
      case 'show':
        return show(question)
      case 'cancel':
        return cancel(account, question.id)
      default:
        return question satisfies never
    }
  }
}

function soon<T>(asked: Promise<T>): Promise<T | null> {
  return within<T | null>(LOOK_MS, asked, null)
}

function missingAnswer(words: Words, id: RequestId, gone: Partial<Gone>): Answer {
  const isExported = gone.exportedAtMs !== null && gone.exportedAtMs !== undefined
  const said = isExported ? missingSentence(words, id, gone) : `There is no request ${id}.`
  return { kind: 'refused', why: 'missing', said: [said] }
}

function hasCancelled(account: string, { state }: ResetRequest): boolean {
  return state.name === 'cancelled' && state.by === account
}
