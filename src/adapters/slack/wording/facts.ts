// Who asks for what, where and why: the lines that the card and the approval modal share. Pure.

import { shortDigest } from '../../../request/digest.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { clip, REASON_MAX, type Reset } from '../../../request/reset.ts'
import { clipMiddle, context, line, named, paragraph, quoted, strong, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { scopeInWords } from './words.ts'

/** More than ten topics and one group of Kafka's longest names take, so that only names that cannot exist are cut. */
const TOPICS_CHARACTERS = 3_000
const NAME_CHARACTERS = 255
const TITLE_NAME = 60

export function facts(words: Words, request: ResetRequest, topicsShown: number) {
  const { reset, parent, requester, createdAtMs } = request
  const { reset: say } = words
  const group = clipMiddle(reset.target.group, NAME_CHARACTERS)
  const instance = clipMiddle(reset.target.instanceId, NAME_CHARACTERS)
  return paragraph(
    ...(parent === null ? [] : [line(strong(say.ofParent(parentInWords(words, parent))))]),
    line(...say.asks(requester, group, instance, reset.strategy, createdAtMs)),
    line(
      strong(say.topicsLabel),
      text(clip(scopeInWords(words, reset, topicsShown), TOPICS_CHARACTERS)),
      ...(reset.scope === 'allTopics' && reset.topics.length > 0 ? [text(say.wereAllTopics)] : []),
    ),
    line(strong(say.whyLabel), quoted(clip(request.reason, REASON_MAX))),
  )
}

/** What a card is called; Slack's headers hold 150 characters. */
export function titleInWords({ reset: { title } }: Words, { reset, parent }: ResetRequest): string {
  const group = named(clipMiddle(reset.target.group, TITLE_NAME))
  return parent === null || parent.kind === 'edit'
    ? title.of(group, reset.strategy)
    : title[parent.kind](parent.id, group)
}

/** `Plan 7f3a91c2 · made today 12:21 · asked today 12:20 by @alice` */
export function originLine({ plan: say }: Words, { plan, requester, createdAtMs }: ResetRequest) {
  const of = plan === null ? null : { name: say.name(shortDigest(plan.digest)), madeAtMs: plan.atMs }
  return context(...say.origin(of, requester, createdAtMs))
}

/** `Undo of R-12` */
export function parentInWords(words: Words, { id, kind }: NonNullable<ResetRequest['parent']>): string {
  return words.reset.parent[kind](id)
}

/** For plain text, where the reset is a part of a sentence. */
export function resetInWords(words: Words, { target, strategy }: Reset): string {
  const group = named(clipMiddle(target.group, 100))
  return words.reset.inSentence(group, named(clipMiddle(target.instanceId, 100)), strategy)
}
