// Who may import whom, read from the sources themselves: one direction of dependencies, and a sandbox that shares
// nothing with the product, so that it cannot share its mistakes.

import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Source {
  /** Relative to src, with forward slashes. */
  path: string
  text: string
}

interface Import {
  /** A package, or a path relative to src. */
  target: string
  kind: 'type' | 'value'
}

/** Paths relative to src (a folder ends in `/`), packages and `node:`; `type …` allows only types. */
const MAY_IMPORT: Record<string, string[]> = {
  // A digest is as pure as an addition.
  'request/digest.ts': ['request/', 'node:crypto', 'zod'],
  'request/audit.ts': ['request/', 'node:crypto'],
  'request/seals.ts': ['request/', 'node:crypto', 'zod'],
  // The names most like one that is not there, for everybody who says so.
  'request/nearest.ts': ['request/', 'fuse.js'],
  'request/': ['request/', 'zod'],
  'ports/': ['type request/', 'type ports/'],
  'service/pump.ts': ['type ports/'],
  'service/': ['request/', 'ports/', 'service/', 'zod', 'node:crypto', 'node:timers'],
  'config.ts': [
    ...['request/', 'config-values.ts', 'config-redis.ts', 'config-clusters.ts', 'config-clusters-file.ts'],
    ...['config-schema.ts', 'config-secrets.ts', 'config-proxy.ts', 'service-accounts.ts'],
    ...['clusters-file/', 'config-tracing.ts', 'type listen-address.ts', 'zod'],
  ],
  'config-schema.ts': [
    ...['config-values.ts', 'config-redis.ts', 'config-proxy.ts', 'config-tracing.ts'],
    ...['listen-address.ts', 'zod'],
  ],
  'config-tracing.ts': ['config-values.ts', 'zod'],
  'config-clusters.ts': ['type adapters/kafka/settings.ts'],
  'open-clusters.ts': [
    ...['request/', 'ports/', 'config-clusters.ts', 'node:'],
    ...['adapters/ckafka/', 'adapters/kafka/', 'adapters/clusters/', 'adapters/redis/', 'type proxy/'],
    'type clusters-file/watch.ts',
  ],
  'config-clusters-file.ts': ['clusters-file/', 'config-clusters.ts'],
  'config-secrets.ts': ['bounded-file.ts', 'clusters-file/secrets.ts'],
  'config-proxy.ts': ['config-values.ts', 'type proxy/', 'zod'],
  'config-requests.ts': [
    ...[
      'config.ts',
      'config-schema.ts',
      'type config-proxy.ts',
      'config-secrets.ts',
      'request/file-words.ts',
    ],
  ],
  'service-accounts.ts': ['bounded-file.ts', 'request/service-account.ts'],
  // What is asked, and what is answered: the command and the bot share it.
  'requests-api/questions.ts': ['request/', 'zod'],
  'requests-api/': [
    ...[
      'request/',
      'type ports/',
      'ports/store.ts',
      'requests-api/',
      'service/within.ts',
      'type service-accounts.ts',
    ],
    ...['adapters/slack/language/', 'adapters/slack/wording/', 'adapters/slack/reset-form/named-topics.ts'],
    ...['node:crypto', 'type node:http'],
  ],
  'requests-command/': [
    'request/',
    'requests-api/questions.ts',
    'type requests-api/',
    'requests-command/',
    'node:timers/promises',
  ],
  // It holds a token and an address, and nothing of the product's.
  'requests.ts': ['config-requests.ts', 'requests-command/', 'node:'],
  'serve-ports.ts': [
    ...['http-server.ts', 'listen-address.ts', 'monitoring.ts', 'requests-api/questions.ts'],
    ...['setup.ts', 'starting.ts'],
  ],
  'serve-requests.ts': [
    ...['requests-api/', 'adapters/slack/language/', 'serve-clusters.ts', 'setup.ts'],
    ...['type http-server.ts', 'type ports/'],
  ],
  'config-given.ts': ['config.ts', 'config-schema.ts', 'config-secrets.ts'],
  'config-usable.ts': ['config.ts', 'config-schema.ts', 'config-secrets.ts'],
  'named.ts': ['request/', 'type config.ts', 'type adapters/slack/', 'node:timers/promises'],
  'refused-keys.ts': ['request/cause.ts', 'type open-clusters.ts'],
  'setup.ts': ['type config.ts', 'type ports/', 'type telemetry.ts', 'type serve-tracing.ts'],
  // What makes traces is loaded by it alone, and only where it is asked for.
  'serve-tracing.ts': [
    ...['adapters/otel/', 'adapters/redis/', 'ports/', 'version.ts'],
    ...['type config.ts', 'type telemetry.ts', 'type bullmq'],
  ],
  'readiness.ts': ['type adapters/', 'type service/pump.ts', 'type open-clusters.ts'],
  'serve-policy.ts': [
    ...['request/', 'adapters/policy/', 'type service/approvals.ts', 'setup.ts', 'starting.ts'],
    'node:timers/promises',
  ],
  // It reads the store and writes files; what is deleted the store decides.
  'retention/': ['request/', 'type ports/', 'trail-file/', 'retention/', 'node:'],
  'serve-retention.ts': [
    ...['retention/', 'adapters/redis/', 'setup.ts', 'starting.ts', 'node:crypto', 'node:fs'],
    ...['type request/', 'type ports/', 'type config.ts'],
  ],
  'serve-workers.ts': [...['adapters/bullmq/', 'adapters/redis/', 'setup.ts', 'type service/approvals.ts']],
  'serve-clusters.ts': [
    ...['open-clusters.ts', 'refused-keys.ts', 'setup.ts'],
    ...['type config.ts', 'type clusters-file/watch.ts', 'type adapters/', 'adapters/kafka/cluster-ids.ts'],
  ],
  'config-values.ts': ['request/', 'zod'],
  'config-redis.ts': ['bounded-file.ts', 'config-values.ts', 'zod'],
  // The one way in which a file that the settings name is read.
  'bounded-file.ts': ['node:fs', 'node:fs/promises'],
  'listen-address.ts': ['zod', 'node:net'],
  // It runs every half minute, beside the product.
  'health.ts': ['config.ts', 'listen-address.ts', 'node:http', 'node:net'],
  'telemetry.ts': [
    'type ports/',
    'ports/events.ts',
    'gauges.ts',
    'version.ts',
    'lru-cache',
    'pino',
    'prom-client',
  ],
  'gauges.ts': ['type request/gauges.ts', 'prom-client'],
  'version.ts': [],
  'http-server.ts': ['node:http', 'type node:net'],
  'monitoring.ts': ['type http-server.ts', 'node:crypto', 'type prom-client'],
  'adapters/redis/': [
    'request/',
    'ports/',
    'adapters/redis/',
    'node:',
    'zod',
    'ioredis',
    'rate-limiter-flexible',
  ],
  'adapters/bullmq/': ['request/', 'ports/', 'adapters/bullmq/', 'node:', 'zod', 'bullmq', 'ioredis'],
  'adapters/otel/': [
    ...['ports/', 'adapters/otel/', 'bullmq-otel', 'type bullmq', 'node:http', 'node:https'],
    ...['@opentelemetry/api', '@opentelemetry/context-async-hooks', '@opentelemetry/core'],
    ...['@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/exporter-trace-otlp-proto'],
    ...['@opentelemetry/instrumentation-undici', '@opentelemetry/resources', '@opentelemetry/sdk-trace-base'],
  ],
  'adapters/ckafka/': [
    ...[
      'request/',
      'ports/',
      'proxy/',
      'adapters/ckafka/',
      'node:',
      'lossless-json',
      'lru-cache',
      'p-limit',
      'undici',
      'zod',
    ],
  ],
  // One way out for both systems that are reached over HTTP.
  'proxy/': ['proxy/', 'request/cause.ts', 'undici', 'type node:net'],
  'adapters/kafka/': ['request/', 'ports/', 'adapters/kafka/', 'node:'],
  'adapters/clusters/': ['request/', 'ports/', 'adapters/clusters/', 'lru-cache'],
  // It draws what it is told, in words and numbers that others have made.
  'adapters/picture/': ['type ports/', 'adapters/picture/', 'node:', '@resvg/resvg-js'],
  'adapters/slack/': [
    ...['request/', 'ports/', 'proxy/', 'adapters/slack/', 'node:', 'zod', 'undici'],
    ...['@slack/bolt', '@slack/types', '@slack/web-api', 'lru-cache', 'p-limit', 'papaparse'],
  ],
  'adapters/policy/': ['request/', 'ports/', 'adapters/policy/', 'bounded-file.ts', 'node:', 'yaml'],
  'policy.ts': ['request/', 'config.ts', 'adapters/policy/', 'node:'],
  // It opens files and certificates, and connects to nothing.
  'clusters-file/': [
    ...['clusters-file/', 'config-clusters.ts', 'config-values.ts', 'type adapters/kafka/settings.ts'],
    ...[
      'bounded-file.ts',
      'request/file-words.ts',
      'request/nearest.ts',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:path',
      'node:tls',
      'yaml',
      'zod',
    ],
  ],
  // It is run by the build, and nothing of it is in what it makes.
  'bundle.mjs': ['node:fs', 'node:url', 'esbuild', '@jridgewell/sourcemap-codec'],
  'clusters.ts': [
    'type clusters-file/',
    'config.ts',
    'type config-clusters.ts',
    'request/printable.ts',
    'node:',
  ],
  // It puts the checks together; each knows the adapter of its own system.
  'doctor.ts': [
    ...['doctor/', 'config.ts', 'config-given.ts', 'config-usable.ts', 'open-clusters.ts', 'node:'],
    ...['adapters/redis/connect.ts', 'request/seals.ts'],
  ],
  'doctor/finding.ts': ['request/printable.ts'],
  'doctor/settings.ts': ['config-given.ts', 'config-secrets.ts', 'request/', 'doctor/finding.ts'],
  'doctor/cause.ts': ['adapters/slack/language/', 'adapters/slack/wording/'],
  'doctor/policy.ts': [
    ...['adapters/policy/', 'request/', 'named.ts', 'type config.ts', 'doctor/finding.ts'],
  ],
  'doctor/traces.ts': ['type config-tracing.ts', 'doctor/finding.ts', 'node:http', 'node:https'],
  'doctor/listening.ts': ['listen-address.ts', 'doctor/finding.ts', 'node:net', 'node:events'],
  'doctor/slack.ts': [
    ...['adapters/slack/platform/', 'named.ts', 'type request/', 'type config.ts', 'doctor/finding.ts'],
    ...['doctor/proxies.ts', 'doctor/approval.ts', 'doctor/archived.ts', 'doctor/tls.ts'],
    ...['type @slack/web-api', 'zod'],
  ],
  'doctor/archived.ts': ['type named.ts', 'doctor/finding.ts', 'type @slack/web-api', 'zod'],
  'doctor/approval.ts': ['request/', 'type adapters/slack/platform/', 'doctor/finding.ts'],
  'doctor/redis-away.ts': ['adapters/redis/', 'doctor/tls.ts'],
  'doctor/redis.ts': ['adapters/redis/', 'adapters/bullmq/', 'request/', 'doctor/', 'node:crypto'],
  'doctor/': [
    ...['adapters/ckafka/', 'adapters/kafka/', 'type adapters/redis/', 'open-clusters.ts', 'refused-keys.ts'],
    ...['request/', 'type ports/', 'type config.ts', 'type config-clusters.ts', 'doctor/'],
  ],
  // It only reads, and from the store alone.
  'trail-file/': ['request/', 'type ports/', 'trail-file/', 'zod'],
  'audit.ts': [
    ...[
      'request/',
      'type ports/',
      'trail-file/',
      'config.ts',
      'adapters/redis/',
      'hold-restored.ts',
      'node:',
    ],
  ],
  'hold-restored.ts': ['type ports/', 'type request/', 'service/changes.ts'],
  'main.ts': [
    ...['request/', 'ports/', 'service/', 'config.ts', 'telemetry.ts', 'adapters/', 'node:'],
    ...['type http-server.ts', 'serve-ports.ts', 'starting.ts', 'named.ts'],
    ...['setup.ts', 'serve-policy.ts', 'serve-clusters.ts', 'serve-requests.ts', 'serve-retention.ts'],
    ...['serve-workers.ts', 'readiness.ts', 'serve-tracing.ts'],
  ],
  // Loaded before anything is there to be imported.
  'built.mjs': ['node:fs'],
  'starting.ts': [
    ...['type config.ts', 'type telemetry.ts', 'adapters/redis/connect.ts', 'request/'],
    ...['adapters/redis/unconnected.ts', 'adapters/redis/newest-seals.ts'],
    ...['adapters/slack/platform/tokens.ts', 'node:timers/promises'],
  ],
  // One table of emoji serves the terminal and the page.
  'sandbox/page/': ['sandbox/page/', 'sandbox/slack/emoji.ts', 'preact', '@preact/signals'],
  'sandbox/': ['sandbox/', 'node:', 'zod', 'ws', 'undici', 'lossless-json', 'ioredis', 'yaml'],
}

