// Owns how API 2.0 parameters are read: their types, their lists counted from 0, their limits.
// It must never answer: a parameter that cannot be read is named, and that is all.

import { z } from 'zod'

export type Params = Record<string, string>

const maxInt64 = 2n ** 63n - 1n
const int64 = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt)
  .refine(value => value >= -maxInt64 - 1n && value <= maxInt64)
const timestampMs = z
  .string()
  .regex(/^(-[12]|\d{1,15})$/)
  .transform(Number)
const count = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
const text = z.string().min(1)
const topics = z.array(text).optional()
const page = (usual: number, max: number) => ({
  offset: count.default(0),
  // A page beyond the limit is refused rather than cut short: the page gives a maximum and no word on more.
  limit: count.pipe(z.number().min(1).max(max)).default(usual),
})

export const inputs = {
  setGroupOffsets: z.intersection(
    z.object({ instanceId: text, group: text, topics }),
    z.discriminatedUnion('strategy', [
      z.object({ strategy: z.literal('0'), shift: int64 }),
      z.object({ strategy: z.literal('1'), timestamp: timestampMs }),
      z.object({ strategy: z.literal('2'), offset: int64 }),
    ]),
  ),
  getGroupOffsets: z.object({
    instanceId: text,
    group: text,
    topics,
    searchWord: z.string().default(''),
    ...page(50, 50),
  }),
  getGroupInfo: z.object({ instanceId: text, group: z.array(text).min(1) }),
  listGroup: z.object({
    instanceId: text,
    group: z.string().default(''),
    searchWord: z.string().default(''),
    ...page(20, 50),
  }),
  listConsumerGroup: z.object({
    instanceId: text,
    groupName: z.string().default(''),
    topicName: z.string().default(''),
    ...page(50, 50),
  }),
  listInstance: z.object({
    instanceId: z.string().default(''),
    searchWord: z.string().default(''),
    status: z.array(z.string()).optional(),
    ...page(10, 20),
  }),
  listTopic: z.object({ instanceId: text, searchWord: z.string().default(''), ...page(10, 50) }),
  getTopicAttributes: z.object({ instanceId: text, topicName: text }),
}

export type Reading<Asked> = { kind: 'read'; asked: Asked } | { kind: 'unreadable'; why: string }

/** Reads `lists` (name.0, name.1, …) and every other parameter as text. Unknown parameters are ignored, as ever. */
export function readInput<Asked>(input: z.ZodType<Asked>, lists: string[], params: Params): Reading<Asked> {
  const plain = Object.entries(params).filter(([name]) => !lists.includes(name))
  const gathered = lists.map(name => [name, gatherList(params, name)] as const)
  const broken = gathered.find(([, values]) => values === 'broken')
  if (broken) return { kind: 'unreadable', why: `parameter ${broken[0]} is not a list counted from 0` }
  const given = gathered.filter(([, values]) => values.length > 0)
  const asked = input.safeParse(Object.fromEntries([...plain, ...given]))
  if (asked.success) return { kind: 'read', asked: asked.data }
  const where = asked.error.issues[0]?.path.join('.') ?? ''
  return { kind: 'unreadable', why: `parameter ${where} is missing or invalid` }
}

// The pages count from 0. Anything else is refused: to skip it could turn "these topics" into "all topics".
function gatherList(params: Params, name: string): string[] | 'broken' {
  const given = Object.keys(params).filter(key => key.startsWith(`${name}.`))
  const values = given.map((_, index) => params[`${name}.${index}`])
  return values.every(value => value !== undefined) ? values : 'broken'
}
