// The languages: each says all that English says, in its own words, and no view holds a word of its own.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LANGUAGES, languageOf, wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { causeInWords, messageInWords } from '../../../../src/adapters/slack/wording/cause.ts'
import { createWordings } from '../../../../src/adapters/slack/wording/readers.ts'
import type { Person } from '../../../../src/ports/chat.ts'
import { causeOf, causeOfRefusal } from '../../../../src/request/cause.ts'

const SLACK = new URL('../../../../src/adapters/slack/', import.meta.url)
const en = wordsIn('en')
const zh = wordsIn('zh')

/** What stands at each path of a language: how many arguments a sentence takes, or the text itself. */
function leavesOf(value: unknown, path = ''): Map<string, string | number> {
  if (typeof value === 'string') return new Map([[path, value]])
  if (typeof value === 'function') return new Map([[path, value.length]])
  const leaves = new Map<string, string | number>()
  for (const [key, each] of Object.entries(value as Record<string, unknown>)) {
    for (const [at, leaf] of leavesOf(each, `${path}.${key}`)) leaves.set(at, leaf)
  }
  return leaves
}

const sources = (folder: string) =>
  readdirSync(new URL(folder, SLACK), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => ({ file, text: readFileSync(new URL(`${folder}${file}`, SLACK), 'utf8') }))

/** The texts that stand in a source, without what is put in. */
function textsIn(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
  const texts: string[] = []
  const open: ('`' | '{')[] = []
  let said = ''
  for (let at = 0; at < code.length; at++) {
    const two = code.slice(at, at + 2)
    const character = code.charAt(at)
    if (open.at(-1) === '`') {
      if (character === '`' || two === '${') {
        texts.push(said)
        said = ''
        if (character === '`') open.pop()
        else {
          open.push('{')
          at += 1
        }
      } else if (character === '\\') {
        said += ' '
        at += 1
      } else said += character
    } else if (character === '`') open.push('`')
    else if (character === '{' && open.length > 0) open.push('{')
    else if (character === '}' && open.length > 0) open.pop()
    else if (character === "'" || character === '"') {
      const end = code.indexOf(character, at + 1)
      texts.push(code.slice(at + 1, end))
      at = end
    }
  }
  return texts
}

/** Names that stay as they are in every language. */
const NAMES = [
  ...[
    'Reset offsets from alert',
    'auto.offset.reset=latest',
    'retention.ms',
    'docs/use.md',
    'kafka-consumer-groups.sh',
    'Rewind',
    'Slack',
    'CKafka',
    'compact',
    'Flink',
    'Spark',
    'Kafka',
    'Redis',
    'API',
    'HTTP',
    'CSV',
    'UTC',
    'UTF-8',
    'MB',
    'ID',
    'Rule',
  ],
  ...[
    'Topic',
    'worker',
    'broker',
    'leader',
    'lag',
    'Flink',
    'Spark',
    'ISO 8601',
    'PT2H30M',
    'P1D',
    '2026-11-23T08:00:00Z',
  ],
  ...['orders:0,1', 'ckafka-xxooa0', 'kafka-consumer-groups.sh --export', 'files:read', 'users:read'],
  ...[
    'chat:write',
    'AUDIT_KEYS_OLD',
    'AUDIT_KEY',
    'CKAFKA_ENDPOINT',
    'CKAFKA_SET_OFFSETS_ACTION',
    'POLICY_FILE',
  ],
  ...['/reset-offsets', '/offset-requests', '/invite', 'R-12', '{date_short_pretty}', '{time}'],
  ...['mine', 'pending', 'failed', 'closed', 'over', 'all', 'offset'],
]
/** What they say of a call to Slack that failed goes to the log. */
const LOGGING = ['thread/chat.ts', 'platform/web-client.ts', 'platform/light-fetch.ts', 'platform/tokens.ts']
const FLAG = /--[a-z][a-z-]*/g

