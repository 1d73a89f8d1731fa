// Says, once Slack is there, which of the people, user groups and channels that the settings and the policy name are not
// there, or may not use Rewind. It warns and does nothing else: whoever is not there simply never decides.

import { setTimeout as delay } from 'node:timers/promises'
import type { NotThere } from './adapters/slack/platform/who-is-there.ts'
import type { Config } from './config.ts'
import { accountsNamedIn, type NamedId, namedIn } from './request/named.ts'
import { nearestNames } from './request/nearest.ts'
import type { Policy } from './request/policy.ts'

export interface NamesDeps {
  config: Pick<Config, 'policyFile' | 'approvalsChannel' | 'fallbackChannel'>
  policy(): Policy
  /** The service accounts of the settings. */
  accounts: ReadonlySet<string>
  isSlackThere(): boolean
  /** By id, those with which something is wrong. */
  ask(ids: readonly string[]): Promise<ReadonlyMap<string, NotThere>>
  warn(line: string): void
}

const LOOK_MS = 500
const NAMED = 3

export interface NamesCheck {
  /** Waits for Slack; resolves when all has been said, which is each line once. */
  look(): Promise<void>
  stop(): void
}

export function createNamesCheck(deps: NamesDeps): NamesCheck {
  const said = new Set<string>()
  let isStopped = false

  function sayOnce(line: string) {
    if (said.has(line)) return
    said.add(line)
    deps.warn(line)
  }

  return {
    async look() {
      for (const { line, meant } of accountsNotThere(deps.policy(), deps.accounts, deps.config.policyFile)) {
        sayOnce(`${line}${meant === null ? '' : ` ${meant}`}`)
      }
      while (!isStopped && !deps.isSlackThere()) await delay(LOOK_MS, undefined, { ref: false })
      if (isStopped) return
      const named = allNamed(deps.config, deps.policy())
      const wrong = await deps.ask(named.map(({ id }) => id))
      for (const each of named) {
        const why = wrong.get(each.id)
        const line = why === undefined ? undefined : notThereLine(each, why)
        if (!isStopped && line !== undefined) sayOnce(line)
      }
    },
    stop() {
      isStopped = true
    },
  }
}

/** Service accounts that the policy names and that no token is for. `meant`: the names nearest to it, as a question. */
export function accountsNotThere(
  policy: Policy,
  accounts: ReadonlySet<string>,
  policyFile: string | null,
): { id: string; line: string; meant: string | null }[] {
  return accountsNamedIn(policy)
    .filter(({ id }) => !accounts.has(id))
    .map(each => {
      const nearest = nearestNames(each.id, [...accounts])
      return {
        id: each.id,
        line: `${byRules(each, policyFile)} ${each.id}, which SERVICE_ACCOUNTS_FILE does not have.`,
        meant: nearest.length === 0 ? null : `Is ${nearest.join(' or ')} meant?`,
      }
    })
}

/** `by`: the settings and rules, and that they name it. */
export interface NamedBy {
  id: string
  by: string
}

/** @param policy null: it is not known whom it names */
export function allNamed(config: NamesDeps['config'], policy: Policy | null): NamedBy[] {
  const { approvalsChannel, fallbackChannel, policyFile } = config
  const settings = [
    ...(approvalsChannel === null ? [] : [{ id: approvalsChannel, by: 'APPROVALS_CHANNEL names' }]),
    ...(fallbackChannel === null ? [] : [{ id: fallbackChannel, by: 'FALLBACK_CHANNEL names' }]),
  ]
  const named = policy === null ? [] : namedIn(policy)
  const ofPolicy = named.map(each => ({ id: each.id, by: byRules(each, policyFile) }))
  return [...ofPolicy, ...settings]
}

export function notThereLine({ id, by }: NamedBy, why: NotThere): string {
  return `${by} ${id}, ${saysOf(id, why)}.`
}

function byRules({ rules }: NamedId, policyFile: string | null): string {
  // Without a file there is one rule, and it has the name of its setting.
  if (policyFile === null) return `${rules.join(', ')} names`
  const left = rules.length - NAMED
  const names = rules.slice(0, NAMED).map(rule => `"${rule}"`)
  const all = `${names.join(', ')}${left > 0 ? ` and ${left} more` : ''}`
  return rules.length === 1 ? `POLICY_FILE: the rule ${all} names` : `POLICY_FILE: the rules ${all} name`
}

function saysOf(id: string, why: NotThere): string {
  const isGroup = id.startsWith('S')
  switch (why) {
    case 'unknown':
      return isGroup ? 'a user group that Slack does not know' : 'whom Slack does not know'
    case 'deactivated':
      return 'who is deactivated in Slack'
    case 'guest':
      return 'who is a guest in Slack, and guests may not use Rewind'
    case 'bot':
      return 'which is a bot in Slack, and bots may not use Rewind'
    case 'stranger':
      return 'who belongs to another workspace in Slack, and may not use Rewind here'
    case 'disabled':
      return 'a user group that is disabled in Slack'
    case 'notShown':
      return 'a channel that Slack does not show to Rewind: it does not exist, or it is private and Rewind is not in it'
    default:
      return why satisfies never
  }
}
