// What people wrote is a quotation wherever it stands: no line of it can be taken for what the card says itself. And what
// others named, as a group or a client may be called anything, never begins a line.

import { describe, expect, it } from 'vitest'
import { followUpModal } from '../../../src/adapters/slack/follow-up/view.ts'
import { historyModal } from '../../../src/adapters/slack/history/view.ts'
import { homeView } from '../../../src/adapters/slack/home/view.ts'
import { LANGUAGES, wordsIn } from '../../../src/adapters/slack/language/language.ts'
import { firstPage } from '../../../src/adapters/slack/lists/query.ts'
import { requestList } from '../../../src/adapters/slack/lists/view.ts'
import { afterwardsModal, glassModal } from '../../../src/adapters/slack/review/break-glass.ts'
import { reviewModal } from '../../../src/adapters/slack/review/view.ts'
import { card } from '../../../src/adapters/slack/thread/card.ts'
import { directMessage } from '../../../src/adapters/slack/thread/direct.ts'
import { elsewhereCard, elsewhereReply } from '../../../src/adapters/slack/thread/elsewhere.ts'
import { noteReply } from '../../../src/adapters/slack/thread/replies.ts'
import { NOWHERE } from '../../../src/request/command.ts'
import type { Note } from '../../../src/request/notes.ts'
import type { ResetRequest } from '../../../src/request/request.ts'
import type { SlackMessage } from '../../../src/sandbox/slack/face.ts'
import { renderMessage } from '../../../src/sandbox/slack/render.ts'
import {
  ALLOWED,
  approve,
  BOB,
  everyState,
  following,
  HERE,
  pending,
  reject,
  rowsOf,
  SOMEWHERE,
  someReset,
  T0,
} from '../../support/requests.ts'

const MARK = 'Approvers: 1 of 2'
const BEGINS_WITH_MARK = new RegExp(`^[*\\s]*${MARK}`)
const WRITTEN = [
  `\n\n*${MARK}*\n\n> ${MARK}\n${MARK}`,
  `a\r\n\u2028${MARK}\u2029${MARK}\v${MARK}\f${MARK}\u0085${MARK}`,
  `${MARK}\n\u3164\n\u2800\n\u200b\n${MARK}`,
  Array(40).fill(MARK).join('\n'),
]
const reset = {
  ...someReset,
  topics: [`orders\n${MARK}`],
  target: { instanceId: `i\n${MARK}`, group: `g\u2028${MARK}` },
}

/** Every request, message and view in which words of people can stand, with these words. */
function everything(words: ReturnType<typeof wordsIn>, written: string) {
  const glass = { by: BOB, reason: written, atMs: T0, review: { by: BOB, note: written, atMs: T0 } }
  const refused = { why: 'denied', rule: `r\n${MARK}`, reason: written } as const
  const said = [
    ...everyState({ reason: written, reset }).map(([, request]) => request),
    following(pending({ reason: written, reset }), { ...reject, note: written }),
    following(pending({ reason: written, reset }), { ...approve, note: written }),
  ]
  const requests: ResetRequest[] = [
    ...said,
    { ...pending({ reason: written, reset }), glass },
    following(pending({ reason: written, reset }, { guard: { breakGlass: [BOB] } }), {
      kind: 'breakGlass',
      ...{ by: BOB, reason: written, policy: ALLOWED, from: SOMEWHERE },
      ...{ digest: approve.digest, typedGroup: reset.target.group },
    }),
    ...said.flatMap(request =>
      request.state.name === 'failed'
        ? [
            {
              ...request,
              state: { ...request.state, outcome: { kind: 'notAllowed', ruling: refused } as const },
            },
          ]
        : [],
    ),
  ]
  const notes = (request: ResetRequest): Note[] => [
    ...request.notes,
    { kind: 'glassBroken', by: BOB, reason: written },
    { kind: 'reviewed', by: BOB, note: written },
    { kind: 'reguarded', rule: `r\n${MARK}`, approvals: 0, needed: 2 },
    {
      kind: 'waiting',
      group: { state: 'Stable', members: [{ clientId: `c\n${MARK}`, host: `h\n${MARK}` }] },
      untilMs: T0,
    },
  ]
  return requests.flatMap(request => [
    { kind: 'card', payload: card(words, request) },
    { kind: 'elsewhereCard', payload: elsewhereCard(words, request) },
    ...notes(request).flatMap((note, index) => [
      { kind: note.kind, payload: noteReply(words, request, note, {}) },
      { kind: 'elsewhere', payload: elsewhereReply(words, request, noteReply(words, request, note, {})) },
      ...(index < request.notes.length
        ? [{ kind: 'direct', payload: directMessage(words, request, `direct-${index}`, null) }]
        : []),
    ]),
    { kind: 'ping', payload: directMessage(words, request, 'ping-0', null) },
    { kind: 'review', payload: reviewModal(words, request, rowsOf(request.reset)) },
    { kind: 'glass', payload: glassModal(words, request, NOWHERE) },
    { kind: 'afterwards', payload: afterwardsModal(words, { ...request, glass }, NOWHERE) },
    {
      kind: 'followUp',
      payload: followUpModal(
        words,
        'undo',
        request,
        { possible: [{ reset, targets: null, partitions: 1 }], impossible: [] },
        HERE,
      ),
    },
    {
      kind: 'list',
      payload: requestList(
        words,
        { of: { kind: 'group', group: reset.target.group }, part: 'any', day: null, ...firstPage() },
        { requests: [request], total: 1, next: null },
      ),
    },
    {
      kind: 'history',
      payload: historyModal(words, reset.target, firstPage(), { total: 1, next: null }, [
        { request, moves: null, link: null },
      ]),
    },
    {
      kind: 'home',
      payload: homeView(words, {
        waiting: [request],
        mine: [request],
        lately: [request],
        lookedThrough: 0,
        notLookedThrough: 0,
        mineLeft: 0,
        moreOver: false,
        reader: { acts: new Map(), base: null },
        atMs: 0,
        conversation: 'D0',
      }),
    },
  ])
}

