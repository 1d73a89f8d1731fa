// Carrying something out without approval, and looking at it afterwards, in Chinese.

import { mentions, named, type Piece, person, quoted, strong, text } from '../../blocks/text.ts'
import type { glass as English } from '../en/glass.ts'
import { buttons } from './buttons.ts'
import { times } from './times.ts'

export const glass: typeof English = {
  button: buttons.breakGlass,
  mark: '未经审批',
  awaitsReview: state => `${state}，待事后复核`,
  title: id => `紧急执行：${id}`,
  warning: (group, hasVotes, holdMs) => [
    strong(
      `${holdMs === null ? '如果消费分组仍为空，且没有被其他申请占用，会立即执行' : `消费分组${times.onceEmpty(holdMs)}`}，${hasVotes ? '不再等待其余审批' : '无需任何人审批'}。`,
    ),
    text(`会按计划写入 ${named(group)} 的位点。审批人会立即收到通知，事后由其中一人复核。`),
  ],
  connectedNow: (connected, areListed) =>
    `现在${connected}。${areListed ? '它们停止' : '消费分组变空'}后才会执行。`,
  reason: '为什么不能等',
  reasonHint: '所有人都能在卡片和消息列里看到。',
  typedGroup: group => `输入 ${group} 以执行`,
  submit: '不经审批执行',
  cancel: '取消',
  reasonMissing: '请说明为什么不能等。',
  groupNotTyped: '请按显示的名称原样输入消费分组。',
  broken: (by, reason) => [strong('未经审批：'), person(by), text(' 紧急执行：'), quoted(reason)],
  unreviewed: (by, except, isOver) =>
    by.length === 0
      ? [text(isOver ? '等待一位审批人事后复核。' : '执行后需要一位审批人复核。')]
      : [
          text(isOver ? '等待 ' : '执行后需要 '),
          ...alternatives(by),
          ...(except.length === 0 ? [] : [text('（'), ...mentions(except), text(' 除外）')]),
          text(`${except.length === 0 ? ' ' : ''}${isOver ? '事后复核。' : '复核。'}`),
        ],
  askedToReview: by => [
    ...mentions(by),
    text(by.length === 1 && !by[0]?.startsWith('S') ? '：请你事后复核。' : '：请你们中的一位事后复核。'),
  ],
  neverRan: (by, plan) => [
    person(by),
    text(
      ` 曾对之前的计划紧急执行，但位点或日志有变化，未执行。新计划${plan === null ? '' : ` ${plan} `}需要审批。`,
    ),
  ],
  reviewed: (by, note) => [text('复核人 '), person(by), text('：'), quoted(note)],
  reviewButton: buttons.reviewAfterwards,
  reviewTitle: id => `事后复核：${id}`,
  reviewLead: (by, id, reason, hasRun) => [
    person(by),
    text(hasRun ? ` 未经审批执行了 ${id}：` : ` 决定不经审批执行 ${id}：`),
    quoted(reason),
  ],
  reviewNote: '你的意见',
  reviewHint: closes =>
    `所有人都能在消息列里看到。${closes ? '提交后该申请关闭。' : '该申请在结束之前保持打开。'}`,
  reviewSubmit: '提交复核',
  reviewMissing: '请写下你的意见，否则无法提交复核。',
  ownGlass: id => `${id} 的申请人和执行人不能复核，需要由其他审批人复核。`,
  nothingToReview: id => `${id} 已经没有需要复核的内容，请看它的卡片。`,
}

/** `@audit 或 @platform` */
function alternatives(by: readonly string[]): Piece[] {
  return by.flatMap((each, index) => [...(index === 0 ? [] : [text(' 或 ')]), ...mentions([each])])
}
