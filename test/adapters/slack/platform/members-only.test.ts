// The gate before every listener: whose payload goes on, whose does not, and what they are told.

import { describe, expect, it } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { createMembersGate } from '../../../../src/adapters/slack/platform/members-only.ts'
import type { Workspace } from '../../../../src/adapters/slack/platform/people.ts'
import type { Person } from '../../../../src/ports/chat.ts'
import type { Attempt } from '../../../../src/ports/store.ts'

const HOME: Workspace = { teamId: 'T0OURS', enterpriseId: null, url: '' }
const ORG: Workspace = { ...HOME, enterpriseId: 'E0ORG' }

interface Setting {
  membership: Person['membership'] | null
  home?: Workspace | null
  /** Before Slack answers. */
  afterMs?: number
}

/** Sends a payload through the gate. `went`: a listener would have run. */
async function through(body: object, { membership, home = HOME, afterMs = 0 }: Setting) {
  const attempts: Attempt[] = []
  const acks: unknown[] = []
  const said: unknown[] = []
  const updates: unknown[] = []
  const homes: unknown[] = []
  let went = false
  let lookUps = 0
  const gate = createMembersGate({
    approvals: {
      async recordAttempt(attempt) {
        attempts.push(attempt)
      },
    },
    clock: () => 7,
    wordsFor: async () => wordsIn('en'),
    people: {
      workspace: async () => home,
      async find(id, patienceMs) {
        lookUps += 1
        await new Promise(resolve => setTimeout(resolve, Math.min(afterMs, patienceMs)))
        if (membership === null || afterMs > patienceMs) return null
        return { id, membership, locale: null, timeZone: null }
      },
    },
  })
  const args = {
    body,
    ack: async (answer: unknown) => void acks.push(answer),
    respond: async (answer: unknown) => void said.push(answer),
    client: {
      views: {
        update: async (view: unknown) => void updates.push(view),
        publish: async (view: unknown) => void homes.push(view),
      },
    },
    next: async () => {
      went = true
    },
  }
  const began = performance.now()
  await gate(args as unknown as Parameters<typeof gate>[0])
  return { went, attempts, acks, said, updates, homes, lookUps, tookMs: performance.now() - began }
}

const user = { id: 'U0X', team_id: 'T0OURS' }
const team = { id: 'T0OURS' }
const command = { command: '/reset-offsets', user_id: 'U0X', team_id: 'T0OURS', channel_id: 'C0OPS' }
const button = (action_id: string, more: object = {}) => ({
  type: 'block_actions',
  user,
  team,
  channel: { id: 'C0OPS' },
  message: { ts: '1.2' },
  actions: [{ action_id, value: 'R-12 1' }],
  ...more,
})
const submission = {
  type: 'view_submission',
  user,
  team,
  view: { id: 'V1', type: 'modal', callback_id: 'reset_form' },
}
const typing = { type: 'block_suggestion', user, team, action_id: 'group', view: { id: 'V1', type: 'modal' } }
const home = { type: 'event_callback', team_id: 'T0OURS', event: { type: 'app_home_opened', user: 'U0X' } }

describe('a member', () => {
  for (const body of [command, button('cancel'), submission, typing, home]) {
    it(`goes on: ${JSON.stringify(body).slice(0, 60)}`, async () => {
      expect(await through(body, { membership: 'member' })).toMatchObject({
        went: true,
        attempts: [],
        acks: [],
      })
    })
  }
})

