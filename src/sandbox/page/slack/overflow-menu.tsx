// The menu behind the three dots of an app's message or view. A choice is sent as a press; asked about first where the app
// wants that. It is closed by a click elsewhere and by Escape.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Element } from './block-reading.ts'
import { ask } from './confirm-dialog.tsx'
import { act, useDeed } from './deeds.ts'
import { useSurface } from './surface.ts'

export function OverflowMenu({
  menu,
  blockId,
}: {
  menu: Extract<Element, { kind: 'overflow' }>
  blockId: string
}) {
  const surface = useSurface()
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const { busy, run } = useDeed()

  useEffect(() => {
    if (!open) return
    box.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus()
    const close = (event: Event) => {
      const isKey = event instanceof KeyboardEvent
      if (isKey ? event.key !== 'Escape' : box.current?.contains(event.target as Node)) return
      if (isKey) event.stopPropagation()
      setOpen(false)
      if (isKey) box.current?.querySelector<HTMLElement>('.button')?.focus()
    }
    // Before a modal under it takes Escape for itself.
    document.addEventListener('keydown', close, true)
    document.addEventListener('click', close)
    return () => {
      document.removeEventListener('keydown', close, true)
      document.removeEventListener('click', close)
    }
  }, [open])

  async function pick(text: string): Promise<void> {
    setOpen(false)
    if (menu.confirm !== null && !(await ask(menu.confirm))) return
    await run(async () => {
      await surface.form?.fills.flush()
      await act(surface.press(text, blockId))
    })
  }

  return (
    <div class="overflow-menu" ref={box}>
      <button
        type="button"
        class="button button-default"
        aria-label="More options"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-busy={busy}
        aria-disabled={busy}
        onClick={() => {
          if (!busy) setOpen(!open)
        }}
      >
        ⋯
      </button>
      {open && (
        <div class="overflow-menu-items" role="menu">
          {menu.options.map(({ text, description }) => (
            <button key={text} type="button" role="menuitem" onClick={() => void pick(text)}>
              {text}
              {description !== '' && <span class="choice-description">{description}</span>}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
