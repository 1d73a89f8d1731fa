// Slack's own links to a message, which lead to a place in this page: there is no such workspace elsewhere. Pure.

export interface MessageLink {
  channel: string
  ts: string
  /** Of the thread that the message is a reply in; null: it stands in the channel. */
  threadTs: string | null
}

/** Null: the link leads somewhere else. */
export function readMessageLink(url: string): MessageLink | null {
  if (!URL.canParse(url)) return null
  const { pathname, searchParams } = new URL(url)
  const [, channel, seconds, rest] = /\/archives\/([CDG][A-Z0-9]+)\/p(\d{10})(\d{6})$/.exec(pathname) ?? []
  if (channel === undefined) return null
  return { channel, ts: `${seconds}.${rest}`, threadTs: searchParams.get('thread_ts') }
}
