// The guided first run: three sentences, each pointing at what to do next. It must never do a step itself, except to
// put the first line into the composer.

import { signal } from '@preact/signals'
import { draft } from './connection.ts'
import { recall, remember } from './memory.ts'
import type { Scene } from './protocol.ts'

const KEY = 'guide'
/** The calls that move offsets: one in each API. */
const RESET_ACTIONS = ['SetGroupOffsets', 'ModifyGroupOffsets']

export const guideHidden = signal(recall('browser', KEY) === 'hidden')

export function showGuide(): void {
  guideHidden.value = false
  remember('browser', KEY, 'shown')
}

function hideGuide(): void {
  guideHidden.value = true
  remember('browser', KEY, 'hidden')
}

/** Which of the three steps is next, by what can be seen: nobody has to say that they have done one. */
function nextStep({ slack, cluster }: Scene): 1 | 2 | 3 {
  const asked = Object.values(slack.messages)
    .flat()
    .some(message => message.user === slack.botUserId && !message.ephemeral)
  if (!asked) return 1
  return cluster.calls.some(call => RESET_ACTIONS.includes(call.action)) ? 3 : 2
}

/** `onDraft`: the first line is in the composer now. */
export function Guide({ scene, onDraft }: { scene: Scene; onDraft(): void }) {
  if (guideHidden.value) return null
  const next = nextStep(scene)
  const nameOf = (part: string) =>
    scene.slack.people.find(person => person.part === part)?.realName.split(' ')[0] ?? part
  const requester = nameOf('requester')
  const isRequester = scene.slack.people.some(
    person => person.id === scene.slack.me && person.part === 'requester',
  )
  const stateOf = (step: number) => (step === next ? 'now' : step < next ? 'done' : 'later')
  return (
    <aside class="guide" aria-label="First steps" data-testid="guide">
      <ol>
        <li value={1} data-state={stateOf(1)}>
          {isRequester ? `You are ${requester}, and` : `Become ${requester} at the top, because`} billing has
          lost orders:{' '}
          <button
            type="button"
            class="link-button"
            data-testid="first-reset"
            onClick={() => {
              draft.value = scene.run.firstReset
              onDraft()
            }}
          >
            take this first reset
          </button>
          , press Enter in the message box, and submit the form.
        </li>
        <li value={2} data-state={stateOf(2)}>
          Become {nameOf('approver')} at the top, press Review on the new card, choose Approve and submit.
        </li>
        <li value={3} data-state={stateOf(3)}>
          Watch the markers of orders-billing move in the cluster, and open the card’s thread to read what
          happened to each partition.
        </li>
      </ol>
      <button type="button" class="quiet-button" data-testid="guide-dismiss" onClick={hideGuide}>
        Dismiss
      </button>
    </aside>
  )
}
