// Which settings are set, for who looks at them one by one. The value of a secret, or of what is wrong, stays here.

import { givenIn } from './config.ts'
import { settingsSchema } from './config-schema.ts'
import { FILE_SETTINGS, type FileSetting, SECRET_SETTINGS } from './config-secrets.ts'

export type SettingName = keyof typeof settingsSchema.shape
export const SETTING_NAMES = Object.keys(settingsSchema.shape) as SettingName[]
export const ALL_NAMES: readonly (SettingName | FileSetting)[] = [...SETTING_NAMES, ...FILE_SETTINGS]

const SECRETS: ReadonlySet<string> = new Set(SECRET_SETTINGS)

export interface GivenSettings {
  /**
   * In the order of the schema, then the files of secrets. `value` null: it is a secret, or not what it may be, which is
   * told as a problem.
   */
  settings: { name: SettingName | FileSetting; value: string | null }[]
  /** Every other name that the environment has. */
  others: string[]
}

export function readGiven(env: NodeJS.ProcessEnv): GivenSettings {
  const given = givenIn(env)
  return {
    settings: [
      ...SETTING_NAMES.filter(name => given[name] !== undefined).map(name => {
        const isShown = !SECRETS.has(name) && settingsSchema.shape[name].safeParse(given[name]).success
        return { name, value: isShown ? (given[name]?.trim() ?? null) : null }
      }),
      ...FILE_SETTINGS.filter(name => given[name] !== undefined).map(name => ({
        ...{ name, value: given[name]?.trim() ?? null },
      })),
    ],
    others: Object.keys(given).filter(name => !ALL_NAMES.some(each => each === name)),
  }
}
