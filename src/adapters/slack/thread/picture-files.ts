// The pictures in a thread, as files: which there are, what they are called, and their making. None is ever owed by itself:
// each goes with a file or a reply, which is there without it where it cannot be drawn.

import type { PostDocuments } from '../../../ports/chat.ts'
import type { Pictures } from '../../../ports/pictures.ts'
import { noteOf, type PostKey, type ResetRequest } from '../../../request/request.ts'
import { type Words, wordsAbout } from '../language/language.ts'
import { ALT_MAX, planInWords, planPicture } from './plan-picture.ts'
import type { AttachedPicture } from './upload.ts'

/** The name of the picture that goes with this post; null: none does. */
export function pictureFile(request: Pick<ResetRequest, 'id' | 'notes'>, key: PostKey): string | null {
  const note = noteOf(request, key)
  return note?.kind === 'planned' ? `${request.id}-plan-${note.round}.png` : null
}

/** Null: the post has none, the plan is not the one that the record is about any more, or it cannot be drawn. */
export async function planPictureFile(
  pictures: Pictures,
  given: Words,
  request: ResetRequest,
  key: PostKey,
  { plan: rows }: PostDocuments,
): Promise<AttachedPicture | null> {
  const note = noteOf(request, key)
  const name = pictureFile(request, key)
  if (name === null || note?.kind !== 'planned' || note.round !== request.round || !rows) return null
  const words = wordsAbout(given, request)
  const picture = planPicture(words, request, rows)
  const content = picture === null ? null : await pictures.draw(picture)
  if (content === null) return null
  return {
    name,
    content,
    title: words.picture.title(request.id),
    alt: planInWords(words, request, rows, ALT_MAX.file),
  }
}
