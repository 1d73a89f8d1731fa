// The guided first run: a few sentences, each pointing at what to do next. It must never do a step itself, except to
// put the first line into the composer.

import { signal } from '@preact/signals'
import { draft } from './connection.ts'
import { recall, remember } from './memory.ts'
import type { Scene } from './protocol.ts'

const KEY = 'guide'
const DRIFTED = 'Offsets or logs have changed since the plan'

export const guideHidden = signal(recall('browser', KEY) === 'hidden')

export function showGuide(): void {
  guideHidden.value = false
  remember('browser', KEY, 'shown')
}

function hideGuide(): void {
  guideHidden.value = true
  remember('browser', KEY, 'hidden')
}

/** Which of the steps is next, by what can be seen: nobody has to say that they have done one. */
function nextStep({ slack, clusters }: Scene): 1 | 2 | 3 | 4 {
  if (clusters.some(({ resets }) => resets > 0)) return 4
  const replies = Object.values(slack.threads).flat()
  if (replies.some(message => message.text.includes(DRIFTED))) return 3
  const asked = Object.values(slack.messages)
    .flat()
    .some(message => message.user === slack.botUserId && !message.ephemeral)
  return asked ? 2 : 1
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
          Press Read 100 at orders-billing: a consumer commits. Become {nameOf('approver')} and press Review:
          the plan is made anew.
        </li>
        <li value={3} data-state={stateOf(3)}>
          Review again, approve and submit. The markers move, and the thread shows planned, said and read
          back.
        </li>
        <li value={4} data-state={stateOf(4)}>
          Become {requester} and press Prepare undo
          {scene.run.api === 'v2' ? ', which says why API 2.0 cannot' : ': a request of its own'}. Then try
          running consumers, a fault{scene.clusters.length > 1 ? ', or the Kafka cluster beside it' : ''}.
        </li>
      </ol>
      <button type="button" class="quiet-button" data-testid="guide-dismiss" onClick={hideGuide}>
        Dismiss
      </button>
    </aside>
  )
}
