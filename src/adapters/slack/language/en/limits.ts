// What one person, or everybody together, would have too many of, in English.

import type { TooMany } from '../../../../ports/store.ts'
import { grouped } from '../../../../request/reset.ts'
import type { Sentences } from '../sentences.ts'
import { counted } from './grammar.ts'
import { times } from './times.ts'

export const limits: Sentences<TooMany> = {
  tooManyOpen: ({ most, open }) =>
    `You have ${counted(open, 'open request')}, and one person may have ${grouped(most)}. Wait until one has ended, or cancel one on its card: /offset-requests mine lists them. What you filled in stays here; then send it again.`,
  tooManyInAll: ({ most, open }) =>
    `${counted(open, 'request')} of everybody ${open === 1 ? 'is' : 'are'} open, and there may be ${grouped(most)}. Wait until one has ended: /offset-requests lists them. What you filled in stays here; then send it again.`,
  tooOften: ({ most, waitMs }) =>
    `One person may send ${counted(most, 'request')} a minute. What you filled in stays here; send it again in ${times.span(Math.ceil(waitMs / 1_000) * 1_000)}.`,
}
