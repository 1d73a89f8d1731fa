// A local Slack and a real Bolt app connected to it, over either delivery. Nothing of Bolt is replaced.
import { App, HTTPReceiver, LogLevel } from '@slack/bolt'
import { WebClient } from '@slack/web-api'
import type { LocalSlack, LocalSlackOptions } from '../../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../../src/sandbox/slack/server.ts'

export const botToken = 'xoxb-local'
export const appToken = 'xapp-local'
const signingSecret = 'local-signing-secret'

export const ada = 'U0ADA'
export const lin = 'U0LIN'
export const gone = 'U0GONE'
export const guest = 'U0GUEST'
export const ops = 'C0OPS'
export const open = 'C0OPEN'
export const secret = 'G0SECRET'
export const old = 'C0OLD'

export const allScopes = [
  'commands',
  'chat:write',
  'chat:write.public',
  'usergroups:read',
  'users:read',
  'files:write',
  'files:read',
  'im:write',
  'im:read',
  'im:history',
  'channels:read',
  'groups:read',
  'channels:history',
  'groups:history',
]

export function workspaceOptions(change: Partial<LocalSlackOptions> = {}): LocalSlackOptions {
  return {
    delivery: { kind: 'socket' },
    botToken,
    appToken,
    signingSecret,
    scopes: allScopes,
    users: [
      { id: ada, name: 'ada', realName: 'Ada L.', tz: 'Europe/Paris', locale: 'fr-FR' },
      { id: lin, name: 'lin', realName: 'Lin W.' },
      { id: gone, name: 'gone', realName: 'Gone G.', kind: 'deactivated' },
      { id: guest, name: 'guest', realName: 'Guest T.', kind: 'guest', teamId: 'T0OTHER' },
    ],
    channels: [
      { id: ops, name: 'ops', members: [ada, lin], botIsMember: true },
      { id: open, name: 'open', members: [ada] },
      { id: secret, name: 'secret', private: true, members: [ada] },
      { id: old, name: 'old', archived: true, members: [ada], botIsMember: true },
    ],
    userGroups: [{ id: 'S0APPROVERS', handle: 'approvers', name: 'Approvers', users: [lin] }],
    commands: ['/reset'],
    ...change,
  }
}

export function plain(text: string) {
  return { type: 'plain_text' as const, text }
}

export function client(slack: LocalSlack, token = botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    logger: silent,
  })
}

const ignore = () => {}
const silent = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  setLevel: ignore,
  getLevel: () => LogLevel.ERROR,
  setName: ignore,
}

export interface Connected {
  slack: LocalSlack
  app: App
  stop(): Promise<void>
}

/** `register` adds the app's listeners before it starts. */
export async function connectApp(
  kind: 'socket' | 'http',
  register: (app: App) => void,
  change: Partial<LocalSlackOptions> = {},
): Promise<Connected> {
  let url = ''
  const delivery = kind === 'socket' ? { kind } : { kind, url: () => url }
  const slack = await startLocalSlack(workspaceOptions({ delivery, ...change }))
  const common = { token: botToken, logger: silent, clientOptions: { slackApiUrl: slack.apiUrl } }
  if (kind === 'socket') {
    const app = new App({ ...common, appToken, socketMode: true })
    register(app)
    await app.start()
    await slack.waitForApp()
    return {
      slack,
      app,
      async stop() {
        await app.stop()
        await slack.close()
      },
    }
  }
  const receiver = new HTTPReceiver({ signingSecret, logger: silent })
  const app = new App({ ...common, receiver })
  register(app)
  const server = await receiver.start(0)
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the app has no port')
  url = `http://127.0.0.1:${address.port}/slack/events`
  await slack.waitForApp()
  return {
    slack,
    app,
    async stop() {
      await slack.close()
      await app.stop()
    },
  }
}

/** What the Web API refused a call with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'was not refused'
  } catch (error) {
    const data = (error as { data?: { error?: string } }).data
    return data?.error ?? String(error)
  }
}
