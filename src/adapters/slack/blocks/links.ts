// Links to messages of the workspace.

import { cardTsOf, type ResetRequest } from '../../../request/request.ts'
import { type Piece, text } from './text.ts'

/** @param base like `https://acme.slack.com/`; null: not known */
export function messageUrl(base: string | null, card: { channel: string; ts: string } | null): string | null {
  if (base === null || card === null) return null
  return new URL(`archives/${card.channel}/p${card.ts.replace('.', '')}`, base).href
}

export function link(url: string, label: string): Piece {
  return { type: 'link', url, text: label }
}

/** Nothing where there is nothing to link to. */
export function linkAfter(before: string, url: string | null, label: string): Piece[] {
  if (url === null) return []
  return [...(before === '' ? [] : [text(before)]), link(url, label)]
}

/** Null: it has no card that Slack has taken, or the workspace's address is not known. */
export function cardUrl(
  base: string | null,
  request: Pick<ResetRequest, 'posts' | 'channel'>,
): string | null {
  const ts = cardTsOf(request)
  return ts === undefined ? null : messageUrl(base, { channel: request.channel, ts })
}
