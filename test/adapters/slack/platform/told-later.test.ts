// What took longer than Slack waits: the person is told in a direct message what came of it, once that is known.

import { expect, it, onTestFinished } from 'vitest'
import { wordsIn } from '../../../../src/adapters/slack/language/language.ts'
import { sentenceFor } from '../../../../src/adapters/slack/platform/answering.ts'
import type { Client } from '../../../../src/adapters/slack/platform/pressing.ts'
import { changeInTime, submittedInWords } from '../../../../src/adapters/slack/platform/told-later.ts'
import { createWebClient } from '../../../../src/adapters/slack/platform/web-client.ts'
import type { ChangeOutcome } from '../../../../src/ports/approvals.ts'
import { startLocalSlack } from '../../../../src/sandbox/slack/server.ts'
import { createTelemetry } from '../../../../src/telemetry.ts'
import { until } from '../../../support/product.ts'
import { approve, following, pending } from '../../../support/requests.ts'

const words = wordsIn('en')
const request = following(pending(), approve)

async function told(change: (settle: { wait: Promise<void> }) => Promise<ChangeOutcome>) {
  const slack = await startLocalSlack({
    delivery: { kind: 'socket' },
    botToken: 'xoxb-test',
    appToken: 'xapp-test',
    signingSecret: 'shhh',
    scopes: ['chat:write', 'im:write', 'im:history'],
    commands: [],
    users: [{ id: 'U0ALICE', name: 'alice', realName: 'Alice' }],
    channels: [],
    userGroups: [],
  })
  onTestFinished(() => slack.close())
  const { slackLogger: logger } = createTelemetry('silent', 'bot')
  const client = createWebClient({ token: 'xoxb-test', apiUrl: slack.apiUrl, logger }) as Client
  let go = () => {}
  const wait = new Promise<void>(resolve => {
    go = resolve
  })
  const to = {
    client,
    userId: 'U0ALICE',
    words: Promise.resolve(words),
    report: () => {},
    where: 'decide',
  } as const
  const error = await changeInTime(change({ wait }), request.id, to, 20).catch((caught: unknown) => caught)
  go()
  const alice = slack.person('U0ALICE')
  await until(() => alice.directMessages().length > 0)
  return [sentenceFor(words, error), ...alice.directMessages().map(({ text }) => text)]
}

it('what was saved after all is said to be', async () => {
  expect(await told(async ({ wait }) => wait.then(() => ({ kind: 'changed', request })))).toEqual([
    'This timed out and may not have been saved. Rewind finds out, and tells you in a direct message.',
    'Your last action timed out but was saved. R-12 is approved and on the queue.',
  ])
})

it('what was refused is said not to be, and why', async () => {
  const refused = { kind: 'refused', refusal: 'ownRequest', request } as const
  expect((await told(async ({ wait }) => wait.then(() => refused)))[1]).toBe(
    'Your last action timed out and was not saved. You asked for R-12 yourself, so somebody else has to decide on it.',
  )
})

it('what nobody knows is said not to be known', async () => {
  const lost = async ({ wait }: { wait: Promise<void> }) =>
    wait.then((): ChangeOutcome => {
      throw new Error('The store did not answer.')
    })
  expect((await told(lost))[1]).toContain('is still not known whether it was saved. Look at the card')
})

it('the words of who wrote the policy stay text', () => {
  const reason = 'ask <@U0BOB> & <!channel> first'
  const ruling = { why: 'denied', rule: 'a <b>', reason } as const
  const said = submittedInWords(words, { kind: 'notAllowed', ruling })
  expect(said).toContain('ask &lt;@U0BOB&gt; &amp; &lt;!channel&gt; first')
  expect(said).toContain('a &lt;b&gt;')
  expect(said).not.toContain('<')
})
