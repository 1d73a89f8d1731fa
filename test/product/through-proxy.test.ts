// The built product as a process in somebody else's network: Slack and CKafka over TLS behind a proxy that wants a password,
// certificates of an authority that Node does not know by itself. One request, from the command to its result.
// @module-tag long

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createServer } from 'node:tls'
import { expect, inject, it, onTestFinished } from 'vitest'
import { startCkafkaSimulator } from '../../src/sandbox/ckafka/start.ts'
import { demoSeed } from '../../src/sandbox/cluster/seed.ts'
import { startLocalSlack } from '../../src/sandbox/slack/server.ts'
import { startConnectProxy } from '../support/connect-proxy.ts'
import { COMMANDS, SCOPES } from '../support/manifest.ts'
import { NO_WAITING, textOf, until } from '../support/product.ts'

const TOP = new URL('../..', import.meta.url)
const TLS = new URL('../support/tls/', import.meta.url)
const pem = (name: string) => readFileSync(new URL(`${name}.pem`, TLS))

/** TLS before a server that speaks none. */
async function overTls(port: number): Promise<number> {
  const server = createServer({ key: pem('proxied-key'), cert: pem('proxied') }, socket => {
    const upstream = connect(port, '127.0.0.1')
    for (const each of [socket, upstream]) each.on('error', () => {})
    socket.pipe(upstream).pipe(socket)
    socket.on('close', () => upstream.destroy())
    upstream.on('close', () => socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

it('a request goes its whole way through a proxy, and the password of the proxy stays where it is', async () => {
  const slack = await startLocalSlack({
    ...{ delivery: { kind: 'socket' }, botToken: 'xoxb-bot', appToken: 'xapp-app', signingSecret: 'secret' },
    ...{ scopes: SCOPES, commands: COMMANDS, userGroups: [], origin: 'https://slack.test' },
    users: ['alice', 'bob'].map(name => ({ id: `U0${name.toUpperCase()}`, name, realName: name })),
    channels: [{ id: 'C0OPS', name: 'ops', members: ['U0ALICE', 'U0BOB'], botIsMember: true }],
  })
  onTestFinished(() => slack.close())
  const ckafka = await startCkafkaSimulator({
    ...{ secretId: 'AKIDTEST', secretKey: 'SECRETTEST', seed: demoSeed(Date.now()) },
  })
  onTestFinished(ckafka.close)
  const proxy = await startConnectProxy({
    'slack.test:443': await overTls(Number(new URL(slack.apiUrl).port)),
    'ckafka.test:443': await overTls(Number(new URL(ckafka.url).port)),
  })
  onTestFinished(() => proxy.close())
  const folder = mkdtempSync(join(tmpdir(), 'rewind-proxy-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'proxy'), `${proxy.url.replace('//', '//rewind:hunter2@')}\n`)

  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: TOP,
    env: {
      PATH: process.env.PATH ?? '',
      ...{ HTTPS_PROXY_FILE: join(folder, 'proxy'), no_proxy: 'example.com' },
      NODE_EXTRA_CA_CERTS: new URL('proxied-authority.pem', TLS).pathname,
      ...{ SLACK_API_URL: 'https://slack.test/api/', CKAFKA_ENDPOINT: 'https://ckafka.test' },
      ...{ SLACK_BOT_TOKEN: 'xoxb-bot', SLACK_APP_TOKEN: 'xapp-app' },
      ...{ TENCENTCLOUD_SECRET_ID: 'AKIDTEST', TENCENTCLOUD_SECRET_KEY: 'SECRETTEST' },
      ...{
        REDIS_URL: inject('redisUrl'),
        REDIS_PREFIX: `test-proxy-${process.pid}-${Math.floor(performance.now())}`,
      },
      ...{ HOST: '127.0.0.1', PORT: '0', APPROVERS: 'U0BOB', LOG_LEVEL: 'debug', ...NO_WAITING },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = Promise.all([text(child.stdout), text(child.stderr)])
  await slack.waitForApp()

  const [alice, bob] = [slack.person('U0ALICE'), slack.person('U0BOB')]
  await alice.command(
    'C0OPS',
    '/reset-offsets --instance ckafka-demo0001 --group orders-billing --topic orders --shift-by -100 --reason why',
  )
  await alice.waitForView()
  expect(await alice.submit()).toEqual({ kind: 'closed' })
  const card = () => slack.messages('C0OPS').at(-1)
  const cardText = () => {
    const message = card()
    return message === undefined ? '' : textOf(message)
  }
  await until(() => /[Ww]aiting for/.test(cardText()), 20_000)
  const message = card()
  if (message === undefined) throw new Error('There is no card.')
  await bob.press(message, 'Review')
  await bob.waitForView()
  await bob.fill('Decision', 'Approve')
  const view = await bob.waitForView(({ submit }) => submit?.text.startsWith('Approve') === true)
  if (view.blocks.some(({ block_id }) => block_id === 'typed_group'))
    await bob.fill('typed_group', 'orders-billing')
  expect(await bob.submit()).toEqual({ kind: 'closed' })
  await until(() => cardText().includes('· done'), 20_000)

  expect(ckafka.calls().filter(({ action }) => action === 'BatchModifyGroupOffsets')).toHaveLength(1)

  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(new Set(proxy.asked)).toEqual(new Set(['slack.test:443', 'ckafka.test:443']))
  expect(new Set(proxy.shown)).toEqual(new Set(['rewind:hunter2']))
  expect((await said).join('')).not.toContain('hunter2')
})
