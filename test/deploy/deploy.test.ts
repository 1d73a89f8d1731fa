// What an installation is started and watched with, read as files and held against the product: every metric and label
// that rules and dashboard ask for is there, and compose.yml and the manifests give the image what it needs. No container
// runs here, so whether an engine takes them this cannot say.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { readConfig } from '../../src/config.ts'
import { settingsSchema } from '../../src/config-schema.ts'
import { FILE_SETTINGS } from '../../src/config-secrets.ts'
import {
  CLUSTER_ACTIONS,
  FAULT_PLACES,
  SLACK_METHODS,
  SLACK_OUTCOMES,
  STORE_TROUBLES,
} from '../../src/ports/events.ts'
import { OPEN_STATES, WAITED_FOR, WAITING_AGES } from '../../src/request/gauges.ts'
import { createTelemetry } from '../../src/telemetry.ts'
import { VERSION } from '../../src/version.ts'

const top = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(top, path), 'utf8')
const RULES = 'deploy/prometheus/rules.yml'

interface Rule {
  alert: string
  expr: string
  annotations: { summary: string }
}
const rules: Rule[] = parse(read(RULES)).groups.flatMap((group: { rules: Rule[] }) => group.rules)

interface Panel {
  title: string
  targets: { expr: string }[]
}
const panels: Panel[] = JSON.parse(read('deploy/grafana/rewind.json')).panels

/** By name, as they are written in expressions, with the labels of each. */
const metrics = new Map<string, string[]>([['up', []]])
for (const metric of createTelemetry('silent', 'all').registry.getMetricsAsArray()) {
  const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : []
  // Of a counter, a gauge and a histogram: prom-client names the kinds by number or by word.
  const isHistogram = 'bucketValues' in metric || 'upperBounds' in metric
  const names = isHistogram ? ['_bucket', '_count', '_sum'].map(end => metric.name + end) : [metric.name]
  for (const name of names) metrics.set(name, isHistogram ? [...labels, 'le'] : labels)
}
/** What Prometheus puts to every metric. */
const OF_TARGETS = ['job', 'instance']
/** What each label can be, where it is compared with something. */
const WORDS: Record<string, readonly string[]> = {
  where: FAULT_PLACES,
  why: STORE_TROUBLES,
  state: OPEN_STATES,
  age: WAITING_AGES,
  waited_for: WAITED_FOR,
  action: CLUSTER_ACTIONS,
  method: SLACK_METHODS,
  outcome: [...SLACK_OUTCOMES, 'done', 'read', 'notSent', 'unknown', 'unavailable'],
  job: ['rewind'],
}

/** In words, what an expression asks for and is not there. */
function unknownIn(expr: string): string[] {
  const found = [...expr.matchAll(/\b((?:rewind|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)]
  if (found.length === 0) return [`no metric in ${expr}`]
  const labels = found.flatMap(([, name = '']) => metrics.get(name) ?? [])
  const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/, */))
  return [
    ...found.flatMap(([, name = '', matchers = '']) => {
      const own = metrics.get(name)
      if (own === undefined) return [name]
      return [...matchers.matchAll(/(\w+)=~?"([^"]*)"/g)].flatMap(([, label = '', values = '']) => {
        if (!own.includes(label) && !OF_TARGETS.includes(label)) return [`${name}{${label}}`]
        return values.split('|').filter(value => WORDS[label]?.includes(value) === false)
      })
    }),
    ...grouped.filter(label => !labels.includes(label) && !OF_TARGETS.includes(label)),
  ]
}

