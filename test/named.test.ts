// What is said at the start of whom settings and policy name: why they can never decide, and which rule names them.

import { expect, it } from 'vitest'
import { createNamesCheck } from '../src/named.ts'
import { readPolicy } from '../src/request/policy-file.ts'

it('names each person who may not use Rewind, with the rule that names them, once', async () => {
  const read = readPolicy(
    {
      version: 1,
      rules: [
        { name: 'orders', match: { groups: 'orders-*' }, approve: [{ from: ['U0GINA', 'U0ROBOT'] }] },
        { name: 'rest', approve: [{ from: ['U0GINA', 'U0ELSE', 'U0GONE', 'U0BOB'] }] },
      ],
    },
    '',
  )
  if (!read.ok) throw new Error(JSON.stringify(read))
  const lines: string[] = []
  const check = createNamesCheck({
    config: { policyFile: 'policy.yml', approvalsChannel: null, fallbackChannel: null },
    policy: () => read.policy,
    accounts: new Set(),
    isSlackThere: () => true,
    ask: async () =>
      new Map([
        ...([
          ['U0GINA', 'guest'],
          ['U0ROBOT', 'bot'],
        ] as const),
        ...([
          ['U0ELSE', 'stranger'],
          ['U0GONE', 'deactivated'],
        ] as const),
      ]),
    warn: line => lines.push(line),
  })
  await check.look()
  await check.look()
  expect(lines).toEqual([
    'POLICY_FILE: the rules "orders", "rest" name U0GINA, who is a guest in Slack, and guests may not use Rewind.',
    'POLICY_FILE: the rule "orders" names U0ROBOT, which is a bot in Slack, and bots may not use Rewind.',
    'POLICY_FILE: the rule "rest" names U0ELSE, who belongs to another workspace in Slack, and may not use Rewind here.',
    'POLICY_FILE: the rule "rest" names U0GONE, who is deactivated in Slack.',
  ])
})

it('names each service account of a rule that the settings do not have, and asks Slack of none', async () => {
  const read = readPolicy(
    {
      version: 1,
      rules: [
        {
          name: 'orders',
          request: { people: ['svc:deploys', 'svc:deploy', 'U0BOB'] },
          approve: [{ from: 'U0BOB' }],
        },
        { name: 'freeze', people: ['svc:deploy'], deny: 'Not now.' },
      ],
    },
    '',
  )
  if (!read.ok) throw new Error(JSON.stringify(read))
  const lines: string[] = []
  const asked: string[][] = []
  const check = createNamesCheck({
    config: { policyFile: 'policy.yml', approvalsChannel: null, fallbackChannel: null },
    policy: () => read.policy,
    accounts: new Set(['svc:deploys']),
    isSlackThere: () => true,
    ask: async ids => {
      asked.push([...ids])
      return new Map()
    },
    warn: line => lines.push(line),
  })
  await check.look()
  await check.look()
  expect(lines).toEqual([
    'POLICY_FILE: the rules "orders", "freeze" name svc:deploy, which SERVICE_ACCOUNTS_FILE does not have. Is svc:deploys meant?',
  ])
  expect(asked.flat()).toEqual(['U0BOB', 'U0BOB'])
})
