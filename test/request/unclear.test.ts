import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/request/command.ts'
import { decide } from '../../src/request/decide.ts'
import type { Evidence } from '../../src/request/evidence.ts'
import type { ResetRequest } from '../../src/request/request.ts'
import { isProof } from '../../src/request/unclear.ts'
import {
  ALICE,
  allSucceeded,
  approve,
  askedAbout,
  BOB,
  CAROL,
  DENIED,
  DIGEST,
  finish,
  following,
  looked,
  pending,
  SOMEWHERE,
  start,
  testify,
} from '../support/requests.ts'

const executing = following(pending(), approve, start)
const unclear = following(executing, finish({ kind: 'unknown', cause: 'no answer' }))
const inDoubt = askedAbout(unclear)
const checkAgain: Command = { kind: 'checkAgain', attempt: 1, by: ALICE, from: SOMEWHERE }

function unclearState({ state }: ResetRequest) {
  if (state.name !== 'unclear') throw new Error(`It is ${state.name}.`)
  return state
}

/** Read back when it is time to. */
function lookedAt(request: ResetRequest, evidence: Evidence): ResetRequest {
  return following(request, [looked(evidence), unclearState(request).lookAtMs])
}

function refusalOf(request: ResetRequest, command: Command, nowMs: number): string | null {
  const decided = decide(request, command, nowMs)
  return decided.ok ? null : decided.refusal
}

const LATE = unclearState(inDoubt).lookAtMs

describe('an execution that nobody answered', () => {
  it('is read back when no call can be under way any more, and not before', () => {
    if (executing.state.name !== 'executing') throw new Error('It is not executing.')
    const { lookAtMs } = unclearState(unclear)
    expect(lookAtMs).toBe(executing.state.abandonAtMs)
    expect(refusalOf(unclear, looked('absent'), lookAtMs - 1)).toBe('stale')
    expect(refusalOf(unclear, looked('absent'), lookAtMs)).toBeNull()
  })

  it('is proved by offsets that stand where the plan leads, or twice partly there, and by nothing else', () => {
    const seen = (name: 'absent' | 'partly' | null) => ({ ...unclearState(unclear), seen: name })
    const proofs = (['present', 'absent', 'partly', 'neither', 'unread'] as const).flatMap(evidence =>
      ([null, 'absent', 'partly'] as const).flatMap(before =>
        isProof(seen(before), evidence) ? [`${before} ${evidence}`] : [],
      ),
    )
    expect(proofs).toEqual(['null present', 'absent present', 'partly present', 'partly partly'])
  })

  it('is not made again where CKafka works it out, until the first can take no effect any more', () => {
    const { plan } = unclear
    if (plan === null) throw new Error('There is no plan.')
    const native: ResetRequest = { ...unclear, plan: { ...plan, execution: 'native' } }
    const { lateUntilMs } = native
    const waiting = lookedAt(lookedAt(native, 'absent'), 'absent')
    expect(unclearState(waiting)).toMatchObject({ lookAtMs: lateUntilMs, asked: false })
    expect(lookedAt(waiting, 'absent').state.name).toBe('approved')
    expect(unclearState(lookedAt(waiting, 'unread')).asked).toBe(false)
    expect(isProof(unclearState(waiting), 'present')).toBe(true)
  })

  it('is tried again once the offsets have shown twice, some time apart, that nothing happened', () => {
    const once = lookedAt(unclear, 'absent')
    expect(unclearState(once)).toMatchObject({ seen: 'absent' })
    expect(unclearState(once).lookAtMs - unclearState(unclear).lookAtMs).toBe(15_000)
    expect(refusalOf(once, looked('absent'), unclearState(once).lookAtMs - 1)).toBe('stale')
    const again = lookedAt(once, 'absent')
    expect(again.state).toMatchObject({ name: 'approved', attempt: 2, dispatch: null, cleared: false })
  })

  it.each(['neither', 'unread', 'partly'] as const)('is not, where one of the two showed %s', between => {
    const request = [`absent`, between, 'absent'].reduce(
      (current, evidence) => lookedAt(current, evidence as Evidence),
      unclear,
    )
    expect(unclearState(request).seen).toBe('absent')
  })

  it('is looked for less and less often when nobody answers, and once a day at least', () => {
    const hour = 3_600_000
    const askedAtMs = unclearState(inDoubt).atMs
    let request = inDoubt
    let [looks, longestMs] = [0, 0]
    for (; unclearState(request).lookAtMs < askedAtMs + 90 * 24 * hour; looks++) {
      const { lookAtMs } = unclearState(request)
      request = lookedAt(request, 'unread')
      longestMs = Math.max(longestMs, unclearState(request).lookAtMs - lookAtMs)
    }
    expect(looks).toBeGreaterThan(90)
    expect(looks).toBeLessThan(130)
    expect(longestMs).toBe(24 * hour)
    expect(lookedAt(lookedAt(request, 'absent'), 'absent').state.name).toBe('approved')
  })

  it('keeps looking every ten minutes while people are asked, even if the offsets show one thing now and another then', () => {
    let request = inDoubt
    for (let round = 0; round < 3; round += 1) {
      const { lookAtMs } = unclearState(request)
      request = lookedAt(lookedAt(request, 'absent'), 'partly')
      expect(unclearState(request).lookAtMs - lookAtMs).toBe(15_000 + 600_000)
      expect(unclearState(request).seen).toBeNull()
    }
  })

  it('has people asked after three looks that settle nothing, once, and goes on looking', () => {
    let request = unclear
    for (const [index, evidence] of (['neither', 'unread', 'neither'] as const).entries()) {
      expect(request.notes.filter(({ kind }) => kind === 'asked')).toHaveLength(0)
      request = lookedAt(request, evidence)
      expect(unclearState(request)).toMatchObject({ looks: index + 1, asked: index === 2 })
    }
    expect(request.notes.at(-1)).toEqual({ kind: 'asked', attempt: 1, evidence: 'neither' })
    for (let looks = 0; looks < 5; looks++) {
      const { lookAtMs } = unclearState(request)
      request = lookedAt(request, 'unread')
      expect(unclearState(request).lookAtMs - lookAtMs).toBe(600_000)
    }
    expect(request.notes.filter(({ kind }) => kind === 'asked')).toHaveLength(1)
    expect(lookedAt(lookedAt(request, 'absent'), 'absent').state.name).toBe('approved')
  })

  it('has people asked as well when the offsets show one thing now and another then', () => {
    let request = unclear
    for (let look = 0; look < 5; look++) request = lookedAt(request, look % 2 === 0 ? 'absent' : 'partly')
    expect(unclearState(request)).toMatchObject({ asked: false, looks: 5 })
    request = lookedAt(request, 'partly')
    expect(unclearState(request)).toMatchObject({ asked: true })
    expect(request.notes.at(-1)).toEqual({ kind: 'asked', attempt: 1, evidence: 'neither' })
  })

  it('hears nothing of a look that was about another attempt', () => {
    expect(refusalOf(unclear, looked('absent', 2), LATE)).toBe('stale')
    expect(refusalOf(executing, looked('absent'), LATE)).toBe('stale')
  })
})

