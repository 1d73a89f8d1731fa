// What is asked for, in Chinese: strategy, topics, and who asks.

import { clip, grouped, type Strategy, utc } from '../../../../request/reset.ts'
import { code, named, type Piece, person, strong, text } from '../../blocks/text.ts'
import type { reset as English } from '../en/reset.ts'
import { messages, partitions } from './grammar.ts'
import { times } from './times.ts'

const OFFSETS_OF = {
  file: '移到文件中的位点',
  undo: '恢复到原来的位点',
  retry: '移到原计划的位点',
}

function strategy(asked: Strategy): string {
  switch (asked.kind) {
    case 'shift':
      return asked.direction === 'replay'
        ? `每个分区向更早的位点回溯 ${messages(asked.count)}（重放这些消息）`
        : `每个分区向更新的位点移动 ${messages(asked.count)}（跳过这些消息）`
    case 'earliest':
      return '移到最早保留的消息（全部重放）'
    case 'latest':
      return '移到最新位置（跳过所有未消费消息）'
    case 'time':
      return `移到 ${utc(asked.timeMs)}`
    case 'offset':
      return `移到位点 ${grouped(asked.offset)}`
    case 'group':
      return `移到消费分组 ${named(clip(asked.group, 100))} 所在的位置`
    case 'offsets':
      return `${OFFSETS_OF[asked.source]}（${partitions(asked.partitions)}）`
    default:
      return asked satisfies never
  }
}

function title(group: string, asked: Strategy): string {
  switch (asked.kind) {
    case 'shift': {
      const way = asked.direction === 'replay' ? '向更早的位点回溯' : '向更新的位点移动'
      return `将 ${group} 的每个分区${way} ${messages(asked.count)}`
    }
    case 'earliest':
      return `将 ${group} 重置到最开始的位置`
    case 'latest':
      return `将 ${group} 重置到最新位置`
    case 'time':
      return `将 ${group} 重置到 ${utc(asked.timeMs)}`
    case 'offset':
      return `将 ${group} 重置到位点 ${grouped(asked.offset)}`
    case 'group':
      return `将 ${group} 重置到消费分组 ${named(clip(asked.group, 40))} 的位点`
    case 'offsets':
      return `将 ${group} ${OFFSETS_OF[asked.source]}`
    default:
      return asked satisfies never
  }
}

function strategyPieces(asked: Strategy, askedAtMs: number): Piece[] {
  const said = strong(strategy(asked))
  if (asked.kind !== 'time') return [said]
  return [
    said,
    text('（'),
    times.moment(asked.timeMs),
    text(`，申请${times.age(askedAtMs - asked.timeMs)}）`),
  ]
}

export const reset: typeof English = {
  strategy,
  title: {
    of: title,
    undo: (id, group) => `撤销 ${id}（消费分组 ${group}）`,
    retry: (id, group) => `重试 ${id}（消费分组 ${group}）`,
  },
  strategyAlone: strategy,
  asks: (requester, group, instance, asked, askedAtMs) => [
    person(requester),
    text(' 申请重置消费分组 '),
    code(group),
    text(' 的位点（实例 '),
    code(instance),
    text('）：'),
    ...strategyPieces(asked, askedAtMs),
    text('。'),
  ],
  inSentence: (group, instance, asked) => `重置 ${instance} 上消费分组 ${group} 的位点，${strategy(asked)}`,
  parent: { undo: id => `撤销 ${id}`, retry: id => `重试 ${id}`, edit: id => `由 ${id} 修改而来` },
  ofParent: parent => `${parent}。`,
  topicsLabel: 'Topic：',
  whyLabel: '原因：',
  allTopics: '消费分组的全部 Topic',
  wereAllTopics: '（制定计划时该消费分组的全部 Topic）',
  topicWith: (topic, _partitions, ranges) => `${topic}（分区 ${ranges}）`,
  topics: (named, left) =>
    left > 0 ? `${named.join('、')} 等 ${grouped(named.length + left)} 个` : named.join('、'),
  ranges: (ranges, isCut) => (isCut ? `${ranges.join('、')} …` : ranges.join('、')),
}
