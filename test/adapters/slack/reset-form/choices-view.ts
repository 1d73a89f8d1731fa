// The smallest modal with a picker in it, for Slack's rules about options.

import type { Choices } from '../../../../src/adapters/slack/reset-form/pickers.ts'

export function viewWith(choices: Choices) {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: 't' },
    submit: { type: 'plain_text', text: 's' },
    blocks: [
      {
        type: 'input',
        label: { type: 'plain_text', text: 'l' },
        element: { type: 'static_select', action_id: 'a', ...choices },
      },
    ],
  }
}
