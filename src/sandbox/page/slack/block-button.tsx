// A button of the app: asks first where the app wants that, and is disabled while its click is under way.

import type { Button } from './block-reading.ts'
import { ask } from './confirm-dialog.tsx'
import { act, useDeed } from './deeds.ts'
import { safeUrl } from './spans.ts'
import { useSurface } from './surface.ts'

export function BlockButton({ button, blockId }: { button: Button; blockId: string }) {
  const surface = useSurface()
  const { busy, run } = useDeed()

  async function press(): Promise<void> {
    if (busy) return
    if (button.confirm !== null && !(await ask(button.confirm))) return
    const url = safeUrl(button.url)
    if (url !== null) window.open(url, '_blank', 'noreferrer')
    await run(async () => {
      // What was typed beside the button belongs to what it is about.
      await surface.form?.fills.flush()
      await act(surface.press(button.actionId, blockId))
    })
  }

  return (
    <button
      type="button"
      class={`button button-${button.style}`}
      aria-label={button.label === button.text ? undefined : button.label}
      aria-busy={busy}
      // Not `disabled`, which would take the focus away from it.
      aria-disabled={busy}
      onClick={() => void press()}
    >
      {button.text}
    </button>
  )
}
