// This build beside the one of the version before, on one Redis: see other-build.ts.
// @module-tag long

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Fleet, startFleet } from './fleet.ts'
import { buildOf, COMMIT_BEFORE, type OtherBuild } from './other-build.ts'
import { expectNothingLost } from './short-storm.ts'

const AUDIT = fileURLToPath(new URL('../../dist/audit.js', import.meta.url))
const TEST_MS = 240_000

let build: OtherBuild | string = 'nothing was built'
beforeAll(async () => {
  build = await buildOf(COMMIT_BEFORE)
}, TEST_MS)
afterAll(async () => {
  if (typeof build !== 'string') await build.remove()
})

it(
  'a storm over a bot and a worker of each loses, doubles, invents and leaves unanswered nothing',
  async context => {
    if (typeof build === 'string') return context.skip(`Not tried: ${build}.`)
    await expectNothingLost({ dialect: 'v3', otherBuild: build.folder })
  },
  TEST_MS,
)

it(
  'what the one before cannot read it leaves as it is, however often its worker has the job, and this one carries it out',
  async context => {
    if (typeof build === 'string') return context.skip(`Not tried: ${build}.`)
    const fleet = await startFleet({
      roles: ['bot', 'worker', 'worker'],
      otherBuild: { folder: build.folder, processes: [1] },
    })
    context.onTestFinished(fleet.close)
    const [, older, newer] = fleet.processes
    await fleet.world.waitForBot(60_000)
    await Promise.all([older, newer].map(each => each?.bot.kill('SIGKILL')))

    const id = await fleet.ask()
    await fleet.planned(id)
    await fleet.approve(id)
    // A request that a person has to vouch for after a restore is one of those that the version before does not know.
    await fleet.until(() => held(fleet), 30_000)
    const question = () =>
      fleet.replies(id).find(each => JSON.stringify(each.blocks ?? '').includes('It Did Not'))
    await fleet.until(() => question() !== undefined)
    const asked = question()
    if (asked === undefined) throw new Error('Nothing is asked.')
    await fleet.slack.person('U0BOB').press(asked, 'It Did Not')
    await fleet.until(async () => (await fleet.record(id)).state.name === 'approved')
    expect((await fleet.record(id)).schema).toBe(3)

    await older?.bot.restart()
    const left = () =>
      older?.bot.logs().filter(line => line.includes('A job of a newer version is left alone'))
    await fleet.until(() => left()?.length === 2, 40_000)
    const { version } = await fleet.record(id)
    await delay(2_000)
    expect(fleet.effects('group-1')).toEqual([])
    expect(await fleet.record(id)).toMatchObject({ version, schema: 3, state: { name: 'approved' } })

    await newer?.bot.restart()
    await fleet.until(async () => (await fleet.record(id)).state.name === 'succeeded', 40_000)
    expect(fleet.effects('group-1')).toHaveLength(1)
  },
  TEST_MS,
)

async function held({ world }: Fleet): Promise<boolean> {
  const env = { ...process.env, REDIS_URL: world.redisUrl, REDIS_PREFIX: world.redisPrefix }
  const child = spawn(process.execPath, [AUDIT, 'restored', '--hold'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exit = once(child, 'exit')
  const said = await text(child.stdout)
  await exit
  return said.includes('is unclear now')
}
