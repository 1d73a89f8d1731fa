// The approval window while somebody picks: its submit button says what, what was typed stays, and a look that comes back
// late is drawn into it. The Slack is the local one, so that hashes and kept fields are those of a server.

import type { App } from '@slack/bolt'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import {
  createReviewWindows,
  type ReviewWindows,
} from '../../../../src/adapters/slack/review/open-reviews.ts'
import { reviewModal } from '../../../../src/adapters/slack/review/view.ts'
import type { Look } from '../../../../src/ports/approvals.ts'
import type { LocalSlack } from '../../../../src/sandbox/slack/face.ts'
import { type Connected, client, connectApp, lin, ops } from '../../../sandbox/slack/connected-app.ts'
import { EMPTY, pending, rowsOf, someReset } from '../../../support/requests.ts'

const words = wordsIn('en')
const request = pending(
  { reset: { ...someReset, strategy: { kind: 'latest' } } },
  { guard: { typedGroup: true, approvals: 1 } },
)
const drawn = (look?: Look) => reviewModal(words, request, rowsOf(request.reset), look)
const holds: Look = { kind: 'holds', verdict: 'unchanged', group: EMPTY }

let connected: Connected
let slack: LocalSlack
let bodies: Record<string, unknown>[]

beforeEach(async () => {
  bodies = []
  connected = await connectApp('socket', (app: App) => {
    app.use(async ({ body, ack, next }) => {
      bodies.push(body as unknown as Record<string, unknown>)
      if (ack) await (ack as () => Promise<void>)()
      await next()
    })
  })
  slack = connected.slack
})
afterEach(() => connected.stop())

async function opened(windows: ReviewWindows | null): Promise<string> {
  await slack.person(lin).command(ops, '/reset')
  const view = drawn()
  const answer = await client(slack).views.open({ trigger_id: String(bodies.at(-1)?.trigger_id), view })
  windows?.opened(answer.view, view, words)
  return answer.view?.id ?? ''
}

/** The person picks it, and the listener does what it does. */
async function pick(windows: ReviewWindows, verdict: 'approve' | 'reject') {
  await slack.person(lin).fill('Decision', verdict === 'approve' ? 'Approve' : 'Reject')
  return windows.picked(bodies.at(-1)?.view, verdict, words, client(slack))
}

const seen = () => {
  const view = slack.person(lin).view()
  const typed = view?.blocks.find(({ block_id }) => block_id === 'typed_group')
  const note = view?.state.values.note?.note as { value?: string } | undefined
  return {
    submit: view?.submit?.text,
    asksForGroup: typed?.optional !== true,
    note: note?.value,
    isLooking: JSON.stringify(view?.blocks).includes('Checking whether'),
  }
}

it('says what is picked, takes the group’s name of an approval alone, and keeps what was typed', async () => {
  const windows = createReviewWindows()
  const id = await opened(windows)
  expect(seen()).toMatchObject({ submit: 'Send Decision', asksForGroup: true })
  await slack.person(lin).fill('Note', 'lag looked at')
  await pick(windows, 'approve')
  expect(seen()).toEqual({
    submit: 'Approve Reset',
    asksForGroup: true,
    note: 'lag looked at',
    isLooking: true,
  })
  await windows.redraw(id, drawn(holds), client(slack))
  expect(seen()).toEqual({
    submit: 'Approve Reset',
    asksForGroup: true,
    note: 'lag looked at',
    isLooking: false,
  })
  await pick(windows, 'reject')
  expect(seen()).toMatchObject({ submit: 'Reject Request', asksForGroup: false, note: 'lag looked at' })
})

it('draws in the order of what was picked, however fast', async () => {
  const windows = createReviewWindows()
  await opened(windows)
  await Promise.all([pick(windows, 'approve'), pick(windows, 'reject'), pick(windows, 'approve')])
  await pick(windows, 'reject')
  expect(seen().submit).toBe('Reject Request')
})

it('says what is picked also where another process has opened it, and has who was told look as well', async () => {
  const [one, other] = [createReviewWindows(), createReviewWindows()]
  const id = await opened(one)
  expect(await pick(other, 'approve')).toEqual({ id, looks: true })
  expect(seen()).toMatchObject({ submit: 'Approve Reset', isLooking: true })
  // The look of the first comes too late for it, and covers nothing.
  await expect(one.redraw(id, drawn(holds), client(slack))).rejects.toThrow('hash_conflict')
  expect(seen()).toMatchObject({ submit: 'Approve Reset', isLooking: true })
  await other.redraw(id, drawn(holds), client(slack))
  expect(seen()).toMatchObject({ submit: 'Approve Reset', isLooking: false })
  expect(await pick(other, 'reject')).toEqual({ id, looks: false })
  expect(seen()).toMatchObject({ submit: 'Reject Request', isLooking: false })
  // The first has another hash than the window, and goes by that which comes with the press.
  expect(await pick(one, 'approve')).toEqual({ id, looks: false })
  expect(seen()).toMatchObject({ submit: 'Approve Reset', isLooking: false })
})

it('covers no look that another process has drawn since the press', async () => {
  const [one, other] = [createReviewWindows(), createReviewWindows()]
  const id = await opened(one)
  await slack.person(lin).fill('Decision', 'Approve')
  const pressed = bodies.at(-1)?.view
  await one.redraw(id, drawn(holds), client(slack))
  await expect(other.picked(pressed, 'approve', words, client(slack))).rejects.toThrow('hash_conflict')
  expect(seen()).toMatchObject({ submit: 'Send Decision', isLooking: false })
  await pick(other, 'reject')
  expect(seen()).toMatchObject({ submit: 'Reject Request', isLooking: false })
})

it('draws what is picked before Slack has said that the window is open, and then the look', async () => {
  const windows = createReviewWindows()
  await opened(null)
  const view = slack.person(lin).view()
  const picked = pick(windows, 'approve')
  await new Promise(resolve => setTimeout(resolve))
  windows.opened(view, drawn(), words)
  await picked
  expect(seen()).toMatchObject({ submit: 'Approve Reset', isLooking: true })
  await windows.redraw(view?.id ?? '', drawn(holds), client(slack))
  expect(seen()).toMatchObject({ submit: 'Approve Reset', isLooking: false })
})
