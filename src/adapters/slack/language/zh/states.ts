// What state a request is in, in Chinese: as a name, and as a sentence.

import type { states as English } from '../en/states.ts'

export const states: typeof English = {
  names: {
    preparing: '正在制定计划',
    pending: '等待审批',
    approved: '已批准，排队中',
    held: '已批准，暂停执行',
    waiting: '已批准，等待消费分组变空',
    beforeWindow: '已批准，等待允许执行的时间段',
    executing: '执行中',
    succeeded: '已完成',
    partial: '部分完成',
    failed: '失败',
    notAllowed: '不允许',
    nothingToMove: '无需移动',
    checking: '结果不明，核对中',
    unclear: '结果不明，需要人工确认',
    rejected: '已驳回',
    cancelled: '已取消',
    expired: '已过期',
  },
  sentences: {
    preparing: id => `${id} 正在制定计划。`,
    pending: id => `${id} 正在等待审批。`,
    approved: id => `${id} 已批准，正在排队。`,
    held: id => `${id} 已批准，暂停执行。`,
    waiting: id => `${id} 已批准，正在等待消费分组变空。`,
    beforeWindow: id => `${id} 已批准，正在等待允许执行的时间段。`,
    executing: id => `${id} 正在执行。`,
    succeeded: id => `${id} 已完成。`,
    partial: id => `${id} 部分完成。`,
    failed: id => `${id} 失败。`,
    notAllowed: id => `${id} 不被允许。`,
    nothingToMove: id => `${id} 没有需要移动的位点。`,
    checking: id => `${id} 结果不明，正在读回核对位点。`,
    unclear: id => `${id} 结果不明，需要人工确认。`,
    rejected: id => `${id} 已被驳回。`,
    cancelled: id => `${id} 已被取消。`,
    expired: id => `${id} 已过期。`,
  },
}