describe('what people say of it', () => {
  it('closes it as done where an approver says that it happened, and nothing is called again', () => {
    const closed = following(inDoubt, [testify, LATE])
    expect(closed.state).toMatchObject({ name: 'succeeded', outcome: { kind: 'testified', by: BOB } })
    expect(closed.notes.at(-1)).toEqual({ kind: 'testified', by: BOB, happened: true })
    for (const late of [testify, { ...testify, happened: false }, checkAgain, finish(allSucceeded), start]) {
      expect(refusalOf(closed, late, LATE)).not.toBeNull()
    }
  })

  it('begins another attempt of the same approval where they say that it did not', () => {
    const again = following(inDoubt, [{ ...testify, happened: false }, LATE])
    expect(again.state).toMatchObject({ name: 'approved', attempt: 2, cleared: true })
    expect(again.notes.at(-1)).toEqual({ kind: 'testified', by: BOB, happened: false })
  })

  it('is theirs to say only if they could have approved it', () => {
    for (const happened of [true, false]) {
      expect(refusalOf(inDoubt, { ...testify, happened, by: ALICE }, LATE)).toBe('ownRequest')
      expect(refusalOf(inDoubt, { ...testify, happened, by: CAROL, policy: DENIED }, LATE)).toBe(
        'notApprover',
      )
    }
  })

  it('counts for the attempt that they were asked about, and not before the offsets were looked at', () => {
    expect(refusalOf(unclear, testify, LATE)).toBe('checking')
    expect(refusalOf(inDoubt, { ...testify, attempt: 2 }, LATE)).toBe('stale')
    expect(refusalOf(executing, testify, LATE)).toBe('stale')
  })

  it('may be that it is to be checked again: one look more, and the question again', () => {
    expect(refusalOf(unclear, checkAgain, LATE)).toBe('checking')
    const checking = following(inDoubt, [checkAgain, LATE])
    expect(unclearState(checking)).toMatchObject({ lookAtMs: LATE, asked: false })
    expect(refusalOf(checking, checkAgain, LATE)).toBe('checking')
    const once = lookedAt(checking, 'unread')
    expect(once.notes.filter(({ kind }) => kind === 'asked')).toHaveLength(2)
    expect(once.notes.at(-1)).toEqual({ kind: 'asked', attempt: 1, evidence: 'unread' })
    expect(lookedAt(lookedAt(checking, 'absent'), 'absent').state.name).toBe('approved')
  })
})

