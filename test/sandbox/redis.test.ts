// The private Redis, against a real server: what it keeps, and that nothing of it stays behind.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findRedisServer } from '../../src/sandbox/redis/find.ts'
import { type PrivateRedis, redisFor, startRedis } from '../../src/sandbox/redis/start.ts'

const top = resolve(import.meta.dirname, '../..')
const silent = () => {}

let folder: string
const closers: (() => unknown)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rewind-test-'))
})

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  await rm(folder, { recursive: true, force: true })
})

async function startForTest(options: Parameters<typeof startRedis>[0]): Promise<PrivateRedis> {
  const server = await startRedis(options)
  closers.push(server.close)
  return server
}

function connectTo({ url }: { url: string }): Redis {
  const client = new Redis(url)
  client.on('error', silent)
  closers.push(() => client.disconnect())
  return client
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(settle => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => settle(true)).once('error', () => settle(false))
    socket.once('connect', () => socket.destroy())
  })
}

describe('startRedis', () => {
  it('answers as soon as it is returned, evicts nothing, and listens on 127.0.0.1 only', async () => {
    const client = connectTo(await startForTest({}))
    expect(await client.ping()).toBe('PONG')
    expect(await client.config('GET', 'maxmemory-policy')).toContain('noeviction')
    expect(await client.config('GET', 'bind')).toContain('127.0.0.1')
  })

  it('keeps every acknowledged write through a kill and a restart with appendonly always', async () => {
    const server = await startForTest({ appendonly: 'always' })
    const client = connectTo(server)
    await client.set('request', 'approved')
    const firstPid = server.pid

    await server.kill()
    expect(isAlive(firstPid)).toBe(false)
    await server.restart()

    expect(server.pid).not.toBe(firstPid)
    expect(await client.get('request')).toBe('approved')
  })

  it('restarts on the same port even while it runs', async () => {
    const server = await startForTest({})
    await server.restart()
    expect(await connectTo(server).ping()).toBe('PONG')
  })

  it('can be frozen and thawed', async () => {
    const server = await startForTest({})
    const client = connectTo(server)
    await client.ping()
    await server.kill('SIGSTOP')
    const answer = client.ping()
    const silence = new Promise(settle => setTimeout(settle, 50, 'silence'))
    expect(await Promise.race([answer, silence])).toBe('silence')
    await server.kill('SIGCONT')
    expect(await answer).toBe('PONG')
  })

  it('leaves neither a process nor a folder behind when closed, however often', async () => {
    const server = await startRedis()
    await server.close()
    await server.close()
    expect(isAlive(server.pid)).toBe(false)
    expect(existsSync(server.dir)).toBe(false)
  })

  it('keeps a folder that it was given', async () => {
    const server = await startRedis({ dir: folder, appendonly: 'always' })
    await server.close()
    expect(await readdir(folder)).toContain('appendonlydir')
  })

  it('says why when the server cannot start', async () => {
    const { port } = await startForTest({})
    await expect(startRedis({ port })).rejects.toThrow(/stopped while starting[\s\S]*in use/)
  })

  it('dies with its parent, folder and all, even when the parent is killed outright', {
    tags: ['long'],
  }, async () => {
    const module = await compileStart(folder)
    const script = `
      const { startRedis } = await import(${JSON.stringify(module)})
      const { port, dir } = await startRedis()
      console.log(JSON.stringify({ port, dir }))`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    closers.push(() => parent.kill('SIGKILL'))
    const [line] = await once(createInterface({ input: parent.stdout }), 'line')
    const { port, dir } = JSON.parse(line)
    expect(await accepts(port)).toBe(true)

    parent.kill('SIGKILL')
    await vi.waitFor(async () => {
      expect(await accepts(port)).toBe(false)
      expect(existsSync(dir)).toBe(false)
    }, 15_000)
  })
})

