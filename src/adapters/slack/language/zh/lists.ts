// The lists of requests, in Chinese: what is on them, how they were narrowed, and what can be typed.

import type { ListPart } from '../../../../request/list-part.ts'
import { grouped } from '../../../../request/reset.ts'
import { clipMiddle, named, text } from '../../blocks/text.ts'
import type { lists as English, Narrowed, Then } from '../en/lists.ts'
import { listed } from './grammar.ts'
import { times } from './times.ts'

const typed = (word: string) => named(clipMiddle(word, 100))

const USAGE =
  '输入 /offset-requests 查看进行中的申请，/offset-requests R-12 或 12 查看或审批其中一个；也可以用 mine（我的）、pending（进行中）、failed（失败）、closed（已结束）、all（全部）、消费分组名和日期来筛选，例如 /offset-requests mine failed 2026-11-20。'

const PARTS: Record<ListPart, string> = {
  any: '',
  open: '进行中的',
  failed: '失败或结果不明的',
  over: '已结束的',
}

/** `你在 2026-11-20（Asia/Shanghai）提交的失败或结果不明的申请` */
function subject({ mine, group, part, day }: Narrowed): string {
  const when = day === null ? '' : `${day.name}（${day.zone}）`
  if (mine) return `你${when === '' ? '' : `在 ${when}`}提交的${PARTS[part]}申请`
  const made = when === '' ? '' : `${when}提交的`
  const whose = group === null ? '' : `消费分组 ${group} ${part === 'any' ? '的' : ''}`
  return `${made}${whose}${PARTS[part]}申请`
}

const THEN: Record<Then, string> = {
  expires: '过期时间',
  waits: '最晚等到',
  runsFrom: '最早执行时间',
  unclear: '结果不明自',
  ended: '结束于',
}

export const lists: typeof English = {
  usage: USAGE,
  gap: '',
  problems: {
    unknownWord: ({ word }) => `不认识 ${typed(word)}。${USAGE}`,
    nameTooLong: () => `没有这么长的消费分组名。${USAGE}`,
    textTooLong: ({ max }) => `最多输入 ${grouped(max)} 个字符。${USAGE}`,
    severalGroups: ({ groups }) =>
      `一个列表只能针对一个消费分组，这里有多个：${listed(groups.map(typed))}。如果是同一个名字，请加引号。${USAGE}`,
    mineAndGroup: ({ group }) =>
      `只能列出你自己的申请，或一个消费分组的申请。请去掉 mine 或 ${typed(group)}。${USAGE}`,
    severalParts: () => `pending、failed、closed、all 只能选一个。${USAGE}`,
    severalDays: () => `只能写一个日期。${USAGE}`,
    noSuchDay: ({ day }) => `没有 ${day} 这一天。${USAGE}`,
    idNotAlone: ({ id }) => `审批 ${id} 时请只输入 /offset-requests ${id}。${USAGE}`,
  },
  heading: (total, narrowed) => `${subject(narrowed)}共 ${grouped(total)} 个。`,
  shown: (from, to) =>
    from === to
      ? `这是第 ${grouped(from)} 个，按时间从新到旧。`
      : `这是第 ${grouped(from)} 到 ${grouped(to)} 个，按时间从新到旧。`,
  none: narrowed => `没有${narrowed.day === null || narrowed.mine ? '' : ' '}${subject(narrowed)}。`,
  advice: {
    all: '用 /reset-offsets 申请重置。',
    mine: USAGE,
    group: `请检查消费分组名的拼写。${USAGE}`,
    narrowed: USAGE,
  },
  nearWord: word => `你要写的是不是 ${word}？`,
  nothingMore: '这一页没有更多内容：这些申请已不在列表里。',
  asked: (atMs, then) => [
    text('申请于 '),
    times.brief(atMs),
    ...(then === null ? [] : [text(`，${THEN[then.what]} `), times.brief(then.atMs)]),
  ],
  card: '查看卡片',
  older: '更早',
  newest: '最新',
}
