// Offsets out of a file: as Kafka's own tool and this product write them; and whatever else a person may attach.

import fc from 'fast-check'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { wordsIn } from '../../src/adapters/slack/language/language.ts'
import { sentenceOf } from '../../src/adapters/slack/language/sentences.ts'
import { disarmed } from '../../src/request/formula.ts'
import { LINES_MAX, readOffsetsFile } from '../../src/request/offsets-file.ts'
import { parseReset } from '../../src/request/reset.ts'
import { anyText } from '../support/texts.ts'

const LARGEST = 2n ** 63n - 1n

const whose = (group: string) => ({ group, instance: ['ckafka-one'] })
const read = (text: string, group = 'billing') =>
  readOffsetsFile(Papa.parse<string[]>(text, { delimiter: ',' }).data, whose(group))

function offsetsIn(text: string, group?: string) {
  const found = read(text, group)
  if (!found.ok) throw new Error(found.problem.kind)
  return Object.fromEntries(found.targets)
}

function problemIn(text: string, group?: string): string {
  const found = read(text, group)
  if (found.ok) throw new Error(`read ${found.targets.size} offsets`)
  return sentenceOf(wordsIn('en').problems, found.problem)
}

describe('the export of the Kafka tool', () => {
  it('of one group has no header and does not name the group', () => {
    const text = 'orders,0,812430\norders,1,799102\npayments,0,0\n'
    expect(offsetsIn(text)).toEqual({ 'orders 0': 812_430n, 'orders 1': 799_102n, 'payments 0': 0n })
  })

  it('of several groups names the group first, and only the lines of this one are taken', () => {
    const text = 'audit,orders,0,5\nbilling,orders,0,7\nbilling,orders,1,8\naudit,payments,0,9\n'
    expect(offsetsIn(text)).toEqual({ 'orders 0': 7n, 'orders 1': 8n })
    expect(offsetsIn(text, 'audit')).toEqual({ 'orders 0': 5n, 'payments 0': 9n })
  })

  it('quotes long names', () => {
    const topic = `orders.${'x'.repeat(60)}`
    expect(offsetsIn(`"${topic}",0,5\n`)).toEqual({ [`${topic} 0`]: 5n })
  })

  it('of other groups alone says whose lines are missing', () => {
    expect(problemIn('audit,orders,0,5\n')).toBe('The file has no line of the group billing.')
  })
})

