// The approval windows that are open: what each was last drawn as, so that its submit button can say what is picked, and a
// look that comes back late can be drawn into it. Slack keeps what was typed, as the fields keep their ids.
// Another process may have opened it: whoever is told what is picked draws it, and the look with it where nobody here is
// looking. Each drawing goes with the hash that it follows, so that an older one never covers a newer one.

import type { ModalView } from '@slack/types'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { CALLBACKS, REVIEW_BLOCKS } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { plain } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import type { Client } from '../platform/pressing.ts'

export type Verdict = 'approve' | 'reject'

interface Open {
  /** As it is with nothing picked. */
  view: ModalView
  verdict: Verdict | null
  words: Words
  hash: string
  /** One drawing after another: each needs the hash that the last one left. */
  drawn: Promise<void>
  /** By this process, which looks as well. */
  isOurs: boolean
}

const WINDOWS_KEPT = 500

export interface ReviewWindows {
  opened(opened: { id?: string; hash?: string } | undefined, view: ModalView, words: Words): void
  /** Draws it anew, with what is picked in it. Rejects with Slack's answer. */
  redraw(id: string, view: ModalView, client: Client): Promise<void>
  /**
   * Something was picked. Rejects with Slack's answer. `looks`: another process has opened it and its look will find that
   * this drawing has overtaken it, so that somebody here has to look, and to redraw.
   * @param untrusted the view as Slack sends it
   */
  picked(
    untrusted: unknown,
    verdict: Verdict,
    words: Words,
    client: Client,
  ): Promise<{ id: string; looks: boolean }>
}

export function createReviewWindows(): ReviewWindows {
  const windows = new LRUCache<string, Open>({ max: WINDOWS_KEPT })

  /** @param seen the hash that the person’s own window has, where another process has drawn it meanwhile */
  function draw(id: string, open: Open, client: Client, seen?: string): Promise<void> {
    const update = async (hash: string) => {
      const view = withVerdict(open.words, open.view, open.verdict)
      const answer = await client.views.update({ view_id: id, hash, view })
      open.hash = answer.view?.hash ?? hash
    }
    const next = open.drawn.then(async () => {
      try {
        await update(open.hash)
      } catch (error) {
        if (seen === undefined || seen === open.hash) throw error
        await update(seen)
      }
    })
    open.drawn = next.catch(() => undefined)
    return next
  }

  return {
    opened({ id, hash } = {}, view, words) {
      if (id === undefined || hash === undefined) return
      const open = windows.get(id)
      // Something was picked before Slack has told us that it is open.
      if (open !== undefined) {
        open.isOurs = true
        return
      }
      windows.set(id, { view, verdict: null, words, hash, drawn: Promise.resolve(), isOurs: true })
    },
    async redraw(id, view, client) {
      const open = windows.get(id)
      if (open === undefined) return
      open.view = view
      await draw(id, open, client)
    },
    async picked(untrusted, verdict, words, client) {
      const seen = sentViewSchema.parse(untrusted)
      const known = windows.get(seen.id)
      const open = known ?? {
        view: asSent(seen),
        verdict: null,
        words,
        hash: seen.hash,
        drawn: Promise.resolve(),
        isOurs: false,
      }
      if (known === undefined) windows.set(seen.id, open)
      open.verdict = verdict
      try {
        await draw(seen.id, open, client, seen.hash)
      } catch (error) {
        // What the window shows by now is not what came with the press: the next press brings it.
        if (known === undefined && !open.isOurs) windows.delete(seen.id)
        throw error
      }
      // What was drawn meanwhile by who has opened it is not overtaken.
      return { id: seen.id, looks: known === undefined && !open.isOurs && isLooking(seen) }
    },
  }
}

const textSchema = z.looseObject({ type: z.literal('plain_text'), text: z.string() })
const sentViewSchema = z.object({
  id: z.string(),
  hash: z.string(),
  callback_id: z.literal(CALLBACKS.review),
  title: textSchema,
  close: textSchema.nullish(),
  private_metadata: z.string(),
  blocks: z.array(z.looseObject({ type: z.string(), block_id: z.string().optional() })),
})
type SentView = z.output<typeof sentViewSchema>

function isLooking({ blocks }: SentView): boolean {
  return blocks.some(({ block_id }) => block_id === REVIEW_BLOCKS.looking)
}

/** The blocks are those that we have sent; the submit button is named anew. */
function asSent({ callback_id, title, close, private_metadata, blocks }: SentView): ModalView {
  return {
    type: 'modal',
    callback_id,
    title,
    ...(close == null ? {} : { close }),
    private_metadata,
    blocks,
  } as ModalView
}

/** What is picked names the button; a rejection needs no name of the group. */
function withVerdict({ review: say }: Words, view: ModalView, verdict: Verdict | null): ModalView {
  if (verdict === null || view.callback_id !== CALLBACKS.review) return view
  return {
    ...view,
    submit: plain(say.submits[verdict], LIMITS.viewTitle),
    blocks: view.blocks.map(block =>
      block.block_id === REVIEW_BLOCKS.typedGroup ? { ...block, optional: verdict === 'reject' } : block,
    ),
  } as ModalView
}
