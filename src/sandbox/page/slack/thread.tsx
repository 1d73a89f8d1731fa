// The thread beside the conversation: the message it hangs on, and the replies under it.

import { useEffect, useRef } from 'preact/hooks'
import { MessageView } from './message.tsx'
import { countedReplies } from './message-list.ts'
import { openThread } from './place.ts'
import { useWorkspace } from './workspace-context.ts'

export function Thread({ channel, ts, title }: { channel: string; ts: string; title: string }) {
  const { slack } = useWorkspace()
  const heading = useRef<HTMLHeadingElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const parent = slack.messages[channel]?.find(message => message.ts === ts)
  const replies = slack.threads[ts] ?? []

  useEffect(() => {
    const before = document.activeElement
    heading.current?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [ts])

  // A reply that comes while the person reads is shown from its start: results are long.
  const known = useRef({ ts, count: replies.length })
  useEffect(() => {
    const fresh = known.current.ts === ts ? known.current.count : replies.length
    known.current = { ts, count: replies.length }
    body.current?.querySelectorAll('[data-testid="message"]')[fresh + 1]?.scrollIntoView({ block: 'start' })
  }, [ts, replies.length])

  const close = () => {
    openThread.value = null
  }
  return (
    <aside
      class="thread"
      data-testid="thread"
      aria-label="Thread"
      onKeyDown={event => {
        if (event.key === 'Escape') close()
      }}
    >
      <header class="pane-head">
        <h2 ref={heading} tabIndex={-1}>
          Thread <span class="pane-head-more">{title}</span>
        </h2>
        <button type="button" class="icon-button" aria-label="Close thread" onClick={close}>
          ×
        </button>
      </header>
      <div ref={body} class="messages" role="log" aria-live="polite" aria-label="Replies">
        {parent ? (
          <MessageView message={parent} conversation={channel} continues={false} inThread />
        ) : (
          <p class="messages-empty">This message is gone.</p>
        )}
        <h3 class="day day-replies">
          <span>{replies.length === 0 ? 'No replies yet' : countedReplies(replies.length)}</span>
        </h3>
        {replies.map(reply => (
          <MessageView key={reply.ts} message={reply} conversation={channel} continues={false} inThread />
        ))}
      </div>
    </aside>
  )
}