describe('a guest', () => {
  it('is told why at once in the answer to a command', async () => {
    expect(await through(command, { membership: 'guest' })).toMatchObject({
      went: false,
      acks: [{ response_type: 'ephemeral', text: expect.stringContaining('Guests of this workspace') }],
      attempts: [
        {
          atMs: 7,
          by: 'U0X',
          command: 'reset command',
          refusal: 'guest',
          from: { channel: 'C0OPS', message: null },
        },
      ],
    })
  })

  it('is told why beside the message whose button they press, and the request is named', async () => {
    expect(await through(button('happened'), { membership: 'guest' })).toMatchObject({
      went: false,
      acks: [undefined],
      said: [{ response_type: 'ephemeral', replace_original: false }],
      attempts: [{ command: 'happened button of R-12', from: { channel: 'C0OPS', message: '1.2' } }],
    })
  })

  it('is told why in the modal that they have open', async () => {
    const inModal = button('strategy', {
      channel: undefined,
      message: undefined,
      view: { id: 'V1', type: 'modal' },
    })
    expect(await through(inModal, { membership: 'guest' })).toMatchObject({
      went: false,
      said: [],
      updates: [{ view_id: 'V1' }],
    })
    expect(await through(submission, { membership: 'guest' })).toMatchObject({
      went: false,
      acks: [{ response_action: 'update' }],
      attempts: [{ command: 'reset_form submission', from: { channel: null, message: null } }],
    })
  })

  it('gets no names in a picker and a home that says why, which is no attempt', async () => {
    expect(await through(typing, { membership: 'guest' })).toMatchObject({
      went: false,
      acks: [{ options: [] }],
      attempts: [],
    })
    const opened = await through(home, { membership: 'guest' })
    expect(opened).toMatchObject({ went: false, attempts: [], homes: [{ user_id: 'U0X' }] })
    expect(JSON.stringify(opened.homes)).toContain('Guests of this workspace')
  })
})

describe('somebody of another workspace', () => {
  const theirs = { ...button('review'), user: { id: 'U0X', team_id: 'T0OTHER' } }

  it('is refused without being looked up', async () => {
    expect(await through(theirs, { membership: 'member' })).toMatchObject({
      went: false,
      lookUps: 0,
      attempts: [{ refusal: 'stranger' }],
    })
    expect(await through({ ...command, team_id: 'T0OTHER' }, { membership: 'member' })).toMatchObject({
      lookUps: 0,
      went: false,
    })
  })

  it('is looked up where they are of the same organisation, and may belong to ours as well', async () => {
    const ofOrg = { ...theirs, enterprise: { id: 'E0ORG' } }
    expect(await through(ofOrg, { membership: 'member', home: ORG })).toMatchObject({
      went: true,
      lookUps: 1,
    })
    expect(await through(ofOrg, { membership: 'stranger', home: ORG })).toMatchObject({
      went: false,
      lookUps: 1,
    })
    const ofAnother = { ...theirs, enterprise: { id: 'E0OTHER' } }
    expect(await through(ofAnother, { membership: 'member', home: ORG })).toMatchObject({
      went: false,
      lookUps: 0,
    })
  })

  it('is looked up while our own workspace is not known', async () => {
    expect(await through(theirs, { membership: 'stranger', home: null })).toMatchObject({
      went: false,
      lookUps: 1,
    })
  })
})

it('a choice behind the three dots is told by the button that it stands for', async () => {
  const picked = { action_id: 'more', selected_option: { value: 'break_glass R-12' } }
  const { attempts } = await through(button('', { actions: [picked] }), { membership: 'guest' })
  expect(attempts).toMatchObject([{ command: 'break_glass button of R-12', refusal: 'guest' }])
})

