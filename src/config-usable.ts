// What of settings that are wrong in part can be used nevertheless, for who checks an installation: one wrong setting is no
// reason to look at nothing else. It must never be started with: parts that are lacking have values that nobody has set.

import { type Config, givenIn, readConfig } from './config.ts'
import { settingsSchema } from './config-schema.ts'
import { fileSetting, SECRET_SETTINGS } from './config-secrets.ts'

export type ConfigPart = 'listening' | 'policy' | 'accounts' | 'slack' | 'redis' | 'clusters' | 'traces'

export interface UsableConfig {
  config: Config
  /** What cannot be looked at. */
  lacks: ReadonlySet<ConfigPart>
}

const NAMES = Object.keys(settingsSchema.shape)
const namesWith = (...starts: string[]) => NAMES.filter(name => starts.some(start => name.startsWith(start)))

const PARTS: Record<ConfigPart, readonly string[]> = {
  listening: ['HOST', 'PORT'],
  policy: ['APPROVERS', 'POLICY_FILE', ...namesWith('SKIPS_')],
  accounts: ['SERVICE_ACCOUNTS_FILE', 'APPROVALS_CHANNEL'],
  slack: [...namesWith('SLACK_'), 'HTTPS_PROXY', 'HTTP_PROXY'],
  redis: namesWith('REDIS_'),
  clusters: ['CLUSTERS_FILE', ...namesWith('CKAFKA_', 'TENCENTCLOUD_'), 'HTTPS_PROXY', 'HTTP_PROXY'],
  traces: namesWith('OTEL_'),
}
/** Used where they are right. */
const BESIDE = ['ROLE', 'NO_PROXY', 'APPROVALS_CHANNEL', 'FALLBACK_CHANNEL']

/** In the place of what is lacking, so that the rest can be read. Nothing is asked with them. */
const NOBODYS: Partial<Record<ConfigPart, Record<string, string>>> = {
  policy: { APPROVERS: 'U0' },
  slack: { SLACK_BOT_TOKEN: 'xoxb-0', SLACK_APP_TOKEN: 'xapp-0' },
  redis: { REDIS_URL: 'redis://127.0.0.1:1' },
  clusters: { TENCENTCLOUD_SECRET_ID: '0', TENCENTCLOUD_SECRET_KEY: '0' },
}

/** Null: nothing can. @param problems of readConfig, each with the name of its setting first */
export function readUsable(env: NodeJS.ProcessEnv, problems: readonly string[]): UsableConfig | null {
  const wrong = new Set(problems.map(problem => settingIn(problem)))
  const parts = Object.entries(PARTS) as [ConfigPart, readonly string[]][]
  const lacks = new Set(parts.flatMap(([part, names]) => (names.some(name => wrong.has(name)) ? [part] : [])))
  const kept = new Set([
    ...parts.flatMap(([part, names]) => (lacks.has(part) ? [] : names)),
    ...BESIDE.filter(name => !wrong.has(name)),
  ])
  const given = Object.entries(givenIn(env)).filter(([name]) => {
    const setting = ofFile(name)
    // What is no setting of ours the file of clusters may name.
    return !NAMES.includes(setting) || kept.has(setting)
  })
  const instead = [...lacks].flatMap(part => Object.entries(NOBODYS[part] ?? {}))
  const read = readConfig(Object.fromEntries([...given, ...instead]))
  return read.ok ? { config: read.config, lacks } : null
}

function settingIn(problem: string): string {
  return ofFile(/^[A-Z0-9_]+/.exec(problem)?.[0] ?? '')
}

/** Of the setting that names a secret's file the secret's. */
function ofFile(name: string): string {
  return SECRET_SETTINGS.find(secret => fileSetting(secret) === name) ?? name
}
