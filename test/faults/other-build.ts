// Another build of Rewind, made from a commit of this repository into a folder of its own, to run beside this one.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The last commit before rules 4. Nothing has been released yet: until something is, this is the build that differs most
 * from the present one and that an operator could still run, since its rules are the ones before the present ones, and it
 * knows nothing of bounds that are decided on. Once there is a release, its commit goes here.
 */
export const COMMIT_BEFORE = '142df04bbfaf8de002e08d07646e1c7704482998'

const top = fileURLToPath(new URL('../..', import.meta.url))

export interface OtherBuild {
  /** Has `dist`, and what that needs. */
  folder: string
  remove(): Promise<void>
}

/** A sentence: why it cannot be made here, as from a history that does not reach back so far. */
export async function buildOf(commit: string): Promise<OtherBuild | string> {
  const inTop = { cwd: top }
  if ((await run('git', ['cat-file', '-e', `${commit}^{commit}`], inTop)).code !== 0) {
    return `the history of this checkout does not reach back to ${commit}`
  }
  const folder = await mkdtemp(join(tmpdir(), 'rewind-other-build-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const unpacked = await run('sh', ['-c', 'git archive "$1" | tar -x -C "$2"', 'sh', commit, folder], inTop)
    must(unpacked, 'unpacking it')
    const inFolder = { cwd: folder }
    const lockOf = (from: string) => readFile(join(from, 'package-lock.json'), 'utf8')
    if ((await lockOf(folder)) === (await lockOf(top))) {
      await symlink(join(top, 'node_modules'), join(folder, 'node_modules'))
    } else {
      must(await run('npm', ['ci', '--no-audit', '--no-fund'], inFolder), 'installing its packages')
    }
    must(await run('npm', ['run', '-s', 'build'], inFolder), 'building it')
    return { folder, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

interface Ran {
  code: number | null
  said: string
}

async function run(command: string, args: readonly string[], options: { cwd: string }): Promise<Ran> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      said = `${said}${data}`.slice(-4_000)
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said }
}

function must({ code, said }: Ran, doing: string): void {
  if (code !== 0) throw new Error(`The other build cannot be made: ${doing} ended with ${code}.\n${said}`)
}
