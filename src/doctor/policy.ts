// Whether the policy can be used, and which it is.

import { loadPolicy } from '../adapters/policy/policy-file.ts'
import type { Config } from '../config.ts'
import { accountsNotThere } from '../named.ts'
import type { Policy } from '../request/policy.ts'
import { policyOfSettings } from '../request/policy-of-settings.ts'
import type { Finding } from './finding.ts'

const AREA = 'Policy'

/** `policy` null: there is none that could be used, or this process reads none. */
export interface PolicyLook {
  policy: Policy | null
  findings: Finding[]
}

/** `serviceAccounts` undefined: which there are could not be read. */
type Looked = Pick<Config, 'role' | 'policyFile' | 'approvers' | 'skipLimits'> & {
  serviceAccounts: Config['serviceAccounts'] | undefined
}

export function lookAtPolicy({
  role,
  policyFile,
  approvers,
  skipLimits,
  serviceAccounts,
}: Looked): PolicyLook {
  // As the start of a worker apart: a file that is named is read, and needs none.
  if (policyFile === null) {
    if (role === 'worker') return { policy: null, findings: [] }
    const found = `There is no file: ${approvers.length === 1 ? '1 id' : `${approvers.length} ids`} of APPROVERS decide.`
    return {
      policy: policyOfSettings(approvers, skipLimits),
      findings: [{ area: AREA, what: 'who decides', found, level: 'ok' }],
    }
  }
  const read = loadPolicy(policyFile)
  if (read.ok) {
    const { version, rules } = read.policy
    const found = `It can be used: version ${version}, ${rules.length === 1 ? '1 rule' : `${rules.length} rules`}.`
    // A worker apart reads no service accounts, and is asked nothing.
    const accounts =
      role === 'worker' || serviceAccounts === undefined ? null : new Set(serviceAccounts?.values())
    const notThere = accounts === null ? [] : accountsNotThere(read.policy, accounts, policyFile)
    return {
      policy: read.policy,
      findings: [
        { area: AREA, what: policyFile, found, level: 'ok' },
        ...notThere.map(({ id, line, meant }): Finding => {
          const advice = meant ?? 'Give it a token there, or take it out of the policy: nobody can ask as it.'
          return { area: AREA, what: `service account ${id}`, found: line, level: 'warning', advice }
        }),
      ],
    }
  }
  return {
    policy: null,
    findings: read.problems.map(problem => ({
      ...{ area: AREA, what: policyFile, level: 'failure' },
      found: `It cannot be used: ${problem}.`,
      advice:
        'npm run policy:check says the same without asking anybody; docs/policy.md has what may be in it.',
    })),
  }
}
