// Files of offsets as people attach them, made up after the shape of what tools export. One line each: what it is, whose
// offsets are asked for, the file, and what is read from it or what the sentence says that refuses it. Add yours.

import { describe, expect, it } from 'vitest'
import { LANGUAGES, wordsIn } from '../../src/adapters/slack/language/language.ts'
import { sentenceOf } from '../../src/adapters/slack/language/sentences.ts'
import { readOffsetsCsv } from '../../src/adapters/slack/reset-form/attached-file.ts'
import { BESIDE } from '../../src/request/offsets-columns.ts'
import { callsOf } from '../../src/request/offsets-file.ts'

const LONG = 'GROUP,TOPIC,PARTITION,CURRENT-OFFSET,LOG-END-OFFSET,LAG,CONSUMER-ID,HOST,CLIENT-ID'
const OF_A_PLAN = 'instance,group,topic,partition,from,to,replays,skips,certainty,note,log_start,log_end'
const OF_A_RESULT =
  'instance,group,topic,partition,from,planned,api_said,api_code,api_code_name,read_back,outcome,message'
const OF_A_HISTORY =
  'request,asked_at,asked_by,approved_by,without_approval_by,state,instance,group,topic,partition,from,to,read_back,outcome'

// biome-ignore format: one line for each example
const READ: [string, string, string, Record<string, number>][] = [
  ['kafka --export of one group', 'g', 'orders,0,11\norders,1,12\n', { 'orders 0': 11, 'orders 1': 12 }],
  ['kafka --export of several groups', 'g', '"g",orders,0,11\n"audit",orders,0,5\n', { 'orders 0': 11 }],
  ['kafka --export, the group quoted for its comma', 'g,x', '"g,x",orders,0,11\n', { 'orders 0': 11 }],
  ['kafka --dry-run with commas', 'g', 'GROUP,TOPIC,PARTITION,NEW-OFFSET\ng,orders,0,11\n', { 'orders 0': 11 }],
  ['kafka --describe: where the group stood', 'g', `${LONG}\ng,orders,0,11,90,79,c-1,/10.0.0.1,c\n`, { 'orders 0': 11 }],
  ['kafka --describe: a partition never committed', 'g', `${LONG}\ng,orders,0,-,90,-,-,-,-\ng,orders,1,7,90,83,-,-,-\n`, { 'orders 1': 7 }],
  ['kafka --describe: a consumer without a partition', 'g', `${LONG}\ng,-,-,-,-,-,c-2,/10.0.0.2,c\ng,orders,0,7,9,2,-,-,-\n`, { 'orders 0': 7 }],
  ['kafka --describe --offsets of newer tools', 'g', 'GROUP,TOPIC,PARTITION,LEADER-EPOCH,CURRENT-OFFSET,LOG-END-OFFSET,LAG\ng,orders,0,3,11,90,79\n', { 'orders 0': 11 }],
  ['the header says consumer_group', 'g', 'consumer_group,topic,partition,offset\naudit,orders,0,12345\ng,orders,0,11\n', { 'orders 0': 11 }],
  ['the header says consumergroup', 'g', 'consumergroup,topic,partition,offset\naudit,orders,0,5\ng,orders,0,11\n', { 'orders 0': 11 }],
  ['the header says group_id', 'g', 'group_id,topic,partition,current_offset\naudit,orders,0,5\ng,orders,0,11\n', { 'orders 0': 11 }],
  ['the header says GroupId', 'g', 'GroupId,TopicName,PartitionId,CommittedOffset\naudit,orders,0,5\ng,orders,0,11\n', { 'orders 0': 11 }],
  ['the header says group.id', 'g', 'group.id,topic,partition,offset\naudit,orders,0,5\ng,orders,0,11\n', { 'orders 0': 11 }],
  ['where it stood and where it is to go', 'g', 'topic,partition,current_offset,new-offset\norders,0,90,11\n', { 'orders 0': 11 }],
  ['the new one first', 'g', 'topic,partition,new_offset,CURRENT-OFFSET,LAG\norders,0,11,90,3\n', { 'orders 0': 11 }],
  ['a target beside an offset', 'g', 'topic,partition,offset,target offset\norders,0,90,11\n', { 'orders 0': 11 }],
  ['a console: names with blanks', 'g', 'Topic,Partition,Consumer Group,Committed Offset,End Offset,Consumer Lag\norders,0,g,11,90,79\n', { 'orders 0': 11 }],
  ['a console: member and host', 'g', '"Partition","Topic","Member ID","Host","Current offset","End offset","Lag"\n"0","orders","c-1","/10.0.0.1","11","90","79"\n', { 'orders 0': 11 }],
  ['a console: high watermark', 'g', 'topicName,partitionId,groupOffset,highWaterMark,lag\norders,0,11,90,79\n', { 'orders 0': 11 }],
  ['a console: log size', 'g', 'Topic;Partition;Log Size;Consumer Offset;Lag;Owner\norders;0;90;11;79;c-1\n', { 'orders 0': 11 }],
  ['a lag monitor’s dump', 'g', 'group,topic,partition,timestamp,offset,lag\ng,orders,0,1764400000000,11,79\n', { 'orders 0': 11 }],
  ['a Chinese console', 'g', '消费组,主题,分区,消费位点,最大位点,堆积量\naudit,orders,0,5,9,4\ng,orders,0,11,90,79\n', { 'orders 0': 11 }],
  ['a Chinese console with a goal', 'g', 'Topic名称;分区ID;当前位点;目标位点\norders;0;90;11\n', { 'orders 0': 11 }],
  ['a spreadsheet: semicolons, a mark and CRLF', 'g', '\ufefftopic;partition;offset\r\norders;0;11\r\n', { 'orders 0': 11 }],
  ['a spreadsheet: tabs', 'g', 'topic\tpartition\toffset\tnotes\norders\t0\t11\tplease, soon\n', { 'orders 0': 11 }],
  ['a spreadsheet: it says what is between', 'g', 'sep=;\ntopic;partition;offset\norders;0;11\n', { 'orders 0': 11 }],
  ['a plan of Rewind', 'g', `${OF_A_PLAN}\nckafka-one,g,orders,0,90,11,79,0,exact,,0,90\n`, { 'orders 0': 11 }],
  ['a result of Rewind', 'g', `${OF_A_RESULT}\nckafka-one,g,orders,0,90,11,11,0,NONE,11,succeeded,\n`, { 'orders 0': 11 }],
  ['lines of several instances, by their ids', 'g', 'instance_id,group,topic,partition,offset\nckafka-two,g,orders,0,5\nckafka-one,g,orders,0,11\n', { 'orders 0': 11 }],
  ['lines of several clusters, by their names', 'g', 'cluster,topic,partition,offset\neu,orders,0,5\nprod,orders,0,11\n', { 'orders 0': 11 }],
  ['a Chinese console with instances', 'g', '实例ID,消费组,主题,分区,位点\nckafka-two,g,orders,0,5\nckafka-one,g,orders,0,11\n', { 'orders 0': 11 }],
  ['lines of another instance that could not be read', 'g', 'instance,topic,partition,offset\nckafka-two,*,x,y\nckafka-one,orders,0,11\n', { 'orders 0': 11 }],
  ['a history of Rewind', 'g', `${OF_A_HISTORY}\nR-1,2026-11-29,U0A,U0B,,done,ckafka-one,g,orders,0,90,11,11,succeeded\n`, { 'orders 0': 11 }],
]

