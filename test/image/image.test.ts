// The image that the Dockerfile builds: what is in it, who runs in it, and that it does the whole of the main job.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { CHANNELS, startWorld, USERS, type World } from '../../src/sandbox/world.ts'
import { buildah, ENGINE_ENV, engine } from './buildah.ts'
import { IMAGE } from './global-setup.ts'

const root = inject('imageStore')
const store = { root: root ?? '' }

interface Inspected {
  Docker: {
    config: {
      User: string
      Cmd: string[]
      ExposedPorts: Record<string, object>
      StopSignal: string
      Healthcheck: { Test: string[] }
      WorkingDir: string
    }
  }
}

describe.skipIf(root === null)('the image', () => {
  let container: string
  /** Where its files are, seen from outside. */
  let files: string
  let config: Inspected['Docker']['config']
  beforeAll(async () => {
    container = await buildah(store, 'from', '--pull-never', IMAGE)
    files = await buildah(store, 'mount', container)
    const inspected: Inspected = JSON.parse(await buildah(store, 'inspect', '--type', 'image', IMAGE))
    config = inspected.Docker.config
  })
  afterAll(() => buildah(store, 'rm', container))

  it('says who runs in it, what starts, how it is stopped and how its health is asked for', () => {
    expect(config).toMatchObject({
      User: 'node',
      WorkingDir: '/app',
      Cmd: ['node', '--enable-source-maps', '--max-semi-space-size=4', 'dist/main.js'],
      ExposedPorts: { '3000/tcp': {} },
      StopSignal: 'SIGTERM',
      Healthcheck: { Test: ['CMD', 'node', 'dist/health.js'] },
    })
  })

  it('holds dist and what draws pictures, and neither the sandbox, sources, tests nor another package', () => {
    expect(readdirSync(join(files, 'app')).sort()).toEqual(['dist', 'node_modules', 'package.json'])
    expect(readdirSync(join(files, 'app/node_modules'))).toEqual(['@resvg'])
    expect(readdirSync(join(files, 'app/dist'))).not.toContain('sandbox')
  })

  it('has nothing that its user could change', () => {
    const all = readdirSync(join(files, 'app'), { recursive: true, encoding: 'utf8' })
    const changeable = ['', ...all].filter(name => {
      const { uid, gid, mode } = statSync(join(files, 'app', name))
      return uid !== 0 || gid !== 0 || (mode & 0o002) !== 0
    })
    expect(changeable).toEqual([])
  })

  describe('started', () => {
    let world: World
    beforeAll(async () => {
      const before = ['buildah', ...engine(store), 'run']
      world = await startWorld({
        delivery: 'http',
        entryOf: () => fileURLToPath(new URL('in-container.mjs', import.meta.url)),
        env: {
          ...ENGINE_ENV,
          PICTURES: 'on',
          IMAGE_RUN: JSON.stringify({ before, container, starts: config.Cmd }),
        },
      })
      await world.waitForBot(60_000)
    })
    afterAll(() => world?.close())

    it('takes a request from the command to the result, with its picture, and is healthy', async () => {
      const { slack, ckafka } = world
      const offsets = () =>
        ckafka.cluster
          .positions('ckafka-demo0001', 'orders-billing')
          .flatMap(({ topic, committed }) => (topic === 'orders' ? [committed ?? 0n] : []))
      const before = offsets()
      const [alice, bob] = [slack.person(USERS.alice), slack.person(USERS.bob)]
      await alice.command(
        CHANNELS.kafkaOps,
        '/reset-offsets --group orders-billing --topic orders --shift-by -100 --reason "Wrong VAT rate"',
      )
      await alice.waitForView()
      expect(await alice.submit()).toEqual({ kind: 'closed' })
      const card = () => slack.messages(CHANNELS.kafkaOps).at(-1)
      await expect.poll(() => card()?.text, { timeout: 30_000 }).toMatch(/^R-1 · waiting for approval/)
      await expect
        .poll(() => slack.files().map(({ name }) => name), { timeout: 30_000 })
        .toContain('R-1-plan-1.png')
      const asked = card()
      if (asked === undefined) throw new Error('there is no card')
      await bob.press(asked, 'Review')
      await bob.waitForView(view => JSON.stringify(view.blocks).includes('Decision'))
      await bob.fill('Decision', 'Approve')
      expect(await bob.submit()).toEqual({ kind: 'closed' })
      await expect.poll(() => card()?.text, { timeout: 30_000 }).toMatch(/^R-1 · done/)
      expect(offsets()).toEqual(before.map(offset => offset - 100n))

      const [, ...check] = config.Healthcheck.Test
      await buildah(store, 'run', '--env', `PORT=${world.bot.port}`, container, '--', ...check)
      await expect(buildah(store, 'run', '--env', 'PORT=1', container, '--', ...check)).rejects.toThrow()
    })

    it('lets the doctor see to the same settings', async () => {
      const settings = readFileSync(`/proc/${world.bot.pid}/environ`, 'utf8')
        .split('\0')
        .filter(each => /^(SLACK|CKAFKA|TENCENT|REDIS|APPROVERS|EMPTY_HOLD|WATCH|PICTURES)/.test(each))
        .flatMap(each => ['--env', each])
      // Into a file: the engine may lose the last of what a command prints.
      const shell = 'node dist/doctor.js > /tmp/doctor.txt 2>&1; echo "exit $?" >> /tmp/doctor.txt'
      await buildah(store, 'run', ...settings, container, '--', 'sh', '-c', shell)
      const said = readFileSync(join(files, 'tmp/doctor.txt'), 'utf8')
      expect(said).toMatch(/^ok +Slack, bot token/m)
      expect(said).toMatch(/^ok +Redis, a job/m)
      expect(said).toMatch(/^\d+ checks: \d+ ok, \d+ warnings?, 0 failures\.\nexit [01]$/m)
    })

    it('ends in order when it is told to stop', async () => {
      await world.bot.kill('SIGTERM')
      expect(world.bot.exit).toEqual({ code: 0, signal: null })
      expect(world.bot.logs().at(-1)).toContain('"stopped"')
    })
  })
})
