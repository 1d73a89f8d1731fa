// What is wrong with a form or its file, in English, under the field that it is wrong in.

import { CLEAR_HEADER, CLEAR_NAMES } from '../../../../request/offsets-columns.ts'
import type { FieldProblem, FileColumn, FileProblem } from '../../../../request/problem.ts'
import { utc } from '../../../../request/reset.ts'
import { inQuotes } from '../../blocks/text.ts'
import type { AttachmentProblem } from '../problem.ts'
import type { Sentences } from '../sentences.ts'
import { counted } from './grammar.ts'
import { times } from './times.ts'

export const problems: Sentences<FieldProblem | FileProblem | AttachmentProblem> = {
  reasonMissing: () => 'Say why. The approver and the audit trail need it.',
  reasonTooLong: ({ max }) => `Keep the reason under ${max} characters.`,
  instanceMissing: () => 'Give the instance id, like ckafka-xxooa0.',
  instanceNotSetUp: ({ instance, instances }) =>
    `Rewind is not set up for ${instance}. Pick one of: ${instances.join(', ')}.`,
  groupMissing: () => 'Give the name of the consumer group.',
  groupTooLong: ({ max }) => `A consumer group name has at most ${max} characters.`,
  groupUnprintable: () => 'A consumer group name cannot hold control characters.',
  scopeMissing: () => 'Choose whether to reset named topics or all of them.',
  topicsMissing: () => 'Name at least one topic, or choose all topics.',
  topicsUnreadable: ({ typed }) =>
    `Not a topic name: ${typed}. Use letters, digits, dot, dash and underscore, and name partitions like orders:0,1.`,
  topicsTooMany: ({ max }) => `Name at most ${max} topics in one request.`,
  wholeTopicsOnly: () => 'API 2.0 resets whole topics. Leave the partitions out.',
  topicTwice: () => 'A topic is named twice. Name it once, with all of its partitions.',
  partitionsTooMany: ({ max }) => `Name at most ${max} partitions in one request.`,
  strategyMissing: () => 'Choose where the offsets should go.',
  needsPartitions: () =>
    'API 2.0 sends one number for all partitions, so this cannot be expressed. Choose another strategy.',
  timeMissing: () => 'Pick the time to go to.',
  timeInFuture: ({ timeMs }) =>
    `${utc(timeMs)} is in the future: it would jump to the end of every partition. Pick an earlier time, or tick the box below if you mean to skip.`,
  directionMissing: () => 'Choose replay or skip.',
  countUnreadable: () => 'Give a whole number of messages, 1 or more.',
  offsetUnreadable: () => 'Give an offset: a whole number, 0 or more.',
  otherGroupMissing: () => 'Name the group whose offsets are to be taken over.',
  otherGroupSame: () => 'That is the same group. Name another one.',
  fileMissing: () => 'Attach a CSV with topic, partition and offset in each line.',
  fileTopicsTooMany: ({ max }) => `One request holds at most ${max} topics.`,
  fileEmpty: () => 'The file is empty.',
  fileTooLong: ({ lines }) => `The file has more than ${lines} lines.`,
  columnsUnknown: ({ line, cells }) =>
    `Each line needs topic, partition and offset, with commas, semicolons or tabs between. Line ${line} has neither these nor their names: ${inQuotes(cells)}.`,
  columnsUnclear: ({ line, cells }) =>
    `Line ${line} can be read in two ways: ${inQuotes(cells)}. Put the line ${CLEAR_HEADER} before it, with the names in the order of the columns.`,
  columnUnknown: ({ line, column, name }) =>
    name === ''
      ? `Line ${line}, column ${column} has no name. Name the column, or take it out.`
      : `Line ${line}, column ${column}: no column is known by the name ${inQuotes(name)}. Those needed are topic, partition and new-offset, and group where there are several. Rename it, or take the column out.`,
  columnMissing: ({ line, wanted }) =>
    `Each line needs topic, partition and offset, and none of the columns named in line ${line} is ${COLUMNS[wanted]}. Name that column ${CLEAR_NAMES[wanted]}.`,
  columnTwice: ({ line, wanted, columns, names }) =>
    `Line ${line} has several columns that could be ${COLUMNS[wanted]}: ${namedColumns(columns, names)}. ${
      wanted === 'offset'
        ? `Name the one to go to ${CLEAR_NAMES[wanted]}.`
        : `Leave only one of them, named ${CLEAR_NAMES[wanted]}.`
    }`,
  lineTooWide: ({ line, first, cells }) =>
    `Line ${line} has more cells than line ${first}: ${inQuotes(cells)}.`,
  cellUnreadable: ({ line, column, wanted, cell, cells }) =>
    `Line ${line} has no ${wanted === 'group' || wanted === 'instance' ? wanted : 'topic, partition and offset'}: ${inQuotes(cells)}. Column ${column} should be ${COLUMNS[wanted]}, ${EXPECTED[wanted]}, and ${cell === '' ? 'is empty' : `is ${inQuotes(cell)}`}.`,
  lineTwice: ({ line, place }) => `Line ${line} names ${place} a second time.`,
  groupNotInFile: ({ group }) => `The file has no line of the group ${group}.`,
  instanceNotInFile: ({ instance, group, line, said }) =>
    group === null
      ? `No line of the file is of ${inQuotes(instance)}: line ${line} is of ${inQuotes(said)}. If that is what else it is called, take the column out.`
      : `The lines of the group ${group} are of other instances than ${inQuotes(instance)}: line ${line} is of ${inQuotes(said)}. If that is what else it is called, take the column out.`,
  noOffsetsOfGroup: ({ group }) => `The lines of the group ${group} in the file have no offsets.`,
  offsetsOfAnother: ({ id, instance, group }) =>
    `The offsets kept of ${id} are those of the group ${inQuotes(group)} on ${instance}, and are taken for no other. Attach a file with those to go to, or choose that group again.`,
  noOffsetsInFile: () => 'The file has no offsets.',
  tooManyFiles: ({ most, waitMs }) =>
    `Rewind reads ${counted(most, 'file')} a minute for one person. Send the form again in ${times.span(Math.ceil(waitMs / 1_000) * 1_000)}.`,
  fileTooLarge: () => 'The file is larger than 1 MB. Attach only the lines of this group.',
  fileNotFetched: () => 'Slack did not hand the file over right now. Send the form again.',
  fileNowhere: () => 'Slack does not say where the file is. Take it off and attach it again.',
  fileGone: () => 'The file is not there any more. Attach it again.',
  filesScopeMissing: () =>
    'Slack does not let Rewind read attached files: its app lacks the scope files:read. Ask the people who run Rewind to add it and to install the app again.',
  fileNotText: () => 'The file is no UTF-8 text. Save it as CSV in UTF-8 and attach it again.',
  fileTooWide: () => 'The file has far more cells than topics, partitions and offsets need.',
  quoteOpen: ({ line }) => `${placeIn(line)} opens a quote that is never closed.`,
  quoteMisplaced: ({ line }) => `${placeIn(line)} has a quote in the wrong place.`,
  csvUnreadable: ({ line, code }) => `${placeIn(line)} cannot be read as CSV (${code}).`,
}

