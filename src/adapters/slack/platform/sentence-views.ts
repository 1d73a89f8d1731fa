// Views that say one sentence: a window that answers a click, and a Home tab that says why it shows nothing else.

import type { HomeView, ModalView } from '@slack/types'
import { CALLBACKS, type homeMetadataSchema } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { line, paragraph, plain, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'

/** @param said may mention people */
export function sentenceModal(words: Words, title: string, said: string): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.sentence,
    title: plain(title, LIMITS.viewTitle),
    close: plain(words.answers.close, LIMITS.viewTitle),
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: said, verbatim: true } }],
  }
}

/** A Home tab that says why it shows nothing else. */
export function sentenceHome(said: string, conversation?: string): HomeView {
  return {
    type: 'home',
    ...(conversation === undefined ? {} : { private_metadata: homeMetadataOf(conversation) }),
    blocks: [paragraph(line(text(said)))],
  }
}

/** What the Home tab's buttons know of where it is. @param conversation in direct messages with its person */
export function homeMetadataOf(conversation: string): string {
  return JSON.stringify({ conversation } satisfies ReturnType<typeof homeMetadataSchema.parse>)
}
