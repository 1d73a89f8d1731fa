// Old requests are exported and deleted while a storm goes on, by a process that is killed at it, over a Redis that is killed too:
// each request is in Redis or in a file, nothing is carried out twice, and what is left verifies, and every file.
// @module-tag long

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { connectRedis } from '../../src/adapters/redis/connect.ts'
import { createRetention } from '../../src/adapters/redis/retention.ts'
import { createRedisStore } from '../../src/adapters/redis/store.ts'
import { createSeals } from '../../src/request/seals.ts'
import { retentionPass } from '../../src/retention/pass.ts'
import { createDisturbances } from './disturbances.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { createRandom } from './random.ts'
import { startWeather } from './storm-faults.ts'
import { startCrowd } from './storm-people.ts'
import { waitUntilSettled } from './storm-verdict.ts'

const AUDIT = fileURLToPath(new URL('../../dist/audit.js', import.meta.url))
const CHILD = fileURLToPath(new URL('../retention/child.mjs', import.meta.url))
const SEED = 20_261_130
const KEY = 'k9Zr4mXq0Lw2Tb7VnYc5Ds8Hf1Gj3Pa6'
const STORM_MS = 20_000
/** The settings allow no less than 31 days. */
const KEPT_MS = 3_000

async function audit({ world }: Fleet, ...args: string[]): Promise<string> {
  const { redisUrl, redisPrefix } = world
  const env = { ...process.env, REDIS_URL: redisUrl, REDIS_PREFIX: redisPrefix, AUDIT_KEY: KEY }
  const child = spawn(process.execPath, [AUDIT, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (said += data))
  const [code] = await once(child, 'close')
  return `${code}: ${said}`
}

const reasonsIn = (text: string) =>
  [...text.matchAll(/"reason":"(storm \d+)"/g)].map(([, reason = '']) => reason)

it('deletes what it has exported and nothing else, whatever fails meanwhile', async ({ onTestFinished }) => {
  const directory = await mkdtemp(join(tmpdir(), 'rewind-retention-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const random = createRandom(SEED)
  const disturbances = createDisturbances()
  const channels = ['C0ROOM1', 'C0ROOM2']
  const fleet = await startFleet({
    roles: ['bot', 'bot', 'worker', 'worker'],
    groups: 500,
    rooms: channels.length,
    env: { AUDIT_KEY: KEY },
  })
  onTestFinished(fleet.close)
  const { redisUrl, redisPrefix: prefix } = fleet.world
  await fleet.world.waitForBot(60_000)

  const connection = connectRedis({ mode: 'single', url: redisUrl }, () => {})
  onTestFinished(() => connection.disconnect())
  const seals = createSeals([KEY], prefix)
  const store = createRedisStore(connection, prefix, { seals })
  const kept = createRetention(connection, prefix, seals)
  const problems: string[] = []
  let removed = 0
  let passes = 0
  const pass = async () => {
    const found = await retentionPass({
      ...{ seals, directory, prefix, keptMs: KEPT_MS, clock: Date.now },
      ...{ store, retention: kept },
      // As the child calls itself: the claim of who was killed would last for five minutes.
      processId: 'killed',
      onLeft: (ids, problem) => problems.push(`${ids}: ${problem}`),
      onExported: (_, exported) => {
        removed += exported.removed
      },
      onBroken: () => problems.push('The log of attempts is not what was sealed.'),
      isStopped: () => false,
    })
    passes += found === null ? 0 : 1
  }
  let passing = true
  const retention = (async () => {
    for (; passing; await delay(500)) await pass().catch(() => {})
  })()

  const storm = { fleet, disturbances }
  const crowd = startCrowd({ ...storm, random: random.fork('people'), groups: 500, channels, pauseMs: 1_200 })
  const weather = startWeather({
    ...storm,
    dialect: 'v3',
    random: random.fork('faults'),
    killsWanted: 100,
    killPauseMs: 2_500,
    faultPauseMs: 2_500,
  })
  await delay(STORM_MS)
  // One is killed at it, when it has deleted two of those that it has exported; and Redis under the next.
  passing = false
  await retention
  await delay(KEPT_MS)
  const args = [redisUrl, prefix, KEY, directory, `${Date.now()}`, `${KEPT_MS}`, 'after the second']
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  child.kill('SIGKILL')
  const next = pass().catch(() => {})
  await delay(20)
  await fleet.redis.kill('SIGKILL')
  await fleet.redis.restart()
  await next
  await crowd.stopAsking()
  await weather.stop()
  await fleet.restartAll()
  expect(await waitUntilSettled(fleet, { patience: 'over', timeoutMs: 60_000 })).toEqual([])
  await crowd.stop()
  await delay(KEPT_MS)
  await fleet.until(
    () =>
      pass().then(
        () => true,
        () => false,
      ),
    20_000,
  )

  expect(problems).toEqual([])
  expect(removed).toBeGreaterThan(5)
  expect(passes).toBeGreaterThan(3)
  const files = await readdir(directory)
  expect(files.length).toBeGreaterThan(1)
  const exported = new Set<string>()
  for (const name of files) {
    const file = join(directory, name)
    expect(await audit(fleet, 'verify', file)).toMatch(/^0: .* is whole/)
    for (const reason of reasonsIn(await readFile(file, 'utf8'))) exported.add(reason)
  }
  const rest = join(directory, 'rest.jsonl')
  expect(await audit(fleet, 'export', rest)).toMatch(/^0: /)
  const verified = await audit(fleet, 'verify', rest)
  expect(verified).toMatch(/^0: .* is whole/)
  for (const name of files) expect(verified).toMatch(new RegExp(`(?:was|were) exported to ${name} before`))
  const left = new Set(reasonsIn(await readFile(rest, 'utf8')))

  const sent = crowd.asked.filter(({ seen }) => seen === 'closed').map(({ reason }) => reason)
  expect(sent.length).toBeGreaterThan(10)
  expect(sent.filter(reason => !exported.has(reason) && !left.has(reason))).toEqual([])
  for (const { group, shiftBy, reason } of crowd.asked) {
    const own = fleet
      .effects(group)
      .filter(({ written }) => written.every(({ from, to }) => to - (from ?? 0n) === BigInt(shiftBy)))
    expect(own.length, reason).toBeLessThanOrEqual(1)
  }
}, 240_000)
