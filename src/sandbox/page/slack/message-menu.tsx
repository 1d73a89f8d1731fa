// The menu of one message: the app's message shortcuts. It is closed by a click elsewhere and by Escape.

import { useEffect, useRef, useState } from 'preact/hooks'
import { act, notice, useDeed } from './deeds.ts'
import { useWorkspace } from './workspace-context.ts'

export function MessageMenu({ conversation, ts }: { conversation: string; ts: string }) {
  const { slack } = useWorkspace()
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const { busy, run } = useDeed()

  useEffect(() => {
    if (!open) return
    const close = (event: Event) => {
      if (
        event instanceof KeyboardEvent ? event.key === 'Escape' : !box.current?.contains(event.target as Node)
      )
        setOpen(false)
    }
    document.addEventListener('keydown', close)
    document.addEventListener('click', close)
    return () => {
      document.removeEventListener('keydown', close)
      document.removeEventListener('click', close)
    }
  }, [open])

  if (slack.shortcuts.length === 0) return null
  return (
    <div class="message-menu" ref={box}>
      <button
        type="button"
        title="More actions"
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path
            d="M8 4.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4Zm0 5a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4Zm0 5a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4Z"
            fill="currentColor"
          />
        </svg>
      </button>
      {open && (
        <div class="message-menu-items" role="menu">
          {slack.shortcuts.map(({ callbackId, name }) => (
            <button
              key={callbackId}
              type="button"
              role="menuitem"
              disabled={busy}
              onClick={() =>
                void run(async () => {
                  setOpen(false)
                  notice.value = ''
                  await act({ do: 'shortcut', channel: conversation, ts, shortcut: callbackId })
                })
              }
            >
              {name}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
