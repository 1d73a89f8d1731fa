// Whatever comes from outside as text: how long it is worked on grows with its length and no faster, so that nobody can stop
// everybody with a short one. A new place that takes such text is one line of the table.

import { describe, expect, it } from 'vitest'
import { verdictOfV3 } from '../src/adapters/ckafka/codes-v3.ts'
import { readEnvelope } from '../src/adapters/ckafka/envelope-v2.ts'
import { readEnvelopeV3 } from '../src/adapters/ckafka/envelope-v3.ts'
import { parseJson, shown } from '../src/adapters/ckafka/fields.ts'
import { csvOf } from '../src/adapters/slack/blocks/csv.ts'
import { aligned } from '../src/adapters/slack/blocks/preformatted.ts'
import {
  bullets,
  clipEscaped,
  clipMiddle,
  escaped,
  line,
  named,
  paragraph,
  quoted,
  spoken,
  text,
  typed,
} from '../src/adapters/slack/blocks/text.ts'
import { readPayload } from '../src/adapters/slack/delivery/payload.ts'
import { readFollowUp } from '../src/adapters/slack/follow-up/view.ts'
import { languageOf, wordsIn } from '../src/adapters/slack/language/language.ts'
import { listPageSchema, readListCommand } from '../src/adapters/slack/lists/query.ts'
import { requestList } from '../src/adapters/slack/lists/view.ts'
import { alertText } from '../src/adapters/slack/reset-form/alert-text.ts'
import { readOffsetsCsv } from '../src/adapters/slack/reset-form/attached-file.ts'
import { readResetForm } from '../src/adapters/slack/reset-form/filled.ts'
import { topicOption, topicSearch } from '../src/adapters/slack/reset-form/pickers.ts'
import { resetForm } from '../src/adapters/slack/reset-form/view.ts'
import { readGlass } from '../src/adapters/slack/review/break-glass.ts'
import { readReview } from '../src/adapters/slack/review/view.ts'
import { card } from '../src/adapters/slack/thread/card.ts'
import { causeInWords } from '../src/adapters/slack/wording/cause.ts'
import { connectedInWords } from '../src/adapters/slack/wording/words.ts'
import { readConfig } from '../src/config.ts'
import { ALERT_MAX, firstLine, readAlerts } from '../src/request/alert.ts'
import { statusOf } from '../src/request/alert-status.ts'
import { labelsIn } from '../src/request/alert-values.ts'
import { readFlagWords } from '../src/request/flag-words.ts'
import { parseFlags } from '../src/request/flags.ts'
import { nearestNames, searchPieces } from '../src/request/nearest.ts'
import { callsOf } from '../src/request/offsets-file.ts'
import { readPolicy } from '../src/request/policy-file.ts'
import { parseReset, splitPartitions, splitTopics } from '../src/request/reset.ts'
import { createTelemetry } from '../src/telemetry.ts'
import { cpuMsOf } from './support/cpu.ts'
import { HERE, pending, someReset } from './support/requests.ts'

const words = wordsIn('en')
const names = { tokenOf: () => '~', nameOf: async (token: string) => token }
const rules = { instances: [], writePartitions: true, nowMs: 0 }
const fields = { scope: 'topics', strategy: 'earliest', instance: 'i', group: 'g', reason: 'r' } as const
const telemetry = createTelemetry('silent', 'all')
const stateOf = (value: string) =>
  Object.fromEntries(
    ['reason', 'note', 'typed_group', 'choice', 'verdict', 'field_reason', 'field_topics', 'field_group'].map(
      block => [
        block,
        {
          [block]: {
            value,
            selected_option: { value },
            selected_options: [{ value }],
          },
        },
      ],
    ),
  )
const requestCalled = (name: string) =>
  pending({
    reason: name,
    reset: { ...someReset, topics: [name], target: { instanceId: name, group: name } },
  })

