// The one door to Slack: who people are, where things are said, and Bolt over Socket Mode or signed HTTP, with the same
// listeners on both and an ordered stop.

import { App, type Logger, LogLevel, type Receiver } from '@slack/bolt'
import { z } from 'zod'
import type { Chat, People } from '../../ports/chat.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ObservedSlackCall, Report } from '../../ports/events.ts'
import type { Pictures } from '../../ports/pictures.ts'
import { NO_TRACING, type Tracing } from '../../ports/tracing.ts'
import type { Proxies } from '../../proxy/proxy.ts'
import { legOf } from './delivery/leg.ts'
import { createSlackRequests, type SlackRequests, type SlackRequestsDeps } from './delivery/requests.ts'
import { createSocket, type Socket } from './delivery/socket.ts'
import { registerFollowUpListeners } from './follow-up/listeners.ts'
import { registerHistoryListeners } from './history/listeners.ts'
import { registerHomeListeners } from './home/listeners.ts'
import { createHomeTabs } from './home/tabs.ts'
import type { ClustersSaid, Language, Words } from './language/language.ts'
import { registerListListeners } from './lists/listeners.ts'
import { createInstallation, type Installation, sayRefusalsRarely } from './platform/installation.ts'
import { createSlackWay } from './platform/light-fetch.ts'
import { createLinkBase } from './platform/link-base.ts'
import { createMembersGate } from './platform/members-only.ts'
import { createPeople, type SlackPeople } from './platform/people.ts'
import { createWebClient } from './platform/web-client.ts'
import { type NotThere, whoIsNotThere } from './platform/who-is-there.ts'
import { registerAlertShortcut } from './reset-form/alert-shortcut.ts'
import { type FormListenersDeps, registerFormListeners } from './reset-form/listeners.ts'
import { registerResubmitListeners } from './reset-form/resubmit-listeners.ts'
import { registerReviewListeners } from './review/listeners.ts'
import { registerUnclearListeners } from './review/unclear-listeners.ts'
import { registerVoteListeners } from './review/vote-listeners.ts'
import { createSlackChat } from './thread/chat.ts'
import { createWordings } from './wording/readers.ts'

export interface SlackAppConfig {
  botToken: string
  apiUrl: string | undefined
  /** On the way to Slack; null: none. */
  proxies: Proxies | null
  /** Socket Mode needs the app-level token; HTTP the signing secret. */
  delivery: { kind: 'socket'; appToken: string } | { kind: 'http'; signingSecret: string }
}

/** Slack, as the rest of the product needs it, before and while it is listened to. */
export interface Slack {
  chat: Chat
  people: People
  /** As what it was given, but for what a refused token would say over and over. */
  report: Report
  listen(deps: ListenDeps): SlackApp
  /** What settings name, and is not there: see platform/who-is-there.ts. */
  whoIsNotThere(ids: readonly string[]): Promise<ReadonlyMap<string, NotThere>>
  /** Asks about the token no longer. */
  stop(): void
}

export interface SlackDeps {
  clock: Clock
  report: Report
  logger: Logger
  /** Of what many people read. */
  language: Language
  /** Null: none are made. */
  pictures?: Pictures | null
  /** What is said of clusters before it is known which; absent: CKafka is. */
  clusters?: () => ClustersSaid
  /** Slack refuses the bot token (its code), or takes it again (null). */
  onToken(refusal: string | null): void
  onCall?(call: ObservedSlackCall): void
  /** Absent: nothing is traced. */
  tracing?: Tracing
}

