// A process that exports and deletes what is over for so long, and stands still where it is told to, until it is killed.
// Arguments: Redis URL, prefix, audit key or '', folder, now, kept ms, where to stand still.

import { connectRedis, untilReady } from '../../dist/adapters/redis/connect.js'
import { createRetention } from '../../dist/adapters/redis/retention.js'
import { createRedisStore } from '../../dist/adapters/redis/store.js'
import { createSeals } from '../../dist/request/seals.js'
import { retentionPass } from '../../dist/retention/pass.js'

const [url, prefix, key, directory, now, keptMs, where] = process.argv.slice(2)
const redis = connectRedis({ mode: 'single', url }, () => {})
await untilReady(redis, 5_000)
const seals = key === '' ? null : createSeals([key], prefix)
const store = createRedisStore(redis, prefix, { seals })
const retention = createRetention(redis, prefix, seals)

async function standStill() {
  process.stdout.write('standing\n')
  await new Promise(resolve => setTimeout(resolve, 600_000))
}

let removed = 0
await retentionPass({
  store: {
    readTrails: ids => store.readTrails(ids),
    async readAttempts() {
      if (where === 'in the file') await standStill()
      return store.readAttempts()
    },
  },
  retention: {
    ...retention,
    async keepExport(kept) {
      if (where === 'after the file') await standStill()
      return retention.keepExport(kept)
    },
    async remove(leaving) {
      if (where === 'before the first' || (where === 'after the second' && removed === 2)) await standStill()
      removed += 1
      return retention.remove(leaving)
    },
  },
  seals,
  directory,
  prefix,
  clock: () => Number(now),
  keptMs: Number(keptMs),
  processId: 'killed',
  onLeft() {},
  onExported() {},
  onBroken() {},
  isStopped: () => false,
})
