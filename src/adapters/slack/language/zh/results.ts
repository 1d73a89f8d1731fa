// What came of an execution, row by row, in Chinese.

import { grouped } from '../../../../request/reset.ts'
import type { PartitionOutcome } from '../../../../request/result.ts'
import { inQuotes } from '../../blocks/text.ts'
import type { resultsOn as English } from '../en/results.ts'
import { buttons } from './buttons.ts'
import type { ClusterInWords } from './cluster.ts'
import { listed, partitions } from './grammar.ts'

const OUTCOMES: Record<PartitionOutcome, string> = {
  succeeded: '成功',
  clamped: '已取边界值',
  failed: '失败',
  unreported: '未确认',
  'moved-after': '已变动',
}

export const resultsOn = (on: ClusterInWords): ReturnType<typeof English> => ({
  outcomes: OUTCOMES,
  partitions: named => `分区 ${listed(named.map(String))}`,
  manyPartitions: partitions,
  trouble: (where, outcome, reason) => `${where === null ? '' : `${where} `}${OUTCOMES[outcome]}：${reason}`,
  movedAfter: (readBack, first) => {
    const where = first === null ? '' : `第一个分区 ${first} 上`
    if (readBack === null) return `${on.name}接受了重置，但现在${where}已提交位点已不存在。请查看是谁在消费。`
    return `${on.name}接受了重置；${where}消费分组现在位于 ${grouped(readBack)}：之后有人提交过位点，或日志里已没有计划的位点。重新申请之前，请先查看是谁在消费。`
  },
  apiError: (name, said, hint) => `${name}。${said === '' ? '' : `${inQuotes(said)} `}${hint}`,
  noCode: '没有错误码的错误',
  refused: (name, said, hint) =>
    `${name === null ? '没有写入' : `${on.name}拒绝了它：${name}`}。${said === '' ? '' : `${inQuotes(said)} `}${hint}`,
  despiteError: (name, said) =>
    `位点已在计划的位置，尽管 ${on.name}报告了 ${name}${said === '' ? '' : `（${inQuotes(said)}）`}。无需重新申请。`,
  movedDespiteError: (name, said) =>
    `${on.name}报告了 ${name}${said === '' ? '' : `（${inQuotes(said)}）`}，但位点已经移动。表格里有它现在的位置：请先查看，再申请其他操作。`,
  withCause: {
    notSent: cause => `从未发送：${cause}。请点卡片上的${inQuotes(buttons.retry)}。`,
    unanswered: cause => `可能已写入：${cause}。请${on.there}查看它的位点。`,
  },
  whys: {
    saidButUnchanged: `${on.name}返回成功，但位点没有移动。请点卡片上的${inQuotes(buttons.retry)}，或${on.askWhy}。`,
    unchanged: `${on.name}接受了调用，但位点仍在原处。请${on.there}查看。`,
    elsewhere: `${on.name}设置的位点与计划不符。请先看表格，再重新申请。`,
    notRead: `无法读回核对位点。请${on.there}查看。`,
    notReported: `${on.name}的返回里没有提到它。请${on.there}查看它的位点。`,
    notWritten: `调用的这一部分没有生效。请点卡片上的${inQuotes(buttons.retry)}。`,
    movedBefore: `没有写入：制定计划之后，有人在那里提交了别的位点。请查看是谁在消费，再点卡片上的${inQuotes(buttons.retry)}。`,
    notSeen: '看不到它的任何分区。请检查拼写。如果 Topic 已删除，请去掉它。',
    unknown: `没有给出原因。请${on.there}查看它的位点。`,
  },
  accepted: '已接受',
  header: ['Topic', '分区', '结果', '重置前', '计划', on.saidHeader, '读回核对'],
})