describe('the rules for Prometheus', () => {
  it.each(rules)('$alert asks for metrics and labels that are there', ({ expr, annotations }) => {
    expect(unknownIn(expr)).toEqual([])
    const named = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label)
    for (const label of named) expect(expr).toContain(`by (${label})`)
  })

  it('ask for every metric that docs/operations.md says to alert on', () => {
    const marked = [...read('docs/operations.md').matchAll(/^\| `(rewind_\w+)` \|[^|]*\| \*\*Alert\.\*\*/gm)]
    expect(marked.length).toBeGreaterThan(5)
    const asked = rules.map(({ expr }) => expr).join(' ')
    expect(marked.map(([, name = '']) => name).filter(name => !asked.includes(name))).toEqual([])
  })

  it('would notice a metric, a label or a word that is not there', () => {
    expect(unknownIn('max(rewind_nothing)')).toEqual(['rewind_nothing'])
    expect(unknownIn('sum(rewind_requests{kind="x"})')).toEqual(['rewind_requests{kind}'])
    expect(unknownIn('sum by (who) (rewind_requests{state="pending|lost"})')).toEqual(['lost', 'who'])
    expect(unknownIn('rewind_approval_to_call_seconds')).toEqual(['rewind_approval_to_call_seconds'])
  })

  const promtool = (...args: string[]) =>
    spawnSync('promtool', args, { cwd: top, encoding: 'utf8', timeout: 20_000 })
  const isThere = promtool('--version').error === undefined
  if (!isThere) console.log('The test of the alert rules needs promtool (Debian: prometheus); it is skipped.')
  it.skipIf(!isThere)('are taken by Prometheus, and fire when they should and only then', () => {
    for (const args of [
      ['check', 'config', 'deploy/prometheus/prometheus.yml'],
      ['test', 'rules', 'test/deploy/rules.promtool.yml'],
    ]) {
      const { status, stdout, stderr } = promtool(...args)
      expect(`${status} ${status === 0 ? '' : stdout + stderr}`).toBe('0 ')
    }
    const tested = read('test/deploy/rules.promtool.yml')
    expect(rules.filter(({ alert }) => !tested.includes(`"${alert}"`))).toEqual([])
  })
})

describe('the dashboard', () => {
  it.each(panels)('$title asks for metrics and labels that are there', ({ targets }) => {
    expect(targets.length).toBeGreaterThan(0)
    expect(targets.flatMap(({ expr }) => unknownIn(expr))).toEqual([])
  })
})

/** A line of it sets one variable. */
const example = new Map(
  [...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
)
const FILLED: Record<string, string> = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_APP_TOKEN: 'xapp-1',
  APPROVERS: 'U0BOB',
  TENCENTCLOUD_SECRET_ID: 'id',
  TENCENTCLOUD_SECRET_KEY: 'key',
  REDIS_PASSWORD: '0123456789abcdef',
}

/** As compose does it, in values that are parsed already. Throws for what is required and not set. */
function interpolated(value: unknown, env: Record<string, string>): unknown {
  if (typeof value === 'string') return filledIn(value, env)
  if (Array.isArray(value)) return value.map(each => interpolated(each, env))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, interpolated(each, env)]))
}

function filledIn(text: string, env: Record<string, string>): string {
  return text.replace(
    /\$\{([A-Z_]+)(?:(:?[-?])([^}]*))?\}/g,
    (_whole, name: string, kind = '', rest = '') => {
      const value = env[name]
      const isMissing = kind.startsWith(':') ? (value ?? '') === '' : value === undefined
      if (isMissing && kind.endsWith('?')) throw new Error(`${name}: ${rest}`)
      return isMissing ? rest : (value ?? '')
    },
  )
}

interface Service {
  image: string
  environment: Record<string, string>
  profiles?: string[]
  command: string[]
  volumes: string[]
  ports?: string[]
  read_only?: boolean
  stop_grace_period?: string
  build?: string
}
const compose = parse(read('compose.yml'), { merge: true })
const composed = (env: Record<string, string>) =>
  interpolated(compose.services, env) as Record<string, Service>

const isSetting = (name: string) => name in settingsSchema.shape || FILE_SETTINGS.some(each => each === name)
const stopping = Number(/Give it (\d+) seconds to stop/.exec(read('docs/operations.md'))?.[1])
const dockerfile = read('Dockerfile')
const port = Number(/^EXPOSE (\d+)$/m.exec(dockerfile)?.[1])
const isPinned = (image: string) => /^[\w./-]+:v?\d+\.\d+\.\d+$/.test(image)