describe('a plan of this product', () => {
  /** As a plan's own file is written. */
  const planCsv = (rows: { group?: string; topic?: string; partition: number; to: bigint | '' }[]) =>
    Papa.unparse(
      rows.map(({ group = 'billing', topic = 'orders', partition, to }) => ({
        instance: 'ckafka-one',
        group: disarmed(group),
        topic: disarmed(topic),
        partition,
        from: '150',
        to: `${to}`,
        replays: '100',
        skips: '0',
        certainty: 'exact',
        note: to === '' ? 'noCommit' : '',
        log_start: '0',
        log_end: '200',
      })),
      {},
    )

  it('leads to where its partitions were to go, not to where they stood', () => {
    expect(offsetsIn(planCsv([0, 1].map(partition => ({ partition, to: 50n }))))).toEqual({
      'orders 0': 50n,
      'orders 1': 50n,
    })
  })

  it('leaves out what was not to be written', () => {
    expect(
      offsetsIn(
        planCsv([
          { partition: 0, to: '' },
          { partition: 1, to: 5n },
        ]),
      ),
    ).toEqual({ 'orders 1': 5n })
    expect(problemIn(planCsv([{ partition: 0, to: '' }]))).toBe('The file has no offsets.')
  })

  it('says how many rows it holds of which other groups', () => {
    const rows = ['billing', 'audit', 'audit', 'mail', 'x', 'y'].map((group, index) => [
      group,
      'orders',
      `${index}`,
      '5',
    ])
    const read = readOffsetsFile([['group', 'topic', 'partition', 'offset'], ...rows], {
      group: 'billing',
      instance: [],
    })
    expect(read).toMatchObject({
      ok: true,
      leftOut: { rows: 5, groups: ['audit', 'mail', 'x'], moreGroups: 1 },
    })
  })

  it('of another group is not taken for this one', () => {
    expect(problemIn(planCsv([{ group: 'audit', partition: 0, to: 5n }]))).toContain(
      'no line of the group billing',
    )
  })

  it.each([
    '@billing',
    '-billing',
    '=1+1',
    '+billing',
    '组 a&b=c+d',
    "'=billing",
    "x;=cmd|' /C calc'!A0;",
    'x\t=1',
    "x;'=1",
  ])('is read back for the group %s, whose name is disarmed for spreadsheets', group => {
    const text = planCsv([{ group, topic: '-orders', partition: 0, to: 5n }])
    expect(offsetsIn(text, group)).toEqual({ '-orders 0': 5n })
  })

  it('is read whatever the order of its columns and the case of their names', () => {
    expect(offsetsIn('To,Certainty,PARTITION,Topic\n5,exact,3,orders\n')).toEqual({ 'orders 3': 5n })
    expect(offsetsIn('topic,partition,planned,read_back\norders,3,5,9\n')).toEqual({ 'orders 3': 5n })
    expect(offsetsIn('topic,partition,current_offset,new_offset\norders,3,9,5\n')).toEqual({ 'orders 3': 5n })
  })

  it('is read back whole, for any topics, partitions and offsets', () => {
    const topic = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/).filter(name => !/^\.{1,2}$/.test(name))
    const row = fc.record({ topic, partition: fc.nat(100_000), to: fc.bigInt(0n, LARGEST) })
    const rows = fc.uniqueArray(row, {
      minLength: 1,
      selector: each => `${each.topic} ${each.partition}`,
    })
    fc.assert(
      fc.property(rows, given => {
        const expected = new Map(given.map(each => [`${each.topic} ${each.partition}`, each.to]))
        expect(read(planCsv(given))).toEqual({ ok: true, targets: expected })
      }),
    )
  })
})

