// The pictures in a thread, as files: which there are, what they are called, and their making. None is ever owed by itself:
// each goes with a file or a reply, which is there without it where it cannot be drawn.

import type { PostDocuments } from '../../../ports/chat.ts'
import type { Picture, Pictures } from '../../../ports/pictures.ts'
import { noteOf, type PostKey } from '../../../request/notes.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { type Words, wordsAbout } from '../language/language.ts'
import { isPictured, lagInWords, lagPicture } from './lag-picture.ts'
import { ALT_MAX, planInWords, planPicture } from './plan-picture.ts'
import type { AttachedPicture } from './upload.ts'

/** The name of the picture that goes with this post; null: none does. */
export function pictureName(request: Pick<ResetRequest, 'id' | 'notes'>, key: PostKey): string | null {
  const note = noteOf(request, key)
  if (note?.kind === 'planned') return `${request.id}-plan-${note.round}.png`
  return note?.kind === 'watched' && isPictured(note) ? `${request.id}-lag-${note.told}.png` : null
}

/** Null: the post has none, the plan is not the one that the record is about any more, or it cannot be drawn. */
export async function pictureFile(
  pictures: Pictures,
  given: Words,
  request: ResetRequest,
  key: PostKey,
  documents: PostDocuments,
): Promise<AttachedPicture | null> {
  const name = pictureName(request, key)
  if (name === null) return null
  const shown = shownIn(wordsAbout(given, request), request, key, documents)
  const content = shown === null ? null : await pictures.draw(shown.picture)
  return shown === null || content === null ? null : { name, content, title: shown.title, alt: shown.alt }
}

function shownIn(
  words: Words,
  request: ResetRequest,
  key: PostKey,
  { plan: rows }: PostDocuments,
): { picture: Picture; title: string; alt: string } | null {
  const note = noteOf(request, key)
  if (note?.kind === 'planned' && note.round === request.round && rows) {
    const picture = planPicture(words, request, rows)
    const alt = planInWords(words, request, rows, ALT_MAX.file)
    return picture === null ? null : { picture, alt, title: words.picture.title(request.id) }
  }
  if (note?.kind === 'watched') {
    const picture = lagPicture(words, request, note)
    if (picture === null) return null
    const alt = lagInWords(words, picture, ALT_MAX.file)
    return { picture, alt, title: words.picture.lag.file(request.id) }
  }
  return null
}