/** The rooms of the Slack adapter, floor by floor: each imports only what lies below it. */
const SLACK_FLOORS = [
  // The one door.
  'app.ts',
  // What a person sees, from what opens the others down to what is opened.
  ...['home/', 'history/', 'lists/', 'reset-form/', 'follow-up/', 'review/', 'thread/'],
  // How Slack and the product reach each other.
  ...['delivery/', 'platform/'],
  // What is said, and of what it is built.
  ...['wording/', 'language/', 'blocks/'],
].map(room => `adapters/slack/${room}`)

const EMPTY_NAMES = /^(utils?|helpers?|common|types?|shared|misc|lib)$/

function violationsIn({ path, text }: Source): string[] {
  const code = withoutComments(text)
  const inSandbox = path.startsWith('sandbox/')
  const found: string[] = []

  const place = Object.keys(MAY_IMPORT).find(key => isWithin(path, key))
  if (place === undefined) found.push('has no place among the layers')
  else {
    for (const { target, kind } of importsOf(path, code)) {
      const allowed = (MAY_IMPORT[place] ?? []).some(entry =>
        entry.startsWith('type ')
          ? kind === 'type' && isWithin(target, entry.slice(5))
          : isWithin(target, entry),
      )
      if (!allowed) found.push(`must not import ${kind === 'type' ? 'types of ' : ''}${target}`)
    }
  }
  const floor = SLACK_FLOORS.findIndex(room => isWithin(path, room))
  if (floor === -1 && path.startsWith('adapters/slack/')) found.push('is in no room of the Slack adapter')
  for (const { target } of importsOf(path, code)) {
    const other = SLACK_FLOORS.findIndex(room => isWithin(target, room))
    if (floor !== -1 && other !== -1 && other < floor) found.push(`must not import ${target}, a floor above`)
  }
  if (/\bimport\(\s*[^'"\s]/.test(code) || /\brequire\(/.test(code))
    found.push('imports what cannot be read here')

  // The entries hand the environment over, and that is all they may do with it.
  const handsOver = {
    'main.ts': ['readConfig(process.env)'],
    'audit.ts': ['readStoreConfig(process.env)', 'readAuditKeys(process.env)'],
    'policy.ts': ['readPolicyFile(process.env)'],
    'clusters.ts': ['readClustersFile(process.env)'],
    'requests.ts': ['readRequestsConfig(process.env, given)'],
    'doctor.ts': [
      ...['readGiven(process.env)', 'readConfig(process.env)', 'readStoreConfig(process.env)'],
      'readAuditKeys(process.env)',
      'readUsable(process.env, config.problems)',
    ],
    'health.ts': ['readListening(process.env)'],
  }[path]
  const environment = (handsOver ?? []).reduce((rest, call) => rest.replaceAll(call, ''), code)
  const readsEnvironment =
    /\bprocess\s*(\.|\?\.)\s*env\b|\bprocess\s*\[|=\s*process\b(?!\s*\.)|['"](node:)?process['"]/
  if (!inSandbox && !path.endsWith('.mjs') && handsOver === undefined && /\bimport\.meta\b/.test(code))
    found.push('finds files by where it stands, and is built into another')
  if (!inSandbox && path !== 'config.ts' && readsEnvironment.test(environment))
    found.push('reads the environment')
  if (!inSandbox && /\bMath\s*\.\s*random\b/.test(code)) found.push('uses Math.random')

  const names = path.split('/').map(name => name.replace(/\.[a-z]+$/, ''))
  const empty = names.find(name => EMPTY_NAMES.test(name))
  if (empty !== undefined) found.push(`is called ${empty}, which says nothing`)
  if (names.at(-1) === 'index') found.push('is a barrel')
  if (!text.startsWith('// ')) found.push('does not open by saying what it owns')
  return found.map(violation => `${path} ${violation}`)
}

function importsOf(path: string, code: string): Import[] {
  const statements = /^\s*(?:import|export)\s+(type\s+)?(?:[\w$*{},\s]+?\s+from\s+)?['"]([^'"]+)['"]/gm
  const dynamic = /\bimport\(\s*['"]([^'"]+)['"]/g
  return [
    ...[...code.matchAll(statements)].map(
      ([, type, name = '']): Import => ({ target: resolved(path, name), kind: type ? 'type' : 'value' }),
    ),
    ...[...code.matchAll(dynamic)].map(
      ([, name = '']): Import => ({ target: resolved(path, name), kind: 'value' }),
    ),
  ]
}

function resolved(path: string, name: string): string {
  return name.startsWith('.') ? posix.join(posix.dirname(path), name) : name
}

/** `undici/x` is within `undici`, and `request/plan.ts` within `request/`; `request-x` is in neither. */
function isWithin(target: string, entry: string): boolean {
  return target === entry || target.startsWith(/[/:]$/.test(entry) ? entry : `${entry}/`)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

function sourcesUnder(folder: URL, path = ''): Source[] {
  return readdirSync(new URL(path, folder), { withFileTypes: true }).flatMap(entry => {
    const inside = `${path}${entry.name}`
    if (entry.isDirectory()) return sourcesUnder(folder, `${inside}/`)
    if (!/\.(ts|tsx|mjs)$/.test(entry.name)) return []
    return [{ path: inside, text: readFileSync(new URL(inside, folder), 'utf8') }]
  })
}

describe('the sources', () => {
  const sources = sourcesUnder(new URL('../src/', import.meta.url))

  it('keep to one direction of dependencies', () => {
    expect(sources.flatMap(violationsIn)).toEqual([])
  })

  it('are all read, imports included', () => {
    const read = sources.flatMap(({ path, text }) => importsOf(path, withoutComments(text)).map(() => path))
    for (const place of Object.keys(MAY_IMPORT).filter(
      each => !['service/pump.ts', 'sandbox/page/', 'version.ts'].includes(each),
    )) {
      expect(read.filter(path => isWithin(path, place))).not.toEqual([])
    }
    const imported = sources.flatMap(({ path, text }) => importsOf(path, text).map(each => each.target))
    expect(imported.filter(target => target.startsWith('.'))).toEqual([])
    expect(imported).toContain('@slack/bolt')
    expect(imported).toContain('adapters/redis/store.ts')
  })
})

describe('the rooms of the Slack adapter', () => {
  it('each have files of their own, and tests in a folder of the same name', () => {
    const sources = sourcesUnder(new URL('../src/', import.meta.url)).map(({ path }) => path)
    const tests = sourcesUnder(new URL('./', import.meta.url)).map(({ path }) => path)
    for (const room of SLACK_FLOORS) {
      expect(sources.filter(path => isWithin(path, room)).length, room).toBeGreaterThan(0)
      if (room.endsWith('/')) {
        expect(tests.filter(path => path.startsWith(room)).length, `tests of ${room}`).toBeGreaterThan(0)
      }
    }
  })
})

describe('the rules', () => {
  const broken: [why: string, path: string, text: string, violation: string][] = [
    [
      'the core reaches out',
      'request/plan.ts',
      "import { createHash } from 'node:crypto'",
      'must not import node:crypto',
    ],
    [
      'the core knows a port',
      'request/plan.ts',
      "import type { Store } from '../ports/store.ts'",
      'types of ports/store.ts',
    ],
    [
      'a port runs the core',
      'ports/',
      "import { decide } from './request/decide.ts'",
      'import request/decide.ts',
    ],
    [
      'a view below opens one above',
      'adapters/slack/review/view.ts',
      "import { a } from '../home/view.ts'",
      'must not import adapters/slack/home/view.ts, a floor above',
    ],
    ['a file outside of every room', 'adapters/slack/a.ts', '', 'is in no room'],
    [
      'the story knows an adapter',
      'service/approvals.ts',
      "import { a } from '../adapters/redis/store.ts'",
      'import adapters/redis',
    ],
    [
      'the story opens a file',
      'service/approvals.ts',
      "import { open } from 'node:fs'",
      'must not import node:fs',
    ],
    [
      'the pump decides',
      'service/pump.ts',
      "import { owed } from '../request/decide.ts'",
      'must not import request/decide.ts',
    ],
    [
      'the pump runs a port',
      'service/pump.ts',
      "import { x } from '../ports/store.ts'",
      'must not import ports/store.ts',
    ],
    [
      'the file of clusters calls one',
      'clusters-file/a.ts',
      "import { createKafka } from '../adapters/kafka/kafka.ts'",
      'must not import adapters/kafka/kafka.ts',
    ],
    ['the settings log', 'config.ts', "import { pino } from 'pino'", 'must not import pino'],
    [
      'the telemetry decides',
      'telemetry.ts',
      "import type { R } from './request/request.ts'",
      'types of request/',
    ],
    [
      'adapters meet',
      'adapters/slack/wording/a.ts',
      "import { b } from '../../redis/store.ts'",
      'import adapters/redis/store.ts',
    ],
    [
      'adapters swap vendors',
      'adapters/ckafka/a.ts',
      "import { Redis } from 'ioredis'",
      'must not import ioredis',
    ],
    [
      'an adapter tells the story',
      'adapters/slack/wording/a.ts',
      "import { x } from '../../../service/approvals.ts'",
      'service/approvals.ts',
    ],
    ['a new adapter has no rule', 'adapters/email/a.ts', '', 'has no place among the layers'],
    ['a new file has no layer', 'queue.ts', '', 'has no place among the layers'],
    [
      'the product needs the sandbox',
      'main.ts',
      "import { x } from './sandbox/world.ts'",
      'import sandbox/world.ts',
    ],
    [
      'the sandbox shares a mistake',
      'sandbox/a.ts',
      "import { x } from '../request/reset.ts'",
      'import request/reset.ts',
    ],
    [
      'the sandbox shares a type',
      'sandbox/a.ts',
      "import type { C } from '../config.ts'",
      'types of config.ts',
    ],
    [
      'the sandbox shares a library',
      'sandbox/slack/a.ts',
      "import { App } from '@slack/bolt'",
      'import @slack/bolt',
    ],
    ['something is passed on', 'request/a.ts', "export { App } from '@slack/bolt'", 'import @slack/bolt'],
    ['everything is passed on', 'request/a.ts', "export * from '../ports/store.ts'", 'import ports/store.ts'],
    ['it is imported for its effect', 'request/a.ts', "import 'dotenv/config'", 'import dotenv/config'],
    ['it is imported late', 'request/a.ts', "const { x } = await import('../main.ts')", 'import main.ts'],
    [
      'it is imported in many lines',
      'request/a.ts',
      "import {\n  a,\n  type B,\n} from '../ports/store.ts'",
      'import ports/store.ts',
    ],
    ['it is imported by a name made up', 'main.ts', 'await import(name)', 'imports what cannot be read here'],
    [
      'a name only starts alike',
      'request/a.ts',
      "import { z } from 'zod-extra'",
      'must not import zod-extra',
    ],
    [
      'an adapter reads a variable',
      'adapters/redis/a.ts',
      'const url = process.env.REDIS_URL',
      'reads the environment',
    ],
    [
      'it is read by another road',
      'service/approvals.ts',
      'const { env } = process',
      'reads the environment',
    ],
    [
      'it is read by a third',
      'adapters/redis/a.ts',
      "import { env } from 'node:process'",
      'reads the environment',
    ],
    [
      'main looks into it',
      'main.ts',
      'if (process.env.DEBUG) readConfig(process.env)',
      'reads the environment',
    ],
    ['the audit takes more of it', 'audit.ts', 'readConfig(process.env)', 'reads the environment'],
    [
      'the audit tells the story',
      'audit.ts',
      "import { x } from './service/approvals.ts'",
      'import service/approvals.ts',
    ],
    ['chance comes in', 'adapters/redis/a.ts', 'const id = Math.random()', 'uses Math.random'],
    ['a file for anything', 'adapters/slack/blocks/utils.ts', '', 'is called utils'],
    ['a folder for anything', 'sandbox/common/a.ts', '', 'is called common'],
    ['types without an owner', 'request/types.ts', '', 'is called types'],
    ['a barrel', 'request/index.ts', '', 'is a barrel'],
  ]

  it.each(broken)('notice when %s', (_why, path, text, violation) => {
    const violations = violationsIn({ path, text: `// Owns something.\n${text}\n` })
    expect(violations).toHaveLength(1)
    expect(violations[0]).toContain(violation)
  })

  it('notice a file that does not say what it owns', () => {
    expect(violationsIn({ path: 'request/a.ts', text: 'export const a = 1\n' })).toEqual([
      'request/a.ts does not open by saying what it owns',
    ])
  })

  it.each([
    ['request/plan.ts', "import { z } from 'zod'\nimport { r } from './reset.ts'"],
    ['ports/', "import type { R } from './request/request.ts'"],
    ['main.ts', "import { a } from './adapters/slack/app.ts'\nreadConfig(process.env)\nprocess.exit(1)"],
    ['audit.ts', "import { c } from './adapters/redis/connect.ts'\nreadStoreConfig(process.env)"],
    ['adapters/slack/thread/replies.ts', "import Papa from 'papaparse'"],
    [
      'adapters/slack/app.ts',
      '// Never process.env, nor Math.random.\nconst url = "https://slack.com" /* process.env */',
    ],
    ['sandbox/world.ts', "import { parse } from 'yaml'\nconst a = [process.env.PATH, Math.random()]"],
  ])('leave %s alone when it keeps to them', (path, text) => {
    expect(violationsIn({ path, text: `// Owns something.\n${text}\n` })).toEqual([])
  })
})
