// The Slack half of the page: the workspace as the person now playing sees it. It knows Slack's shapes and nothing of
// what the app means by them.

import '../styles/slack.css'
import '../styles/slack-blocks.css'
import '../styles/slack-forms.css'
import { useEffect } from 'preact/hooks'
import { chosen, draft, scene } from '../connection.ts'
import type { SlackScene } from '../protocol.ts'
import { Avatar } from './avatar.tsx'
import { Composer } from './composer.tsx'
import { asking, ConfirmDialog } from './confirm-dialog.tsx'
import { notice } from './deeds.ts'
import { HomeTab } from './home-tab.tsx'
import { Messages } from './messages.tsx'
import { Modal } from './modal.tsx'
import { BOT_NAME, channelName } from './names.ts'
import {
  conversationOf,
  DM,
  go,
  noteSeen,
  openThread,
  type Place,
  place,
  placeFor,
  sidebarOpen,
} from './place.ts'
import { ChannelSign, Sidebar } from './sidebar.tsx'
import { Thread } from './thread.tsx'
import { WorkspaceContext } from './workspace-context.ts'

export function SlackPane() {
  const now = scene.value
  if (now === null) return null
  return <Pane slack={now.slack} nowMs={now.nowMs} />
}

function Pane({ slack, nowMs }: { slack: SlackScene; nowMs: number }) {
  const here = placeFor(place.value, slack)
  const conversation = conversationOf(here)
  const thread = openThread.value
  const threadShown = thread !== null && slack.messages[thread.channel] !== undefined
  const question = asking.value
  const modal = slack.view

  noteSeen(slack, conversation, nowMs)

  useEffect(() => {
    // Another person, another story: what was said and asked was not theirs.
    notice.value = ''
    asking.peek()?.answer(false)
  }, [slack.me, modal?.id])

  const drafted = draft.value !== ''
  useEffect(() => {
    const first = placeFor({ kind: 'channel', id: '' }, slack)
    if (drafted && here.kind !== 'channel') go(first)
    if (drafted) sidebarOpen.value = false
  }, [drafted])

  return (
    <WorkspaceContext.Provider value={{ slack, nowMs }}>
      <div class="slack" data-thread={threadShown} data-sidebar={sidebarOpen.value}>
        <div class="slack-frame" inert={modal !== null || question !== null}>
          <Sidebar here={here} />
          <section class="main-pane" aria-label="Conversation">
            <Heading here={here} slack={slack} />
            {!slack.connected && (
              <p class="offline" role="status">
                {BOT_NAME} is not connected: commands and clicks fail until it is back.
              </p>
            )}
            {conversation === null ? (
              <HomeTab />
            ) : (
              <>
                <Messages
                  key={`${slack.me} ${conversation}`}
                  conversation={conversation}
                  messages={slack.messages[conversation] ?? []}
                  label={`Messages in ${titleOf(here, slack)}`}
                  empty={<Empty here={here} />}
                />
                <Foot here={here} slack={slack} conversation={conversation} />
              </>
            )}
          </section>
          {threadShown && (
            <Thread
              channel={thread.channel}
              ts={thread.ts}
              title={thread.channel === DM ? BOT_NAME : `#${channelName(slack, thread.channel)}`}
            />
          )}
        </div>
        {modal !== null && (
          <div class="dialog-layer" inert={question !== null}>
            <Modal key={modal.id} view={modal} />
          </div>
        )}
        {question !== null && <ConfirmDialog {...question} />}
      </div>
    </WorkspaceContext.Provider>
  )
}

function Heading({ here, slack }: { here: Place; slack: SlackScene }) {
  const channel = here.kind === 'channel' ? slack.channels.find(each => each.id === here.id) : undefined
  return (
    <header class="pane-head">
      <button
        type="button"
        class="icon-button sidebar-toggle"
        aria-label="Channels"
        aria-expanded={sidebarOpen.value}
        aria-controls="slack-sidebar"
        onClick={() => {
          sidebarOpen.value = !sidebarOpen.value
        }}
      >
        ☰
      </button>
      <h2>
        {channel ? <ChannelSign channel={channel} /> : <Avatar user={slack.botUserId} size="small" />}
        {channel?.name ?? BOT_NAME}
      </h2>
      {here.kind !== 'channel' && (
        <div class="app-tabs">
          <AppTab to={{ kind: 'home' }} here={here} name="Home" />
          <AppTab to={{ kind: 'messages' }} here={here} name="Messages" />
        </div>
      )}
    </header>
  )
}

function AppTab({ to, here, name }: { to: Place; here: Place; name: string }) {
  return (
    <button type="button" aria-current={here.kind === to.kind ? 'page' : undefined} onClick={() => go(to)}>
      {name}
    </button>
  )
}

function Empty({ here }: { here: Place }) {
  return here.kind === 'channel' ? (
    <>
      This is the very beginning of the channel. Type <code>/</code> below to see what {BOT_NAME} can do.
    </>
  ) : (
    <>{BOT_NAME} has not written to you yet.</>
  )
}

function Foot({ here, slack, conversation }: { here: Place; slack: SlackScene; conversation: string }) {
  const channel = here.kind === 'channel' ? slack.channels.find(each => each.id === here.id) : undefined
  if (channel !== undefined && !channel.joined)
    return <p class="composer-none">You are not in #{channel.name}, so you can read here but not write.</p>
  return (
    <Composer key={`${chosen.value} ${conversation}`} channel={conversation} name={titleOf(here, slack)} />
  )
}

function titleOf(here: Place, slack: SlackScene): string {
  return here.kind === 'channel' ? `#${channelName(slack, here.id)}` : BOT_NAME
}