// biome-ignore format: one line for each example
const REFUSED: [string, string, string, string][] = [
  ['other groups alone, under consumer_group', 'g', 'consumer_group,topic,partition,offset\naudit,orders,0,12345\n', 'no line of the group g'],
  ['a name nobody knows', 'g', 'topic,partition,offset,shard\norders,0,11,4\n', 'Line 1, column 4: no column is known by the name “shard”'],
  ['a name nobody knows, before the others', 'g', '\n\napplication,topic,partition,offset\naudit,orders,0,5\n', 'Line 3, column 1: no column is known by the name “application”'],
  ['a consumer, which may be a group or a member of one', 'g', 'consumer,topic,partition,offset\naudit,orders,0,5\n', 'Line 1, column 1'],
  ['a plan of Rewind for the same group on another instance', 'g', `${OF_A_PLAN}\nckafka-two,g,orders,0,90,11,79,0,exact,,0,90\n`, 'The lines of the group g are of other instances than “ckafka-one”: line 2 is of “ckafka-two”'],
  ['a result of Rewind of another instance', 'g', `${OF_A_RESULT}\nckafka-two,g,orders,0,90,11,11,0,NONE,11,succeeded,\n`, 'line 2 is of “ckafka-two”'],
  ['a history of Rewind of another instance', 'g', `${OF_A_HISTORY}\nR-1,2026-11-29,U0A,U0B,,done,ckafka-two,g,orders,0,90,11,11,succeeded\n`, 'line 2 is of “ckafka-two”'],
  ['another cluster, and no group', 'g', 'cluster,topic,partition,offset\neu,orders,0,5\n', 'No line of the file is of “ckafka-one”: line 2 is of “eu”. If that is what else it is called, take the column out'],
  ['an address for an instance, as a metric has it', 'g', 'instance,consumergroup,topic,partition,offset\n10.0.0.1:9308,g,orders,0,5\n', 'line 2 is of “10.0.0.1:9308”'],
  ['other groups on the instance and the group on another', 'g', 'instance,group,topic,partition,offset\nckafka-one,audit,orders,0,5\nckafka-two,g,orders,0,5\n', 'line 3 is of “ckafka-two”'],
  ['other groups on the instance', 'g', 'instance,group,topic,partition,offset\nckafka-one,audit,orders,0,5\n', 'The file has no line of the group g.'],
  ['an instance that is written only once', 'g', 'instance,topic,partition,offset\nckafka-one,orders,0,11\n,orders,1,12\n', 'Line 3 has no instance: “,orders,1,12”. Column 1 should be the instance'],
  ['an instance and a cluster', 'g', 'instance,cluster,topic,partition,offset\nckafka-one,prod,orders,0,11\n', 'Leave only one of them, named instance'],
  ['the group without offsets, beside others', 'g', 'group,topic,partition,offset\naudit,orders,0,5\ng,orders,0,-\n', 'The lines of the group g in the file have no offsets.'],
  ['the group without offsets, beside another instance', 'g', 'instance,group,topic,partition,offset\nckafka-two,g,orders,0,5\nckafka-one,g,orders,0,\n', 'The lines of the group g in the file have no offsets.'],
  ['the group without offsets, and nobody else', 'g', 'group,topic,partition,offset\ng,orders,0,-\n', 'The file has no offsets.'],
  ['a column without a name', 'g', ',topic,partition,offset\n0,orders,0,5\n', 'Line 1, column 1 has no name'],
  ['a lag where the offset was', 'g', 'group_id,topic,partition,lag\ng,orders,0,79\n', 'named in line 1 is the offset. Name that column new-offset'],
  ['the end of the log alone', 'g', 'topic,partition,log-end-offset\norders,0,90\n', 'named in line 1 is the offset'],
  ['where a plan came from, and no more', 'g', 'topic,partition,from\norders,0,90\n', 'named in line 1 is the offset'],
  ['no partition', 'g', 'topic,offset\norders,11\n', 'named in line 1 is the partition. Name that column partition'],
  ['no topic', 'g', 'partition,offset,lag\n0,11,3\n', 'named in line 1 is the topic'],
  ['two that could be the offset', 'g', 'topic,partition,offset,current-offset\norders,0,11,90\n', 'column 3 (“offset”) and column 4 (“current-offset”). Name the one to go to new-offset'],
  ['two that are to be gone to', 'g', 'topic,partition,to,new-offset\norders,0,11,90\n', 'column 3 (“to”) and column 4 (“new-offset”)'],
  ['two groups', 'g', 'group,consumer_group,topic,partition,offset\ng,audit,orders,0,11\n', 'Leave only one of them, named group'],
  ['the same name twice', 'g', 'topic,partition,offset,Topic\norders,0,11,payments\n', 'column 1 (“topic”) and column 4 (“Topic”)'],
  ['a first line whose partition is no number', 'g', 'orders,first,11\norders,1,12\n', 'Line 1 has neither these nor their names: “orders,first,11”'],
  ['a group in the place of the topic', 'g', 'g,orders,11\n', 'Line 1 has neither'],
  ['four cells without a header that can be read in two ways', 'g', 'orders,0,11,79\n', 'Line 1 can be read in two ways'],
  ['five cells without a header', 'g', 'g,orders,0,11,90\n', 'Line 1 has neither'],
  ['a group that is written only once', 'g', 'group,topic,partition,offset\ng,orders,0,11\n,orders,1,12\n', 'Line 3 has no group: “,orders,1,12”. Column 1 should be the group'],
  ['a quoted number in threes', 'g', 'topic,partition,offset\norders,0,"1,234"\n', 'Line 2 has no topic, partition and offset: “orders,0,1,234”. Column 3 should be the offset, a whole number like 812430, without separators, and is “1,234”'],
  ['a number with points', 'g', 'topic;partition;offset\norders;0;1.234\n', 'and is “1.234”'],
  ['a number as a spreadsheet shortens it', 'g', 'topic;partition;offset\norders;0;8,12E+05\n', 'and is “8,12E+05”'],
  ['an offset of no commit as some exporters write it', 'g', 'topic,partition,current-offset\norders,0,-1\n', 'Column 3 should be the offset'],
  ['a header a second time', 'g', `${LONG}\ng,orders,0,11,90,79,-,-,-\n${LONG.replace('GROUP', 'g')}\n`, 'Line 3 has no topic'],
  ['after a note over two lines', 'g', 'topic,partition,offset,note\norders,0,11,"one\ntwo"\norders,x,12,\n', 'Line 4 has no topic'],
  ['columns with blanks between', 'g', 'GROUP  TOPIC  PARTITION  CURRENT-OFFSET\ng  orders  0  11\n', 'with commas, semicolons or tabs between'],
  ['JSON', 'g', '{"version":1,"partitions":[{"topic":"orders","partition":0,"offset":11}]}', 'Line 1 has a quote in the wrong place'],
]

