// Where somebody stands who asks, out of Slack's payloads: and nothing else of the product may say it.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { askedInOf } from '../../../../src/adapters/slack/platform/answering.ts'

describe('where somebody asks', () => {
  it.each<[string, object, string | null]>([
    ['of a command', { command: '/reset-offsets', channel_id: 'C0OPS' }, 'C0OPS'],
    ['of the menu of a message', { type: 'message_action', channel: { id: 'D0ALICE' } }, 'D0ALICE'],
    [
      'of a button of a message',
      { container: { type: 'message', channel_id: 'C0OPS' }, channel: { id: 'C0OPS' } },
      'C0OPS',
    ],
    ['of a Home tab, in none', { container: { type: 'view', view_id: 'V1' }, view: { type: 'home' } }, null],
    ['of a modal, in none', { view: { type: 'modal', private_metadata: '{"askedIn":"C0OPS"}' } }, null],
    ['where it is said to be none', { channel: null }, null],
  ])('is the channel %s', (_what, payload, channel) => {
    expect(askedInOf(payload)).toBe(channel)
  })

  it.each([{ channel: 'C0OPS' }, { channel: {} }, { channel_id: '' }, { channel_id: 7 }, null])(
    'is not made up from %o',
    payload => {
      expect(() => askedInOf(payload)).toThrow()
    },
  )

  it('is made in one place, and read back from a view’s metadata, and nowhere else', () => {
    const src = new URL('../../../../src/', import.meta.url)
    const makers = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter(path => path.endsWith('.ts') && !path.startsWith('sandbox/'))
      .filter(path => readFileSync(new URL(path, src), 'utf8').includes('askedInSchema'))
    expect(makers.sort()).toEqual([
      'adapters/slack/blocks/ids.ts',
      'adapters/slack/platform/answering.ts',
      'request/asked-in.ts',
    ])
  })
})
