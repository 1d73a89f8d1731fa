// The Lua scripts of the store: each is one step that happens whole or not at all. All keys share one hash tag.

/**
 * Numbers that a Redis which does not have the last ones may have forgotten: so many, and so many more for each second
 * since anybody looked at them. More are not asked for by people.
 */
const NUMBERS_SKIPPED = 1_000
const SKIPPED_A_SECOND = 10
/** No look at a group takes this long; counting may begin again after it. */
const EPOCH_KEPT_S = 86_400

/**
 * A Redis that took over from another, or was started with what it had saved earlier, has lost what was written since:
 * that somebody took a group, and which number a request was given. It says so by its run_id. Until a call that was under
 * way then must have ended, nobody takes a group, and no number is given twice. Where INFO is forbidden only the process
 * can tell, by its connection: the second value says whether the server is known.
 */
const SINCE_WHEN = `
local function now()
  local clock = redis.call('TIME')
  return clock[1] * 1000 + math.floor(clock[2] / 1000)
end
local function skipNumbers(server, last)
  local seen = tonumber(redis.call('HGET', server, 'seen') or '')
  local goneMs = seen and math.max(0, now() - seen) or 0
  local skipped = ${NUMBERS_SKIPPED} + math.floor(goneMs / 1000 * ${SKIPPED_A_SECOND})
  redis.call('INCRBY', last, string.format('%d', skipped))
end
local function sinceWhen(server, last)
  local known = redis.call('HMGET', server, 'run', 'since')
  local info = redis.pcall('INFO', 'server')
  local run = type(info) == 'string' and string.match(info, 'run_id:(%x+)')
  if not run then return tonumber(known[2] or '') or 0, false end
  if known[1] == run then return tonumber(known[2]), true end
  local since = known[1] and now() or 0
  redis.call('HSET', server, 'run', run, 'since', string.format('%d', since))
  if known[1] then skipNumbers(server, last) end
  return since, known[1] ~= false
end
`

/**
 * KEYS 1 number of the last request  2 server hash
 * ARGV 1 the highest number that this process has seen  2 '1' over a new connection, whose Redis may have lost some
 *      3 '1' to take a number
 * Returns the number taken, or the last one.
 */
export const NUMBER = `
${SINCE_WHEN}
local _, isKnown = sinceWhen(KEYS[2], KEYS[1])
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > last then redis.call('SET', KEYS[1], ARGV[1]) end
if last > 0 and not isKnown and ARGV[2] == '1' then skipNumbers(KEYS[2], KEYS[1]) end
redis.call('HSET', KEYS[2], 'seen', string.format('%d', now()))
if ARGV[3] == '1' then return redis.call('INCR', KEYS[1]) end
return tonumber(redis.call('GET', KEYS[1]) or '0')
`

/**
 * KEYS 1 workers, each with when it last said that it takes jobs
 * ARGV 1 the worker that takes jobs now, or ''  2 one that does no longer, or ''  3 how old a word may be, in ms
 * Returns how many take jobs.
 */
export const WORKERS = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
if ARGV[1] ~= '' then
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])) do redis.call('ZREM', KEYS[1], gone) end
  redis.call('ZADD', KEYS[1], now, ARGV[1])