describe('each language', () => {
  it.each(LANGUAGES)('%s has every sentence that English has, and takes the same for it', language => {
    const [own, english] = [leavesOf(wordsIn(language)), leavesOf(en)]
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort())
    for (const [path, leaf] of english) {
      const other = own.get(path)
      expect(`${path} ${typeof other === 'number' ? other : 'text'}`).toBe(
        `${path} ${typeof leaf === 'number' ? leaf : 'text'}`,
      )
    }
  })

  it.each(LANGUAGES)('%s leaves no text empty', language => {
    // Chinese puts nothing between two sentences.
    const empty = [...leavesOf(wordsIn(language))].filter(
      ([path, leaf]) => leaf === '' && !path.endsWith('.gap'),
    )
    expect(empty).toEqual([])
  })

  it('says something of its own: no text of Chinese is the English one', () => {
    const english = leavesOf(en)
    const same = [...leavesOf(zh)].filter(
      ([path, leaf]) => typeof leaf === 'string' && leaf === english.get(path),
    )
    expect(same.filter(([, leaf]) => !NAMES.includes(`${leaf}`))).toEqual([])
  })

  it('leaves no English in Chinese but names', () => {
    const left = sources('language/zh/').flatMap(({ file, text }) =>
      textsIn(text.replace(/^(import|} from) .*$/gm, ''))
        .filter(said => /\p{Script=Han}|[a-z] [a-z]/u.test(said))
        .map(said => {
          const own = NAMES.filter(name => /[^A-Za-z]/.test(name)).reduce(
            (rest, name) => rest.replaceAll(name, ''),
            said,
          )
          const english = own.replace(FLAG, '').match(/[A-Za-z]{2,}/g) ?? []
          return { file, said, english: english.filter(word => !NAMES.includes(word)) }
        })
        .filter(({ english }) => english.length > 0),
    )
    expect(left).toEqual([])
  })
})

