import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkRedis } from '../../../src/adapters/redis/check.ts'
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis/connect.ts'
import { type PrivateRedis, startRedis } from '../../../src/sandbox/redis/start.ts'

// Not the Redis that tests share: its settings are changed here, and REDIS_URL may name somebody's own.
let server: PrivateRedis
let admin: Redis
const opened: RedisConnection[] = []

async function connected(url: string): Promise<RedisConnection> {
  const redis = connectRedis({ mode: 'single', url }, () => {})
  opened.push(redis)
  await new Promise(resolve => redis.once('ready', resolve))
  return redis
}

beforeAll(async () => {
  server = await startRedis({ appendonly: 'always' })
  admin = new Redis(server.url)
})
afterAll(async () => {
  admin.disconnect()
  await server.close()
})
afterEach(() => {
  for (const redis of opened.splice(0)) redis.disconnect()
})

async function configure(settings: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await admin.config('SET', name, value)
}

const GOOD = { maxmemory: '0', 'maxmemory-policy': 'noeviction', appendonly: 'yes', appendfsync: 'always' }

describe('the check of Redis, at a real server', () => {
  beforeEach(() => configure({ ...GOOD, save: '' }))

  it('finds nothing wrong with what docs/redis.md asks for, with save points or without', async () => {
    const redis = await connected(server.url)
    expect(await checkRedis(redis)).toEqual([])
    await configure({ save: '3600 1', maxmemory: '100mb' })
    expect(await checkRedis(redis)).toEqual([])
  })

  it('says that requests may be evicted, and when', async () => {
    await configure({ 'maxmemory-policy': 'allkeys-lru' })
    const redis = await connected(server.url)
    const [later, ...none] = await checkRedis(redis)
    expect(none).toEqual([])
    expect(later).toContain('as soon as a maxmemory is set and reached (maxmemory-policy allkeys-lru)')
    expect(later).toContain('drops requests, decisions')
    expect(later).toMatch(/Set maxmemory-policy noeviction\.$/)

    await configure({ maxmemory: '100mb' })
    expect(await checkRedis(redis)).toEqual([expect.stringContaining('evicts keys at maxmemory (')])
  })

  it('says that evicting only what expires loses the claim of the one writer', async () => {
    await configure({ 'maxmemory-policy': 'volatile-ttl' })
    expect(await checkRedis(await connected(server.url))).toEqual([
      expect.stringMatching(/two requests write to one group at once\. Set maxmemory-policy noeviction\.$/),
    ])
  })

  it('says that nothing is kept, and that snapshots alone forget what came after', async () => {
    await configure({ appendonly: 'no' })
    const redis = await connected(server.url)
    expect(await checkRedis(redis)).toEqual([
      'Redis keeps nothing (no AOF, no save points): a restart forgets every request and decision. Set appendonly yes and appendfsync always.',
    ])
    await configure({ save: '3600 1' })
    expect(await checkRedis(redis)).toEqual([
      expect.stringContaining('since the last snapshot. It only takes snapshots.'),
    ])
  })

  it.each([
    ['everysec', 'the last second'],
    ['no', 'the last half minute'],
  ])('says what appendfsync %s may lose', async (appendfsync, lost) => {
    await configure({ appendfsync })
    const [problem, ...none] = await checkRedis(await connected(server.url))
    expect(none).toEqual([])
    expect(problem).toContain(`may lose ${lost}`)
    expect(problem).toContain(`(appendfsync ${appendfsync})`)
    expect(problem).toContain('a decision then has to be made again')
    expect(problem).toMatch(/Set appendfsync always\.$/)
  })

  it('names everything that is wrong at once', async () => {
    await configure({ 'maxmemory-policy': 'allkeys-random', appendonly: 'no' })
    expect(await checkRedis(await connected(server.url))).toHaveLength(2)
  })

  it('names the master when it was connected to a replica, and says nothing of the replica itself', async () => {
    const replica = await startRedis()
    try {
      const redis = await connected(replica.url)
      await redis.replicaof('127.0.0.1', server.port)
      expect(await checkRedis(redis)).toEqual([
        `This Redis is a replica of 127.0.0.1:${server.port}: what is written to it is refused, or lost when it syncs. Point REDIS_URL at the master.`,
      ])
    } finally {
      await replica.close()
    }
  })
})