end
if ARGV[2] ~= '' then redis.call('ZREM', KEYS[1], ARGV[2]) end
return #redis.call('ZRANGEBYSCORE', KEYS[1], now - ARGV[3], '+inf')
`

/**
 * Moves one request from an expected version to the next, with its audit event, its place in the due set and in every
 * list, and its documents.
 * KEYS  1 request hash  2 changes list  3 events list  4 due zset  5 open zset  6 documents hash  7 submission
 *       8 writer of the group  9 server hash: the Redis that was seen last, and since when  10 open zset of the group
 *       11 number of the last request  12 count of the changes that people can see  13 hash: epoch of the group's writers,
 *       and the last of them  14 end of the log of attempts  15 request hash of the one that it follows, or its own
 *       16 exported ones of that one's hundred  17 marks hash  18… lists that it may stand in
 * ARGV  1 expected version (0 creates)  2 change id  3 next version  4 record JSON  5 event JSON  6 due ms or ''
 *       7 '1' when open  8 created ms  9 request id  10 '1' when a submission key is given  11 writer: 'take',
 *       'keep', 'giveBack' or ''  12 for how many ms it is taken  13 for how many ms a new Redis settles
 *       14 expected hash of the last event  15 hash of this one  16 revision: what people see has changed with it
 *       17 place in the lists  18 for each list '1' or '0': whether it stands in it  19 expected epoch, to take
 *       20 how many may be open of the requester or ''  21 which of the KEYS is the list of those  22 likewise in all  23
 *       24 for how many ms the documents are kept, or '' for as long as the record
 *       25 '1' when the connection was lost and is back, and nobody has taken a group since  26 seal of the record, or ''
 *       27 hash of the last attempt, which has to be the last still  28 how many attempts there were, or '' for any end
 *       29 with a create: the request that it follows, or ''  30 its field among the exported ones
 *       31 mark: its state, or '' for no mark  32 since when, or '' as far as marks tell  33 since when it owes Slack, or ''
 *       34 now; an earlier debt goes on only where something is owed by now
 *       35… document name, JSON
 * Returns {'applied'} · {'conflict'} · {'duplicate', request id} · {'busy', request id} · {'settling', ms}
 *         {'gone', request id}
 *         {'full', 'person' or 'workspace', how many are open}
 */
export const COMMIT = `
${SINCE_WHEN}
if redis.call('LPOS', KEYS[2], ARGV[2]) then return {'applied'} end
local hasParent = false
local version = redis.call('HGET', KEYS[1], 'version') or '0'
if version ~= ARGV[1] then return {'conflict'} end
local hash = redis.call('HGET', KEYS[1], 'hash')
if hash and hash ~= ARGV[14] then return {'conflict'} end
if ARGV[28] ~= '' then
  local tried = redis.call('HMGET', KEYS[14], 'sealedHash', 'tries')
  if (tried[1] or '') ~= ARGV[27] then return {'conflict'} end
  if (tonumber(tried[2] or '') or 0) < tonumber(ARGV[28]) then return {'conflict'} end
end
if ARGV[10] == '1' then
  local earlier = redis.call('GET', KEYS[7])
  if earlier then return {'duplicate', earlier} end
end
if ARGV[29] ~= '' then
  local isThere = redis.call('EXISTS', KEYS[15]) == 1
  if not isThere and redis.call('HGET', KEYS[16], ARGV[30]) then return {'gone', ARGV[29]} end
  -- Whoever is about to delete it sees that something follows it now.
  hasParent = isThere
end
for _, limit in ipairs({{'person', 20}, {'workspace', 22}}) do
  local most = ARGV[limit[2]]
  if most ~= '' then
    local open = redis.call('ZCARD', KEYS[tonumber(ARGV[limit[2] + 1])])
    if open >= tonumber(most) then return {'full', limit[1], open} end
  end
end
if ARGV[10] == '1' then redis.call('SET', KEYS[7], ARGV[9], 'EX', 86400) end
if ARGV[11] ~= '' then
  local writer = redis.call('GET', KEYS[8])
  if ARGV[11] == 'take' then
    local since, isKnown = sinceWhen(KEYS[9], KEYS[11])
    if not isKnown and ARGV[25] == '1' then
      since = now()
      redis.call('HSET', KEYS[9], 'since', string.format('%d', since))
    end
    local settles = since + tonumber(ARGV[13]) - now()
    if settles > 0 then return {'settling', string.format('%d', settles)} end
    if writer and writer ~= ARGV[9] then return {'busy', writer} end
    local last = redis.call('HMGET', KEYS[13], 'epoch', 'writer')
    if (last[1] or '0') ~= ARGV[19] then return {'busy', last[2] or ARGV[9]} end
    redis.call('SET', KEYS[8], ARGV[9], 'PX', ARGV[12])
  elseif writer == ARGV[9] and ARGV[11] == 'keep' then
    redis.call('PEXPIRE', KEYS[8], ARGV[12])
  elseif writer == ARGV[9] then
    redis.call('DEL', KEYS[8])
  end
  if ARGV[11] == 'take' or writer == ARGV[9] then
    redis.call('HINCRBY', KEYS[13], 'epoch', 1)
    redis.call('HSET', KEYS[13], 'writer', ARGV[9])
    redis.call('EXPIRE', KEYS[13], ${EPOCH_KEPT_S})
  end
