// A plan as a picture, and the same in words for whoever cannot see it. Pure: what is drawn how is not known here.

import type { PictureRest, PictureRow, PlanPicture } from '../../../ports/pictures.ts'
import { shortDigest } from '../../../request/digest.ts'
import { isSure, skipsArriving } from '../../../request/plan-gaps.ts'
import type { PlanRow } from '../../../request/plan-rows.ts'
import type { ResetRequest } from '../../../request/request.ts'
import { grouped } from '../../../request/reset.ts'
import { clipMiddle, shown } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import { titleInWords } from '../wording/facts.ts'
import { effectInWords, totalsInWords } from '../wording/plan.ts'
import { biggestFirst } from '../wording/plan-table.ts'

/** The largest, one by one; the others together. */
export const ROWS_DRAWN = 16
const NAME_MAX = 24
/** At the start of a log that is not known. */
const UNKNOWN = '?'
const ALT_NAME_MAX = 60
/** Slack takes 1,000 characters with a file, and 2,000 with a block. */
export const ALT_MAX = { file: 1_000, block: 2_000 } as const

/** Null: there is no plan, or nothing in it. */
export function planPicture(
  words: Words,
  request: ResetRequest,
  rows: readonly PlanRow[],
): PlanPicture | null {
  const { id, plan, reset } = request
  if (plan === null || rows.length === 0) return null
  const { drawn, others } = partsOf(rows)
  const { picture: say } = words
  const grows = skipsArriving(plan, reset)
  return {
    kind: 'plan',
    title: shown(`${id} · ${titleInWords(words, request)}`),
    lead: leadOf(words, request, plan),
    about: shown(
      `${clipMiddle(reset.target.instanceId, ALT_NAME_MAX)} · ${words.plan.name(shortDigest(plan.digest))}`,
    ),
    legend: say.legend,
    rows: drawn.map(row => pictureRow(words, row, grows, NAME_MAX)),
    rest: others.length === 0 ? null : restOf(words, others),
  }
}

/** The same in words, in so many characters at most: a line for the whole, and one for each partition that is drawn. */
export function planInWords(
  words: Words,
  request: ResetRequest,
  rows: readonly PlanRow[],
  max: number,
): string {
  const { id, plan, reset } = request
  if (plan === null) return ''
  const { drawn, others } = partsOf(rows)
  const { alt } = words.picture
  const grows = skipsArriving(plan, reset)
  const head = [shown(`${id} · ${titleInWords(words, request)}`), leadOf(words, request, plan)]
  const lines = drawn.map(each => {
    const { label, move, effect, start, end } = pictureRow(words, each, grows, ALT_NAME_MAX)
    return alt.row(label, move, effect, start.offset === null ? null : start.said, end.said)
  })
  const rest = others.length === 0 ? null : restOf(words, others)
  const ending = rest === null ? [] : [alt.rest(rest.label, rest.effect)]
  for (let told = lines.length; ; told -= 1) {
    const left = lines.length - told
    const said = [...head, ...lines.slice(0, told), ...(left === 0 ? [] : [alt.more(left)]), ...ending].join(
      '\n',
    )
    if (said.length <= max || told === 0) return said.slice(0, max)
  }
}

function partsOf(rows: readonly PlanRow[]): { drawn: PlanRow[]; others: PlanRow[] } {
  const drawn = biggestFirst(rows, ROWS_DRAWN)
  if (rows.length <= ROWS_DRAWN) return { drawn, others: [] }
  const isDrawn = new Set(drawn)
  return { drawn, others: rows.filter(row => !isDrawn.has(row)) }
}

/** As it is decided on, whatever has become of it since. */
function leadOf(words: Words, { reset }: ResetRequest, plan: NonNullable<ResetRequest['plan']>): string {
  return totalsInWords(words, plan, { reset, state: { name: 'pending' } })
}

function pictureRow(words: Words, row: PlanRow, grows: boolean, nameMax: number): PictureRow {
  const { topic, partition, from, to, replays, skips, logStart, logEnd } = row
  const { picture: say } = words
  const staysAway = to === null && isSure(row)
  return {
    label: say.place(shown(clipMiddle(topic, nameMax)), partition),
    start: { offset: logStart, said: logStart === null ? UNKNOWN : grouped(logStart) },
    end: { offset: logEnd, said: grouped(logEnd) },
    from,
    to,
    replays,
    skips,
    isSure: isSure(row) && row.certainty === 'exact',
    move:
      to === from || staysAway
        ? from === null
          ? '–'
          : grouped(from)
        : say.move(from === null ? null : grouped(from), to === null ? null : grouped(to)),
    effect: effectInWords(words, row, grouped, grows),
  }
}

/** Together: what they replay and skip, and that it is no more than that, where one of them is not exact. */
function restOf(words: Words, others: readonly PlanRow[]): PictureRest {
  const { effects, atMost } = words.plan
  let [messages, replays, skips] = [0n, 0n, 0n]
  for (const row of others) {
    messages += row.logEnd - (row.logStart ?? 0n)
    replays += row.replays
    skips += row.skips
  }
  const amount = (count: bigint) =>
    others.every(({ certainty }) => certainty === 'exact') ? grouped(count) : atMost(grouped(count))
  const said = [
    ...(replays > 0n ? [effects.replays(amount(replays))] : []),
    ...(skips > 0n ? [effects.skips(amount(skips))] : []),
  ]
  const none = others.every(
    ({ from, to, certainty }) => certainty === 'exact' && (to === null || to === from),
  )
  return {
    label: words.picture.rest(others.length),
    ...{ messages, replays, skips },
    effect: said.length > 0 ? words.picture.together(said) : none ? effects.stays : effects.passesNone,
  }
}
