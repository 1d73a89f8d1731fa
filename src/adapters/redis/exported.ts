// When requests that are not kept any more were exported: a hundred of them to a small hash, which Redis packs.

import { z } from 'zod'
import type { RequestId } from '../../request/request.ts'
import type { RedisConnection } from './connect.ts'

const TO_A_HASH = 100

export function exportedPlace(tag: string, id: RequestId): { key: string; field: string } {
  const number = Number(id.slice(2))
  return { key: `${tag}:exported:${Math.floor(number / TO_A_HASH)}`, field: `${number % TO_A_HASH}` }
}

export async function exportedAt(redis: RedisConnection, tag: string, id: RequestId): Promise<number | null> {
  const { key, field } = exportedPlace(tag, id)
  return atSchema.parse(await redis.hget(key, field))
}

const atSchema = z.union([z.null(), z.coerce.number().int().nonnegative()])