const whose = (group: string) => ({ group, instance: ['ckafka-one', 'prod'] })
const bytes = (text: string) => Buffer.from(text)

/** In the usual spellings, which only case, blanks and marks tell apart. */
const SPELLINGS = [
  ...[
    'instance',
    'instance_id',
    'instanceId',
    'Instance-ID',
    'Instance name',
    'ckafka_instance',
    'CKafka Instance ID',
  ],
  ...[
    'kafka-instance',
    'cluster',
    'cluster_id',
    'clusterId',
    'Cluster Name',
    'kafka_cluster',
    'kafka.cluster.id',
  ],
  ...['实例', '实例ID', '实例名称', '集群', '集群 ID', 'CKafka 实例'],
]

describe('the lines of another instance', () => {
  it.each(SPELLINGS)('are never taken where the column is called %s', column => {
    const header = `${column},group,topic,partition,offset`
    const mixed = readOffsetsCsv(
      bytes(`${header}\nckafka-two,g,orders,0,5\nckafka-one,g,orders,0,7\n`),
      whose('g'),
    )
    expect(mixed).toEqual({ ok: true, targets: new Map([['orders 0', 7n]]) })
    expect(readOffsetsCsv(bytes(`${header}\nckafka-two,g,orders,0,5\n`), whose('g'))).toMatchObject({
      problem: { kind: 'instanceNotInFile', line: 2, said: 'ckafka-two' },
    })
  })

  it('are those of one whose name another instance has too, or is', () => {
    const listed = [
      { id: 'ckafka-one', name: 'prod' },
      { id: 'ckafka-two', name: 'ckafka-one' },
      { id: 'ckafka-three', name: 'same' },
      { id: 'ckafka-four', name: 'same' },
    ]
    expect(listed.map(({ id }) => callsOf(id, listed))).toEqual([
      ['ckafka-one', 'prod'],
      ['ckafka-two'],
      ['ckafka-three'],
      ['ckafka-four'],
    ])
    expect(callsOf('ckafka-five', listed)).toEqual(['ckafka-five'])
  })

  it('no name that is read past says whose a line is', () => {
    // A member of a group, and the state of one, are nobody's name.
    const fine = ['groupinstanceid', 'groupstate']
    const whose = /instance|cluster|group|ckafka|kafkaid|tenant|environment|region|实例|集群|组|地域/
    expect([...BESIDE].filter(name => whose.test(name) && !fine.includes(name))).toEqual([])
  })

  it('every column of this product’s own files that says whose a line is counts', () => {
    const own: [string, string][] = [
      [OF_A_PLAN, 'ckafka-one,g,orders,0,90,11,79,0,exact,,0,90'],
      [OF_A_RESULT, 'ckafka-one,g,orders,0,90,11,11,0,NONE,11,succeeded,'],
      [OF_A_HISTORY, 'R-1,2026-11-29,U0A,U0B,,done,ckafka-one,g,orders,0,90,11,11,succeeded'],
    ]
    for (const [header, row] of own) {
      for (const [value, other] of [
        ['ckafka-one', 'ckafka-onE'],
        ['g', 'G'],
      ] as const) {
        const changed = row.split(',').map(cell => (cell === value ? other : cell))
        expect(readOffsetsCsv(bytes(`${header}\n${changed.join(',')}\n`), whose('g')).ok).toBe(false)
      }
    }
  })
})

describe('what others export', () => {
  it.each(READ)('%s is read', (_, group, text, offsets) => {
    const file = readOffsetsCsv(bytes(text), whose(group))
    if (!file.ok) throw new Error(sentenceOf(wordsIn('en').problems, file.problem))
    expect(Object.fromEntries([...file.targets].map(([place, offset]) => [place, Number(offset)]))).toEqual(
      offsets,
    )
  })

  it.each(REFUSED)('%s is refused', (_, group, text, said) => {
    const file = readOffsetsCsv(bytes(text), whose(group))
    if (file.ok) throw new Error(`read ${[...file.targets].join(' ')}`)
    expect(sentenceOf(wordsIn('en').problems, file.problem)).toContain(said)
    // The same line is named in every language.
    const numbers = LANGUAGES.map(language =>
      (sentenceOf(wordsIn(language).problems, file.problem).match(/\d+/g) ?? []).sort().join(' '),
    )
    expect(new Set(numbers).size).toBe(1)
  })
})