/** Executions do not wait for it: what Slack does not take is said by `trouble` and in the log. */
export function connectSlack(config: SlackAppConfig, deps: SlackDeps): Slack {
  const { clock, logger, language, clusters, onToken } = deps
  const report = sayRefusalsRarely(deps.report)
  const { calls, files } = createSlackWay(config.proxies)
  const installation = createInstallation({
    calls,
    token: config.botToken,
    apiUrl: config.apiUrl,
    logger,
    onRefused: onToken,
    onTaken: () => onToken(null),
    onUnreachable: error => report({ event: 'fault', where: 'reaching Slack', error }),
    ...(deps.onCall === undefined ? {} : { onCall: deps.onCall }),
    ...(deps.tracing === undefined ? {} : { onOpened: deps.tracing.keepView }),
  })
  const client = createWebClient({
    token: config.botToken,
    apiUrl: config.apiUrl,
    logger,
    fetch: installation.fetch,
  })
  const people = createPeople({
    client,
    clock,
    onUnreadable: (userId, error) =>
      report({ event: 'fault', where: 'looking up a person', about: userId, error }),
  })
  const { common, wordsFor } = createWordings({ people, language, ...(clusters && { clusters }) })
  const chat = createSlackChat({
    client,
    clock,
    files,
    pictures: deps.pictures ?? null,
    onGroupUnreadable: (groupId, error) => report({ event: 'groupRead', groupId, error }),
    onGroupRead: groupId => report({ event: 'groupRead', groupId, error: null }),
    words: common,
    wordsFor,
    repairWaitMs: installation.repairWaitMs,
  })
  return {
    chat,
    people,
    report,
    listen: rest =>
      createSlackApp(
        config,
        {
          ...rest,
          ...{ clock, report, people, installation, wordsFor, common, files },
          tracing: deps.tracing ?? NO_TRACING,
          botToken: config.botToken,
          slackApiUrl: config.apiUrl,
        },
        logger,
      ),
    whoIsNotThere: ids => whoIsNotThere(client, ids, { untilMs: clock() + NAMES_MS, now: clock }),
    stop: installation.stop,
  }
}

/** For all that settings and policy name, however slow Slack is. */
const NAMES_MS = 60_000

export interface SlackApp {
  /** Connects, and stays connected, whatever Slack answers meanwhile. */
  start(): void
  /** Why Slack and people cannot reach each other just now; null: they can. */
  trouble(): SlackTrouble | null
  /** Answers Slack's requests over HTTP; undefined in Socket Mode. */
  requests: Pick<SlackRequests, 'admit' | 'answer'> | undefined
  /** Takes nothing new, and waits for the listeners in hand. */
  stop(patienceMs: number): Promise<void>
}

/** `cause`: Slack's own code or a few words, where there is one. */
export interface SlackTrouble {
  what: 'notReached' | 'tokenRefused' | 'notConnected'
  cause: string | null
}

/** Slack allows three seconds for an answer, and opening a form is part of it. */
const LISTENER_CALL_MS = 2_500

interface SlackAppDeps extends FormListenersDeps {
  people: SlackPeople
  installation: Installation
  tracing: Tracing
  onConnected(): void
  /** Where cards go; null: the channel that is asked in. */
  approvalsChannel: string | null
  /** Of what everybody in a thread reads. */
  common: Words
}

/** What Slack's own part does not know by itself. */
export type ListenDeps = Omit<
  SlackAppDeps,
  | 'clock'
  | 'report'
  | 'people'
  | 'installation'
  | 'tracing'
  | 'wordsFor'
  | 'common'
  | 'files'
  | 'botToken'
  | 'slackApiUrl'
>

