// What a delivery is called in a trace: words of ours alone, whatever comes.

import { expect, it } from 'vitest'
import { legOf } from '../../../../src/adapters/slack/delivery/leg.ts'

const view = { id: 'V0123', callback_id: 'reset_form' }

it.each([
  [{ command: '/reset-offsets', text: 'secret' }, 'command /reset-offsets', null],
  [{ command: '/secret' }, 'command other', null],
  [{ type: 'view_submission', view }, 'view_submission reset_form', 'V0123'],
  [
    { type: 'block_actions', actions: [{ action_id: 'review', value: 'secret' }] },
    'block_actions review',
    null,
  ],
  [{ type: 'block_actions', actions: [{ action_id: 'secret' }], view }, 'block_actions other', 'V0123'],
  [
    { type: 'block_suggestion', action_id: 'topics', value: 'secret', view },
    'block_suggestion topics',
    'V0123',
  ],
  [{ type: 'message_action', callback_id: 'reset_from_alert' }, 'message_action reset_from_alert', null],
  [{ type: 'event_callback', event: { type: 'app_home_opened' } }, 'event app_home_opened', null],
  [{ type: 'event_callback', event: { type: 'secret' } }, 'event other', null],
  [{ type: 'secret', view: { id: '../secret', callback_id: 'secret' } }, 'other other', null],
  [null, 'other', null],
  [{ view: 7 }, 'other', null],
])('%j', (body, name, viewId) => {
  expect(legOf(body)).toEqual({ name, viewId })
})
