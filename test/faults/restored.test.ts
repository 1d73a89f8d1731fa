// Redis is restored under load from a backup of before: the documented steps are taken, and nothing is carried out twice, also
// where the group was put back since, so that the offsets tell nothing.
// @module-tag long

import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { RequestId, ResetRequest } from '../../src/request/request.ts'
import { unknownOnceRestored } from '../../src/request/restored.ts'
import { createDisturbances } from './disturbances.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { groupName, TOPIC } from './fleet-seed.ts'
import { createRandom } from './random.ts'
import { startWeather } from './storm-faults.ts'
import { startCrowd } from './storm-people.ts'
import { waitUntilSettled } from './storm-verdict.ts'

const AUDIT = fileURLToPath(new URL('../../dist/audit.js', import.meta.url))
const SEED = 20_261_130
const GROUPS = 200
/** The groups that have a consumer until the backup is made, so that some requests are approved by then and have not run. */
const HELD = 8
/** And one more keeps its consumer until the very end; nobody but the test asks for it. */
const STAYING = GROUPS - 1
const STORM_MS = 12_000

async function audit({ world }: Fleet, ...args: string[]): Promise<{ code: number | null; said: string }> {
  const env = { ...process.env, REDIS_URL: world.redisUrl, REDIS_PREFIX: world.redisPrefix }
  const child = spawn(process.execPath, [AUDIT, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = new Promise<number | null>(resolve => child.once('exit', resolve))
  return { said: await text(child.stdout), code: await exit }
}

/** Each request moves by a distance of its own. */
function effectsOf(fleet: Fleet, { reset }: ResetRequest): number {
  const { strategy, target } = reset
  if (strategy.kind !== 'shift') throw new Error('Everybody asks for a shift.')
  const by = -strategy.count
  return fleet
    .effects(target.group)
    .filter(({ written }) => written.every(({ from, to }) => to - (from ?? 0n) === by)).length
}

async function allOf(fleet: Fleet): Promise<ResetRequest[]> {
  const found = (await fleet.requestIds()).map(id => fleet.store.read(id))
  return (await Promise.all(found)).flatMap(request => request ?? [])
}

const isUnknown = (request: ResetRequest) => unknownOnceRestored(request) !== null

it('carries nothing out twice that has run since the backup, and what has not once a person says so', async ({
  onTestFinished,
}) => {
  const backup = await mkdtemp(join(tmpdir(), 'rewind-backup-'))
  onTestFinished(() => rm(backup, { recursive: true, force: true }))
  const random = createRandom(SEED)
  const disturbances = createDisturbances()
  const channels = ['C0ROOM1', 'C0ROOM2']
  const fleet = await startFleet({
    roles: ['bot', 'bot', 'worker', 'worker'],
    groups: GROUPS,
    rooms: channels.length,
    env: { EMPTY_WAIT: '120s' },
  })
  onTestFinished(fleet.close)
  const { cluster, redis, slack, processes } = fleet
  await fleet.world.waitForBot(60_000)
  for (const group of [STAYING, ...Array.from({ length: HELD }, (_, i) => i + 1)]) {
    cluster.join(groupName(group), { clientId: 'held' })
  }
  const staying = await fleet.ask({ group: groupName(STAYING), reason: 'staying' })
  await fleet.planned(staying)
  await fleet.approve(staying)

  const storm = { fleet, disturbances }
  const crowd = startCrowd({
    ...storm,
    random: random.fork('people'),
    groups: STAYING - 1,
    channels,
    pauseMs: 1_200,
  })
  const weather = startWeather({
    ...storm,
    dialect: 'v3',
    random: random.fork('faults'),
    killsWanted: 100,
    killPauseMs: 3_000,
    faultPauseMs: 2_500,
  })
  const isWaiting = ({ state }: ResetRequest) => state.name === 'approved'
  for (let looks = 0; looks < 200; looks += 1) {
    const open = await fleet.store.openRequests(100).catch(() => ({ requests: [] }))
    if (open.requests.filter(isWaiting).length > HELD / 2) break
    await delay(200)
  }

  // A copy of what Redis has written, of one moment.
  await redis.kill('SIGSTOP')
  await cp(redis.dir, backup, { recursive: true })
  await redis.kill('SIGCONT')
  for (let group = 1; group <= HELD; group += 1) {
    cluster.leave(groupName(group), 'held')
  }
  await delay(STORM_MS)
  await crowd.stopAsking()
  await weather.stop()
  await fleet.restartAll()
  await waitUntilSettled(fleet, { patience: 'told', timeoutMs: 20_000 })
  await crowd.stop()

  // The steps of docs/operations.md.
  await Promise.all(processes.map(({ bot }) => bot.kill('SIGKILL')))
  const before = await allOf(fleet)
  await redis.kill('SIGKILL')
  await rm(join(redis.dir, 'appendonlydir'), { recursive: true })
  await cp(backup, redis.dir, { recursive: true })
  await redis.restart()
  let then: ResetRequest[] = []
  for (let tries = 0; then.length === 0; tries += 1) {
    then = await allOf(fleet).catch(error => {
      if (tries > 50) throw error
      return delay(100, [])
    })
  }
  expect(then.length).toBeLessThan(before.length)
  const unknown = then.filter(isUnknown)
  expect(unknown.length).toBeGreaterThan(2)
  expect(unknown.map(({ id }) => id)).toContain(staying)
  // Some of them are put back, as an undo does.
  for (const { reset } of unknown.filter((_, i) => i % 2 === 0)) {
    const [first] = fleet.effects(reset.target.group)
    for (const { partition, from } of first?.written ?? []) {
      cluster.commit(reset.target.group, TOPIC, partition, from ?? 0n)
    }
  }
  const effects = cluster.effects().length
  expect((await audit(fleet, 'restored')).code).toBe(1)
  for (const end = performance.now() + 30_000; performance.now() < end; await delay(500)) {
    if ((await audit(fleet, 'restored', '--hold')).code === 0) break
  }
  for (const { id } of unknown) expect((await fleet.record(id)).state).toMatchObject({ restored: true })
  await fleet.restartAll()
  const asked = (id: RequestId) =>
    fleet.replies(id).findLast(each => JSON.stringify(each.blocks ?? '').includes('Redis was restored'))
  for (const { id } of unknown) await fleet.until(() => asked(id) !== undefined, 30_000)
  // Longer than a call, its grace, and two looks at the offsets.
  await delay(8_000)
  expect(cluster.effects()).toHaveLength(effects)

  const happened = new Map(unknown.map(request => [request.id, effectsOf(fleet, request) > 0]))
  const bob = slack.person('U0BOB')
  for (const { id } of unknown) {
    const question = asked(id)
    if (question === undefined) throw new Error(`${id} is not asked about.`)
    await bob.press(question, happened.get(id) ? 'It Happened' : 'It Did Not')
  }
  expect([...happened.values()]).toContain(true)
  expect(happened.get(staying)).toBe(false)
  cluster.leave(groupName(STAYING), 'held')
  const isOver = async (id: RequestId) => (await fleet.record(id)).state.name === 'succeeded'
  for (const { id } of unknown) await fleet.until(() => isOver(id), 40_000)

  // And it goes on.
  const last = then.at(-1)?.id ?? ''
  const id = await fleet.ask({ group: groupName(GROUPS), shiftBy: -4_000 })
  expect(before.map(each => each.id)).not.toContain(id)
  expect(Number(id.slice(2))).toBeGreaterThan(Number(last.slice(2)))
  await fleet.planned(id)
  await fleet.approve(id)
  await fleet.until(() => isOver(id), 30_000)

  // Those that were asked for after the backup are gone, and what they did is not.
  const all = new Map([...before, ...(await allOf(fleet))].map(request => [request.reason, request]))
  for (const request of all.values()) expect(effectsOf(fleet, request), request.id).toBeLessThanOrEqual(1)
  for (const request of unknown) expect(effectsOf(fleet, request), request.id).toBe(1)
  const file = join(backup, 'audit.jsonl')
  expect((await audit(fleet, 'export', file)).code).toBe(0)
  expect(await audit(fleet, 'verify', file)).toMatchObject({ code: 0 })
}, 300_000)