/** Where text comes in, and all that is made of it there. */
const PLACES: Record<string, (text: string) => unknown> = {
  'the text after /reset-offsets': given => parseFlags(given, rules),
  'the same, for API 2.0': given => parseFlags(given, { ...rules, writePartitions: false }),
  'a flag’s topics in the form': given =>
    resetForm(
      words,
      { topics: given, group: given, reason: given },
      { instances: [], names, can: rules, metadata: { askedIn: HERE, cardIn: 'C', notes: given.split(' ') } },
    ),
  'words and flags': given => readFlagWords(given, { valueless: [], greedy: ['topic'] }),
  'the text after /offset-requests': given => readListCommand(given),
  'topics with partitions': given => parseReset({ ...fields, topics: given }, rules),
  'topics alone': given => splitTopics(given).map(splitPartitions),
  'every field of the form': given =>
    parseReset(
      {
        instance: given,
        group: given,
        count: given,
        offset: given,
        otherGroup: given,
        reason: given,
        strategy: 'shift',
      },
      rules,
    ),
  'what is typed into a picker': given => topicSearch(given, rules),
  'a chosen topic': given => topicOption(words, given, names),
  'a group that is not there': given => [
    searchPieces(given),
    nearestNames(given.slice(0, 255), ['orders', given]),
  ],
  'a form that was sent': given => readResetForm(stateOf(given)),
  'a review that was sent': given => [
    readReview(stateOf(given)),
    readGlass(stateOf(given)),
    readFollowUp(stateOf(given)),
  ],
  'an alert': given =>
    readAlerts(
      alertText({ text: given, attachments: given.split(' ').map(each => ({ text: each })) }, ALERT_MAX),
    ),
  'an alert’s names': given => [readAlerts(given), firstLine(given)],
  'a line of an alert': given => [statusOf(given), statusOf(`${given} resolved`), labelsIn([given], 0)],
  'a labelled value of an alert': given => [
    labelsIn([`group: ${given}`], 0),
    labelsIn([`topics: ${given}`], 0),
    labelsIn([`消费组${given}`], 0),
    labelsIn(['partitions:', given], 0),
  ],
  'an alert with what is struck through': given =>
    readAlerts(
      alertText(
        {
          blocks: [
            { type: 'rich_text_section', elements: [{ type: 'text', text: given, style: { strike: true } }] },
          ],
        },
        ALERT_MAX,
      ),
    ),
  'an attached file': given => readOffsetsCsv(Buffer.from(given), { group: 'g', instance: ['i'] }),
  'an attached file of one group': given =>
    readOffsetsCsv(Buffer.from(`instance,group,topic,partition,offset\n${given}`), {
      group: given.slice(0, 255),
      instance: callsOf(given.slice(0, 255), [{ id: given.slice(0, 255), name: given }]),
    }),
  'a cell of a file': given => csvOf(['a'], [[given]]),
  'a sentence': given => [
    escaped(given),
    clipEscaped(given, 4_000),
    clipMiddle(given, 100),
    named(given),
    paragraph(line(text(given), quoted(given))),
    spoken([quoted(given)]),
    bullets([line(quoted(given))]),
    typed(given),
  ],
  'a cell of a table': given => aligned([[given], [given]]),
  'names and a reason on a card': given => card(words, requestCalled(given)),
  'a list of requests': given =>
    requestList(
      words,
      { of: { kind: 'group', group: given }, part: 'any', day: null, before: null, seen: 0 },
      { requests: [requestCalled(given)], total: 1, next: null },
    ),
  'a cause': given => [causeInWords(words, given), causeInWords(words, `notSent ["${given}"]`)],
  consumers: given =>
    connectedInWords(words, { state: 'Stable', members: [{ clientId: given, host: given }] }),
  'what a button carries': given =>
    listPageSchema.safeParse({
      of: { kind: 'group', group: given },
      part: given,
      day: { name: given, zone: given },
    }),
  'a payload of Slack': given =>
    readPayload({
      type: 'block_suggestion',
      user: { id: given },
      action_id: given,
      value: given,
      view: { state: stateOf(given) },
    }),
  'a language of Slack': given => languageOf(given),
  'an answer of CKafka': given => [parseJson(given), readEnvelope(given), readEnvelopeV3(given)],
  'an error of CKafka': given => {
    readEnvelope(JSON.stringify({ code: 1, message: given }))
    return readEnvelopeV3(
      JSON.stringify({ Response: { Error: { Code: 'FailedOperation', Message: given } } }),
    )
  },
  'a result of CKafka': given =>
    readEnvelopeV3(JSON.stringify({ Response: { Result: { ReturnCode: given, ReturnMessage: given } } })),
  'an error’s code': given => [
    verdictOfV3(given, ''),
    verdictOfV3(`RequestLimitExceeded.${given}`, shown(given)),
  ],
  'a policy': given =>
    readPolicy(
      {
        version: 1,
        teams: { [given]: ['U0BOB'] },
        rules: [
          {
            name: given,
            match: { groups: [given] },
            approve: [{ from: given }],
            window: { days: given, hours: given, zone: given },
          },
        ],
      },
      '',
    ),
  'the settings': given =>
    readConfig({
      REDIS_URL: `redis://a,${given}`,
      APPROVERS: given,
      CKAFKA_INSTANCES: given,
      REQUEST_EXPIRY: given,
      METRICS_TOKEN: given,
    }),
  'an error in the log': given =>
    telemetry.report({ event: 'fault', where: 'port', error: new Error(given) }),
}

