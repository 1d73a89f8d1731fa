// Slack behind something that opens TLS, whose authority this machine does not trust: the finding names the certificate and the
// setting for it, at the address that is asked.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { readHello } from '../../src/adapters/slack/platform/hello.ts'
import { slackFindings } from '../../src/doctor/slack.ts'

const pem = (name: string) => readFileSync(new URL(`../support/tls/${name}.pem`, import.meta.url))

it('names the certificate, what to set, and the address of SLACK_API_URL', async () => {
  const asked: string[] = []
  const server = createServer({ cert: pem('server'), key: pem('server-key') }, (request, response) => {
    asked.push(request.url ?? '')
    response.end('{"ok":true}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const names = { policyFile: null, approvalsChannel: null, fallbackChannel: null }
  const findings = await slackFindings(
    names,
    {
      ...{ botToken: 'xoxb-1', apiUrl: `https://127.0.0.1:${port}/api/`, proxies: null },
      delivery: { kind: 'socket', appToken: 'xapp-1' },
    },
    null,
  )
  const [bot] = findings
  expect(bot?.found).toMatch(
    /^Slack could not be asked about SLACK_BOT_TOKEN: the certificate of Slack, or of a proxy that opens TLS, is not taken \([A-Z_]+\)\.$/,
  )
  expect(bot?.advice).toContain('NODE_EXTRA_CA_CERTS')
  expect(await readHello(`wss://127.0.0.1:${port}/`, 5_000)).toMatchObject({
    cause: expect.stringContaining('is not taken ('),
  })
  expect(asked).toEqual([])
})
