// Secrets that are in files, as container engines hand them over: NAME_FILE instead of NAME. Read once, at the start. It
// must never let a value, or what a file holds, into a problem.

import { readBounded } from './bounded-file.ts'
import { MOST_BYTES_OF_SECRET } from './clusters-file/secrets.ts'

export const SECRET_SETTINGS = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'TENCENTCLOUD_SECRET_ID',
  'TENCENTCLOUD_SECRET_KEY',
  'TENCENTCLOUD_SECURITY_TOKEN',
  // A password may be in it.
  'REDIS_URL',
  'REDIS_SENTINEL_PASSWORD',
  'AUDIT_KEY',
  'AUDIT_KEYS_OLD',
  'METRICS_TOKEN',
  // A user and a password may be in these.
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'REQUESTS_TOKEN',
  // Whoever collects traces may ask for a token there.
  'OTEL_EXPORTER_OTLP_HEADERS',
] as const
export type SecretSetting = (typeof SECRET_SETTINGS)[number]

/** The setting that names the file of another. */
export const fileSetting = (name: SecretSetting) => `${name}_FILE` as const
export const FILE_SETTINGS = SECRET_SETTINGS.map(fileSetting)
export type FileSetting = (typeof FILE_SETTINGS)[number]

type Given = Record<string, string | undefined>

export interface ReadSecrets {
  /** With what the files hold, under the name of the secret itself. */
  given: Given
  /** One line each: the setting that names the file, and what is wrong with it. */
  problems: string[]
  /** Of these it is not known what they are, so that nothing else is said of them. */
  unread: ReadonlySet<string>
}

/** @param of the settings that are asked for, by name; of others no file is read */
export function readSecrets(given: Given, of?: object): ReadSecrets {
  const problems: string[] = []
  const unread = new Set<string>()
  const read: Given = { ...given }
  for (const name of SECRET_SETTINGS) {
    const path = given[fileSetting(name)]?.trim()
    if (path === undefined || (of !== undefined && !(name in of))) continue
    const found = secretIn(path, given[name] !== undefined)
    if (found.ok) read[name] = found.text
    else {
      problems.push(`${fileSetting(name)} ${found.why}${shown(path)}`)
      unread.add(name)
      delete read[name]
    }
  }
  return { given: read, problems, unread }
}

/**
 * Who puts the secret itself there must not read it in a log: only what is a path beyond doubt is shown, from the root, or in
 * small letters.
 */
function shown(path: string): string {
  return /^(?:\/[\w.@-]{1,64}){2,16}$|^[a-z.][a-z0-9._-]{0,31}(?:\/[a-z0-9._-]{1,31}){1,8}$/.test(path)
    ? ` (${path})`
    : ''
}

function secretIn(
  path: string,
  isGivenTwice: boolean,
): { ok: true; text: string } | { ok: false; why: string } {
  if (isGivenTwice) return { ok: false, why: 'is set beside the variable itself: only one of them may be' }
  const file = readBounded(path, MOST_BYTES_OF_SECRET)
  if (!file.ok) return { ok: false, why: `names a file that cannot be used: ${file.why}` }
  // Editors and `echo` end a file with a line break, which is no part of the secret.
  const text = file.text.replace(/\r?\n$/, '')
  return text.trim() === '' ? { ok: false, why: 'names a file that is empty' } : { ok: true, text }
}
