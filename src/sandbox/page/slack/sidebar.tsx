// The way around the workspace: channels, direct messages with the app, and the app's Home tab.

import type { ComponentChildren } from 'preact'
import type { ChannelInfo } from '../protocol.ts'
import { Avatar } from './avatar.tsx'
import { BOT_NAME, nameOf } from './names.ts'
import { DM, go, type Place, sidebarOpen, unreadIn } from './place.ts'
import { useWorkspace } from './workspace-context.ts'

export function Sidebar({ here }: { here: Place }) {
  const { slack } = useWorkspace()
  const visible = slack.channels.filter(channel => channel.joined || !channel.private)
  return (
    <nav
      class="sidebar"
      id="slack-sidebar"
      aria-label="Workspace"
      data-testid="sidebar"
      onKeyDown={event => {
        if (event.key === 'Escape') sidebarOpen.value = false
      }}
    >
      <p class="sidebar-head">
        <strong>Your workspace</strong>
        <span class="sidebar-me">
          <span class="presence" aria-hidden="true" /> {nameOf(slack, slack.me)}
        </span>
      </p>
      <h2>Channels</h2>
      <ul>
        {visible.map(channel => (
          <Entry
            key={channel.id}
            current={here.kind === 'channel' && here.id === channel.id}
            unread={unreadIn(slack, channel.id)}
            muted={!channel.joined}
            to={{ kind: 'channel', id: channel.id }}
          >
            <ChannelSign channel={channel} />
            {channel.name}
          </Entry>
        ))}
      </ul>
      <h2>Direct messages</h2>
      <ul>
        <Entry current={here.kind === 'messages'} unread={unreadIn(slack, DM)} to={{ kind: 'messages' }}>
          <Avatar user={slack.botUserId} size="small" />
          {BOT_NAME}
        </Entry>
      </ul>
      <h2>Apps</h2>
      <ul>
        <Entry current={here.kind === 'home'} unread={0} to={{ kind: 'home' }}>
          <Avatar user={slack.botUserId} size="small" />
          {BOT_NAME} Home
        </Entry>
      </ul>
    </nav>
  )
}

function Entry({
  to,
  current,
  unread,
  muted = false,
  children,
}: {
  to: Place
  current: boolean
  unread: number
  muted?: boolean
  children: ComponentChildren
}) {
  const news = !current && unread > 0
  return (
    <li>
      <button
        type="button"
        class="sidebar-entry"
        aria-current={current ? 'page' : undefined}
        data-unread={news}
        data-muted={muted}
        onClick={() => go(to)}
      >
        {children}
        {news && (
          <span class="sidebar-count">
            {unread}
            <span class="visually-hidden"> new</span>
          </span>
        )}
      </button>
    </li>
  )
}

export function ChannelSign({ channel }: { channel: ChannelInfo }) {
  if (!channel.private)
    return (
      <span class="channel-sign" aria-hidden="true">
        #
      </span>
    )
  return (
    <span class="channel-sign">
      <svg viewBox="0 0 16 16" width="12" height="12" role="img" aria-label="Private channel">
        <path d="M4 7V5a4 4 0 0 1 8 0v2h1v7H3V7zm2 0h4V5a2 2 0 0 0-4 0z" fill="currentColor" />
      </svg>
    </span>
  )
}