describe('the views', () => {
  const views = sources('').filter(({ file }) => !file.startsWith('language/'))

  it('hold no words of their own', () => {
    const spelled = /(?:^|[^.\w])(?:text|strong|plain|onlyForYou)\(\s*(['"`])(?:(?!\1)[^$])*[A-Za-z]{2}/gm
    const found = views
      .map(({ file, text }) => [file, [...text.matchAll(spelled)].map(([match]) => match.trim())] as const)
      .filter(([, matches]) => matches.length > 0)
    expect(found).toEqual([])
  })

  it('hold no sentence: whatever is longer than a name stands in a language, a log or an error', () => {
    const aside = /^\s*(?:throw|report\(|.*new Error\(|.*where:|await answering\(|.*answering\()/
    const showing = views.filter(({ file }) => !LOGGING.includes(file))
    const found = showing.flatMap(({ file, text }) =>
      text
        .split('\n')
        .filter(line => !aside.test(line) && !/^\s*(?:import|export \*|\/\/|\*|\/\*)/.test(line))
        .flatMap(line => [...line.matchAll(/(['"`])([A-Z][a-z’]+(?: [a-zA-Z’,]+){3,}[^'"`]*)\1/g)])
        .map(([, , said]) => `${file}: ${said}`),
    )
    expect(found).toEqual([])
  })
})

describe('a cause', () => {
  it('of ours is said in each language, with what it names', () => {
    expect(causeInWords(en, causeOf('groupBusy', 'R-7'))).toBe('R-7 holds the same group')
    expect(causeInWords(zh, causeOf('groupBusy', 'R-7'))).toBe('R-7 占用着同一消费分组')
    expect(causeInWords(zh, causeOf('joined'))).toBe('CKafka 因消费分组有消费者而拒绝了调用')
  })

  it('inside of another is said as well', () => {
    const cause = causeOf('lookFailed', causeOf('offsetUnread', 'orders 1'))
    expect(causeInWords(en, cause)).toBe(
      'looking at the group before the reset: the offset of orders 1 could not be read',
    )
    expect(causeInWords(zh, cause)).toBe('重置前查看消费分组：无法读取 orders 1 的位点')
  })

  it('is never read into what an API says, though it is spelled like one of ours', () => {
    expect(messageInWords(en, 'FailedOperation', ' denied ')).toBe('denied')
    expect(messageInWords(en, 25, 'joined')).toBe('joined')
    expect(messageInWords(en, 'none', 'joined')).toBe('CKafka refused the call because the group had members')
    expect(causeInWords(en, causeOf('apiSaid', 'FailedOperation', 'denied'))).toBe(
      'the API answered with code FailedOperation: denied',
    )
  })

  it('of a refusal says that somebody answered only where somebody did', () => {
    expect(causeInWords(en, causeOfRefusal('none', 'No cluster has it.'))).toBe('No cluster has it.')
    expect(causeInWords(en, causeOfRefusal('AuthFailure', 'No such key.'))).toBe(
      'the API answered with code AuthFailure: No such key.',
    )
    expect(causeInWords(en, causeOfRefusal('AuthFailure', ''))).toBe('the API answered with code AuthFailure')
  })

  it('of the API or the way to it is said as well, its codes and messages as they came', () => {
    const look = causeOf('lookFailed', causeOf('noAnswer', '2 s'))
    expect(causeInWords(en, look)).toBe('looking at the group before the reset: no answer within 2 s')
    expect(causeInWords(zh, look)).toBe('重置前查看消费分组：2 秒内没有响应')
    const said = causeOf('apiSaid', 'InternalError', 'say "again"')
    expect(causeInWords(en, said)).toBe('the API answered with code InternalError: say "again"')
    expect(causeInWords(zh, said)).toBe('API 返回错误码 InternalError：say "again"')
    expect(causeInWords(zh, causeOf('apiSaid', '5100'))).toBe('API 返回错误码 5100')
  })

  it('that is none of ours stands there as it came, however it looks', () => {
    for (const cause of [
      'no answer within 2 s',
      'joined the club',
      'lookFailed [1]',
      'lookFailed ["a"',
      'nobody ["a"]',
      'constructor',
      '',
    ]) {
      expect(causeInWords(zh, cause)).toBe(cause)
    }
  })
})

describe('a locale of Slack', () => {
  it.each([
    ['en-US', 'en'],
    ['en-GB', 'en'],
    ['zh-CN', 'zh'],
    ['zh-SG', 'zh'],
    ['zh-Hans-CN', 'zh'],
    ['zh-TW', null],
    ['zh-Hant-HK', null],
    ['ja-JP', null],
    ['', null],
  ])('%s is read as %s', (locale, language) => {
    expect(languageOf(locale)).toBe(language)
  })
})

describe('what a person reads alone', () => {
  const person = (locale: string | null): Person => ({
    id: 'U0ALICE',
    membership: 'member',
    locale,
    timeZone: null,
  })
  const read = (found: Person | null, language: 'en' | 'zh') =>
    createWordings({ people: { find: async () => found }, language }).wordsFor('U0ALICE')

  it('is in the language of their Slack, or in the one that all share', async () => {
    expect(await read(person('zh-CN'), 'en')).toBe(zh)
    expect(await read(person('en-US'), 'zh')).toBe(en)
    expect(await read(person('ja-JP'), 'zh')).toBe(zh)
    expect(await read(person(null), 'en')).toBe(en)
    expect(await read(null, 'zh')).toBe(zh)
  })

  it('is not waited for long', async () => {
    const asked: number[] = []
    const find = async (_userId: string, patienceMs: number) => {
      asked.push(patienceMs)
      return null
    }
    await createWordings({ people: { find }, language: 'en' }).wordsFor('U0ALICE')
    expect(asked).toEqual([300])
  })
})

it('no sentence puts what others have said into quotation marks that it could end', () => {
  const found = sources('language/').filter(({ text }) => /“\$\{/.test(text))
  expect(found.map(({ file }) => file)).toEqual([])
})