describe('compose.yml', () => {
  const env = { ...Object.fromEntries(example), ...FILLED }
  const services = composed(env)

  it.each(['bot', 'worker'])('gives the %s what it needs, and no setting that there is not', role => {
    const given = services[role]?.environment ?? {}
    expect(Object.keys(given).filter(name => !isSetting(name))).toEqual([])
    const config = readConfig(given)
    expect(config.ok ? config.notices : config.problems).toEqual([])
    expect(config).toMatchObject({ config: { role, redis: { url: expect.stringContaining('@redis:6379') } } })
    expect(Object.keys(given).some(name => name.startsWith('SLACK_'))).toBe(role === 'bot')
  })

  it('takes from .env what .env.example explains, and nothing else', () => {
    const taken = [...read('compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name)
    expect([...new Set(taken)].sort()).toEqual([...example.keys()].sort())
    expect(read('.gitignore').split('\n')).toContain('.env')
  })

  it.each(['SLACK_BOT_TOKEN', 'REDIS_PASSWORD'])('does not start without %s', name => {
    const { [name]: _, ...without } = env
    expect(() => composed(without)).toThrow(name)
    if (name === 'REDIS_PASSWORD') expect(() => composed({ ...env, [name]: '' })).toThrow(name)
    else
      expect(readConfig(composed({ ...env, [name]: '' }).bot?.environment ?? {})).toMatchObject({
        ok: false,
        problems: [expect.stringContaining('SLACK_BOT_TOKEN is missing')],
      })
  })

  it('takes every secret of the bot from a file as well, in the folder that is mounted', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rewind-secrets-'))
    try {
      const inFiles = Object.keys(FILLED).filter(name => example.has(`${name}_FILE`))
      expect(inFiles).toHaveLength(4)
      const given = { ...env }
      for (const name of inFiles) {
        writeFileSync(join(folder, name), `${FILLED[name]}\n`)
        Object.assign(given, { [name]: '', [`${name}_FILE`]: join(folder, name) })
      }
      const config = readConfig(composed(given).bot?.environment ?? {})
      expect(config.ok ? config.notices : config.problems).toEqual([])
      const plain = readConfig(services.bot?.environment ?? {})
      expect(config).toEqual(plain)
      expect(services.bot?.volumes).toContain('./secrets:/secrets:ro')
      expect(read('.gitignore').split('\n')).toContain('/secrets/')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('starts the image as it is made: its version, its port, its time to stop, and nothing to write to', () => {
    for (const role of ['bot', 'worker']) {
      const { image, stop_grace_period, read_only, build } = services[role] ?? {}
      expect({ image, build, read_only }).toEqual({ image: `rewind:${VERSION}`, build: '.', read_only: true })
      expect(stop_grace_period).toBe(`${stopping}s`)
    }
    expect(services.bot?.ports).toEqual([`127.0.0.1:${port}:${port}`])
    expect(dockerfile).toContain('HEALTHCHECK')
    const { scrape_configs } = parse(read('deploy/prometheus/prometheus.yml'))
    expect(scrape_configs[0].dns_sd_configs).toEqual([{ names: ['bot', 'worker'], type: 'A', port }])
  })

  it('pins every image, opens ports to this machine alone, and mounts files that are there', () => {
    for (const { image, ports = [], volumes = [] } of Object.values(services)) {
      expect(isPinned(image), image).toBe(true)
      expect(ports.filter(each => !each.startsWith('127.0.0.1:'))).toEqual([])
      const files = volumes.map(each => each.split(':')[0] ?? '').filter(each => each.startsWith('./deploy/'))
      for (const file of files) expect(read(file)).not.toBe('')
    }
    expect(Object.keys(services).filter(name => services[name]?.profiles === undefined)).toEqual(
      expect.arrayContaining(['redis', 'bot', 'worker']),
    )
  })

  it('keeps what Redis has as docs/redis.md asks', () => {
    const command = services.redis?.command.join(' ')
    for (const asked of ['--appendonly yes', '--appendfsync always', '--maxmemory-policy noeviction']) {
      expect(command).toContain(asked)
    }
    expect(services.redis?.volumes).toEqual(['redis:/data'])
  })
})

interface Deployment {
  kind: string
  metadata: { name: string }
  spec: {
    replicas: number
    template: {
      spec: {
        terminationGracePeriodSeconds: number
        securityContext: { runAsNonRoot: boolean; runAsUser: number }
        containers: Container[]
        volumes: { name: string; secret: { secretName: string } }[]
      }
    }
  }
}
interface Container {
  image: string
  env: { name: string; value: string }[]
  ports: { containerPort: number }[]
  livenessProbe: { httpGet: { path: string }; periodSeconds: number; timeoutSeconds: number }
  readinessProbe: { httpGet: { path: string } }
  resources: { requests: { memory: string }; limits: { memory: string } }
  securityContext: { readOnlyRootFilesystem: boolean; allowPrivilegeEscalation: boolean }
  volumeMounts: { name: string; mountPath: string }[]
}

describe('the manifests for Kubernetes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-secrets-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const files = readdirSync(join(top, 'deploy/kubernetes'))
  const documents = files.flatMap(file =>
    parseAllDocuments(read(`deploy/kubernetes/${file}`)).map(document => document.toJS()),
  )
  const { data } = documents.find(({ kind }) => kind === 'ConfigMap')
  const deployments: Deployment[] = documents.filter(({ kind }) => kind === 'Deployment')
  const SECRETS: Record<string, string> = {
    ...{ 'bot-token': 'xoxb-1', 'app-token': 'xapp-1', 'redis-url': 'redis://:x@redis:6379' },
    ...{ 'audit-key': '0123456789abcdef'.repeat(2), 'secret-id': 'id', 'secret-key': 'key' },
  }

  it.each(deployments)('$metadata.name has what it needs, with its secrets in files', ({ spec }) => {
    const [container] = spec.template.spec.containers
    if (container === undefined) throw new Error('There is one.')
    const given = { ...data, ...Object.fromEntries(container.env.map(({ name, value }) => [name, value])) }
    expect(Object.keys(given).filter(name => !isSetting(name))).toEqual([])
    expect(container.env.filter(({ name }) => name !== 'ROLE' && !name.endsWith('_FILE'))).toEqual([])
    const mounted = container.volumeMounts.map(({ mountPath }) => mountPath)
    const volumes = spec.template.spec.volumes.map(({ name }) => name)
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(volumes)
    for (const [name, path] of Object.entries<string>(given)) {
      if (!name.endsWith('_FILE')) continue
      expect(
        mounted.some(each => path.startsWith(`${each}/`)),
        path,
      ).toBe(true)
      const secret = SECRETS[basename(path)]
      if (secret === undefined) throw new Error(`No secret is called ${path}.`)
      const file = join(folder, basename(path))
      writeFileSync(file, secret)
      given[name] = file
    }
    const config = readConfig(given)
    expect(config.ok ? config.notices : config.problems).toEqual([])
    expect(Object.keys(given).some(name => name.startsWith('SLACK_'))).toBe(given.ROLE === 'bot')
  })

  it.each(deployments)('$metadata.name runs the image as it is made', ({ spec }) => {
    const { containers, securityContext, terminationGracePeriodSeconds } = spec.template.spec
    const [container] = containers
    expect(container?.image).toBe(`rewind:${VERSION}`)
    expect(container?.ports).toMatchObject([{ containerPort: port }])
    expect(terminationGracePeriodSeconds).toBe(stopping)
    expect(dockerfile).toMatch(/^FROM node:24-slim\n[\s\S]*^USER node$/m)
    // That is who node is in the image it is built on.
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
    const { readOnlyRootFilesystem, allowPrivilegeEscalation } = container?.securityContext ?? {}
    expect([readOnlyRootFilesystem, allowPrivilegeEscalation]).toEqual([true, false])
    const [, every, patience] = /--interval=(\d+)s --timeout=(\d+)s/.exec(dockerfile) ?? []
    expect(container?.livenessProbe).toMatchObject({
      ...{ httpGet: { path: '/healthz' }, periodSeconds: Number(every), timeoutSeconds: Number(patience) },
    })
    expect(container?.readinessProbe.httpGet.path).toBe('/readyz')
  })

  it('asks for the memory that was measured', () => {
    const costs = read('docs/faults-and-costs.md')
    const [rest, plan] = [
      /^\| memory of one process at rest .*\| (\d+) MB \|$/m,
      /^\| memory that the plan .*\| (\d+) MB \|$/m,
    ].map(row => Number(row.exec(costs)?.[1]))
    for (const { spec } of deployments) {
      const { requests, limits } = spec.template.spec.containers[0]?.resources ?? {}
      const needed = ((rest ?? Number.NaN) + (plan ?? Number.NaN)) / 1.048576
      expect(Number.parseInt(requests?.memory ?? '', 10)).toBeGreaterThanOrEqual(needed)
      expect(Number.parseInt(limits?.memory ?? '', 10)).toBeGreaterThanOrEqual(2 * needed)
    }
  })

  it('reads every Secret that docs/install.md makes, and no other', () => {
    const named = deployments.flatMap(({ spec }) =>
      spec.template.spec.volumes.map(({ secret }) => secret.secretName),
    )
    const made = [...read('docs/install.md').matchAll(/create secret generic (\S+)/g)].map(([, name]) => name)
    expect([...new Set(named)].sort()).toEqual([...new Set(made)].sort())
  })
})