// Node 20 runs no TypeScript, and the parent must be a process of its own.
async function compileStart(into: string): Promise<string> {
  const project = {
    extends: join(top, 'tsconfig.json'),
    compilerOptions: { rootDir: join(top, 'src'), outDir: join(into, 'dist'), noCheck: true, types: [] },
    files: [join(top, 'src/sandbox/redis/start.ts')],
    include: [],
  }
  await writeFile(join(into, 'tsconfig.json'), JSON.stringify(project))
  await writeFile(join(into, 'package.json'), '{ "type": "module" }')
  await symlink(join(top, '.cache'), join(into, '.cache'))
  execFileSync(process.execPath, [join(top, 'node_modules/typescript/bin/tsc'), '-p', into], {
    stdio: 'inherit',
  })
  return join(into, 'dist/sandbox/redis/start.js')
}

describe('redisFor', () => {
  it('uses REDIS_URL when it is set, and leaves that server alone on close', async () => {
    const server = await startForTest({})
    const { url, close } = await redisFor({ REDIS_URL: server.url })
    expect(url).toBe(server.url)
    await close()
    expect(await connectTo(server).ping()).toBe('PONG')
  })

  it('starts a private one otherwise', async () => {
    const { url, close } = await redisFor({})
    closers.push(close)
    expect(await connectTo({ url }).ping()).toBe('PONG')
  })
})

describe('findRedisServer', () => {
  const find = () => findRedisServer({ cacheDir: join(folder, 'cache'), env: { PATH: folder }, log: silent })

  async function putOnPath(name: string, script: string): Promise<string> {
    const path = join(folder, name)
    await writeFile(path, `#!/bin/sh\n${script}\n`)
    await chmod(path, 0o755)
    return path
  }

  it('prefers a server on the PATH', async () => {
    const installed = await putOnPath('redis-server', 'exit 0')
    expect(await find()).toBe(installed)
  })

  it('takes valkey-server too, and passes over a server that does not start', async () => {
    await putOnPath('redis-server', 'exit 127')
    const installed = await putOnPath('valkey-server', 'exit 0')
    expect(await find()).toBe(installed)
  })

  it('says in one sentence how to get a server when there is none and no apt-get', async () => {
    await expect(find()).rejects.toThrow(
      /^No Redis server to run: [^\n]*apt-get install redis-server[^\n]*brew install redis[^\n]*REDIS_URL[^\n]*\.$/,
    )
  })

  it('says the same, with the reason, when the packages cannot be had', async () => {
    await putOnPath('apt-get', 'echo "E: Unable to fetch some archives" >&2; exit 100')
    await putOnPath('dpkg', 'exit 0')
    await expect(find()).rejects.toThrow(/Unable to fetch some archives.*apt-get install redis-server/)
    expect(await readdir(join(folder, 'cache'))).toEqual([])
  })

  describe('with packages to unpack', () => {
    // They work in the folder they are called in, as the real ones are told to.
    beforeEach(async () => {
      await putOnPath('apt-get', 'case "$*" in *install*) : > cache/archives/redis.deb ;; esac')
      const server = '#!/bin/sh\\necho fake\\n'
      await putOnPath(
        'dpkg',
        `/bin/mkdir -p "$3/usr/bin" && printf '${server}' > "$3/usr/bin/redis-server" && /bin/chmod 755 "$3/usr/bin/redis-server"`,
      )
    })

    it('lets several callers unpack at once, and leaves one copy', async () => {
      const found = await Promise.all([find(), find(), find()])
      expect(new Set(found)).toEqual(new Set([join(folder, 'cache/redis/redis-server')]))
      expect(await readdir(join(folder, 'cache'))).toEqual(['redis'])
    })

    it('asks for no packages the second time', async () => {
      const first = await find()
      await putOnPath('apt-get', 'exit 100')
      expect(await find()).toBe(first)
    })

    it('replaces a copy that does not start here', async () => {
      await mkdir(join(folder, 'cache/redis/usr/bin'), { recursive: true })
      await writeFile(join(folder, 'cache/redis/redis-server'), '')
      await expect(find()).resolves.toBe(join(folder, 'cache/redis/redis-server'))
      expect(execFileSync(await find(), { encoding: 'utf8' })).toBe('fake\n')
    })
  })
})