function createSlackApp(config: SlackAppConfig, deps: SlackAppDeps, logger: Logger): SlackApp {
  const address = config.apiUrl === undefined ? {} : { slackApiUrl: config.apiUrl }
  const { report, installation, tracing } = deps
  /** Bodies over which a listener has thrown. */
  const failed = new WeakSet<object>()
  let stopping = false
  const { receiver, socket, requests } = createReceiver(config, address, {
    ...deps,
    logger,
    hasFailed: body => failed.has(body),
    isStopping: () => stopping,
  })
  const app = new App({
    // Bolt would ask Slack about the token before it lets anything through, and let nothing through when that fails.
    authorize: async () => ({ botToken: config.botToken }),
    receiver,
    // Its own object each: Bolt writes retry settings and headers into the options it is given (measured).
    clientOptions: {
      ...address,
      fetch: installation.fetch,
      retryConfig: { retries: 0 },
      timeout: LISTENER_CALL_MS,
    },
    logger,
    logLevel: LogLevel.WARN,
    // Nobody asks for what Bolt would remember of each conversation.
    convoStore: false,
    extendedErrorHandler: true,
  })

  const inHand = new Set<Promise<void>>()
  app.use(async ({ next, body }) => {
    if (stopping) return
    const { name, viewId } = legOf(body)
    const running = tracing.leg('slack', name, {}, () => {
      if (viewId !== null) tracing.fromView(viewId)
      return next()
    })
    inHand.add(running)
    try {
      await running
    } finally {
      inHand.delete(running)
    }
  })
  app.error(async ({ error, body }: { error: Error; body: object }) => {
    failed.add(body)
    report({ event: 'fault', where: 'listener', error })
  })
  // Before every listener: who may not use Rewind reaches none of them.
  app.use(createMembersGate(deps))
  const { botToken: token, apiUrl } = config
  const linkBase = createLinkBase(error =>
    report({ event: 'fault', where: 'address of the workspace', error }),
  )
  const tabs = createHomeTabs({
    ...deps,
    linkBase,
    client: createWebClient({ token, apiUrl, logger, fetch: installation.fetch }),
  })
  registerHomeListeners(app, { ...deps, tabs })
  registerAlertShortcut(app, deps)
  registerResubmitListeners(app, deps)
  registerFormListeners(app, deps)
  const { openReview } = registerReviewListeners(app, deps)
  registerListListeners(app, { ...deps, linkBase, openReview })
  registerHistoryListeners(app, { ...deps, linkBase })
  registerFollowUpListeners(app, deps)
  registerUnclearListeners(app, deps)
  registerVoteListeners(app, deps)
  app.event('app_uninstalled', async () => installation.suspect('app_uninstalled'))
  app.event('tokens_revoked', async ({ event }) => {
    // The tokens of people are none of ours.
    const { tokens } = revokedSchema.parse(event)
    if (tokens.bot.length > 0) installation.suspect('tokens_revoked')
  })

  return {
    start() {
      // Asked before anybody is there to wait for it.
      void deps.people.workspace(0)
      void socket?.start()
    },
    trouble() {
      const token = installation.token()
      if (token.kind === 'refused') return { what: 'tokenRefused', cause: token.code }
      if (token.kind === 'unknown') return { what: 'notReached', cause: null }
      if (stopping || socket?.isConnected() === false) {
        return { what: 'notConnected', cause: socket?.trouble() ?? null }
      }
      return null
    },
    requests,
    async stop(patienceMs) {
      stopping = true
      // In Socket Mode stop() resolves at once without waiting for running listeners, and can take long to close.
      const closing = socket === undefined ? Promise.resolve() : socket.stop()
      const drained = Promise.allSettled([closing, tabs.stop(), ...inHand])
      await Promise.race([drained, new Promise(resolve => setTimeout(resolve, patienceMs).unref())])
    },
  }
}

const revokedSchema = z.object({ tokens: z.object({ bot: z.array(z.string()).default([]) }) })

interface Receivers {
  receiver: Receiver
  socket?: Socket
  requests?: SlackRequests
}

function createReceiver(
  { delivery, proxies }: SlackAppConfig,
  address: { slackApiUrl?: string },
  deps: Omit<SlackRequestsDeps, 'signingSecret'> & Pick<SlackAppDeps, 'onConnected'>,
): Receivers {
  if (delivery.kind === 'http') {
    const requests = createSlackRequests({ ...deps, signingSecret: delivery.signingSecret })
    return { receiver: requests.receiver, requests }
  }
  const { logger, report, onConnected } = deps
  const socket = createSocket({
    appToken: delivery.appToken,
    proxies,
    address,
    logger,
    report,
    onConnected,
    onFault: error => report({ event: 'fault', where: 'connecting to Slack', error }),
  })
  return { receiver: socket, socket }
}
