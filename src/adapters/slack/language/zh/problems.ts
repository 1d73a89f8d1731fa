// What is wrong with a form or its file, in Chinese, under the field that it is wrong in.

import { CLEAR_HEADER, CLEAR_NAMES } from '../../../../request/offsets-columns.ts'
import type { FileColumn } from '../../../../request/problem.ts'
import { utc } from '../../../../request/reset.ts'
import { inQuotes } from '../../blocks/text.ts'
import type {
  problems as English,
  groups as EnglishGroups,
  instances as EnglishInstances,
  namedTopics as EnglishTopics,
} from '../en/problems.ts'
import { times } from './times.ts'

export const problems: typeof English = {
  reasonMissing: () => '请写明原因，审批人和审计记录都需要。',
  reasonTooLong: ({ max }) => `原因请不要超过 ${max} 个字符。`,
  instanceMissing: () => '请填写实例 ID，例如 ckafka-xxooa0。',
  instanceNotSetUp: ({ instance, instances }) =>
    `Rewind 没有配置 ${instance}。请从以下实例中选择：${instances.join('、')}。`,
  groupMissing: () => '请填写消费分组名。',
  groupTooLong: ({ max }) => `消费分组名最多 ${max} 个字符。`,
  groupUnprintable: () => '消费分组名不能包含控制字符。',
  scopeMissing: () => '请选择重置指定的 Topic 还是全部。',
  topicsMissing: () => '请至少指定一个 Topic，或选择全部 Topic。',
  topicsUnreadable: ({ typed }) =>
    `不是有效的 Topic 名：${typed}。只能用字母、数字、点、短横线和下划线，分区写成 orders:0,1 这样。`,
  topicsTooMany: ({ max }) => `一个申请最多 ${max} 个 Topic。`,
  wholeTopicsOnly: () => 'API 2.0 只能重置整个 Topic。请去掉分区。',
  topicTwice: () => '有 Topic 写了两次。请只写一次，并列出它的所有分区。',
  partitionsTooMany: ({ max }) => `一个申请最多 ${max} 个分区。`,
  strategyMissing: () => '请选择位点移到哪里。',
  needsPartitions: () => 'API 2.0 只能给所有分区发送同一个数值，无法这样重置。请换一种方式。',
  timeMissing: () => '请选择时间。',
  timeInFuture: ({ timeMs }) =>
    `${utc(timeMs)} 在将来：所有分区都会跳到末尾。请选更早的时间；如果确实要跳过，请勾选下面的选项。`,
  directionMissing: () => '请选择重放或跳过。',
  countUnreadable: () => '请填写消息条数：不小于 1 的整数。',
  offsetUnreadable: () => '请填写位点：不小于 0 的整数。',
  otherGroupMissing: () => '请填写要沿用其位点的消费分组。',
  otherGroupSame: () => '这是同一个消费分组。请换一个。',
  fileMissing: () => '请附上 CSV 文件，每行写 Topic、分区和位点。',
  fileTopicsTooMany: ({ max }) => `一个申请最多 ${max} 个 Topic。`,
  fileEmpty: () => '文件是空的。',
  fileTooLong: ({ lines }) => `文件超过 ${lines} 行。`,
  columnsUnknown: ({ line, cells }) =>
    `每行都要有 Topic、分区和位点，用逗号、分号或制表符隔开。第 ${line} 行既没有这些，也不是写明它们的表头：${inQuotes(cells)}。`,
  columnsUnclear: ({ line, cells }) =>
    `第 ${line} 行有两种读法：${inQuotes(cells)}。请在前面加一行 ${CLEAR_HEADER}，列名的次序与各列一致。`,
  columnUnknown: ({ line, column, name }) =>
    name === ''
      ? `第 ${line} 行第 ${column} 列没有列名。请写上列名，或去掉这一列。`
      : `第 ${line} 行第 ${column} 列：没有叫${inQuotes(name)}的列。需要的是 ${CLEAR_NAMES.topic}、${CLEAR_NAMES.partition} 和 ${CLEAR_NAMES.offset}，有多个消费分组时还要 ${CLEAR_NAMES.group}。请改名或去掉这一列。`,
  columnMissing: ({ line, wanted }) =>
    `每行都要有 Topic、分区和位点，而第 ${line} 行的表头中没有${COLUMNS[wanted]}列。请把那一列命名为 ${CLEAR_NAMES[wanted]}。`,
  columnTwice: ({ line, wanted, columns, names }) =>
    `第 ${line} 行有多列都可能是${COLUMNS[wanted]}：${namedColumns(columns, names)}。${
      wanted === 'offset'
        ? `请把要移到的那一列命名为 ${CLEAR_NAMES[wanted]}。`
        : `请只留一列，命名为 ${CLEAR_NAMES[wanted]}。`
    }`,
  lineTooWide: ({ line, first, cells }) => `第 ${line} 行的列数比第 ${first} 行多：${inQuotes(cells)}。`,
  cellUnreadable: ({ line, column, wanted, cell, cells }) =>
    `第 ${line} 行第 ${column} 列应为${COLUMNS[wanted]}（${EXPECTED[wanted]}），实际${cell === '' ? '为空' : `是${inQuotes(cell)}`}。整行是${inQuotes(cells)}。`,
  lineTwice: ({ line, place }) => `第 ${line} 行重复写了 ${place}。`,
  groupNotInFile: ({ group }) => `文件里没有消费分组 ${group} 的行。`,
  instanceNotInFile: ({ instance, group, line, said }) =>
    group === null
      ? `文件里没有${inQuotes(instance)}的行：第 ${line} 行属于${inQuotes(said)}。如果那是它的另一个名称，请去掉这一列。`
      : `文件里消费分组 ${group} 的行不属于${inQuotes(instance)}：第 ${line} 行属于${inQuotes(said)}。如果那是它的另一个名称，请去掉这一列。`,
  noOffsetsOfGroup: ({ group }) => `文件里消费分组 ${group} 的行没有位点。`,
  offsetsOfAnother: ({ id, instance, group }) =>
    `${id} 保留的位点属于 ${instance} 上的消费分组${inQuotes(group)}，不会用于其他消费分组。请附上写有目标位点的文件，或重新选择那个消费分组。`,
  noOffsetsInFile: () => '文件里没有位点。',
  tooManyFiles: ({ most, waitMs }) =>
    `每人每分钟最多读取 ${most} 个文件。请在 ${times.span(Math.ceil(waitMs / 1_000) * 1_000)}后再提交表单。`,
  fileTooLarge: () => '文件超过 1 MB。请只附上这个消费分组的行。',
  fileNotFetched: () => 'Slack 暂时没有交出文件。请再提交一次表单。',
  fileNowhere: () => 'Slack 没有说明文件在哪里。请移除后重新附上。',
  fileGone: () => '文件已不在了。请重新附上。',
  filesScopeMissing: () =>
    'Slack 不允许 Rewind 读取附件：应用缺少 files:read 权限。请让 Rewind 的维护人员加上权限并重新安装应用。',
  fileNotText: () => '文件不是 UTF-8 文本。请存为 UTF-8 编码的 CSV 后重新附上。',
  fileTooWide: () => '文件的单元格远多于 Topic、分区和位点所需。',
  quoteOpen: ({ line }) => `${placeIn(line)}有未闭合的引号。`,
  quoteMisplaced: ({ line }) => `${placeIn(line)}的引号位置不对。`,
  csvUnreadable: ({ line, code }) => `${placeIn(line)}无法按 CSV 读取（${code}）。`,
}

