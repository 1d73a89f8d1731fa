// How a request begins: who may ask for it, how many may be open and how often, and what is the same submission once more.
// Who is refused here leaves an attempt behind, and no request.

import type { Approvals, Gone, Submittal, Submitted } from '../ports/approvals.ts'
import type { Clock } from '../ports/clock.ts'
import type { Report } from '../ports/events.ts'
import type { Attempt, SendingRate, Store, TooMany } from '../ports/store.ts'
import type { Origin } from '../request/command.ts'
import { digestOfTargets, keyOfFollowUp } from '../request/digest.ts'
import { guardUnder, type Policy } from '../request/policy.ts'
import type { RequestId } from '../request/request.ts'
import type { Changes } from './changes.ts'
import type { Followers } from './followers.ts'
import type { Policies } from './policies.ts'

export interface SubmissionsDeps {
  store: Store
  rate: SendingRate
  changes: Changes
  policies: Policies
  followers: Followers
  /** As it is now: the file may have been edited. */
  policy: () => Policy
  clock: Clock
  report: Report
  /** Whether an instance is a cluster that is spoken to by Kafka's own protocol; absent: none is. */
  isKafka?: (instanceId: string) => boolean
  /** Of a request that is not there: whether it was exported. */
  whyGone(id: RequestId): Promise<Gone>
  /** Starts paying what a request owes, and returns at once. */
  pay(id: RequestId): void
}

export interface SubmissionsSettings {
  /** Where cards go; null: the channel the command was typed in. */
  approvalsChannel: string | null
  /** Where that goes which Slack does not take there; null: nowhere but to the log. */
  fallbackChannel: string | null
  /** So many requests may be open, of one person and in all; null: any number. */
  mostOpen: { ofRequester: number | null; inAll: number | null }
  /** How long a plan waits for a decision, unless its rule says so. */
  requestExpiryMs: number
}

export interface Submissions {
  submit(submittal: Submittal): Promise<Submitted>
  fileRefusal: Approvals['fileRefusal']
  /** Who is refused must not wait for it, nor be told that it could not be kept. */
  recordAttempt(attempt: Attempt): Promise<void>
}

export function createSubmissions(deps: SubmissionsDeps, settings: SubmissionsSettings): Submissions {
  const { store, changes, policies, followers, clock, report, whyGone, pay } = deps
  const { patiently } = changes

  async function submit(submittal: Submittal): Promise<Submitted> {
    const { submissionId, targets, cardIn, ...asked } = submittal
    const { reset, requester, askedIn } = asked
    const { target, topics } = reset
    const from = { channel: askedIn, message: null }
    const command = `submit ${target.instanceId} ${target.group}`
    const tooOften = await patiently(() => deps.rate.take('submission', requester))
    if (tooOften !== null) return tooMany(requester, command, from, { kind: 'tooOften', ...tooOften })
    const ruled = await policies.ruling({ target, topics, requester, channel: askedIn }, 'now')
    if (ruled.kind === 'refused') {
      const { kind: _, ...ruling } = ruled
      void recordAttempt({ atMs: clock(), by: requester, command, refusal: ruling.why, from })
      return { kind: 'notAllowed', ruling }
    }
    const { rule } = ruled
    const { parent } = asked
    const how = parent === null || parent.kind === 'edit' ? null : parent.kind
    const alike = how === null ? null : await followers.alike(asked)
    if (how !== null && parent !== null && alike !== null && alike.open.length > 0)
      return { kind: 'followed', how, id: parent.id, by: alike.open }
    // Two who ask for the same at once have seen the same newest one: that makes it one submission.
    const documents = targets === null ? {} : { targets }
    const { mostOpen } = settings
    const created = await changes.create(
      {
        ...asked,
        ...(deps.isKafka?.(target.instanceId) ? { cluster: 'kafka' as const } : {}),
        ...(targets === null ? {} : { targetsDigest: digestOfTargets(targets) }),
        channel: rule.card ?? settings.approvalsChannel ?? cardIn,
        elsewhere: settings.fallbackChannel,
        expiresAtMs: clock() + (rule.expiryMs ?? settings.requestExpiryMs),
        guard: guardUnder(rule, deps.policy().version, null),
      },
      alike === null ? submissionId : submissionOfFollowUp(submittal, alike.newest),
      { documents, mostOpen },
    )
    if (created.kind === 'gone') return { ...created, ...(await whyGone(created.id)) }
    if (created.kind === 'full') {
      const { of, open } = created
      return tooMany(requester, command, from, {
        kind: of === 'person' ? 'tooManyOpen' : 'tooManyInAll',
        most: (of === 'person' ? mostOpen.ofRequester : mostOpen.inAll) ?? open,
        open,
      })
    }
    const { request, isEarlier } = created
    if (isEarlier && how !== null && parent !== null && request.requester !== requester)
      return { kind: 'followed', how, id: parent.id, by: [request.id] }
    pay(request.id)
    return { kind: 'submitted', request }
  }

  function tooMany(by: string, command: string, from: Origin, found: TooMany) {
    void recordAttempt({ atMs: clock(), by, command, refusal: found.kind, from })
    return { kind: 'tooMany', tooMany: found } as const
  }

  async function fileRefusal(userId: string, from: Origin) {
    const found = await patiently(() => deps.rate.take('file', userId))
    if (found !== null) {
      void recordAttempt({
        atMs: clock(),
        by: userId,
        command: 'attached file',
        refusal: 'tooManyFiles',
        from,
      })
    }
    return found
  }

  async function recordAttempt(attempt: Attempt): Promise<void> {
    const { by, command, refusal } = attempt
    report({ event: 'refused', requestId: null, command, refusal, by })
    try {
      changes.reportUnlessIntact(await patiently(() => store.recordAttempt(attempt)))
    } catch (error) {
      report({ event: 'fault', where: 'keeping an attempt', error })
    }
  }

  return { submit, fileRefusal, recordAttempt }
}

/** Names it by what it is about, as a view cannot: others may have the same open. */
function submissionOfFollowUp(
  { parent, reset, targets }: Pick<Submittal, 'parent' | 'reset' | 'targets'>,
  newest: RequestId | undefined,
): string {
  return `${parent?.kind} ${parent?.id} ${newest ?? 'first'} ${keyOfFollowUp({ reset, targets })}`
}
