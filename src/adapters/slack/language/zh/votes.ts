// Who decides, how far that has got, and votes that are taken back, in Chinese.

import { grouped } from '../../../../request/reset.ts'
import { mentions, type Piece, text } from '../../blocks/text.ts'
import type { votes as English } from '../en/votes.ts'
import { buttons } from './buttons.ts'
import { listed } from './grammar.ts'

export const votes: typeof English = {
  decides: ({ people, more }) => [text('审批人：'), ...named(people, more), text('。')],
  need: ({ label, count, have, people, more }) => [
    text(`${label === '' ? '' : `${label}：`}已批准 ${grouped(have)}/${grouped(count)}，审批人 `),
    ...named(people, more),
    text('。'),
  ],
  soFar: voters => {
    const counted = voters.filter(({ label }) => label !== null)
    const others = voters.filter(({ label }) => label === null)
    return [
      ...(counted.length === 0
        ? []
        : [
            text('已批准：'),
            ...counted.flatMap(({ by, label }, index) => [
              ...(index === 0 ? [] : [text('、')]),
              ...mentions([by]),
              ...(label === '' ? [] : [text(`（${label}）`)]),
            ]),
            text('。'),
          ]),
      ...(others.length === 0
        ? []
        : [
            text('另外批准：'),
            ...mentions(others.map(({ by }) => by)),
            text('，但其所在团队的批准已足够。'),
          ]),
    ]
  },
  listed,
  unread: (groups, more, held) => [
    text('无法从 Slack 读取：'),
    ...named(groups, more),
    text(`。${UNREAD[held ?? 'goesOn']}`),
  ],
  window: (days, from, until, zone) => `只在${days.join('、')} ${from} 至 ${until}（${zone}）执行。`,
  days: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  withdraw: buttons.withdraw,
  withdrawTitle: id => `撤回对 ${id} 的批准？`,
  withdrawText: '撤回后你的批准不再算数，之后仍可重新批准。',
  keepIt: buttons.keepIt,
  withdrawn: id => `你对 ${id} 的批准已撤回，消息列里有记录。`,
}

const UNREAD = {
  goesOn: '之前读到的仍然算数，在能读取之前不会因它而放行其他人。',
  decision: '策略是否允许取决于它，在能读取之前不接受批准。',
  start: '策略是否允许取决于它，在能读取之前不会执行。',
}

function named(people: readonly string[], more: number): Piece[] {
  if (people.length === 0) return [text('任何人')]
  return [...mentions(people), ...(more === 0 ? [] : [text(` 等另外 ${grouped(more)} 个`)])]
}
