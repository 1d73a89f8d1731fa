// What the demo takes from its environment, under the names that the product has for it. It must never hand anything else
// on: the tokens and addresses of whoever starts it are not for a demo.

export interface DemoSettings {
  /** Of the page. */
  port: number
  /** Absent: a private Redis. */
  redisUrl: string | undefined
  /** For Rewind. */
  env: Record<string, string>
}

const PAGE_PORT = 4400
/** Rewind itself says what is wrong with one of these. */
const HANDED_ON = [
  ...['CKAFKA_API', 'REWIND_LANGUAGE', 'EMPTY_HOLD', 'EMPTY_WAIT', 'REQUEST_EXPIRY', 'WATCH'],
  ...['CALL_DEADLINE', 'CALL_GRACE', 'CALL_LATE', 'PICTURES'],
]

export function demoSettings(
  env: NodeJS.ProcessEnv,
): { ok: true; settings: DemoSettings } | { ok: false; problem: string } {
  const given = (name: string) => env[name]?.trim() || undefined
  const port = given('PORT') ?? `${PAGE_PORT}`
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return { ok: false, problem: 'PORT must be a port number, from 0 to 65535, for the page of the demo.' }
  }
  const redisUrl = given('REDIS_URL')
  if (redisUrl !== undefined && !isRedisUrl(redisUrl)) {
    return { ok: false, problem: 'REDIS_URL must look like redis://host:6379.' }
  }
  const handedOn = HANDED_ON.flatMap(name => {
    const value = given(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ok: true, settings: { port: Number(port), redisUrl, env: Object.fromEntries(handedOn) } }
}

/** What the walkthrough says of settings that it leaves out; null: there are none. @param env for Rewind */
export function leftOutOfWalkthrough(env: Record<string, string>): string | null {
  const names = Object.keys(env).filter(
    name => name !== 'CKAFKA_API' && !(name === 'REWIND_LANGUAGE' && env[name] === 'en'),
  )
  if (names.length === 0) return null
  return `The walkthrough holds what people read against English sentences, with settings of its own: ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not used. Without --walkthrough the demo uses ${names.length === 1 ? 'it' : 'them'}.`
}

function isRedisUrl(value: string): boolean {
  return URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol)
}
