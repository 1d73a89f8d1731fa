// What the columns of a file of offsets are called: every usual spelling of each name, in English and in Chinese.
// It must never guess: a name that is not here, or two columns that could be the same, are a problem of their line.

import type { FileColumn, FileProblem } from './problem.ts'
import { clip } from './reset.ts'

/** Where topic, partition and offset stand in a line, and the group and the instance where the file names them. */
export interface Columns {
  topic: number
  partition: number
  offset: number
  group: number | null
  instance: number | null
}

/** Names without case, blanks and marks: `Consumer Group`, `consumer_group` and `consumerGroup` are one. */
const TOPIC = ['topic', 'topicname', 'kafkatopic', '主题', '主题名', '主题名称', 'topic名称', 'topic名']
const PARTITION = [
  ...['partition', 'partitionid', 'partitionno', 'partitionnumber', 'partitionindex', 'kafkapartition'],
  ...['分区', '分区号', '分区编号', '分区id'],
]
const GROUP = [
  ...['group', 'groupid', 'groupname', 'consumergroup', 'consumergroupid', 'consumergroupname', 'kafkagroup'],
  ...['kafkaconsumergroup', '消费组', '消费组名', '消费组名称', '消费组id', '消费分组', '消费分组名称'],
  ...['消费者组', '消费者组名', '消费者组名称', '消费者组id'],
]
/** A cluster is an instance; what a monitor calls its cluster is mostly another name of it, which is never guessed. */
const INSTANCE = [
  ...['instance', 'instanceid', 'instancename', 'ckafkainstance', 'ckafkainstanceid', 'ckafkainstancename'],
  ...['kafkainstance', 'kafkainstanceid', 'kafkainstancename', 'ckafka', 'ckafkaid', 'kafkaid'],
  ...['cluster', 'clusterid', 'clustername', 'kafkacluster', 'kafkaclusterid', 'kafkaclustername'],
  ...['实例', '实例id', '实例名', '实例名称', 'ckafka实例', 'ckafka实例id', 'kafka实例', 'kafka实例id'],
  ...['集群', '集群id', '集群名', '集群名称', 'kafka集群', '消息队列实例'],
]
/** Where it is to go; these say so, whatever else there is. This product's own files say `to` and `planned`. */
const GOAL = [
  ...[
    'newoffset',
    'targetoffset',
    'target',
    'to',
    'tooffset',
    'planned',
    'plannedoffset',
    'resetoffset',
    'resetto',
  ],
  ...['desiredoffset', '目标位点', '新位点', '目标偏移量', '目标offset'],
]
/** The Kafka tool's word for an offset on its own. */
const OFFSET = ['offset', '位点', '偏移量', '消息位点']
/** Where a group stood: what a backup holds is where it is to go back to. */
const COMMITTED = [
  ...[
    'currentoffset',
    'committedoffset',
    'committed',
    'consumeroffset',
    'consumergroupoffset',
    'groupoffset',
  ],
  ...['consumedoffset', 'commitoffset', 'currentcommittedoffset', 'lastcommittedoffset', 'lastcommitted'],
  ...['当前位点', '消费位点', '提交位点', '已提交位点', '当前消费位点', '当前偏移量', '消费偏移量'],
]
/**
 * What exports and this product's own files hold beside it. None of these is where an offset is to go, nor says of whom a
 * line is: a test holds that, as the lines of another group or instance would be taken along.
 */
export const BESIDE: ReadonlySet<string> = new Set([
  ...[
    'logendoffset',
    'logend',
    'endoffset',
    'latestoffset',
    'latest',
    'highwatermark',
    'highwater',
    'logsize',
  ],
  ...['maxoffset', 'lastoffset', 'newestoffset', 'topicoffset', 'brokeroffset', 'headoffset', 'partitionend'],
  ...[
    'logstartoffset',
    'logstart',
    'startoffset',
    'earliestoffset',
    'earliest',
    'lowwatermark',
    'beginningoffset',
  ],
  ...[
    'beginoffset',
    'minoffset',
    'oldestoffset',
    'firstoffset',
    'oldoffset',
    'previousoffset',
    'fromoffset',
    'from',
  ],
  ...[
    'lag',
    'consumerlag',
    'currentlag',
    'messagesbehind',
    'messagebehind',
    'totallag',
    'lagseconds',
    'timelag',
  ],
  ...['consumerid', 'memberid', 'member', 'owner', 'host', 'clientid', 'clienthost', 'groupinstanceid'],
  ...[
    'assignedmember',
    'coordinator',
    'leader',
    'leaderepoch',
    'currentleaderepoch',
    'metadata',
    'offsetmetadata',
  ],
  ...['state', 'status', 'groupstate', 'isr', 'replicas'],
  ...['timestamp', 'time', 'date', 'updatedat', 'lastupdated', 'committimestamp', 'lastcommit'],
  ...['expiretimestamp', 'comment', 'comments', 'note', 'notes', 'remark', 'remarks'],
  // Of this product's plans, results and histories.
  ...['request', 'askedat', 'askedby', 'approvedby', 'withoutapprovalby', 'readback', 'outcome'],
  ...['replays', 'skips', 'certainty'],
  ...['apisaid', 'apicode', 'apicodename', 'message'],
  ...[
    '最新位点',
    '最大位点',
    '结束位点',
    '最小位点',
    '起始位点',
    '堆积',
    '堆积量',
    '消息堆积',
    '消息堆积量',
    '未消费消息数',
  ],
  ...['消费者id', '客户端', '客户端id', '主机', '状态', '时间', '备注'],
])

