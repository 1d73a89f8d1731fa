// The Home tab: valid whatever it holds, in every language; each request under what it is there for, with its buttons.

import type { KnownBlock } from '@slack/types'
import { describe, expect, it } from 'vitest'
import { homeMetadataSchema } from '../../../../src/adapters/slack/blocks/ids.ts'
import {
  HOME_ROWS,
  type HomeShown,
  homeView,
  LOOKED_THROUGH,
  ranLately,
} from '../../../../src/adapters/slack/home/view.ts'
import { LANGUAGES, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { sentenceHome } from '../../../../src/adapters/slack/platform/sentence-views.ts'
import { card } from '../../../../src/adapters/slack/thread/card.ts'
import { ACTS, isAct } from '../../../../src/request/permissions.ts'
import { type ResetRequest, requestIdSchema } from '../../../../src/request/request.ts'
import type { SlackView } from '../../../../src/sandbox/slack/face.ts'
import { renderView } from '../../../../src/sandbox/slack/render.ts'
import { validateView } from '../../../../src/sandbox/slack/validate.ts'
import {
  ALICE,
  allSucceeded,
  approve,
  everyState,
  finish,
  following,
  HOSTILE,
  pending,
  someReset,
  start,
  T0,
} from '../../../support/requests.ts'

const words = wordsIn('en')
const EMPTY: HomeShown = {
  waiting: [],
  lookedThrough: 0,
  notLookedThrough: 0,
  mine: [],
  lately: [],
  mineLeft: 0,
  moreOver: false,
  reader: { acts: new Map(), base: null },
  atMs: T0,
  conversation: 'D0ALICE',
}
/** To whom everything is open. */
const readerOf = ({ waiting = [], mine = [], lately = [] }: Partial<HomeShown>): HomeShown['reader'] => ({
  acts: new Map(
    [...waiting, ...mine, ...lately].map(({ id }) => [id, new Set(Object.keys(ACTS).filter(isAct))]),
  ),
  base: null,
})

const draw = (shown: Partial<HomeShown>) => homeView(words, { ...EMPTY, reader: readerOf(shown), ...shown })
const read = (shown: Partial<HomeShown>) =>
  renderView({ ...draw(shown), title: { text: '' }, state: { values: {} } } as unknown as SlackView, {
    userName: id => id,
  })
    .map(row => row.replace(/^[│┌└]\s?|\s*[│┐┘]$/g, ''))
    .join('\n')
const rowsIn = (shown: Partial<HomeShown>) =>
  (draw(shown).blocks as KnownBlock[]).flatMap(block => (block.type === 'actions' ? [block] : []))
const labels = (block: { elements: readonly object[] } | undefined) =>
  (block?.elements ?? []).map(each => ('action_id' in each ? each.action_id : ''))
const numbered = (count: number, ...requests: ResetRequest[]): ResetRequest[] =>
  Array.from({ length: count }, (_, index) => ({
    ...(requests[index % requests.length] ?? pending()),
    id: requestIdSchema.parse(`R-${index + 1}`),
  }))
const glassBroken = () =>
  following(
    pending({}, { guard: { breakGlass: [ALICE] } }),
    {
      kind: 'breakGlass',
      by: ALICE,
      reason: 'now',
      policy: { verdict: 'allow', rule: '' },
      from: { channel: null, message: null },
      digest: approve.digest,
      typedGroup: someReset.target.group,
    },
    start,
    finish(allSucceeded),
  )

describe('the Home tab', () => {
  it('says what to do where there is nothing, and offers to ask', () => {
    const text = read({})
    expect(text).toContain('[ Request a Reset ]')
    expect(text.replace(/\n/g, ' ')).toMatch(
      /== Waiting for you ==.*appears here.*== Your requests ==.*type \/reset-offsets.*== Recent runs ==.*\/offset-requests closed/,
    )
    expect(rowsIn({}).map(labels)).toEqual([['ask']])
  })

  it('has each request under its heading, in a line with who, which group, how and when', () => {
    const text = read({ waiting: [pending()] }).replace(/\n/g, ' ')
    expect(text).toContain(
      'R-12 · waiting for approval · @U0ALICE · orders-billing · back by 100 messages per partition (replays them) · asked 2026-11-23 08:00 UTC, expires 2026-11-23 09:00 UTC',
    )
    expect(text.indexOf('R-12')).toBeLessThan(text.indexOf('Your requests'))
    const mine = read({ mine: [pending()] })
    expect(mine.indexOf('R-12')).toBeGreaterThan(mine.indexOf('Your requests'))
  })

  it('has the buttons of the card for every state, and those of the question where one is asked', () => {
    for (const [name, request] of [...everyState(), ['broken glass', glassBroken()] as const]) {
      const onCard = card(words, request).blocks.flatMap(block =>
        block.type === 'actions' ? labels(block) : [],
      )
      const isAsked = request.state.name === 'unclear' && request.state.asked
      const question = isAsked ? ['happened', 'did_not_happen', 'check_again'] : []
      for (const part of ['waiting', 'mine', 'lately'] as const) {
        expect(labels(rowsIn({ [part]: [request] })[1]), `${name}, ${part}`).toEqual([...question, ...onCard])
      }
    }
  })

  it('names its rows the same with every drawing, and no two alike', () => {
    const shown = { waiting: numbered(3), mine: numbered(3), lately: numbered(3) }
    const names = rowsIn(shown).map(block => block.block_id)
    expect(names).toEqual(rowsIn(shown).map(block => block.block_id))
    expect(new Set(names).size).toBe(10)
  })

  it('says when there are more open ones than are looked through', () => {
    expect(read({ notLookedThrough: 1 }).replace(/\n/g, ' ')).toContain('1 older request is open')
    expect(read({ notLookedThrough: 1_234 }).replace(/\n/g, ' ')).toContain('1,234 older requests are open')
    expect(read({})).not.toContain('older')
  })

  it('carries the conversation that a request asked for here belongs to', () => {
    const { private_metadata = '' } = draw({ conversation: 'D0BOB' })
    expect(homeMetadataSchema.parse(JSON.parse(private_metadata))).toEqual({ conversation: 'D0BOB' })
  })

  it('is taken by Slack at its fullest, with the longest and the worst names, in every language', () => {
    for (const language of LANGUAGES) {
      for (const name of HOSTILE) {
        const group = name.slice(0, 255) || '-'
        const reset = { ...someReset, target: { instanceId: group, group } }
        const states = everyState({ reset, reason: name }).map(([, request]) => request)
        const view = homeView(wordsIn(language), {
          ...EMPTY,
          waiting: numbered(LOOKED_THROUGH + 1, ...states),
          notLookedThrough: 1_000_000,
          mine: numbered(HOME_ROWS + 1, ...states.slice(LOOKED_THROUGH)),
          lately: numbered(HOME_ROWS + 1, ...states.slice(LOOKED_THROUGH + HOME_ROWS)),
          conversation: 'D0ALICE',
        })
        expect(validateView(view)).toEqual([])
        expect(view.blocks).toHaveLength(66)
        expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(250_000)
      }
      expect(validateView(homeView(wordsIn(language), EMPTY))).toEqual([])
      expect(validateView(sentenceHome(wordsIn(language).home.notRead, 'D0ALICE'))).toEqual([])
      expect(validateView(sentenceHome(wordsIn(language).notMembers.guest))).toEqual([])
    }
  })
})

describe('what has run lately', () => {
  it('is what was carried out, or tried: not what was turned down before', () => {
    const names = everyState()
      .filter(([, request]) => ranLately([request]).length === 1)
      .map(([name]) => name)
    expect(names).toEqual([
      'neverEmpty',
      'succeeded',
      'partial',
      'failed',
      'partial, a topic unseen',
      'partial, some of many',
      'refused',
      'unclear',
      'unclear, asked',
      'testified',
      'alreadyThere',
      'unreported',
    ])
    expect(ranLately([glassBroken()])).toHaveLength(1)
  })

  it('is the newest of them, by when they ended', () => {
    const ended = (number: number, atMs: number): ResetRequest => {
      const [request] = numbered(number).slice(-1)
      if (request === undefined) throw new Error('There is none.')
      return following(request, approve, start, [finish(allSucceeded), atMs])
    }
    const all = [2, 5, 1, 6, 3, 4].map(number => ended(number, T0 + number * 1_000))
    expect(ranLately(all).map(({ id }) => id)).toEqual(['R-6', 'R-5', 'R-4', 'R-3', 'R-2'])
  })
})