describe('the check of Redis, where it may not ask', () => {
  const urlOf = async (user: string, ...rights: string[]) => {
    await admin.acl('SETUSER', user, 'on', '>secret', '~*', '+@all', ...rights)
    return `redis://${user}:secret@127.0.0.1:${server.port}`
  }
  beforeEach(() => configure({ ...GOOD, save: '' }))

  it('tells from INFO what it can, and says what it could not see', async () => {
    const redis = await connected(await urlOf('without-config', '-config'))
    expect(await checkRedis(redis)).toEqual([
      'Whether Redis may lose the last second could not be checked: it does not tell appendfsync. Set appendfsync always.',
    ])
    await configure({ 'maxmemory-policy': 'allkeys-lru', appendonly: 'no' })
    expect(await checkRedis(redis)).toEqual([
      expect.stringContaining('maxmemory-policy allkeys-lru'),
      expect.stringMatching(
        /no AOF: .* Whether it takes snapshots could not be checked.* Set appendonly yes and/,
      ),
    ])
  })

  it('says that nothing could be checked when INFO is forbidden as well, without a password', async () => {
    const [problem, ...none] = await checkRedis(await connected(await urlOf('blind', '-config', '-info')))
    expect(none).toEqual([])
    expect(problem).toMatch(/^The settings of Redis could not be checked: /)
    expect(problem).not.toContain('secret')
  })

  it('does not throw when the connection is gone', async () => {
    const redis = await connected(server.url)
    redis.disconnect()
    expect(await checkRedis(redis)).toEqual([expect.stringContaining('could not be checked: ')])
  })
})

describe('the check of Redis, at a server of another kind', () => {
  let other: Server | undefined
  const sockets = new Set<Socket>()
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise(resolve => other?.close(resolve))
  })

  /** Speaks RESP2 only, tells no setting, and answers INFO with these lines. */
  async function startOther(...info: string[]): Promise<string> {
    const text = `${info.join('\r\n')}\r\n`
    const answer = (command: string) => {
      switch (command.toLowerCase()) {
        case 'info':
          return `$${text.length}\r\n${text}\r\n`
        case 'client':
          return '+OK\r\n'
        case 'config':
          return '*0\r\n'
        default:
          return `-ERR unknown command '${command}'\r\n`
      }
    }
    const listening = createServer(socket => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('data', data => {
        for (const [, command = ''] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
          socket.write(answer(command))
        }
      })
    })
    other = listening
    await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve))
    return `redis://127.0.0.1:${(listening.address() as AddressInfo).port}`
  }

  const KEPT = ['role:master', 'maxmemory:0', 'maxmemory_policy:noeviction', 'aof_enabled:1']
  const UNSEEN = expect.stringContaining('it does not tell appendfsync')

  it.each(['5.0.14', '6.0.5', '6.0'])('says that %s is too old', async version => {
    const url = await startOther(`redis_version:${version}`, ...KEPT)
    expect(await checkRedis(await connected(url))).toEqual([
      `Redis ${version} is too old: LPOS came with 6.0.6, and without it no request can be saved. Use 6.2 or newer.`,
      UNSEEN,
    ])
  })

  it.each(['6.0.6', '6.2.0', '7.2.4', '10.0.0'])('takes %s as new enough', async version => {
    const url = await startOther(`redis_version:${version}`, ...KEPT)
    expect(await checkRedis(await connected(url))).toEqual([UNSEEN])
  })

  it('never takes what a server leaves out for what is well', async () => {
    const url = await startOther('role:master')
    expect(await checkRedis(await connected(url))).toEqual([
      expect.stringContaining('The version of Redis could not be checked.'),
      expect.stringContaining('Whether Redis evicts keys could not be checked.'),
      expect.stringContaining('Whether Redis keeps what it is given could not be checked.'),
    ])
  })
})
