// The clock that is loaded into a bot: it can be put forward, everything that reads it agrees, and it keeps nothing alive.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'

const clock = new URL('../../dist/sandbox/clock.js', import.meta.url)
const HOUR_MS = 3_600_000

/** Tells what it reads on each line that it gets, and ends with its input. */
const READER = `
  import { createInterface } from 'node:readline'
  for await (const _ of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify({
      now: Date.now(),
      made: new Date().getTime(),
      given: new Date(86_400_000).toISOString(),
      isDate: new Date() instanceof Date && Object.getPrototypeOf(new Date()) === Date.prototype,
    }))
  }`

it('starts ahead, is put forward, leaves given times alone, and lets the process end', async () => {
  const started = spawn(
    process.execPath,
    ['--import', `${clock}?aheadMs=${HOUR_MS}`, '--input-type=module', '-e', READER],
    { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] },
  )
  onTestFinished(() => void started.kill('SIGKILL'))
  const { stdin, stdout } = started
  if (stdin === null || stdout === null) throw new Error('It has no input or output.')
  const read = async () => {
    stdin.write('\n')
    const [line] = (await once(stdout, 'data')) as [Buffer]
    return JSON.parse(line.toString()) as { now: number; made: number; given: string; isDate: boolean }
  }

  const before = await read()
  expect(before).toMatchObject({ given: '1970-01-02T00:00:00.000Z', isDate: true })
  expect(before.now - Date.now() - HOUR_MS).toBeGreaterThan(-10_000)
  expect(before.now - Date.now() - HOUR_MS).toBeLessThanOrEqual(0)

  started.send({ aheadMs: 9 * HOUR_MS })
  await once(started, 'message')
  const after = await read()
  expect(after.now - before.now).toBeGreaterThanOrEqual(8 * HOUR_MS)
  expect(after.made - after.now).toBeLessThan(1_000)

  stdin.end()
  expect(await once(started, 'exit')).toEqual([0, null])
})
