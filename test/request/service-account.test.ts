// A service account asks where a rule names it, and that is all it does.

import { describe, expect, it } from 'vitest'
import { considered } from '../../src/request/consideration.ts'
import { fillsOf } from '../../src/request/deciders.ts'
import { namedIn } from '../../src/request/named.ts'
import type { PostKey } from '../../src/request/notes.ts'
import { nextDueAt, owed } from '../../src/request/owed.ts'
import {
  EVERYBODY,
  groupsToKnow,
  isAmong,
  type Policy,
  type Rule,
  rulingOn,
  weigh,
} from '../../src/request/policy.ts'
import { readPolicy } from '../../src/request/policy-file.ts'
import { policyOfSettings } from '../../src/request/policy-of-settings.ts'
import { isServiceAccount } from '../../src/request/service-account.ts'
import {
  ALICE,
  approve,
  BOB,
  cardPosted,
  everyState,
  following,
  pending,
  reject,
} from '../support/requests.ts'
import { allowing, denying } from '../support/rules.ts'

const DEPLOYS = 'svc:deploys'
const policyOf = (...rules: Rule[]): Policy => ({ version: 'v1', rules })
const asking = {
  target: { instanceId: 'ckafka-prod0001', group: 'orders-billing' },
  topics: ['orders'],
  requester: DEPLOYS,
  channel: null,
}
const ruled = (...rules: Rule[]) => rulingOn(policyOf(...rules), asking, new Map())
const naming = (people: string[]) => allowing({ request: { people, channels: null } })

describe('the name of a service account', () => {
  it.each(['svc:deploys', 'svc:a', 'svc:on-call-2', `svc:${'a'.repeat(63)}`])('may be %s', id => {
    expect(isServiceAccount(id)).toBe(true)
  })

  it.each([
    ...['deploys', 'svc:', 'svc:-a', 'svc:a-', 'svc:A', 'SVC:a', 'svc:a b', 'svc:a_b', 'svc:a\n', 'svc:ä'],
    ...['U0ALICE', 'S0ORDERS', '*', `svc:${'a'.repeat(64)}`, 'svc:<@U0BOB>', 'x svc:a'],
  ])('is not %j', id => {
    expect(isServiceAccount(id)).toBe(false)
  })
})

describe('a service account may ask', () => {
  it('where a rule names it', () => {
    expect(ruled(naming([DEPLOYS]))).toMatchObject({ kind: 'allowed' })
  })

  it('nowhere where only others are named, nor by everybody', () => {
    for (const people of [[EVERYBODY], ['svc:other'], [ALICE], ['S0ORDERS']]) {
      expect(ruled(naming(people))).toMatchObject({ kind: 'refused', why: 'notRequester' })
    }
  })

  it('nothing without a file of the policy', () => {
    const policy = policyOfSettings([BOB], { typedAbove: null, secondApproverAbove: null })
    expect(rulingOn(policy, asking, new Map())).toMatchObject({ kind: 'refused', why: 'notRequester' })
  })

  it('nothing that is denied to everybody, or to it', () => {
    for (const people of [[EVERYBODY], [DEPLOYS], [BOB, DEPLOYS]]) {
      expect(ruled(naming([DEPLOYS]), denying({ people }))).toMatchObject({ kind: 'refused', why: 'denied' })
      expect(considered(policyOf(denying({ people })), asking, new Map())).toMatchObject([{ applies: true }])
    }
    expect(ruled(naming([DEPLOYS]), denying({ people: [BOB] }))).toMatchObject({ kind: 'allowed' })
  })

  it('nothing where a rule asks for a channel', () => {
    const inChannel = allowing({ request: { people: [DEPLOYS], channels: ['C0OPS'] } })
    expect(ruled(inChannel)).toMatchObject({ kind: 'refused', why: 'notInChannel' })
  })

  it('whether or not a group of people can be read: it is in none', () => {
    const policy = policyOf(denying({ people: ['S0GONE'] }), naming(['S0GONE', DEPLOYS]))
    expect(weigh(policy, asking, new Map([['S0GONE', null]]))).toMatchObject({
      ruling: { kind: 'allowed' },
      unread: [],
    })
    expect(groupsToKnow(policy, asking)).toEqual([])
    expect(isAmong(DEPLOYS, ['S0ALL'], new Map([['S0ALL', [DEPLOYS]]]))).toBe(false)
  })
})

describe('a service account decides on nothing', () => {
  it('not where everybody may, nor by its own name', () => {
    const needs = [{ label: '', from: [EVERYBODY, DEPLOYS], count: 1 }]
    const request = pending({ requester: ALICE }, { guard: { needs } })
    expect(fillsOf(request, DEPLOYS, new Map())).toEqual([])
    expect(fillsOf(request, BOB, new Map())).toEqual([0])
  })

  it('and a file cannot say that it should', () => {
    const read = (rule: object) =>
      readPolicy({ version: 1, rules: [{ name: 'all', approve: [{ from: 'U0BOB' }], ...rule }] }, 'v1')
    expect(read({ request: { people: [DEPLOYS, 'everyone'] } })).toMatchObject({
      ok: true,
      policy: { rules: [{ request: { people: [DEPLOYS, EVERYBODY] } }] },
    })
    for (const rule of [
      { approve: [{ from: DEPLOYS }] },
      { 'break-glass': [DEPLOYS] },
      { escalate: { after: '1h', to: DEPLOYS } },
      { tell: DEPLOYS },
      { request: { people: ['svc:Deploys'] } },
    ]) {
      expect(read(rule)).toMatchObject({ ok: false })
    }
    const inTeam = { version: 1, teams: { ci: [DEPLOYS] }, rules: [{ name: 'a', approve: [{ from: 'ci' }] }] }
    expect(readPolicy(inTeam, 'v1')).toMatchObject({ ok: false })
  })
})

describe('a request of a service account', () => {
  it('owes it no direct message in any state', () => {
    const postsOf = (requester: string) =>
      everyState({ requester }).flatMap(([, request]) =>
        owed(following(request, cardPosted), Number.MAX_SAFE_INTEGER).flatMap((debt): PostKey[] =>
          debt.kind === 'post' ? [debt.key] : [],
        ),
      )
    expect(postsOf(DEPLOYS).filter(key => /^(direct-|cardTrouble)/.test(key))).toEqual([])
    expect(postsOf(ALICE).filter(key => key.startsWith('direct-'))).not.toEqual([])
  })

  it('whose card Slack does not take is owed that card, and nothing to it', () => {
    const refused = following(
      pending({ requester: DEPLOYS }),
      { kind: 'claimPost', key: 'card', by: 'p1', untilMs: 1 },
      { kind: 'postRefused', key: 'card', by: 'p1', code: 'is_archived', retryAtMs: 5 },
    )
    const posts = owed(refused, 10).flatMap(debt => (debt.kind === 'post' ? [debt.key] : []))
    expect(posts).toContain('card')
    expect(posts).not.toContain('cardTrouble')
    expect(nextDueAt(refused, 10)).not.toBeNull()
  })

  it('is decided like any other', () => {
    const request = following(pending({ requester: DEPLOYS }), cardPosted)
    expect(following(request, approve).state.name).toBe('approved')
    expect(following(request, reject).state.name).toBe('rejected')
  })

  it('names nobody whom Slack could be asked about', () => {
    expect(namedIn(policyOf(naming([DEPLOYS, ALICE]))).map(({ id }) => id)).toEqual([ALICE])
  })
})
