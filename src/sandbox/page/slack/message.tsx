// One message: who, when, what it holds, its files, its replies; and that only this person sees it, if so.

import { useEffect, useRef } from 'preact/hooks'
import type { Message } from '../protocol.ts'
import { Avatar } from './avatar.tsx'
import { Blocks } from './blocks.tsx'
import { ago, exactMoment, timeOfDay } from './dates.ts'
import { FileCard } from './file-card.tsx'
import { Formatted } from './formatted.tsx'
import { countedReplies } from './message-list.ts'
import { MessageMenu } from './message-menu.tsx'
import { readMrkdwn } from './mrkdwn.ts'
import { nameOf } from './names.ts'
import { openThread, sought } from './place.ts'
import { SurfaceContext } from './surface.ts'
import { useWorkspace } from './workspace-context.ts'

export function MessageView({
  message,
  conversation,
  continues,
  inThread = false,
}: {
  message: Message
  conversation: string
  continues: boolean
  inThread?: boolean
}) {
  const { slack } = useWorkspace()
  const { ts, user, ephemeral } = message
  const box = useRef<HTMLElement>(null)
  const isSought = sought.value === ts
  useEffect(() => {
    if (!isSought) return
    box.current?.scrollIntoView({ block: 'center' })
    // The thread that opens with it has the focus.
    if (openThread.value === null) box.current?.focus()
    sought.value = null
  }, [isSought])
  const seconds = Number(ts)
  const name = nameOf(slack, user)
  const time = (
    <time class="message-time" title={exactMoment(seconds)}>
      {timeOfDay(seconds)}
    </time>
  )
  const content = (
    <div class="message-body">
      {ephemeral && (
        <p class="message-private">
          <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
            <path
              d="M8 3.2C4.6 3.2 2 6 1 8c1 2 3.6 4.8 7 4.8S14 10 15 8c-1-2-3.6-4.8-7-4.8Zm0 7.6A2.8 2.8 0 1 1 8 5.2a2.8 2.8 0 0 1 0 5.6Z"
              fill="currentColor"
            />
          </svg>
          Only visible to you
        </p>
      )}
      {!continues && (
        <p class="message-by">
          <strong>{name}</strong>
          {user === slack.botUserId && <span class="message-app">APP</span>}
          {time}
        </p>
      )}
      <Content message={message} conversation={conversation} />
      {message.files.map(file => (
        <FileCard key={file.id} file={file} />
      ))}
      {!inThread && message.replyCount > 0 && <Replies message={message} conversation={conversation} />}
    </div>
  )
  return (
    <article
      ref={box}
      // A link leads here.
      tabIndex={-1}
      class={ephemeral ? 'message message-ephemeral' : 'message'}
      data-testid="message"
      data-ts={ts}
      aria-label={`${name}, ${timeOfDay(seconds)}`}
    >
      <div class="message-side">{continues ? time : <Avatar user={user} />}</div>
      {ephemeral ? <div data-testid="ephemeral">{content}</div> : content}
      {!inThread && !ephemeral && (
        <div class="message-tools">
          <button
            type="button"
            title="Open thread"
            aria-label={`Open the thread of ${name}’s message of ${timeOfDay(seconds)}`}
            onClick={() => {
              openThread.value = { channel: conversation, ts: message.threadTs ?? ts }
            }}
          >
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
              <path
                d="M2.5 3.5h11v7.5H8l-3 2.5V11H2.5z"
                fill="none"
                stroke="currentColor"
                stroke-width="1.4"
                stroke-linejoin="round"
              />
            </svg>
          </button>
          <MessageMenu conversation={conversation} ts={ts} />
        </div>
      )}
    </article>
  )
}

function Content({ message, conversation }: { message: Message; conversation: string }) {
  const { ts, blocks, text, edited } = message
  return (
    <div class="message-content">
      {blocks.length > 0 ? (
        <SurfaceContext.Provider
          value={{
            press: (action, blockId) => ({ do: 'press', channel: conversation, ts, action, blockId }),
            form: null,
          }}
        >
          <Blocks blocks={blocks} />
        </SurfaceContext.Provider>
      ) : (
        <Formatted parts={readMrkdwn(text)} />
      )}
      {edited && <span class="message-edited">(edited)</span>}
    </div>
  )
}

function Replies({ message, conversation }: { message: Message; conversation: string }) {
  const { slack, nowMs } = useWorkspace()
  const replies = slack.threads[message.ts] ?? []
  const users = [...new Set(replies.map(reply => reply.user))].slice(0, 4)
  const last = replies.at(-1)
  return (
    <button
      type="button"
      class="replies"
      onClick={() => {
        openThread.value = { channel: conversation, ts: message.ts }
      }}
    >
      {users.map(user => (
        <Avatar key={user} user={user} size="small" />
      ))}
      <span class="replies-count">{countedReplies(message.replyCount)}</span>
      {last && <span class="replies-last">Last reply {ago(Number(last.ts), nowMs)}</span>}
    </button>
  )
}