describe('a file', () => {
  it('may begin with the mark that spreadsheets put there', () => {
    expect(offsetsIn('\uFEFForders,0,5\n')).toEqual({ 'orders 0': 5n })
    expect(offsetsIn('\uFEFFtopic,partition,offset\norders,0,5\n')).toEqual({ 'orders 0': 5n })
  })

  it('may have blank lines, blanks around cells, empty cells at the end, and either kind of line end', () => {
    const text = '\r\n  orders , 0 , 5 ,,\r\n\r\n,,,\r\norders,1,6,,\r\n\r\n'
    expect(offsetsIn(text)).toEqual({ 'orders 0': 5n, 'orders 1': 6n })
  })

  it('keeps every digit of a large offset, and takes none that Kafka has not', () => {
    expect(offsetsIn(`orders,0,${2n ** 53n + 1n}\norders,1,${LARGEST}`)).toEqual({
      'orders 0': 2n ** 53n + 1n,
      'orders 1': LARGEST,
    })
    expect(problemIn(`orders,0,${LARGEST + 1n}`)).toMatch(/^Line 1 has no topic, partition and offset/)
    expect(problemIn(`orders,0,${'9'.repeat(1_000)}`)).toMatch(/^Line 1 /)
    expect(problemIn(`orders,${'9'.repeat(1_000)},0`)).toMatch(/^Line 1 /)
  })

  it.each<[string, string]>([
    ['an offset below zero', 'orders,1,-1'],
    ['an offset with a fraction', 'orders,1,5.0'],
    ['an offset as a spreadsheet shortens it', 'orders,1,8.12E+05'],
    ['an offset with a thin space in it', 'orders,1,812,430'],
    ['an offset in words', 'orders,1,latest'],
    ['an offset in hexadecimal', 'orders,1,0x1F'],
    ['no offset', 'orders,1,'],
    ['no partition', 'orders,,5'],
    ['a partition that is no number', 'orders,one,5'],
    ['a partition below zero', 'orders,-1,5'],
    ['no topic', ',1,5'],
    ['a topic that Kafka does not allow', 'or ders,1,5'],
    ['a topic that is a path', '..,1,5'],
    ['a cell too few', 'orders,1'],
    ['a cell too many', 'billing,orders,1,5'],
    ['an offset that a comma has torn in two', 'orders,1,812,430'],
    ['a header in the middle', 'topic,partition,offset'],
  ])('with %s is refused, and the line is named', (_, line) => {
    expect(problemIn(`orders,0,5\n\n${line}\norders,2,5\n`)).toMatch(/^Line 3 /)
  })

  it('that names a partition twice is refused, however it is written', () => {
    expect(problemIn('orders,1,5\norders,2,5\norders,01,5\n')).toBe('Line 3 names orders 1 a second time.')
  })

  it('may name a partition once for each group', () => {
    expect(offsetsIn('audit,orders,1,5\nbilling,orders,1,6\naudit,orders,1,7\n')).toEqual({ 'orders 1': 6n })
  })

  it.each<[string, string]>([
    ['nothing', ''],
    ['blank lines', '\n\n , \n'],
  ])('with %s is empty', (_, text) => {
    expect(problemIn(text)).toBe('The file is empty.')
  })

  it.each<[string, string]>([
    ['two columns', 'orders,5\n'],
    ['five columns and no header', 'a,b,c,d,e\n'],
    ['prose', 'Please reset orders to the beginning.\n'],
    ['a header without an offset', 'topic,partition,certainty,lag,log_end\norders,0,exact,5,6\n'],
  ])('with %s is told what a line needs', (_, text) => {
    expect(problemIn(text)).toMatch(/^Each line needs topic, partition and offset/)
  })

  it('with a header and no more has no offsets', () => {
    expect(problemIn('topic,partition,offset\n')).toBe('The file has no offsets.')
  })

  it('is read up to the most lines that one group may need, and not a line further', () => {
    const lines = Array.from({ length: LINES_MAX }, (_, partition) => `orders,${partition},5`)
    expect(Object.keys(offsetsIn(lines.join('\n')))).toHaveLength(LINES_MAX)
    expect(problemIn([...lines, `orders,${LINES_MAX},5`].join('\n'))).toMatch(/^The file has more than/)
  })

  it('never makes more of a name than a name', () => {
    expect(offsetsIn('__proto__,0,5\nconstructor,0,6\n', 'toString')).toEqual({
      '__proto__ 0': 5n,
      'constructor 0': 6n,
    })
  })

  it('never fails otherwise than with a problem a person can read in one go', () => {
    const cell = fc.oneof(
      anyText({ maxLength: 80 }),
      fc.constantFrom('orders', 'topic', 'partition', 'offset', 'group', '0', '5', '', '<!channel>', "'=1"),
    )
    const lines = fc.array(fc.array(cell, { maxLength: 6 }), { maxLength: 8 })
    fc.assert(
      fc.property(lines, anyText({ maxLength: 300 }), (given, group) => {
        const found = readOffsetsFile(given, whose(group))
        if (found.ok) {
          for (const [place, offset] of found.targets) {
            expect(place).toMatch(/^[A-Za-z0-9._-]{1,249} \d{1,9}$/)
            expect(offset).toBeGreaterThanOrEqual(0n)
          }
        } else {
          const said = sentenceOf(wordsIn('en').problems, found.problem)
          expect([...said].length).toBeLessThan(320)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is asked for as it was read', () => {
    const found = read('payments,0,5\norders,3,6\norders,1,7\n')
    if (!found.ok) throw new Error(found.problem.kind)
    const fields = { instance: 'ckafka-one', group: 'billing', strategy: 'offsets', reason: 'why' } as const
    const rules = { instances: [], writePartitions: true, nowMs: 0 }
    const parsed = parseReset({ ...fields, file: found.targets }, rules)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    expect(parsed.asked.targets).toEqual(found.targets)
    expect(parsed.asked.reset).toMatchObject({
      strategy: { kind: 'offsets', source: 'file', partitions: 3 },
      topics: ['orders', 'payments'],
      partitions: {},
    })
  })
})