const COLUMNS: Record<FileColumn, string> = {
  topic: 'the topic',
  partition: 'the partition',
  offset: 'the offset',
  group: 'the group',
  instance: 'the instance',
}

const EXPECTED: Record<FileColumn, string> = {
  topic: 'a name of letters, digits, dots, dashes and underscores',
  partition: 'a whole number like 3',
  offset: 'a whole number like 812430, without separators',
  group: 'a name',
  instance: 'an id like ckafka-xxooa0',
}

function namedColumns(columns: readonly number[], names: readonly string[]): string {
  return columns.map((column, index) => `column ${column} (${inQuotes(names[index] ?? '')})`).join(' and ')
}

function placeIn(line: number | null): string {
  return line === null ? 'The file' : `Line ${line}`
}

/** What has become of an instance, as CKafka's console calls it. */
export function goneHow(how: string): string {
  if (how === 'isolated') return 'is isolated in CKafka'
  return how === 'deleting' ? 'is being deleted' : 'has been deleted'
}

/** Of an instance that no cluster served here has, or that cannot be used any more. */
export const instances = {
  gone: (instance: string, how: string) =>
    `${instance} ${goneHow(how)}: Rewind resets nothing there. Pick another instance.`,
  none: (instance: string) => `Unknown instance ${inQuotes(instance)}. Check the id.`,
  nearest: (instance: string, nearest: readonly string[]) =>
    `Unknown instance ${inQuotes(instance)}. Did you mean ${nearest.map(id => inQuotes(id)).join(' or ')}?`,
}

/** Of a group that the cluster does not know, and those whose names look like it. */
export const groups = {
  none: (group: string, instance: string) =>
    `There is no group ${inQuotes(group)} on ${instance}. Check the spelling.`,
  nearest: (group: string, instance: string, nearest: readonly string[]) =>
    `There is no group ${inQuotes(group)} on ${instance}. Did you mean ${nearest.map(name => `${inQuotes(name)}`).join(' or ')}?`,
}

/** Of topics and partitions that the cluster does not have, and those whose names look like them. */
export const namedTopics = {
  none: (topic: string, instance: string) =>
    `There is no topic ${inQuotes(topic)} on ${instance}. Check the spelling.`,
  nearest: (topic: string, instance: string, nearest: readonly string[]) =>
    `There is no topic ${inQuotes(topic)} on ${instance}. Did you mean ${nearest.map(name => `${inQuotes(name)}`).join(' or ')}?`,
  /** @param missing as ranges @param isOne of them */
  noPartitions: (topic: string, missing: string, isOne: boolean, highest: number) =>
    `The topic ${inQuotes(topic)} has no ${isOne ? 'partition' : 'partitions'} ${missing}: ${
      highest === 0 ? 'its only partition is 0' : `its partitions are 0 to ${highest}`
    }.`,
  gap: ' ',
}
