// Links to messages of the workspace.

import type { Piece } from './text.ts'

/** @param base like `https://acme.slack.com/`; null: not known */
export function messageUrl(base: string | null, card: { channel: string; ts: string } | null): string | null {
  if (base === null || card === null) return null
  return new URL(`archives/${card.channel}/p${card.ts.replace('.', '')}`, base).href
}

export function link(url: string, label: string): Piece {
  return { type: 'link', url, text: label }
}