end
if hasParent then redis.call('HINCRBY', KEYS[15], 'followers', 1) end
if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[16] then redis.call('INCR', KEYS[12]) end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'json', ARGV[4], 'hash', ARGV[15], 'revision', ARGV[16], 'seal', ARGV[26])
redis.call('LPUSH', KEYS[2], ARGV[2])
redis.call('LTRIM', KEYS[2], 0, 31)
redis.call('RPUSH', KEYS[3], ARGV[5])
if ARGV[6] == '' then redis.call('ZREM', KEYS[4], ARGV[9]) else redis.call('ZADD', KEYS[4], ARGV[6], ARGV[9]) end
for _, open in ipairs({KEYS[5], KEYS[10]}) do
  if ARGV[7] == '1' then redis.call('ZADD', open, ARGV[8], ARGV[9]) else redis.call('ZREM', open, ARGV[9]) end
end
for i = 18, #KEYS do
  if string.sub(ARGV[18], i - 17, i - 17) == '1' then
    redis.call('ZADD', KEYS[i], 0, ARGV[17])
  else
    redis.call('ZREM', KEYS[i], ARGV[17])
  end
end
if ARGV[31] == '' then
  redis.call('HDEL', KEYS[17], ARGV[9])
else
  local state, since, owes = string.match(redis.call('HGET', KEYS[17], ARGV[9]) or '', '^(%a+) (%d+) (%d*)$')
  if ARGV[32] ~= '' then since = ARGV[32] elseif state ~= ARGV[31] then since = ARGV[34] end
  local owesNow = ARGV[33] ~= '' and tonumber(ARGV[33]) <= tonumber(ARGV[34])
  if not owesNow or not tonumber(owes) or tonumber(owes) > tonumber(ARGV[33]) then owes = ARGV[33] end
  redis.call('HSET', KEYS[17], ARGV[9], ARGV[31] .. ' ' .. since .. ' ' .. owes)
end
for i = 35, #ARGV, 2 do redis.call('HSET', KEYS[6], ARGV[i], ARGV[i + 1]) end
if ARGV[24] == '' then redis.call('PERSIST', KEYS[6]) else redis.call('PEXPIRE', KEYS[6], ARGV[24]) end
return {'applied'}
`

/** KEYS 1 claim · ARGV 1 whose  2 for how many ms · Returns whether they have it. */
export const CLAIM = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`

/**
 * Takes one request out that is as it was exported, wherever it stands, and keeps when that was.
 * KEYS  1 request hash  2 changes list  3 events list  4 documents hash  5 hash: more refused attempts  6 due zset
 *       7 open zset  8 open zset of the group  9 writer of the group  10 exported ones of its hundred
 *       11 count of the changes that people can see  12… lists that it may stand in
 * ARGV  1 version  2 hash of the last event  3 how many follow it  4 how many more attempts were refused  5 request id
 *       6 place in the lists  7 its field among the exported ones  8 when it was exported
 * Returns 1 · 0: it is not so any more, or is still worked at, and nothing was done.
 */
export const REMOVE = `
local is = redis.call('HMGET', KEYS[1], 'version', 'hash', 'followers')
if is[1] ~= ARGV[1] or (is[2] or '') ~= ARGV[2] or (is[3] or '0') ~= ARGV[3] then return 0 end
if redis.call('GET', KEYS[9]) == ARGV[5] then return 0 end
for i = 6, 8 do
  if redis.call('ZSCORE', KEYS[i], ARGV[5]) then return 0 end
end
local more = 0
local counts = redis.call('HGETALL', KEYS[5])
for i = 2, #counts, 2 do more = more + tonumber(counts[i]) end
if more ~= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[10], ARGV[7], ARGV[8])
for i = 12, #KEYS do redis.call('ZREM', KEYS[i], ARGV[6]) end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])
redis.call('INCR', KEYS[11])
return 1
`

/** KEYS 1 due zset · ARGV 1 now  2 lease until  3 limit · Returns the ids taken, oldest first. */
export const TAKE_DUE = `
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], ARGV[2], id) end
return ids
`

/** KEYS 1 request hash  2 due zset  3 marks hash · ARGV 1 version  2 id  3 due ms or '' · Does nothing at another version. */
export const SETTLE = `
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[2], ARGV[2])
  redis.call('HDEL', KEYS[3], ARGV[2])
else
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
end
return 1
`

/**
 * KEYS 1 request hash  2 documents hash · ARGV 1 version  2 for how many ms they are kept · Does nothing at another
 * version, nor where they have an end already.
 */
export const END_DOCUMENTS = `
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] or redis.call('PTTL', KEYS[2]) ~= -1 then return 0 end
return redis.call('PEXPIRE', KEYS[2], ARGV[2])
`