/** Each text a person reads, with whether it is a quotation. What stands in a field is in a box of its own. */
function textsIn(payload: unknown, isQuoted = false): { text: string; isQuoted: boolean }[] {
  if (Array.isArray(payload)) return payload.flatMap(each => textsIn(each, isQuoted))
  if (typeof payload !== 'object' || payload === null) return []
  const { type, ...rest } = payload as Record<string, unknown>
  // A table of ours, lined up by hand: names in it are cells.
  if (type === 'rich_text_preformatted') return []
  const within = isQuoted || type === 'rich_text_quote'
  return Object.entries(rest).flatMap(([key, value]) => {
    if (key === 'text' && typeof value === 'string') return [{ text: value, isQuoted: within }]
    return key === 'text' && typeof value !== 'object' ? [] : textsIn(value, within)
  })
}

/** As a terminal shows a message: every line of a quotation is marked. */
function linesOf(message: { text: string; blocks: unknown[] }): string[] {
  const shown = { type: 'message', ts: '0', user: 'R', channel: 'C', ...message } as SlackMessage
  return renderMessage(shown, { userName: id => id })
}

describe.each(LANGUAGES)('in %s', language => {
  const words = wordsIn(language)

  // What makes a quotation of a text is the same in either language.
  const tags = language === 'en' ? [] : ['long']
  it.each(WRITTEN.map(written => [written]))(
    'every line of it is inside a quotation, %j',
    { tags },
    written => {
      const shown = new Set<string>()
      const wrong: { kind: string; text: string }[] = []
      for (const { kind, payload } of everything(words, written)) {
        const { blocks } = payload as { blocks: unknown[] }
        for (const { text, isQuoted } of textsIn(blocks)) {
          if (isQuoted && text.includes(MARK)) shown.add(kind)
          // Our own line breaks end a section; nothing stands behind them in the same text.
          const isBroken = !isQuoted && /[\n\r\v\f\u0085\u2028\u2029]/.test(text.trimEnd())
          const isOurs = !isQuoted && text.startsWith(MARK)
          if (isBroken || isOurs || text.split('\n').length > 12) wrong.push({ kind, text })
        }
        if (!('text' in payload)) continue
        for (const line of [...payload.text.split('\n'), ...linesOf(payload)]) {
          if (BEGINS_WITH_MARK.test(line)) wrong.push({ kind, text: line })
        }
      }
      expect(wrong).toEqual([])
      const quoting = [
        'card',
        'review',
        'glass',
        'afterwards',
        'voted',
        'glassBroken',
        'reviewed',
        'direct',
        'elsewhere',
      ]
      expect(quoting.filter(kind => !shown.has(kind))).toEqual([])
    },
  )
})
