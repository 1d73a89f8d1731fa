// The guided first run: a few sentences, each pointing at what to do next. It must never do a step itself, except to
// put the first line into the composer.

import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { draft } from './connection.ts'
import { recall, remember } from './memory.ts'
import type { Scene } from './protocol.ts'

const KEY = 'guide'
const DRIFTED = 'Offsets or logs have changed since'

export const guideHidden = signal(recall('browser', KEY) === 'hidden')

export function showGuide(): void {
  guideHidden.value = false
  remember('browser', KEY, 'shown')
}

function hideGuide(): void {
  guideHidden.value = true
  remember('browser', KEY, 'hidden')
}

/** The form of an undo, which may only say why there can be none. */
const UNDO_FORM = /^Undo R-\d+$/
/** The card of an undo. */
const UNDO_CARD = /Undo of R-\d+/
const hasSeenUndo = signal(false)

/** Which of the steps is next, by what can be seen: nobody has to say that they have done one. 5: all are done. */
function nextStep({ slack, clusters }: Scene): 1 | 2 | 3 | 4 | 5 {
  if (clusters.some(({ resets }) => resets > 0)) return hasUndo(slack) ? 5 : 4
  const replies = Object.values(slack.threads).flat()
  if (replies.some(message => message.text.includes(DRIFTED))) return 3
  const asked = Object.values(slack.messages)
    .flat()
    .some(message => message.user === slack.botUserId && !message.ephemeral)
  return asked ? 2 : 1
}

function hasUndo({ messages, botUserId }: Scene['slack']): boolean {
  const cards = Object.values(messages)
    .flat()
    .filter(({ user }) => user === botUserId)
  return hasSeenUndo.value || cards.some(({ blocks }) => UNDO_CARD.test(JSON.stringify(blocks)))
}

/** `onDraft`: the first line is in the composer now. */
export function Guide({ scene, onDraft }: { scene: Scene; onDraft(): void }) {
  const isUndo = UNDO_FORM.test(scene.slack.view?.title ?? '')
  useEffect(() => {
    if (isUndo) hasSeenUndo.value = true
  }, [isUndo])
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
          Press Consume 100 per partition at orders-billing: a consumer commits. Become {nameOf('approver')}{' '}
          and press Review: there is a new plan.
        </li>
        <li value={3} data-state={stateOf(3)}>
          Review again, approve and submit. The markers move, and the thread shows each partition.
        </li>
        <li value={4} data-state={stateOf(4)}>
          Become {requester} and press Prepare Undo
          {scene.run.api === 'v2' ? ', which says why API 2.0 cannot' : ': a request of its own'}.
        </li>
      </ol>
      <p class="guide-after" role="status">
        {next === 5 &&
          `All four are done. Try running consumers, a fault${scene.clusters.length > 1 ? ', or the Kafka cluster beside it' : ''}.`}
      </p>
      <button type="button" class="quiet-button" data-testid="guide-dismiss" onClick={hideGuide}>
        Dismiss
      </button>
    </aside>
  )
}
