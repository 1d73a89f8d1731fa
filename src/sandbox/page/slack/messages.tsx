// The messages of one conversation, oldest first, kept at the newest while the person is there.
// It must never pull somebody away who is reading further up.

import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Message } from '../protocol.ts'
import { MessageView } from './message.tsx'
import { rowsOf } from './message-list.ts'
import { useWorkspace } from './workspace-context.ts'

const NEAR_PX = 60

export function Messages({
  conversation,
  messages,
  label,
  empty,
}: {
  conversation: string
  messages: Message[]
  label: string
  empty: ComponentChildren
}) {
  const { nowMs } = useWorkspace()
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const known = useRef(messages.length)
  const [news, setNews] = useState(false)

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
    setNews(false)
  }

  useLayoutEffect(() => {
    if (atEnd.current) toEnd()
    else if (messages.length > known.current) setNews(true)
    known.current = messages.length
  }, [messages])

  return (
    <div class="messages-frame">
      <div
        ref={box}
        class="messages"
        role="log"
        aria-live="polite"
        aria-relevant="additions"
        aria-label={label}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX
          if (atEnd.current) setNews(false)
        }}
      >
        <div class="messages-space" />
        {messages.length === 0 && <p class="messages-empty">{empty}</p>}
        {rowsOf(messages, nowMs).map(({ message, day, continues }) => (
          <div key={message.ts}>
            {day !== null && (
              <h3 class="day">
                <span>{day}</span>
              </h3>
            )}
            <MessageView message={message} conversation={conversation} continues={continues} />
          </div>
        ))}
      </div>
      {news && (
        <button type="button" class="messages-news" onClick={toEnd}>
          New messages ↓
        </button>
      )}
    </div>
  )
}
