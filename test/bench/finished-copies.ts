// Many finished requests, copied from one, exactly as the store has written it: record, changes, events, documents, and
// its places in the lists.

import type { Redis } from 'ioredis'

const BATCH = 500

export interface Template {
  id: string
  record: string[]
  changes: string[]
  events: string[]
  documents: string[]
  /** Names after the tag of the lists that it stands in, and its member there, which ends with its number. */
  lists: string[]
  member: string
}

const NUMBER_DIGITS = 15

/** @param isPlanned false: it ended before there was a plan, and has no documents */
export async function readTemplate(
  redis: Redis,
  prefix: string,
  id: string,
  isPlanned = true,
): Promise<Template> {
  const key = (name: string) => `{${prefix}}:${name}:${id}`
  const flat = (hash: Record<string, string>) => Object.entries(hash).flat()
  const template = {
    id,
    record: flat(await redis.hgetall(key('request'))),
    changes: await redis.lrange(key('changes'), 0, -1),
    events: await redis.lrange(key('events'), 0, -1),
    documents: flat(await redis.hgetall(key('documents'))),
    ...(await placesOf(redis, prefix, id)),
  }
  const { record, changes, events, documents, lists } = template
  if ([...events, ...documents].some(text => text.includes(`"${id}"`))) {
    throw new Error(`The events or documents of ${id} name it: the copies would have to as well.`)
  }
  const parts = [record, changes, events, lists, ...(isPlanned ? [documents] : [])]
  if (parts.some(part => part.length === 0) || (!isPlanned && documents.length > 0)) {
    throw new Error(`${id} is not kept as it used to be: these copies would not be what the store writes.`)
  }
  return template
}

async function placesOf(
  redis: Redis,
  prefix: string,
  id: string,
): Promise<Pick<Template, 'lists' | 'member'>> {
  const tag = `{${prefix}}`
  const number = id.slice(2).padStart(NUMBER_DIGITS, '0')
  const lists: string[] = []
  let member = ''
  for (const key of await redis.keys(`${tag}:list:*`)) {
    const found = (await redis.zrange(key, '0', '-1')).find(each => each.endsWith(number))
    if (found === undefined) continue
    member = found
    lists.push(key.slice(tag.length))
  }
  return { lists, member }
}

/** KEYS 1 last request number · ARGV 1 tag  2 first number  3 last number  4 JSON of the template */
const COPY = `
local template = cjson.decode(ARGV[4])
local pattern = '"' .. string.gsub(template.id, '%-', '%%-') .. '"'
for number = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  local id = string.format('R-%d', number)
  local record = {}
  for i, value in ipairs(template.record) do record[i] = string.gsub(value, pattern, '"' .. id .. '"') end
  redis.call('HSET', ARGV[1] .. ':request:' .. id, unpack(record))
  redis.call('RPUSH', ARGV[1] .. ':changes:' .. id, unpack(template.changes))
  redis.call('RPUSH', ARGV[1] .. ':events:' .. id, unpack(template.events))
  if #template.documents > 0 then redis.call('HSET', ARGV[1] .. ':documents:' .. id, unpack(template.documents)) end
  local member = string.sub(template.member, 1, -${NUMBER_DIGITS + 1}) .. string.format('%0${NUMBER_DIGITS}d', number)
  for _, list in ipairs(template.lists) do redis.call('ZADD', ARGV[1] .. list, 0, member) end
end
redis.call('SET', KEYS[1], ARGV[3])
`

/** R-1 to R-`count`. */
export async function copyFinished(
  redis: Redis,
  prefix: string,
  template: Template,
  count: number,
): Promise<void> {
  const tag = `{${prefix}}`
  for (let first = 1; first <= count; first += BATCH) {
    const last = Math.min(count, first + BATCH - 1)
    await redis.eval(COPY, 1, `${tag}:last-request`, tag, first, last, JSON.stringify(template))
  }
}
