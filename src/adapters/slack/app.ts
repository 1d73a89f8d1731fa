// The connection to Slack: Bolt over Socket Mode or signed HTTP, the same listeners on both, and an ordered stop.

import { App, type Logger, LogLevel, type Receiver, SocketModeReceiver } from '@slack/bolt'
import { registerAlertShortcut } from './alert-shortcut.ts'
import { registerFollowUpListeners } from './follow-up-listeners.ts'
import { type FormListenersDeps, registerFormListeners } from './form-listeners.ts'
import { registerHistoryListeners } from './history-listeners.ts'
import { registerHomeListeners } from './home-listeners.ts'
import { createHomeTabs } from './home-tabs.ts'
import { lightFetch } from './light-fetch.ts'
import { registerListListeners } from './list-listeners.ts'
import type { SlackPeople } from './people.ts'
import { registerResubmitListeners } from './resubmit-listeners.ts'
import { registerReviewListeners } from './review-listeners.ts'
import { guardFrames } from './slack-frames.ts'
import { createSlackRequests, type SlackRequests, type SlackRequestsDeps } from './slack-requests.ts'
import { createStrangersGate } from './strangers.ts'
import { registerUnclearListeners } from './unclear-listeners.ts'
import { registerVoteListeners } from './vote-listeners.ts'
import { createWebClient } from './web-client.ts'

export interface SlackAppConfig {
  botToken: string
  apiUrl: string | undefined
  /** Socket Mode needs the app-level token; HTTP the signing secret. */
  delivery: { kind: 'socket'; appToken: string } | { kind: 'http'; signingSecret: string }
}

export interface SlackApp {
  /** Connects; resolves when Slack's requests can arrive. */
  start(): Promise<void>
  isConnected(): boolean
  /** Answers Slack's requests over HTTP; undefined in Socket Mode. */
  requests: Pick<SlackRequests, 'admit' | 'answer'> | undefined
  /** Takes nothing new, and waits for the listeners in hand. */
  stop(patienceMs: number): Promise<void>
}

/** Slack allows three seconds for an answer, and opening a form is part of it. */
const LISTENER_CALL_MS = 2_500

export interface SlackAppDeps extends FormListenersDeps {
  people: SlackPeople
  /** Where cards go; null: the channel that is asked in. */
  approvalsChannel: string | null
}

export function createSlackApp(config: SlackAppConfig, deps: SlackAppDeps, logger: Logger): SlackApp {
  const address = config.apiUrl === undefined ? {} : { slackApiUrl: config.apiUrl }
  /** Bodies over which a listener has thrown. */
  const failed = new WeakSet<object>()
  let stopping = false
  const { receiver, socket, requests } = createReceiver(config.delivery, address, {
    ...deps,
    logger,
    hasFailed: body => failed.has(body),
    isStopping: () => stopping,
  })
  const app = new App({
    token: config.botToken,
    receiver,
    // Its own object each: Bolt writes retry settings and headers into the options it is given (measured).
    clientOptions: { ...address, fetch: lightFetch, retryConfig: { retries: 0 }, timeout: LISTENER_CALL_MS },
    logger,
    logLevel: LogLevel.WARN,
    // Nobody asks for what Bolt would remember of each conversation.
    convoStore: false,
    // Checking the token is a call that may fail; it belongs to start(), not to a constructor.
    deferInitialization: true,
    extendedErrorHandler: true,
  })

  const inHand = new Set<Promise<void>>()
  let connected = false
  app.use(async ({ next }) => {
    if (stopping) return
    const running = next()
    inHand.add(running)
    try {
      await running
    } finally {
      inHand.delete(running)
    }
  })
  app.error(async ({ error, body }: { error: Error; body: object }) => {
    failed.add(body)
    deps.report({ event: 'fault', where: 'listener', error })
  })
  // Before every listener: who may not use Rewind reaches none of them.
  app.use(createStrangersGate(deps))
  const { botToken: token, apiUrl } = config
  const tabs = createHomeTabs({ ...deps, client: createWebClient({ token, apiUrl, logger }) })
  registerHomeListeners(app, { ...deps, tabs })
  registerAlertShortcut(app, deps)
  registerResubmitListeners(app, deps)
  registerFormListeners(app, deps)
  const { openReview } = registerReviewListeners(app, deps)
  registerListListeners(app, { ...deps, openReview })
  registerHistoryListeners(app, deps)
  registerFollowUpListeners(app, deps)
  registerUnclearListeners(app, deps)
  registerVoteListeners(app, deps)
  socket?.client.on('connected', () => {
    connected = true
  })
  socket?.client.on('close', () => {
    connected = false
  })

  return {
    async start() {
      await app.init()
      // Asked before anybody is there to wait for it.
      void deps.people.workspace(0)
      if (socket !== undefined) await app.start()
      connected = true
    },
    isConnected: () => connected && !stopping,
    requests,
    async stop(patienceMs) {
      stopping = true
      // In Socket Mode stop() resolves at once without waiting for running listeners, and can take long to close.
      const closing = socket === undefined ? Promise.resolve() : app.stop()
      const drained = Promise.allSettled([closing, tabs.stop(), ...inHand])
      await Promise.race([drained, new Promise(resolve => setTimeout(resolve, patienceMs).unref())])
    },
  }
}

interface Receivers {
  receiver: Receiver
  socket?: SocketModeReceiver
  requests?: SlackRequests
}

function createReceiver(
  delivery: SlackAppConfig['delivery'],
  address: { slackApiUrl?: string },
  deps: Omit<SlackRequestsDeps, 'signingSecret'>,
): Receivers {
  if (delivery.kind === 'http') {
    const requests = createSlackRequests({ ...deps, signingSecret: delivery.signingSecret })
    return { receiver: requests.receiver, requests }
  }
  const { logger, report } = deps
  const socket = new SocketModeReceiver({
    appToken: delivery.appToken,
    logger,
    installerOptions: { clientOptions: { ...address } },
    // Its own would log what it could not read, and acknowledge where nobody catches that there is no connection.
    processEventErrorHandler: async ({ error }) => {
      report({ event: 'fault', where: 'slack request', error })
      return false
    },
  })
  guardFrames(socket, report)
  return { receiver: socket, socket }
}
