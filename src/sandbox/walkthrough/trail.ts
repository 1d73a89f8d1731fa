// The audit trail as an operator gets it: exported by the product's own command, in a process of its own.
// It must never read the store by itself.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AUDIT_ENTRY } from '../places.ts'
import type { World } from '../world.ts'

const LONGEST_BYTES = 64 * 1_024 * 1_024

/** The lines of one request that hold this command, each JSON. */
export async function auditedAs(
  { redisUrl, redisPrefix }: World,
  requestId: string,
  command: string,
): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [AUDIT_ENTRY, 'export'], {
    env: { PATH: process.env.PATH, REDIS_URL: redisUrl, REDIS_PREFIX: redisPrefix },
    maxBuffer: LONGEST_BYTES,
  })
  return stdout
    .split('\n')
    .filter(
      line => line.includes(`"requestId":"${requestId}"`) && line.includes(`"command":{"kind":"${command}"`),
    )
}