const COLUMNS: Record<FileColumn, string> = {
  topic: 'Topic',
  partition: '分区',
  offset: '位点',
  group: '消费分组',
  instance: '实例',
}

const EXPECTED: Record<FileColumn, string> = {
  topic: '由字母、数字、点、短横线和下划线组成的名称',
  partition: '像 3 这样的整数',
  offset: '像 812430 这样的整数，不带分隔符',
  group: '名称',
  instance: '像 ckafka-xxooa0 这样的实例 ID',
}

function namedColumns(columns: readonly number[], names: readonly string[]): string {
  return columns.map((column, index) => `第 ${column} 列（${inQuotes(names[index] ?? '')}）`).join('和')
}

function placeIn(line: number | null): string {
  return line === null ? '文件' : `第 ${line} 行`
}

export function goneHow(how: string): string {
  if (how === 'isolated') return '已隔离'
  return how === 'deleting' ? '正在删除' : '已删除'
}

export const instances: typeof EnglishInstances = {
  gone: (instance, how) => `实例 ${instance} ${goneHow(how)}，Rewind 不会重置其中的位点。请选择其他实例。`,
  none: instance => `未知实例${inQuotes(instance)}。请检查实例 ID。`,
  nearest: (instance, nearest) =>
    `未知实例${inQuotes(instance)}。你要找的是不是${nearest.map(id => inQuotes(id)).join('或')}？`,
}

export const groups: typeof EnglishGroups = {
  none: (group, instance) => `${instance} 上没有消费分组${inQuotes(group)}。请检查拼写。`,
  nearest: (group, instance, nearest) =>
    `${instance} 上没有消费分组${inQuotes(group)}。你要找的是不是${nearest.map(name => `${inQuotes(name)}`).join('或')}？`,
}

export const namedTopics: typeof EnglishTopics = {
  none: (topic, instance) => `${instance} 上没有 Topic ${inQuotes(topic)}。请检查拼写。`,
  nearest: (topic, instance, nearest) =>
    `${instance} 上没有 Topic ${inQuotes(topic)}。你要找的是不是${nearest.map(name => `${inQuotes(name)}`).join('或')}？`,
  noPartitions: (topic, missing, _isOne, highest) =>
    `Topic ${inQuotes(topic)} 没有分区 ${missing}：${highest === 0 ? '它只有分区 0' : `它的分区是 0 到 ${highest}`}。`,
  gap: '',
}
