// What is said of a request that was carried out without approval: on its card, in its thread, in lists, and for who reviews it.

import { describe, expect, it } from 'vitest'
import { type Language, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { requestLine } from '../../../../src/adapters/slack/lists/view.ts'
import { afterwardsModal, glassModal } from '../../../../src/adapters/slack/review/break-glass.ts'
import { card } from '../../../../src/adapters/slack/thread/card.ts'
import { directMessage } from '../../../../src/adapters/slack/thread/direct.ts'
import { noteReply } from '../../../../src/adapters/slack/thread/replies.ts'
import type { Look } from '../../../../src/ports/approvals.ts'
import { NOWHERE } from '../../../../src/request/command.ts'
import type { Group } from '../../../../src/request/group.ts'
import type { ResetRequest } from '../../../../src/request/request.ts'
import { validateMessage, validateView } from '../../../../src/sandbox/slack/validate.ts'
import { linesOf } from '../../../support/reading.ts'
import {
  ALICE,
  ALLOWED,
  allSucceeded,
  BOB,
  CAROL,
  DENIED,
  DIGEST,
  EMPTY,
  finish,
  following,
  IN_USE,
  pending,
  SOMEWHERE,
  someDifferences,
  someReset,
  start,
  T0,
  wait,
} from '../../../support/requests.ts'

const TEAMS = [
  { label: 'audit', from: ['S0AUDIT'], count: 1 },
  { label: 'platform', from: [ALICE, 'S0PLATFORM', BOB], count: 1 },
]

function broken(needs = TEAMS): ResetRequest {
  return following(pending({}, { guard: { approvals: 2, needs, breakGlass: [BOB] } }), {
    ...{ kind: 'breakGlass', by: BOB, reason: 'paging', policy: ALLOWED, from: SOMEWHERE, digest: DIGEST },
    typedGroup: someReset.target.group,
  })
}

const done = (request = broken()) => following(request, start, finish(allSucceeded))
const cancelled = () =>
  following(broken(), { kind: 'cancel', by: ALICE, policy: DENIED, from: SOMEWHERE } as const)
const cardOf = (request: ResetRequest, language: Language = 'en') => {
  const message = card(wordsIn(language), request)
  expect(validateMessage(message)).toEqual([])
  return linesOf(message).join('\n')
}

describe('the card', () => {
  it('names those of whom one has to review it, without who asked and who broke it', () => {
    expect(cardOf(done())).toContain(
      'Waiting for a review by @S0AUDIT or @S0PLATFORM, other than @alice and @bob.',
    )
    expect(cardOf(done(), 'zh')).toContain('等待 @S0AUDIT 或 @S0PLATFORM（@alice @bob 除外）事后复核。')
    expect(cardOf(broken())).toContain(
      'Afterwards it needs a review by @S0AUDIT or @S0PLATFORM, other than @alice and @bob.',
    )
    expect(cardOf(broken(), 'zh')).toContain('执行后需要 @S0AUDIT 或 @S0PLATFORM（@alice @bob 除外）复核。')
    expect(cardOf(done(broken([])))).toContain('Waiting for a review by an approver.')
    expect(cardOf(done(broken([])), 'zh')).toContain('等待一位审批人事后复核。')
  })

  it('says once who broke the glass, in every state', () => {
    const unread = { groups: ['S0GONE'], holds: true, tries: 0, askAtMs: T0 }
    const held = { ...broken(), unread }
    for (const request of [broken(), following(broken(), wait()), held, done(), cancelled()]) {
      expect(cardOf(request).match(/broke the glass/g)).toHaveLength(1)
      expect(cardOf(request)).not.toContain('as decided by')
      expect(cardOf(request, 'zh').match(/紧急执行：/g)).toHaveLength(1)
    }
  })
})

describe('those who would have decided', () => {
  const note = { kind: 'glassBroken', by: BOB, reason: 'paging' } as const
  const index = broken().notes.findIndex(({ kind }) => kind === 'glassBroken')
  const told = (request: ResetRequest, language: Language = 'en') =>
    linesOf(noteReply(wordsIn(language), request, note, {})).join('\n')

  it('are asked for the review in the thread and where else it is told, and the requester is not', () => {
    expect(told(broken())).toContain('@S0AUDIT @S0PLATFORM: one of you has to review it afterwards.')
    expect(told(broken(), 'zh')).toContain('@S0AUDIT @S0PLATFORM：请你们中的一位事后复核。')
    const copies = [`tell-${index}-C0OTHER`, `direct-${index}`] as const
    const [other, own] = copies.map(key =>
      linesOf(directMessage(wordsIn('en'), broken(), key, null)).join('\n'),
    )
    expect(other).toContain('one of you has to review it afterwards.')
    expect(own).toContain('without approval')
    expect(own).not.toContain('review it')
  })

  it('are not asked where the rule names nobody else, nor once it is reviewed', () => {
    expect(told(broken([]))).not.toContain('review it')
    expect(told(broken([{ label: '', from: [ALICE, BOB], count: 1 }]))).not.toContain('review it')
    expect(told(broken([{ label: '', from: [CAROL], count: 1 }]))).toContain('@carol: you have to review it')
    const review = { kind: 'review', by: CAROL, note: 'fine', policy: ALLOWED, from: SOMEWHERE } as const
    expect(told(following(done(), review))).not.toContain('review it')
  })
})

it('a list says of what has ended that it waits for a review, and of the rest that nobody approved it', () => {
  const lineOf = (request: ResetRequest, language: Language = 'en') =>
    linesOf({ text: '', blocks: [requestLine(wordsIn(language), request, null)] }).join('\n')
  expect(lineOf(done())).toContain('R-12 · done, waiting for a review afterwards · ')
  expect(lineOf(done(), 'zh')).toContain('R-12 · 已完成，待事后复核 · ')
  expect(lineOf(following(broken(), wait()))).toContain(
    'R-12 · waiting for the group to be empty · without approval · ',
  )
})

describe('the modal of a review afterwards', () => {
  const modalOf = (request: ResetRequest, language: Language = 'en') => {
    const view = afterwardsModal(wordsIn(language), request, NOWHERE)
    expect(validateView(view)).toEqual([])
    return linesOf({ text: '', blocks: view.blocks }).join('\n')
  }

  it('says who ran it and what came of it', () => {
    expect(modalOf(done())).toMatch(
      /@bob ran R-12 without approval:\n\s*> paging\n\s*4 partitions succeeded\./,
    )
    expect(modalOf(done(), 'zh')).toContain('未经审批执行了 R-12：')
  })

  it('says of what never ran only that this was decided', () => {
    expect(modalOf(cancelled())).toContain('@bob decided that R-12 runs without approval:')
    expect(modalOf(cancelled())).not.toContain('ran R-12')
  })
})

describe('the modal of breaking the glass', () => {
  const planned = pending({}, { guard: { breakGlass: [BOB] } })
  const modalOf = (look?: Look, language: Language = 'en') => {
    const view = glassModal(wordsIn(language), planned, NOWHERE, look)
    expect(validateView(view)).toEqual([])
    return linesOf({ text: '', blocks: view.blocks }).join('\n')
  }
  const holds = (verdict: 'unchanged' | 'consuming', group: Group) =>
    ({ kind: 'holds', verdict, group }) as const

  it('says who is connected now, and that it waits for them', () => {
    const said = modalOf(holds('unchanged', IN_USE))
    expect(said).toContain(
      'Right now 2 consumers are connected: billing-1 (10.0.3.11) and billing-2 (10.0.3.12). It waits until they have stopped.',
    )
    expect(said).toContain('once Rewind has seen the group without consumers for 30 s')
    expect(modalOf(holds('unchanged', IN_USE), 'zh')).toContain('它们停止后才会执行。')
    expect(modalOf(holds('consuming', IN_USE))).toContain('this plan is out of date')
    expect(modalOf(holds('unchanged', { state: 'Stable', members: [] }))).toContain(
      'It waits until the group is empty.',
    )
  })

  it('says nothing of now where that is not known, or where nobody is', () => {
    const seen = [undefined, { kind: 'notSeen', cause: 'no answer' }, holds('unchanged', EMPTY)] as const
    for (const look of seen) {
      expect(modalOf(look)).not.toContain('Right now')
      expect(modalOf(look)).toContain('immediately if the group is empty and no other request holds it')
    }
  })

  it('says that the world has moved where it has', () => {
    expect(modalOf({ kind: 'moved', differences: someDifferences })).toContain(
      'review the new plan on the card',
    )
  })
})
