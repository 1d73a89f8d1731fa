// The question that Slack asks before it sends a click: one at a time, over everything else in the pane.

import { signal } from '@preact/signals'
import { useId } from 'preact/hooks'
import type { Confirm } from './block-reading.ts'
import { useDialog } from './dialog.ts'
import { Formatted } from './formatted.tsx'

export const asking = signal<{ confirm: Confirm; answer(yes: boolean): void } | null>(null)

/** Resolves with whether the person went on. */
export function ask(confirm: Confirm): Promise<boolean> {
  asking.value?.answer(false)
  return new Promise(resolve => {
    asking.value = {
      confirm,
      answer(yes) {
        asking.value = null
        resolve(yes)
      },
    }
  })
}

export function ConfirmDialog({ confirm, answer }: { confirm: Confirm; answer(yes: boolean): void }) {
  const id = useId()
  const dialog = useDialog(() => answer(false))
  return (
    <div class="backdrop backdrop-over">
      <div
        {...dialog}
        class="dialog dialog-small"
        role="alertdialog"
        aria-modal="true"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-text`}
        data-testid="confirm"
      >
        <header class="dialog-head">
          <h2 id={`${id}-title`}>{confirm.title}</h2>
        </header>
        <div class="dialog-body" id={`${id}-text`}>
          <Formatted parts={confirm.text} />
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={() => answer(false)}>
            {confirm.no}
          </button>
          <button
            type="button"
            class={`button button-${confirm.danger ? 'danger' : 'primary'}`}
            onClick={() => answer(true)}
          >
            {confirm.yes}
          </button>
        </footer>
      </div>
    </div>
  )
}
