// Every command of Redis that the product needs, each with a call that changes nothing but keys of its own. What a user
// of Redis has to be allowed is this list: docs/redis.md has it as an ACL, and a test holds the two together.

/** One script tries those of one slot; what no script may call is called by itself. */
export interface Commands {
  /** Arguments with spaces between them. `@string` and the like stand for a key of that type. */
  inScripts: readonly string[]
  alone: readonly ('EVALSHA' | 'MULTI' | 'BZPOPMIN')[]
}

export const KEY_TYPES = ['string', 'list', 'hash', 'sorted', 'set', 'stream'] as const

const CLEARED = 'DEL @string @list @hash @sorted @set @stream'

/** Of the record, the lists and the shared budget of calls. MULTI goes with EXEC, and EVAL tries the rest. */
export const STORE_COMMANDS: Commands = {
  inScripts: [
    // First: once a script has written, a Redis that is full lets it go on.
    'SET @string 1 PX 60000',
    CLEARED,
    'SET @string 1 PX 60000',
    'GET @string',
    'EXISTS @string',
    'INCR @string',
    'INCRBY @string 1',
    'PTTL @string',
    'EXPIRE @string 60',
    'PEXPIRE @string 60000',
    'PERSIST @string',
    'HSET @hash field 1',
    'HGET @hash field',
    'HMGET @hash field',
    'HGETALL @hash',
    'HKEYS @hash',
    'HINCRBY @hash field 1',
    'HDEL @hash field',
    'LPUSH @list a',
    'RPUSH @list b',
    'LPOS @list a',
    'LRANGE @list 0 0',
    'LLEN @list',
    'LTRIM @list 0 0',
    'ZADD @sorted 0 a',
    'ZSCORE @sorted a',
    'ZCARD @sorted',
    'ZRANGE @sorted 0 0',
    'ZREVRANGE @sorted 0 0',
    'ZRANGEBYSCORE @sorted 0 0',
    'ZREVRANGEBYLEX @sorted + -',
    'ZLEXCOUNT @sorted - +',
    'ZREM @sorted a',
    'TIME',
    CLEARED,
  ],
  alone: ['EVALSHA', 'MULTI'],
}

/** Of BullMQ, as far as the product uses it. */
export const QUEUE_COMMANDS: Commands = {
  inScripts: [
    // First: once a script has written, a Redis that is full lets it go on.
    'SET @string 1 PX 60000',
    CLEARED,
    'SET @string 1 PX 60000',
    'GET @string',
    'EXISTS @string',
    'INCR @string',
    'PTTL @string',
    'HSET @hash field 1',
    'HMSET @hash field 1',
    'HGET @hash field',
    'HMGET @hash field',
    'HGETALL @hash',
    'HINCRBY @hash field 1',
    'LPUSH @list a',
    'RPOPLPUSH @list @list',
    'LRANGE @list 0 0',
    'LLEN @list',
    'LREM @list 0 a',
    'ZADD @sorted 0 a',
    'ZSCORE @sorted a',
    'ZCARD @sorted',
    'ZRANGE @sorted 0 0',
    'ZREVRANGE @sorted 0 0',
    'ZRANGEBYSCORE @sorted 0 0',
    'ZREVRANGEBYSCORE @sorted 0 0',
    'ZREMRANGEBYSCORE @sorted 1 1',
    'ZREMRANGEBYRANK @sorted 1 1',
    'ZPOPMIN @sorted',
    'ZREM @sorted a',
    'SADD @set a',
    'SCARD @set',
    'SMEMBERS @set',
    'SREM @set a',
    'XADD @stream MAXLEN ~ 1 * a b',
    'XTRIM @stream MAXLEN 0',
    CLEARED,
  ],
  alone: ['EVALSHA', 'BZPOPMIN'],
}
