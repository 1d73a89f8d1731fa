// The service accounts of the settings: by the SHA-256 of a token, whose it is. A digest gives no token back, so that neither
// this file nor a bot holds anything one could ask with. It must never let a line of the file into a problem.

import { readBounded } from './bounded-file.ts'
import { isServiceAccount } from './request/service-account.ts'

/** Names by the digest of a token, hex; one account may have several, while its token is changed. */
export type ServiceAccounts = ReadonlyMap<string, string>

const MOST_BYTES = 65_536

export type ServiceAccountsOutcome =
  | { ok: true; accounts: ServiceAccounts }
  | { ok: false; problems: string[] }

function loadServiceAccounts(path: string): ServiceAccountsOutcome {
  const file = readBounded(path, MOST_BYTES)
  if (!file.ok) return { ok: false, problems: [`names a file that cannot be used: ${file.why}`] }
  return readServiceAccounts(file.text)
}

/** One a line, like `svc:deploys: 9f86…`; a line that begins with # says nothing. */
export function readServiceAccounts(text: string): ServiceAccountsOutcome {
  const accounts = new Map<string, string>()
  const problems: string[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const said = line.trim()
    if (said === '' || said.startsWith('#')) continue
    const [, name = '', digest = ''] = /^(\S+?):?\s+["']?([0-9a-f]{64})["']?$/i.exec(said) ?? []
    const at = `line ${index + 1}`
    if (!isServiceAccount(name)) {
      problems.push(`${at} must look like svc:deploys: and the SHA-256 of its token, 64 hexadecimal digits`)
    } else if (accounts.has(digest.toLowerCase())) problems.push(`${at} has the token of a line before it`)
    else accounts.set(digest.toLowerCase(), name)
  }
  if (problems.length === 0 && accounts.size === 0) problems.push('names a file without a service account')
  return problems.length > 0 ? { ok: false, problems } : { ok: true, accounts }
}

type Given = Readonly<Record<string, string | undefined>>

/** Of the settings, with what they have to say beside it. */
export function serviceAccountsOf(
  given: Given,
  role: string,
): { ok: true; accounts: ServiceAccounts | null } | { ok: false; problems: string[] } {
  const path = given.SERVICE_ACCOUNTS_FILE?.trim()
  // A worker apart is asked nothing.
  if (path === undefined || role === 'worker') return { ok: true, accounts: null }
  const loaded = loadServiceAccounts(path)
  const problems = [
    ...(loaded.ok ? [] : loaded.problems.map(problem => `SERVICE_ACCOUNTS_FILE ${problem}`)),
    ...(given.APPROVALS_CHANNEL === undefined
      ? ['APPROVALS_CHANNEL is missing: a service account asks in no channel, and its card needs one']
      : []),
  ]
  return loaded.ok && problems.length === 0 ? loaded : { ok: false, problems }
}

export function serviceAccountNotices(given: Given): string[] {
  return given.SERVICE_ACCOUNTS_FILE !== undefined && given.POLICY_FILE === undefined
    ? ['SERVICE_ACCOUNTS_FILE lets nobody ask: without POLICY_FILE no rule names a service account.']
    : []
}
