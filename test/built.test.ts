// What npm starts in a folder where nothing was installed or built: it says what to do, for each of the commands.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rewind-unbuilt-'))
  cpSync('src/built.mjs', join(folder, 'src/built.mjs'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function run(script: string) {
  // The shell of npm gives way to it, so that it hears of a signal itself.
  const [, ...args] = (scripts[script] ?? '').replace(/^exec /, '').split(' ')
  const child = spawn(process.execPath, args, { cwd: folder, env: {} })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { out, err, code }
}

it.each(['start', 'audit', 'policy:check', 'policy:explain', 'clusters:check', 'doctor'])(
  'npm run %s says what to do first',
  async script => {
    const first = 'Rewind is not built yet: run npm ci && npm run build first.\n'
    expect(await run(script)).toEqual({ code: 1, out: '', err: first })
  },
)

it('asks for no more than what is missing', async () => {
  mkdirSync(join(folder, 'node_modules'))
  expect(await run('start')).toEqual({
    ...{ code: 1, out: '', err: 'Rewind is not built yet: run npm run build first.\n' },
  })
})