/** At once, because each waits for most of its time, and none shares anything with another. */
describe.concurrent('when Slack does not say who it is', () => {
  for (const action of ['review', 'undo', 'retry', 'edit', 'history', 'list_older', 'strategy', 'group']) {
    // All looks go the same way, and each waits for a second: two of them stand for all.
    const tags = ['review', 'strategy'].includes(action) ? [] : ['long']
    it(`nobody gets a look, and is told in time to try again: ${action}`, { tags }, async () => {
      const { went, said, attempts, tookMs } = await through(button(action), {
        membership: 'guest',
        afterMs: 10_000,
      })
      expect(went).toBe(false)
      expect(said).toMatchObject([{ text: expect.stringContaining('Slack does not say yet who you are') }])
      expect(attempts).toEqual([])
      expect(tookMs).toBeLessThan(1_500)
    })

    it(`who turns out in time to be a member gets it, and a guest does not: ${action}`, {
      tags,
    }, async () => {
      expect(await through(button(action), { membership: 'member', afterMs: 500 })).toMatchObject({
        went: true,
      })
      expect(await through(button(action), { membership: 'guest', afterMs: 500 })).toMatchObject({
        went: false,
        said: [{ text: expect.stringContaining('Guests of this workspace') }],
      })
    })
  }

  for (const action of ['cancel', 'happened', 'did_not_happen', 'check_again', 'withdraw', 'anything_new']) {
    it(`acting does not go on either: ${action}`, async () => {
      const { went, said, attempts } = await through(button(action), { membership: null })
      expect(went).toBe(false)
      expect(said).toMatchObject([{ text: expect.stringContaining('Slack does not say yet who you are') }])
      // It is nobody's fault, and who was refused is not known to be anybody who may not.
      expect(attempts).toEqual([])
    })
  }

  it('a command, a picker and a Home tab are answered without anything in them', async () => {
    const silent = { membership: null } as const
    expect(await through(command, silent)).toMatchObject({
      went: false,
      acks: [{ response_type: 'ephemeral', text: expect.stringContaining('A moment, please') }],
    })
    expect(await through(typing, silent)).toMatchObject({ went: false, acks: [{ options: [] }] })
    const opened = await through(home, silent)
    expect(opened).toMatchObject({ went: false, attempts: [] })
    expect(JSON.stringify(opened.homes)).toContain('A moment, please')
  })

  it('a Home tab is drawn as soon as Slack says that it is a member’s, and never a guest’s', async () => {
    const late = await through(home, { membership: 'member', afterMs: 1_500 })
    expect(late.went).toBe(true)
    expect(JSON.stringify(late.homes)).toContain('A moment, please')
    expect((await through(home, { membership: 'guest', afterMs: 1_500 })).went).toBe(false)
  })

  it('what is sent waits a second for it, and not more', async () => {
    expect(await through(submission, { membership: 'member', afterMs: 600 })).toMatchObject({ went: true })
    const { went, tookMs, acks } = await through(submission, { membership: 'member', afterMs: 10_000 })
    expect(went).toBe(false)
    expect(tookMs).toBeLessThan(1_300)
    expect(acks).toMatchObject([{ response_action: 'update' }])
  })

  it('what is sent stays open with everything in it', async () => {
    const blocks = [
      { type: 'input', block_id: 'field_group' },
      { type: 'input', block_id: 'field_reason' },
      { type: 'section', block_id: 'x' },
    ]
    const filled = { ...submission, view: { ...submission.view, blocks } }
    const sentence = expect.stringContaining('Slack does not say yet who you are')
    const { acks } = await through(filled, { membership: null })
    expect(acks).toEqual([{ response_action: 'errors', errors: { field_reason: sentence } }])
    expect((await through(filled, { membership: 'guest' })).acks).toMatchObject([
      { response_action: 'update' },
    ])
  })
})

it('what is the app’s own goes on, and what cannot be read, or is somebody’s, does not', async () => {
  for (const type of ['app_uninstalled', 'tokens_revoked']) {
    const event = { type: 'event_callback', team_id: 'T0OURS', event: { type } }
    expect(await through(event, { membership: null })).toMatchObject({ went: true, lookUps: 0 })
  }
  const closed = { type: 'view_closed', user, team, view: { id: 'V1', type: 'modal' } }
  expect(await through(closed, { membership: 'guest' })).toMatchObject({ went: false, attempts: [] })
  const mention = { type: 'event_callback', event: { type: 'app_mention', user: 'U0X' } }
  expect(await through(mention, { membership: 'guest' })).toMatchObject({ went: false, lookUps: 1 })
  expect(await through(mention, { membership: null })).toMatchObject({ went: false })
  await expect(through({ ...mention, event: { type: 'x' } }, { membership: 'member' })).rejects.toThrow(
    'does not say who',
  )
  await expect(through({ type: 'block_actions', actions: [] }, { membership: 'member' })).rejects.toThrow(
    'does not say who',
  )
  await expect(through({ type: 'something_new', user }, { membership: 'member' })).rejects.toThrow('Nobody')
  await expect(through({ type: 'view_submission', user: 'U0X' }, { membership: 'member' })).rejects.toThrow()
})