/** What makes it clear which column is meant. */
export const CLEAR_NAMES: Readonly<Record<FileColumn, string>> = {
  topic: 'topic',
  partition: 'partition',
  offset: 'new-offset',
  group: 'group',
  instance: 'instance',
}

/** Where a file has a group, then a topic, a partition and an offset, and says so. */
export const CLEAR_HEADER = `${CLEAR_NAMES.group},${CLEAR_NAMES.topic},${CLEAR_NAMES.partition},${CLEAR_NAMES.offset}`

/** No export has so many columns. */
const CELLS_MAX = 100
const NAME_SHOWN = 40
const CELLS_SHOWN = 60

/** The columns that these names stand over. */
export function columnsOfHeader(cells: readonly string[], line: number): Columns | FileProblem {
  if (cells.length > CELLS_MAX) return { kind: 'columnsUnknown', line, cells: shownCells(cells) }
  const names = cells.map(cell => plainName(cell))
  const known = names.map(name => isKnown(name))
  if (!known.includes(true)) return { kind: 'columnsUnknown', line, cells: shownCells(cells) }
  const unknown = known.indexOf(false)
  if (unknown >= 0) {
    return { kind: 'columnUnknown', line, column: unknown + 1, name: clip(cells[unknown] ?? '', NAME_SHOWN) }
  }
  const placesOf = (spellings: readonly string[]) =>
    names.flatMap((name, at) => (spellings.includes(name) ? [at] : []))
  const goals = placesOf(GOAL)
  const found: Record<FileColumn, number[]> = {
    topic: placesOf(TOPIC),
    partition: placesOf(PARTITION),
    // Beside one that says where it is to go, the others say where it was.
    offset: goals.length > 0 ? goals : placesOf([...OFFSET, ...COMMITTED]),
    group: placesOf(GROUP),
    instance: placesOf(INSTANCE),
  }
  for (const wanted of ['topic', 'partition', 'offset', 'group', 'instance'] as const) {
    const columns = found[wanted]
    if (columns.length === 0 && wanted !== 'group' && wanted !== 'instance')
      return { kind: 'columnMissing', line, wanted }
    if (columns.length > 1) {
      const named = columns.slice(0, 3).map(at => clip(cells[at] ?? '', NAME_SHOWN))
      return {
        kind: 'columnTwice',
        line,
        wanted,
        columns: columns.slice(0, 3).map(at => at + 1),
        names: named,
      }
    }
  }
  const [topic = 0] = found.topic
  const [partition = 0] = found.partition
  const [offset = 0] = found.offset
  const [group = null] = found.group
  const [instance = null] = found.instance
  return { topic, partition, offset, group, instance }
}

/** The Kafka tool writes no header, and the group only where it exports more than one. Null: not so many cells. */
export function columnsByPlace({ length }: readonly string[]): Columns | null {
  if (length === 3) return { topic: 0, partition: 1, offset: 2, group: null, instance: null }
  return length === 4 ? { topic: 1, partition: 2, offset: 3, group: 0, instance: null } : null
}

export function shownCells(cells: readonly string[]): string {
  return clip(cells.slice(0, CELLS_SHOWN).join(','), CELLS_SHOWN)
}

/** Longer than any name here: a cell may be as long as the file. */
const LONGEST_NAME = 60

function plainName(cell: string): string {
  return cell
    .slice(0, LONGEST_NAME)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

function isKnown(name: string): boolean {
  return (
    BESIDE.has(name) ||
    [TOPIC, PARTITION, GROUP, INSTANCE, GOAL, OFFSET, COMMITTED].some(all => all.includes(name))
  )
}
