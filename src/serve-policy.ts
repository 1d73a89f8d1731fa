// The policy as it is now: of the settings, or of a file that may be edited while Rewind runs, and whom an edit is told.

import { setTimeout as delay } from 'node:timers/promises'
import { loadPolicy, type PolicySource, watchPolicy } from './adapters/policy/policy-file.ts'
import type { Policy } from './request/policy.ts'
import { policyOfSettings } from './request/policy-of-settings.ts'
import type { ApprovalsService } from './service/approvals.ts'
import { faultsOf, type Setup } from './setup.ts'
import { StartProblem } from './starting.ts'

const POLICY_LOOK_MS = 1_000

export interface LivePolicy extends PolicySource {
  /** Whom an edit is told. */
  onEdited(listener: () => void): void
}

/** Throws where it cannot be used at the start; an edit that cannot be used leaves the policy as it is. */
export function startPolicy({ config, telemetry }: Pick<Setup, 'config' | 'telemetry'>): LivePolicy {
  const { policyFile: file, approvers, skipLimits } = config
  const listeners: (() => void)[] = []
  const onEdited = (listener: () => void) => void listeners.push(listener)
  if (file === null) {
    const policy = policyOfSettings(approvers, skipLimits)
    return { current: () => policy, stop: () => {}, onEdited }
  }
  const read = loadPolicy(file)
  if (!read.ok) throw new StartProblem(`POLICY_FILE ${file} cannot be used: ${read.problems.join('; ')}`)
  const source = watchPolicy(file, read.policy, {
    everyMs: POLICY_LOOK_MS,
    onEdited: ({ version }: Policy) => {
      telemetry.info('the policy was edited', { event: 'policy', version })
      for (const listener of listeners) listener()
    },
    onProblems: problems => {
      telemetry.warn(`The edited policy cannot be used, and the one before goes on: ${problems.join('; ')}`, {
        event: 'policy',
      })
    },
  })
  return { ...source, onEdited }
}

/** What an edit forbids must not start because the store was away when it was read. */
export function followEdits(setup: Setup, policy: LivePolicy, approvals: ApprovalsService): { stop(): void } {
  const onError = faultsOf(setup)('policy')
  let stopped = false

  async function reconsider(): Promise<void> {
    while (!stopped) {
      try {
        return await approvals.reconsiderOpen()
      } catch (error) {
        onError(error)
        await delay(POLICY_LOOK_MS, undefined, { ref: false })
      }
    }
  }
  policy.onEdited(() => void reconsider())
  // It may have been edited while nobody ran.
  void reconsider()
  return {
    stop() {
      stopped = true
    },
  }
}
