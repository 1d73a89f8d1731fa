// Whom a policy names, wherever in its rules it does.

import { expect, it } from 'vitest'
import { namedIn } from '../../src/request/named.ts'
import { readPolicy } from '../../src/request/policy-file.ts'
import { policyOfSettings } from '../../src/request/policy-of-settings.ts'

it('is everybody and every channel of every place in it, once, with the rules', () => {
  const rule = {
    name: 'all places',
    request: { people: ['U0ASKER', 'S0ASKERS'], channels: ['C0ASKED'] },
    approve: [{ from: ['leads', 'U0APPROVER'] }],
    limits: [{ above: { skips: 1 }, approve: [{ from: 'U0LIMIT' }] }],
    expires: '12h',
    escalate: { after: '1h', to: ['U0LATER'] },
    'break-glass': ['U0GLASS'],
    card: 'C0CARD',
    tell: ['C0TOLD', 'U0TOLD'],
  }
  const freeze = { name: 'freeze', people: ['U0ASKER'], channels: ['C0FROZEN'], deny: 'Not now.' }
  const open = { name: 'open', approve: [{ from: 'everyone' }] }
  const read = readPolicy({ version: 1, teams: { leads: ['U0LEAD'] }, rules: [rule, freeze, open] }, 'v')
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const named = namedIn(read.policy)
  expect(named.find(({ id }) => id === 'U0ASKER')).toEqual({ id: 'U0ASKER', rules: ['all places', 'freeze'] })
  expect(named.map(({ id }) => id).sort()).toEqual(
    [
      ...['U0ASKER', 'S0ASKERS', 'C0ASKED', 'U0LEAD', 'U0APPROVER', 'U0LIMIT', 'U0LATER', 'U0GLASS'],
      ...['C0CARD', 'C0TOLD', 'U0TOLD', 'C0FROZEN'],
    ].sort(),
  )
})

it('is the approvers of the settings where there is no file', () => {
  const policy = policyOfSettings(['U0BOB', 'S0KAFKA'], { typedAbove: null, secondApproverAbove: 5 })
  expect(namedIn(policy)).toEqual([
    { id: 'U0BOB', rules: ['APPROVERS'] },
    { id: 'S0KAFKA', rules: ['APPROVERS'] },
  ])
})
