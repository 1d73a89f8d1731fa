// README.md and docs/, read as text and held against the product: what they link to, name and state is there. It reads
// tables and code only; whether a sentence is true, it cannot say.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { en } from '../src/adapters/slack/language/en/en.ts'
import { readListCommand } from '../src/adapters/slack/lists/query.ts'
import { loadClusters } from '../src/clusters-file/load.ts'
import { KEYS } from '../src/clusters-file/schema.ts'
import { readConfig } from '../src/config.ts'
import { FILE_SETTINGS } from '../src/config-secrets.ts'
import { runPolicyCommand } from '../src/policy.ts'
import { CLUSTER_ACTIONS } from '../src/ports/events.ts'
import { parseFlags } from '../src/request/flags.ts'
import { readPolicy } from '../src/request/policy-file.ts'
import { createTelemetry } from '../src/telemetry.ts'

const top = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(top, path), 'utf8')

const README = 'README.md'
const pages = [README, ...readdirSync(join(top, 'docs')).map(name => `docs/${name}`)]

/** What is between fences is an example, whose brackets and number signs mean something else. */
function withoutExamples(text: string): string {
  return text.replace(/^ *```[\s\S]*?^ *```$/gm, '')
}

/** As GitHub makes them of headings. */
function anchorsOf(path: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutExamples(read(path)).matchAll(/^#+ +(.+?) *$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
    let free = anchor
    for (let again = 1; anchors.has(free); again += 1) free = `${anchor}-${again}`
    anchors.add(free)
  }
  return anchors
}

interface Link {
  path: string
  anchor: string
}

/** Of links and pictures to files of this repository, from its top. */
function linksIn(page: string): Link[] {
  const targets = [...withoutExamples(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, target = '']) => target,
  )
  return targets
    .filter(target => !/^[a-z]+:/.test(target))
    .map(target => {
      const [path = '', anchor = ''] = target.split('#', 2)
      return { path: path === '' ? page : join(dirname(page), path), anchor }
    })
}

/** The cells of each row of a page's tables, code marks kept. */
function rowsIn(page: string): string[][] {
  return read(page)
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line =>
      line
        .slice(1, -1)
        .split('|')
        .map(cell => cell.trim()),
    )
}

describe('the documentation', () => {
  it.each(pages)('%s links to files and headings that are there', page => {
    const broken = linksIn(page).filter(
      ({ path, anchor }) =>
        !existsSync(join(top, path)) ||
        (anchor !== '' && !(path.endsWith('.md') && anchorsOf(path).has(anchor))),
    )
    expect(broken).toEqual([])
  })

  it('can be reached, page by page, from the README', () => {
    const linked = linksIn(README).map(({ path }) => path)
    expect(pages.filter(page => page !== README && !linked.includes(page))).toEqual([])
  })

  it('begins with a README that is read in one go', () => {
    expect(read(README).trimEnd().split('\n').length).toBeLessThanOrEqual(180)
  })

  it('shows pictures', () => {
    expect(linksIn(README).filter(({ path }) => path.endsWith('.png')).length).toBeGreaterThan(0)
  })

  it.each(pages)('%s names scripts, commands and files that are there', page => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const text = read(page)
    const named = [...text.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(test|start)\b)/g)].map(
      ([, run, bare]) => run ?? bare ?? '',
    )
    expect(named.filter(script => !(script in scripts))).toEqual([])
    const commands = [...text.matchAll(/\bdist\/([\w-]+)\.js\b/g)].map(([, command]) => `src/${command}.ts`)
    const paths = [...text.matchAll(/`((?:src|test|docs)\/[\w./-]*)`/g)].map(([, path = '']) => path)
    expect([...commands, ...paths].filter(path => !existsSync(join(top, path)))).toEqual([])
  })
})

/** Without any setting that has a default. */
const needed = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_APP_TOKEN: 'xapp-1',
  REDIS_URL: 'redis://127.0.0.1:6379',
  TENCENTCLOUD_SECRET_ID: 'id',
  TENCENTCLOUD_SECRET_KEY: 'key',
  APPROVERS: 'U0BOB',
}
const SETTINGS = 'docs/settings.md'

