// The settings of the command `requests`, which is run where jobs are: an address and a token, and nothing of the product's.

import { givenIn, problemsOf } from './config.ts'
import type { Given } from './config-proxy.ts'
import { settingsSchema } from './config-schema.ts'
import { readSecrets } from './config-secrets.ts'
import { issueWords } from './request/file-words.ts'

export interface RequestsConfig {
  /** Of a bot, without a path. */
  address: string
  token: string
}

export type RequestsConfigOutcome = { ok: true; config: RequestsConfig } | { ok: false; problems: string[] }

const schema = settingsSchema.pick({ REQUESTS_ADDRESS: true, REQUESTS_TOKEN: true })

/** @param said on the command line, which counts before the environment */
export function readRequestsConfig(
  env: NodeJS.ProcessEnv,
  said: { address?: string | undefined; tokenFile?: string | undefined },
): RequestsConfigOutcome {
  const { REQUESTS_TOKEN: token, ...others } = givenIn(env)
  const given: Given = {
    ...others,
    ...(token === undefined || said.tokenFile !== undefined ? {} : { REQUESTS_TOKEN: token }),
    ...(said.address === undefined ? {} : { REQUESTS_ADDRESS: said.address }),
    ...(said.tokenFile === undefined ? {} : { REQUESTS_TOKEN_FILE: said.tokenFile }),
  }
  const { given: read, problems, unread } = readSecrets(given, schema.shape)
  const parsed = schema.safeParse(read, { error: issueWords })
  if (!parsed.success) return { ok: false, problems: [...problems, ...problemsOf(parsed.error, unread)] }
  const { REQUESTS_ADDRESS: address, REQUESTS_TOKEN: secret } = parsed.data
  if (problems.length > 0) return { ok: false, problems }
  if (secret === undefined)
    return { ok: false, problems: ['REQUESTS_TOKEN_FILE is missing (or --token-file)'] }
  return { ok: true, config: { address, token: secret } }
}
