// An installation on this machine: a Redis that writes each commit to disk, a local Slack with as many people as wanted,
// a CKafka that answers at once, and the built product as a process of its own, started as in production.

import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { type Bot, startBot, stopBot } from '../../src/sandbox/bot.ts'
import { startRedis } from '../../src/sandbox/redis/start.ts'
import type { LocalSlack } from '../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../src/sandbox/slack/server.ts'
import { COMMANDS, SCOPES } from '../support/manifest.ts'
import { ALICE, BOB } from '../support/requests.ts'
import { ACCOUNT, INSTANCE } from './approved.ts'
import { type Child, startChild } from './child.ts'

export const OPS = 'C0OPS'
const PREFIX = 'bench'

export interface Installation {
  slack: LocalSlack
  api: Child
  redisUrl: string
  prefix: string
  /** For a process of the product. */
  env: Record<string, string>
  /** Starts the built product, and resolves when Slack can reach it. */
  startProduct(): Promise<Bot>
  close(): Promise<void>
}

export interface InstallationOptions {
  delivery: 'socket' | 'http'
  /** Beside the requester and the approver. */
  people?: string[]
}

export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end()
  }
  try {
    const redis = await startRedis({ appendonly: 'always' })
    closers.push(redis.close)
    const api = await startChild('instant-api')
    closers.push(api.close)
    let bot: Bot | undefined
    const ids = [ALICE, BOB, ...(options.people ?? [])]
    const slack = await startLocalSlack({
      delivery:
        options.delivery === 'socket'
          ? { kind: 'socket' }
          : {
              kind: 'http',
              url: () => (bot?.port === undefined ? '' : `http://127.0.0.1:${bot.port}/slack/events`),
            },
      botToken: 'xoxb-bench',
      appToken: 'xapp-bench',
      signingSecret: 'bench-signing-secret',
      scopes: SCOPES,
      commands: COMMANDS,
      users: ids.map(id => ({ id, name: id.toLowerCase(), realName: id })),
      channels: [{ id: OPS, name: 'kafka-ops', members: ids, botIsMember: true }],
      userGroups: [],
    })
    closers.push(slack.close)
    const env = {
      PATH: process.env.PATH ?? '',
      HOST: '127.0.0.1',
      PORT: '0',
      ...{ OPEN_PER_PERSON: 'off', OPEN_IN_ALL: 'off', SUBMISSIONS_A_MINUTE: 'off' },
      REDIS_URL: redis.url,
      REDIS_PREFIX: PREFIX,
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: 'xoxb-bench',
      SLACK_SIGNING_SECRET: 'bench-signing-secret',
      ...(options.delivery === 'socket' ? { SLACK_APP_TOKEN: 'xapp-bench' } : {}),
      CKAFKA_ENDPOINT: await api.ask('url', z.string()),
      CKAFKA_INSTANCES: `${INSTANCE}=bench`,
      // In 3.0 the API allows one call a second of some actions.
      CKAFKA_QUOTA_FACTOR: '100',
      TENCENTCLOUD_SECRET_ID: ACCOUNT.secretId,
      TENCENTCLOUD_SECRET_KEY: ACCOUNT.secretKey,
      APPROVERS: BOB,
    }
    return {
      slack,
      api,
      redisUrl: redis.url,
      prefix: PREFIX,
      env,
      async startProduct() {
        const started = await startBot('all', env)
        bot = started
        closers.push(() => stopBot(started))
        await started.waitUntilReady()
        await slack.waitForApp()
        return started
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

export async function until(holds: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; ) {
    if (await holds()) return
    await pause(5)
  }
  throw new Error(`It did not happen within ${timeoutMs} ms: ${holds}`)
}
