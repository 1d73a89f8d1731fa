// Started as a bot of the world is, and is the container instead: what the image says starts in it, with the environment
// that this got. It must never end before the container has, nor leave it running when it is killed itself.

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const { IMAGE_RUN = '[]', ...env } = process.env
/** Command and arguments up to the options, the container, and the command in it. */
const { before, container, starts } = JSON.parse(IMAGE_RUN)
const NOT_ITS = ['PATH', 'HOME', 'TMPDIR', 'STORAGE_DRIVER', 'BUILDAH_ISOLATION']
const its = Object.entries(env).filter(([name]) => !NOT_ITS.includes(name))
const handed = its.flatMap(([name, value]) => ['--env', `${name}=${value}`])
const [file, ...args] = [...before, ...handed, container, '--', ...starts]
const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] })

let first
while (first === undefined && child.exitCode === null) {
  await delay(20)
  first = readdirSync('/proc').find(isFirst)
}
// Its pipe is closed however this process ends, and the shell kills the container then; a line means that it has ended.
const shell = spawn('/bin/sh', ['-c', 'read -r _ && exit; kill -9 "$1"', 'sh', `${first}`], {
  stdio: ['pipe', 'ignore', 'ignore'],
  detached: true,
})
// As an engine does that runs it: the signal goes to the first process of the container. buildah would kill that one.
process.on('SIGTERM', () => process.kill(Number(first), 'SIGTERM'))
child.on('exit', (code, signal) => {
  shell.stdin.end('\n', () => process.exit(code ?? (signal === null ? 1 : 128)))
})

/** `id`: a name in /proc. */
function isFirst(id) {
  if (!/^\d+$/.test(id)) return false
  try {
    const read = name => readFileSync(`/proc/${id}/${name}`, 'utf8').split('\0')
    // The path of the first word is filled in by then.
    const rest = read('cmdline').slice(1, -1).join(' ')
    return rest === starts.slice(1).join(' ') && read('environ').includes(`REDIS_PREFIX=${env.REDIS_PREFIX}`)
  } catch {
    // It has ended, or is somebody else's.
    return false
  }
}
