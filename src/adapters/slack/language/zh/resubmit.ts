// Asking again for what has ended, with something changed, in Chinese.

import type { resubmit as English } from '../en/resubmit.ts'
import { buttons } from './buttons.ts'
import { partitions as counted } from './grammar.ts'

export const resubmit: typeof English = {
  button: buttons.edit,
  lead: id => `${id} 的修改版。这是一个新的申请，有自己的计划和审批。`,
  leadWithOffsets: (id, partitions) =>
    `${id} 的修改版。除非你另外上传文件，否则沿用 ${id} 的位点（${counted(partitions)}）。`,
  leadWithoutOffsets: id => `${id} 的修改版。它的位点已不再保留：请附上位点文件，或选择其他方式。`,
  leadWithOtherOffsets: id =>
    `${id} 的修改版。保存的位点与申请时提交的不一致：请附上位点文件，或选择其他方式。`,
  notYet: (id, canBeCancelled) =>
    `${id} 还没有结束，无需重新申请。${canBeCancelled ? '如果有误，需要先取消它。' : '请等它结束。'}`,
  isDone: id => `${id} 已完成，没有可修改的。如需其他操作，请用 /reset-offsets 申请。`,
}
