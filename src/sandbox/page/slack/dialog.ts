// What makes a box a dialog: it takes the focus, keeps Tab inside, ends on Escape and gives the focus back.

import { useEffect, useRef, useState } from 'preact/hooks'

const FOCUSABLE =
  'button:not(:disabled), input:not(:disabled), textarea:not(:disabled), select:not(:disabled), a[href], [tabindex="0"]'

/** The one field with `focus_on_load`. */
const FIRST = '.dialog-body [data-focus="true"] :is(input, textarea)'

export function useDialog(close: () => void) {
  const ref = useRef<HTMLDivElement>(null)
  // Taken before the dialog is drawn: what lies under it loses the focus then.
  const [before] = useState(() => document.activeElement)

  useEffect(() => {
    const box = ref.current
    // Slack puts nobody into a field that the app has not named: what stands at the top stays in sight.
    if (box !== null) (box.querySelector<HTMLElement>(FIRST) ?? box).focus()
    return () => {
      // What lay under the dialog is inert until the pane has been drawn without it.
      requestAnimationFrame(() => {
        if (document.querySelector('.slack [aria-modal="true"]') !== null) return
        const wasAt = before instanceof HTMLElement && before.isConnected && before !== document.body
        if (wasAt) before.focus()
        if (!wasAt || document.activeElement !== before)
          document.querySelector<HTMLElement>('.slack .composer textarea')?.focus({ preventScroll: true })
      })
    }
  }, [])

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      close()
    }
    if (event.key !== 'Tab' || ref.current === null) return
    const all = [...ref.current.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
      element => element.tabIndex >= 0 && element.getClientRects().length > 0,
    )
    const first = all[0]
    const last = all.at(-1)
    const focused = document.activeElement
    const leaves = event.shiftKey ? focused === first || focused === ref.current : focused === last
    if (!leaves) return
    event.preventDefault()
    ;(event.shiftKey ? last : first)?.focus()
  }

  return { ref, onKeyDown, tabIndex: -1 }
}
