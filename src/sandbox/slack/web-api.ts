// The Web API's door: tokens, scopes and required arguments, the same for every method.
// What a method does is in the tables it is given.
import { textArgument } from './arguments.ts'
import type { Json } from './block-schema.ts'
import { type Refusal, refuse, refuseArguments } from './message-content.ts'

export interface Method {
  token?: 'app'
  /** Any one of them is enough; absent means that none is needed. */
  scopes?: string[]
  required?: string[]
  run(args: Json, call: Call): Json
}

export interface Call {
  /** The host and port that the caller has called at, which need not be ours: something may stand between. */
  readonly host?: string
  has(scope: string): boolean
  /** The answer for a scope that only turns out to be needed once the arguments are known. */
  missing(scope: string): Refusal
}

export type Methods = Record<string, Method>

export interface WebApi {
  call(
    name: string,
    authorization: string | undefined,
    args: Json,
    host?: string,
  ): { body: Json; accepted: string[] }
  /** What the installed app may do, whichever call it makes. */
  readonly granted: Call
  /** Whether this header carries the bot's token, and that token has the scope. */
  authorizes(authorization: string | undefined, scope: string): boolean
  /** From then on the bot's token is refused with this error, until null. */
  refuseToken(error: string | null): void
}

export function createWebApi(deps: {
  methods: Methods
  botToken: string
  appToken: string
  scopes: string[]
}): WebApi {
  let refusal: string | null = null
  const provided = deps.scopes.join(',')
  const missing = (scope: string) => refuse('missing_scope', { needed: scope, provided })
  const has = (scope: string) => deps.scopes.includes(scope)
  const granted: Call = { has, missing }

  function judgeToken(token: string | undefined, method: Method): string | undefined {
    if (!token) return 'not_authed'
    if (token !== deps.botToken && token !== deps.appToken) return 'invalid_auth'
    if (token === deps.botToken && refusal !== null) return refusal
    const needed = method.token === 'app' ? deps.appToken : deps.botToken
    return token === needed ? undefined : 'not_allowed_token_type'
  }

  function answer(name: string, authorization: string | undefined, args: Json, host?: string): Json {
    const method = deps.methods[name]
    if (!method) return refuse('unknown_method', { req_method: name })
    const token = authorization?.replace(/^Bearer /, '') ?? textArgument(args, 'token')
    const refused = judgeToken(token, method)
    if (refused) return refuse(refused)
    if (method.scopes && !method.scopes.some(has)) return missing(method.scopes.join(','))
    const absent = (method.required ?? []).filter(key => args[key] === undefined || args[key] === '')
    if (absent.length > 0) return refuseArguments(absent.map(key => `missing required field: ${key}`))
    return method.run(args, host === undefined ? granted : { ...granted, host })
  }

  return {
    call: (name, authorization, args, host) => ({
      body: answer(name, authorization, args, host),
      accepted: deps.methods[name]?.scopes ?? [],
    }),
    granted,
    authorizes: (authorization, scope) =>
      authorization === `Bearer ${deps.botToken}` && refusal === null && has(scope),
    refuseToken(error) {
      refusal = error
    },
  }
}
