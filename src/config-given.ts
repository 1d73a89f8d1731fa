// Which settings are set, for who looks at them one by one. The value of a secret, or of what is wrong, stays here.

import { givenIn, settingsSchema } from './config.ts'

export type SettingName = keyof typeof settingsSchema.shape
export const SETTING_NAMES = Object.keys(settingsSchema.shape) as SettingName[]

const SECRET_SETTINGS = new Set<SettingName>([
  ...(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'METRICS_TOKEN'] as const),
  // A password may be in it.
  ...(['REDIS_URL', 'REDIS_SENTINEL_PASSWORD', 'AUDIT_KEY', 'AUDIT_KEYS_OLD'] as const),
  ...(['TENCENTCLOUD_SECRET_ID', 'TENCENTCLOUD_SECRET_KEY', 'TENCENTCLOUD_SECURITY_TOKEN'] as const),
])

export interface GivenSettings {
  /** In the order of the schema. `value` null: it is a secret, or not what it may be, which is told as a problem. */
  settings: { name: SettingName; value: string | null }[]
  /** Every other name that the environment has. */
  others: string[]
}

export function readGiven(env: NodeJS.ProcessEnv): GivenSettings {
  const given = givenIn(env)
  return {
    settings: SETTING_NAMES.filter(name => given[name] !== undefined).map(name => {
      const isShown = !SECRET_SETTINGS.has(name) && settingsSchema.shape[name].safeParse(given[name]).success
      return { name, value: isShown ? (given[name]?.trim() ?? null) : null }
    }),
    others: Object.keys(given).filter(name => !SETTING_NAMES.some(each => each === name)),
  }
}
