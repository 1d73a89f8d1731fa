// What has moved since a plan was made, in Chinese. `more`: so many partitions besides the first, of which the same is true.

import { grouped } from '../../../../request/reset.ts'
import type { drift as English } from '../en/drift.ts'
import { messages, partitions } from './grammar.ts'

export const drift: typeof English = {
  committedMoved: (place, was, is, more) => `${place} 的已提交位点${movement(was, is)}${others(more)}。`,
  partitionsAppeared: (count, first) =>
    count === 1 ? `新增了一个分区：${first}。` : `新增了 ${partitions(count)}，第一个是 ${first}。`,
  partitionsGone: (count, first) =>
    count === 1 ? `一个分区不见了：${first}。` : `${partitions(count)}不见了，第一个是 ${first}。`,
  logExpired: (place, planned, start, more) =>
    `${place} 的日志现在从 ${grouped(start)} 开始，已越过${plannedOffset(planned)}：那里的消息已过期${others(more)}。`,
  notInLog: (place, planned, more) => `${place} 的日志里已没有${plannedOffset(planned)}${others(more)}。`,
  outsideBounds: (place, end, first, more) =>
    first === null || end === null
      ? `无法确定 ${place} 在该时间的第一条消息${others(more)}。`
      : `${place} 在该时间的第一条消息是 ${grouped(first)}，超出了制定计划时的日志范围（当时末端为 ${grouped(end)}）${others(more)}。`,
  skipsGrew: (was, is) => `现在会跳过 ${messages(is)}，而不是 ${grouped(was)} 条。`,
  groupRecreated: '消费分组被删除或重新创建了。',
}

function movement(was: bigint | null, is: bigint | null): string {
  if (was === null) return is === null ? '变了' : `被设为 ${grouped(is)}`
  return is === null ? `原为 ${grouped(was)}，现已消失` : `从 ${grouped(was)} 变为 ${grouped(is)}`
}

function plannedOffset(planned: bigint | null): string {
  return planned === null ? '计划的位点' : `计划的位点 ${grouped(planned)}`
}

function others(more: number): string {
  return more < 1 ? '' : `，另有 ${partitions(more)}也是如此`
}
