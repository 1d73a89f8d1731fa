// Seals with a key that Redis does not have: who can write there can make every hash anew, and no seal. Pure.
// It must never show a key, nor say of a text that it is sealed because another one is.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** `key`: which one, without giving it away. `mac`: HMAC-SHA256, hex. */
export const sealSchema = z.strictObject({
  key: z.string().regex(/^[0-9a-f]{8}$/),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Seal = z.output<typeof sealSchema>

/**
 * Why nothing vouches for what was read: there is no seal, it is of a key that is not among ours, it is of another text,
 * or there is one and we have no key at all.
 */
export type Doubt = 'unsealed' | 'otherKey' | 'changed' | 'noKey'

/**
 * `event`: of a trail, after what is before it. `record`: a request as it is stored. `end` and `tries`: where the log of
 * attempts has come to, and how many there were of one person (attempts-end.ts). None can be put for another.
 */
export type Sealed = 'event' | 'record' | 'end' | 'tries'

export interface Seals {
  seal(what: Sealed, id: string, text: string): Seal
  /** Null: it is sealed. */
  doubt(what: Sealed, id: string, text: string, seal: Seal | null): Exclude<Doubt, 'noKey'> | null
  /** By the id of a key, as a seal has it. */
  isOurs(key: string): boolean
  /** Nobody has that key any more: what it sealed does not show that another process has the right one. */
  isLost(key: string): boolean
}

/**
 * @param keys the first one seals, and each of them is taken
 * @param installation whose requests are sealed, as its keys in Redis are named: no other one takes them for its own
 * @param lost ids of keys that nobody has any more
 */
export function createSeals(
  keys: readonly [string, ...string[]],
  installation: string,
  lost: readonly string[] = [],
): Seals {
  const byId = new Map(keys.map(key => [keyId(key), key]))
  const [current] = keys

  /** Neither the installation nor the id holds a line break, so that no two of these give the same text. */
  function macOf(key: string, what: Sealed, id: string, text: string): Buffer {
    return createHmac('sha256', key).update(`rewind ${what}\n${installation}\n${id}\n${text}`).digest()
  }

  return {
    seal: (what, id, text) => ({ key: keyId(current), mac: macOf(current, what, id, text).toString('hex') }),
    doubt(what, id, text, seal) {
      if (seal === null) return 'unsealed'
      const key = byId.get(seal.key)
      if (key === undefined) return 'otherKey'
      const mac = Buffer.from(seal.mac, 'hex')
      const expected = macOf(key, what, id, text)
      return mac.length === expected.length && timingSafeEqual(mac, expected) ? null : 'changed'
    },
    isOurs: key => byId.has(key),
    isLost: key => lost.includes(key) && !byId.has(key),
  }
}

/** Names a key in a seal, where nobody may learn the key. */
export function keyId(key: string): string {
  return createHash('sha256').update(`rewind audit key\n${key}`).digest('hex').slice(0, 8)
}

/** Undefined for what is no seal; null: there is none. */
export function sealIn(text: string | null): Seal | null | undefined {
  if (text === null || text === '') return null
  const [key, mac] = text.split(':')
  return sealSchema.safeParse({ key, mac }).data
}

export function sealText({ key, mac }: Seal): string {
  return `${key}:${mac}`
}