/**
 * KEYS 1 marks hash  2 open zset  3 due zset · Returns every mark. One whose request is in neither set was left by a
 * version that keeps no marks, and goes.
 */
export const READ_MARKS = `
local all = redis.call('HGETALL', KEYS[1])
local marks = {}
for i = 1, #all, 2 do
  if redis.call('ZSCORE', KEYS[2], all[i]) or redis.call('ZSCORE', KEYS[3], all[i]) then
    table.insert(marks, all[i + 1])
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return marks
`

/** KEYS 1 open zset  2 due zset · Returns the open ids that have no place in the due set. */
export const FIND_FORGOTTEN = `
local forgotten = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if not redis.call('ZSCORE', KEYS[2], id) then table.insert(forgotten, id) end
end
return forgotten
`

/**
 * KEYS 1 attempts list  2 hash of its end  3 what was appended lately  4 hash: how many there were, by person and day
 * ARGV 1 hash it is chained on  2 version  3 hash of this one  4 JSON  5 what was tried, which names it
 *      6 person and day  7 how many of those are kept
 * Returns 'applied', also when it is there already, or only counted · 'conflict': another was appended first.
 */
export const APPEND_ATTEMPT = `
if redis.call('LPOS', KEYS[3], ARGV[5]) then return 'applied' end
if tonumber(redis.call('HGET', KEYS[4], ARGV[6]) or '0') < tonumber(ARGV[7]) then
  if (redis.call('HGET', KEYS[2], 'hash') or '') ~= ARGV[1] then return 'conflict' end
  redis.call('RPUSH', KEYS[1], ARGV[4])
  redis.call('HSET', KEYS[2], 'version', ARGV[2], 'hash', ARGV[3])
end
redis.call('HINCRBY', KEYS[4], ARGV[6], 1)
redis.call('LPUSH', KEYS[3], ARGV[5])
redis.call('LTRIM', KEYS[3], 0, 31)
return 'applied'
`

/**
 * The same with a key. What is sealed has to be what it was, so that nobody's attempt is written over.
 * KEYS 1 attempts list  2 hash of its end  3 what was appended lately  4 hash of the sealed counters
 * ARGV 1 hash of the end, as it was  2 seal of the end, as it was  3 name of the counter  4 counter, as it was
 *      5 what was tried, which names it, or ''  6 counter  7 JSON, or '' where it is only counted
 *      8 version  9 hash  10 how many there were  11 how often it was broken  12 seal, all of the end as it is to be
 * Returns 'applied', also when it is there already · 'conflict': another was first.
 */
export const APPEND_SEALED = `
if ARGV[5] ~= '' and redis.call('LPOS', KEYS[3], ARGV[5]) then return 'applied' end
local was = redis.call('HMGET', KEYS[2], 'hash', 'seal')
if (was[1] or '') ~= ARGV[1] or (was[2] or '') ~= ARGV[2] then return 'conflict' end
if (redis.call('HGET', KEYS[4], ARGV[3]) or '') ~= ARGV[4] then return 'conflict' end
redis.call('HSET', KEYS[4], ARGV[3], ARGV[6])
if ARGV[7] ~= '' then
  redis.call('RPUSH', KEYS[1], ARGV[7])
  redis.call('HSET', KEYS[2], 'version', ARGV[8], 'hash', ARGV[9])
end
redis.call('HSET', KEYS[2], 'sealedVersion', ARGV[8], 'sealedHash', ARGV[9], 'tries', ARGV[10], 'broken', ARGV[11], 'seal', ARGV[12])
if ARGV[5] ~= '' then
  redis.call('LPUSH', KEYS[3], ARGV[5])
  redis.call('LTRIM', KEYS[3], 0, 31)
end
return 'applied'
`

/** KEYS 1 hash of the end of the attempts · ARGV 1 seal, as it was  2 seal by a newer key, over the same. */
export const SEAL_ANEW = `
if redis.call('HGET', KEYS[1], 'seal') == ARGV[1] then redis.call('HSET', KEYS[1], 'seal', ARGV[2]) end
return 1
`

/** ARGV each a call, as JSON · Returns for each that was refused its command and what Redis said. KEYS are what they use. */
export const TRY_COMMANDS = `
local refused = {}
for _, call in ipairs(ARGV) do
  local words = cjson.decode(call)
  local answer = redis.pcall(unpack(words))
  if type(answer) == 'table' and answer.err then table.insert(refused, {words[1], answer.err}) end
end
return refused
`