describe('offsets that stand where the plan leads before anything was called', () => {
  const approved = following(pending(), approve)
  const there = following(approved, { kind: 'alreadyThere', digest: DIGEST })

  it('are asked about, because the store may have forgotten a call', () => {
    expect(unclearState(there)).toMatchObject({ asked: true, called: false, attempt: 1 })
    expect(there.notes.at(-1)).toEqual({ kind: 'asked', attempt: 1, evidence: 'present' })
    expect(refusalOf(approved, { kind: 'alreadyThere', digest: 'another' }, LATE)).toBe('stale')
    expect(refusalOf(executing, { kind: 'alreadyThere', digest: DIGEST }, LATE)).toBe('stale')
  })

  it('prove nothing by standing there still', () => {
    expect(isProof(unclearState(there), 'present')).toBe(false)
    const still = lookedAt(there, 'present')
    expect(unclearState(still)).toMatchObject({ asked: true })
    expect(still.notes).toHaveLength(there.notes.length)
  })

  it('are taken as they are once somebody says that nothing was called', () => {
    const cleared = following(there, [{ ...testify, happened: false }, LATE])
    expect(cleared.state).toMatchObject({ name: 'approved', cleared: true })
  })

  it('are explained by the worker that comes back with the evidence', () => {
    expect(following(there, finish(allSucceeded)).state.name).toBe('succeeded')
  })
})

describe('a request of which Redis holds what a backup had of it', () => {
  const approved = following(pending(), approve)

  it.each([
    ['approved', approved],
    ['being carried out', executing],
    ['read back', unclear],
    ['asked about', inDoubt],
  ])('that was %s is asked about, and no offsets settle it', (_, request) => {
    const held = following(request, [{ kind: 'restored' }, LATE])
    expect(unclearState(held)).toMatchObject({ asked: true, called: false, restored: true, attempt: 1 })
    expect(held.notes.at(-1)).toEqual({ kind: 'asked', attempt: 1, evidence: 'restored' })
    expect(refusalOf(held, { kind: 'restored' }, LATE)).toBe('stale')
    for (const evidence of ['absent', 'present', 'partly', 'neither', 'unread'] as const) {
      const twice = lookedAt(lookedAt(held, evidence), evidence)
      expect(unclearState(twice)).toMatchObject({ asked: true, restored: true })
      expect(isProof(unclearState(twice), evidence)).toBe(false)
      expect(twice.notes).toHaveLength(held.notes.length)
    }
  })

  it('waits for an approver, who says what happened', () => {
    const held = following(approved, [{ kind: 'restored' }, LATE])
    expect(following(held, [{ ...testify, happened: true }, LATE]).state.name).toBe('succeeded')
    const again = following(held, [{ ...testify, happened: false }, LATE])
    expect(again.state).toMatchObject({ name: 'approved', cleared: true, attempt: 2 })
    expect(following(again, [{ kind: 'restored' }, LATE]).state.name).toBe('unclear')
  })

  it('is asked about once more by whoever has it looked at again', () => {
    const held = following(
      approved,
      [{ kind: 'restored' }, LATE],
      [checkAgain, LATE],
      [looked('absent'), LATE],
    )
    expect(held.notes.at(-1)).toEqual({ kind: 'asked', attempt: 1, evidence: 'restored' })
    expect(unclearState(held)).toMatchObject({ asked: true, restored: true })
  })
})