/** What a pattern, a quote, a range or a bracket may stumble over. */
const PIECES = [
  ...[
    ' ',
    '\n',
    '\t',
    '\r',
    ',',
    '-',
    ':',
    ':,-',
    '.',
    '.-',
    '*',
    "'",
    '"',
    '“ ',
    '“ --a ',
    '„ ‘ ',
    "'a ",
    '"a ',
    '""',
  ],
  ...[
    '--a ',
    '--a=',
    '--topic ',
    '—a “',
    '-',
    'a',
    '1',
    '0-9999,',
    'a:0-9999,',
    'b:0-9998 ',
    'a:0,1 ',
    '0,',
    'x-1-1',
  ],
  ...['[', '{"a":', '[1,', '"a":', '\\', '<', '<!', '<a|', '<a:|', '<!a|b', '&', '&lt;', '…', '“', '|', '`'],
  ...[
    '\u0301',
    '\u200d',
    '\u200b',
    '🙂\u200d',
    '\u202e',
    '\ud800',
    '＝',
    "'=",
    'group ',
    'group empty ',
    'has 1 ',
  ],
  ...[
    'ckafka-',
    'ckafka-a1 ',
    'a.b-',
    'P1',
    'T1H',
    '1.1',
    'xoxb-a',
    'Bearer a',
    'mon-',
    'redis://',
    'm  ,  ',
    '~',
    '~a~ ',
    '~~',
    'OK -> ',
    'from ALARM to ',
    'state is ',
    'resolved ',
    'firing: 1, ',
    '已恢复',
    'truncated ',
    '`a`-',
    'a;',
    ', received ',
  ],
]
/** Where it stands: alone, after what begins a list, a flag, a quote or a text, and before what ends none of them. */
const SHAPES: ((body: string) => string)[] = [
  body => body,
  body => `b:a${body}x`,
  body => `--topic a:${body}!`,
  body => `"${body}`,
  body => `a${body}a`,
]
/** Alone finds nearly all; the other shapes have their turn in the long tests. */
const USUAL = 1
const SIZE = 8_000
/**
 * Of this process alone. Less is no growth worth a second look: at this size, what is quadratic takes many times as long.
 * A pattern that is compiled anew, in a process that many tests share, takes a third of it whatever the text.
 */
const QUICK_MS = 30
/** Eight times the text may take eight times as long, and thrice that where the short one is hardly measured. */
const TIMES = 8
const MOST = TIMES * 3

/** Time of the processor, so that whatever else the machine does is not counted. */
function tookMs(work: (text: string) => unknown, given: string, runs: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) {
    best = Math.min(
      best,
      cpuMsOf(() => work(given)),
    )
  }
  return best
}

/** How many times longer it takes for a text that is so many times longer; 0 where it is quick. */
function growth(work: (text: string) => unknown, textOf: (size: number) => string, size: number): number {
  const [long, short] = [textOf(size), textOf(size / TIMES)]
  if (tookMs(work, long, 1) < QUICK_MS) return 0
  const longMs = tookMs(work, long, 4)
  return longMs < QUICK_MS ? 0 : longMs / tookMs(work, short, 10)
}

function slowIn(
  work: (text: string) => unknown,
  shapes: readonly ((body: string) => string)[],
  size: number,
) {
  return PIECES.flatMap(piece =>
    shapes.flatMap(shape => {
      const times = growth(work, long => shape(piece.repeat(Math.ceil(long / piece.length))), size)
      return times > MOST ? [`${JSON.stringify(shape(`${piece}${piece}`))}: ${times.toFixed(0)} times`] : []
    }),
  )
}

describe('the time that text from outside takes grows with its length', () => {
  it.each(Object.entries(PLACES))('%s', (_place, work) => {
    expect(slowIn(work, SHAPES.slice(0, USUAL), SIZE)).toEqual([])
  })

  it.each(Object.entries(PLACES))(
    '%s, in every shape',
    { tags: ['long'], timeout: 120_000 },
    (_place, work) => {
      expect(slowIn(work, SHAPES, 4 * SIZE)).toEqual([])
    },
  )

  it('an answer that opens ten million lists is refused before anything is made of it', () => {
    for (const answer of [
      '['.repeat(10_000_000),
      '{"a":'.repeat(2_000_000),
      `${'['.repeat(5_000_000)}${']'.repeat(5_000_000)}`,
    ]) {
      expect(parseJson(answer)).toEqual({ ok: false, problem: 'nested too deeply' })
      expect(tookMs(parseJson, answer, 3)).toBeLessThan(20)
    }
    expect(parseJson(`{"a":"${'['.repeat(1_000)}\\"${'{'.repeat(1_000)}"}`)).toMatchObject({ ok: true })
  })

  it('partitions are counted before they are spelled out', () => {
    const topics = Array.from({ length: 400 }, (_, index) => `t${index}:0-9999`).join(' ')
    const parsed = parseReset({ ...fields, topics }, rules)
    expect(parsed).toMatchObject({ ok: false, problems: { topics: { kind: 'partitionsTooMany' } } })
    expect(tookMs(given => parseReset({ ...fields, topics: given }, rules), topics, 3)).toBeLessThan(50)
    expect(splitPartitions('orders:4-6,0,5,1').partitions).toEqual({
      count: 5,
      ranges: [
        { low: 0, high: 1 },
        { low: 4, high: 6 },
      ],
    })
  })
})