describe('the page of settings', () => {
  const schema =
    /^export const settingsSchema = z\.object\(\{\n([\s\S]*?)^\}\)/m.exec(
      read('src/config-schema.ts'),
    )?.[1] ?? ''
  const source = new Map(
    schema.split(/^ {2}(?=[A-Z])/m).flatMap(entry => {
      const name = /^[A-Z][A-Z0-9_]*(?=:)/.exec(entry)?.[0]
      return name === undefined ? [] : [[name, entry] as const]
    }),
  )
  const rows = rowsIn(SETTINGS).flatMap(([name = '', value = '']) => {
    const setting = /^`([A-Z][A-Z0-9_]*)`$/.exec(name)?.[1]
    return setting === undefined ? [] : [{ setting, value }]
  })

  it('has every setting that is read, each once, and no other', () => {
    expect(source.size).toBeGreaterThan(30)
    expect(rows.map(({ setting }) => setting).sort()).toEqual([...source.keys()].sort())
  })

  it.each(rows)('says what becomes of $setting when it is not set: $value', ({ setting, value }) => {
    const defaulted = /^`([^`]+)`$/.exec(value)?.[1]
    const instead = /^required without `([A-Z_]+)`$/.exec(value)?.[1] ?? ''
    expect(source.get(setting)?.includes('.default('), 'a default in the schema').toBe(
      defaulted !== undefined,
    )
    // The name of the master counts with Sentinels only.
    for (const mode of ['single', 'sentinel']) {
      const given: Record<string, string> = { REDIS_MODE: mode, ...needed }
      const { [setting]: _, [instead]: __, ...env } = given
      const unset = readConfig(env)
      const whyNot = unset.ok ? [] : unset.problems.filter(problem => problem.includes(setting))
      if (value.startsWith('required')) expect(whyNot).not.toEqual([])
      else expect(whyNot).toEqual([])
      if (defaulted !== undefined) expect(readConfig({ ...env, [setting]: defaulted })).toEqual(unset)
    }
  })

  it('says on every other page, too, only settings that are read', () => {
    const prefixes = /\b(?:REWIND|SLACK|REDIS|CKAFKA|TENCENTCLOUD|METRICS|SKIPS|EMPTY|CALL)_[A-Z_]+\b/g
    const named = pages.flatMap(page => read(page).match(prefixes) ?? [])
    const isRead = (name: string) => source.has(name) || FILE_SETTINGS.some(each => each === name)
    expect(named.filter(name => !isRead(name) && !name.endsWith('_'))).toEqual([])
  })
})

describe('the pages of reference', () => {
  it('name every metric, with its labels, and no other', () => {
    const { registry } = createTelemetry('silent', 'all')
    const labelled = (metric: object & { name: string }) => {
      const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : []
      return `\`${metric.name}\` ${labels.map(label => `\`${label}\``).join(', ') || '–'}`
    }
    const counted = registry
      .getMetricsAsArray()
      .flatMap(metric => (metric.name.startsWith('rewind_') ? [labelled(metric)] : []))
    const listed = rowsIn('docs/operations.md').flatMap(([name = '', labels = '']) =>
      name.startsWith('`rewind_') ? [`${name} ${labels}`] : [],
    )
    expect(listed.sort()).toEqual(counted.sort())
    const named = pages.flatMap(page => read(page).match(/\brewind_[a-z_]+/g) ?? [])
    expect(named.filter(name => registry.getSingleMetric(name) === undefined)).toEqual([])
  })

  it('name every permission that the API key needs', () => {
    const text = pages.map(read).join('\n')
    expect(CLUSTER_ACTIONS.filter(action => !text.includes(`\`${action}\``))).toEqual([])
  })

  it('show policies of CAM with every call that is made of the API, reads before writes, and no other', () => {
    const folder = 'src/adapters/ckafka'
    const source = readdirSync(join(top, folder))
      .map(file => read(`${folder}/${file}`))
      .join('\n')
    const made = CLUSTER_ACTIONS.filter(action => source.includes(`'${action}'`)).sort()
    const isOfV3 = (action: string) => /^(?:Describe|Fetch|Modify|Batch)/.test(action)
    const isWrite = (action: string) => /Modify|Set/.test(action)
    const policies = [...read('docs/ckafka-api.md').matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(
      ([, text = '']) => JSON.parse(text) as { version: string; statement: Record<string, unknown>[] },
    )
    const actionsOf = (action: unknown) => [action].flat().map(each => `${each}`.replace(/^ckafka:/, ''))
    expect(policies.map(({ statement }) => statement.map(({ action }) => actionsOf(action).sort()))).toEqual(
      [true, false].map(ofV3 =>
        [false, true].map(ofWrites =>
          made.filter(action => isOfV3(action) === ofV3 && isWrite(action) === ofWrites),
        ),
      ),
    )
    for (const { version, statement } of policies) {
      expect(version).toBe('2.0')
      for (const { effect, resource } of statement) expect([effect, resource]).toEqual(['allow', '*'])
    }
  })

  it('name every state of a request as the card does', () => {
    const told = rowsIn('docs/use.md').flatMap(([state = '']) => state.split(' · '))
    expect(Object.values(en.states.names).filter(name => !told.includes(name))).toEqual([])
  })

  it('name flags and words that the commands know', () => {
    const rules = { nowMs: Date.UTC(2026, 10, 29), writePartitions: true }
    const examples = codeIn('docs/use.md').filter(
      code => code.startsWith('--') && !code.startsWith('--export'),
    )
    const flags = examples.map(code => code.replace(/ …$/, ''))
    expect(flags.length).toBeGreaterThan(10)
    const unknown = flags.filter(flag =>
      parseFlags(flag, rules).problems.some(({ kind }) => kind === 'unknown'),
    )
    expect(unknown).toEqual([])
    const lists = codeIn('docs/use.md').filter(code => code.startsWith('/offset-requests'))
    expect(lists.length).toBeGreaterThan(1)
    const wrong = lists.filter(
      code => readListCommand(code.slice('/offset-requests'.length)).kind === 'problem',
    )
    expect(wrong).toEqual([])
  })

  it('show a policy that can be used, and ask it a question that it allows', () => {
    const text = read('docs/policy.md')
    const example = /^```yaml\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? ''
    expect(readPolicy(parse(example), 'example')).toMatchObject({ ok: true })
    const [, args = ''] = /npm run policy:explain -- (.+)$/m.exec(text) ?? []
    const folder = mkdtempSync(join(tmpdir(), 'rewind-docs-'))
    try {
      const file = join(folder, 'policy.yml')
      writeFileSync(file, example)
      const [, ...options] = args.split(' ')
      expect(runPolicyCommand(['explain', file, ...options], undefined)).toMatchObject({ code: 0 })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('show a file of clusters that can be used', () => {
    const example = /^```yaml\n([\s\S]*?)^```$/m.exec(read('docs/clusters.md'))?.[1] ?? ''
    const folder = mkdtempSync(join(tmpdir(), 'rewind-docs-'))
    try {
      writeFileSync(join(folder, 'clusters.yml'), example)
      mkdirSync(join(folder, 'secrets'))
      for (const name of ['gz-key', 'logs-password']) writeFileSync(join(folder, 'secrets', name), 'x\n')
      writeFileSync(join(folder, 'secrets/authority.pem'), read('test/support/tls/authority.pem'))
      const env = { GZ_SECRET_ID: 'x', SH_PASSWORD: 'x' }
      const { read: served, problems } = loadClusters(join(folder, 'clusters.yml'), env)
      expect(problems).toEqual([])
      expect(served.map(({ entry }) => entry.kind)).toEqual(['ckafka', 'ckafka', 'both', 'kafka'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('name every key that an entry of the file of clusters may have', () => {
    const code = codeIn('docs/clusters.md').join(' ')
    const keys = Object.values(KEYS).flat()
    const family = (key: string) => key.replace(/-(env|file)$/, '-…')
    expect(keys.filter(key => !code.includes(key) && !code.includes(family(key)))).toEqual([])
  })

  it('name the rooms of the Slack adapter, floor by floor, as the boundaries have them', () => {
    const floors = /const SLACK_FLOORS = \[([\s\S]*?)^\]/m.exec(read('test/boundaries.test.ts'))?.[1] ?? ''
    const rooms = [...floors.matchAll(/'([\w-]+(?:\/|\.ts))'/g)].map(([, room]) => `\`${room}\``)
    expect(rooms.length).toBeGreaterThan(10)
    const [, told = ''] = read('docs/design.md').split('\n| room |')
    expect([...told.matchAll(/^\| (`[^`]+`) \|/gm)].map(([, room]) => room)).toEqual(rooms)
  })

  it('name every folder of the sources that has files, where the layout is told', () => {
    const text = read('docs/design.md')
    const folders = readdirSync(join(top, 'src'), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => entry.parentPath.slice(join(top, 'src').length + 1))
      .filter(folder => folder !== '' && !/^sandbox\/|^adapters\/slack\/language\//.test(folder))
    const untold = [...new Set(folders)].filter(folder => !text.includes(`\`${folder.split('/').at(-1)}/\``))
    expect(untold).toEqual([])
  })
})

function codeIn(page: string): string[] {
  return [...withoutExamples(read(page)).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
}
