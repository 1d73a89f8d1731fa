// What is checked of Slack: the tokens, what was granted, how many connections there are, and whether who and what is named
// is there. Nothing is posted; of the connections one is opened, and closed when Slack has said how many there are.

import type { Logger } from '@slack/web-api'
import { z } from 'zod'
import { readHello } from '../adapters/slack/platform/hello.ts'
import { createSlackWay } from '../adapters/slack/platform/light-fetch.ts'
import { NEEDED_SCOPES } from '../adapters/slack/platform/scopes.ts'
import { askAboutTokens, type TokenAnswer, type TokenName } from '../adapters/slack/platform/tokens.ts'
import { createWebClient } from '../adapters/slack/platform/web-client.ts'
import { type Presence, whoIsThere } from '../adapters/slack/platform/who-is-there.ts'
import type { Config, SlackConfig } from '../config.ts'
import { allNamed, type NamedBy, notThereLine } from '../named.ts'
import type { Policy } from '../request/policy.ts'
import { approvalFindings } from './approval.ts'
import { archivedFindings } from './archived.ts'
import type { Finding } from './finding.ts'
import { adviceOf } from './proxies.ts'
import { tlsAdvice } from './tls.ts'

const AREA = 'Slack'
const TOKENS_MS = 5_000
const HELLO_MS = 8_000
const NAMES_MS = 12_000

const finding = (what: string, level: Finding['level'], found: string, advice?: string): Finding => ({
  ...{ area: AREA, what, found, level },
  ...(advice === undefined ? {} : { advice }),
})

export async function slackFindings(
  config: Pick<Config, 'policyFile' | 'approvalsChannel' | 'fallbackChannel'>,
  slack: SlackConfig,
  policy: Policy | null,
  /** Told how many bots are connected; null: that is not known. */
  onBots: (bots: number | null) => void = () => {},
): Promise<Finding[]> {
  const answers = await askAboutTokens({ ...slack, logger: SILENT, withinMs: TOKENS_MS })
  const of = (name: TokenName) => answers.find(({ token }) => token === name)
  const bot = of('SLACK_BOT_TOKEN')
  const app = of('SLACK_APP_TOKEN')
  const scopes = bot?.kind === 'taken' ? scopesIn(bot.said) : null
  const [connections, names] = await Promise.all([
    connectionFindings(slack, app, onBots).finally(() => onBots(null)),
    nameFindings(config, slack, policy, bot, scopes),
  ])
  return [
    ...(bot === undefined ? [] : [botFinding(bot, slack)]),
    ...(app === undefined ? [SIGNING] : [appFinding(app, slack)]),
    ...scopeFindings(bot, scopes),
    ...connections,
    ...names,
  ]
}

const SIGNING = finding(
  'signing secret',
  'ok',
  'It is set. Whether it is that of the app shows only with a request of Slack: what is signed with another is refused.',
)

const authSchema = z.object({ team: z.string().optional(), user: z.string().optional() })

function botFinding(answer: TokenAnswer, slack: SlackConfig): Finding {
  if (answer.kind !== 'taken') {
    return untaken(
      'bot token',
      answer,
      slack,
      'Copy the bot token (xoxb-…) of the app from Install App, and set it.',
    )
  }
  const { team = '?', user = '?' } = authSchema.safeParse(answer.said).data ?? {}
  return finding(
    'bot token',
    'ok',
    `Slack takes SLACK_BOT_TOKEN: it is the bot “${user}” of the workspace “${team}”.`,
  )
}

function appFinding(answer: TokenAnswer, slack: SlackConfig): Finding {
  if (answer.kind !== 'taken') {
    const lacks = answer.kind === 'refused' && answer.code === 'missing_scope'
    return untaken(
      'app token',
      answer,
      slack,
      lacks
        ? 'Make an app-level token with the scope connections:write under Basic Information, and set it.'
        : 'Copy an app-level token (xapp-…) of the same app from Basic Information, and set it.',
    )
  }
  return finding('app token', 'ok', 'Slack takes SLACK_APP_TOKEN: it has connections:write.')
}

const ASKED_TO_WAIT = new Set(['Slack asked to wait', 'ratelimited', 'rate_limited'])

function untaken(
  what: string,
  answer: Exclude<TokenAnswer, { kind: 'taken' }>,
  { proxies, apiUrl }: SlackConfig,
  advice: string,
): Finding {
  if (answer.kind === 'refused') {
    return finding(what, 'failure', `Slack refuses ${answer.token}: ${answer.code}.`, advice)
  }
  const found = `Slack could not be asked about ${answer.token}: ${answer.cause}.`
  if (ASKED_TO_WAIT.has(answer.cause)) return finding(what, 'warning', found, 'Ask again in a minute.')
  const host = apiUrl === undefined ? 'slack.com' : `${new URL(apiUrl).host} (SLACK_API_URL)`
  const reach = `Look whether ${host} can be reached from here, and ask again.`
  return finding(what, 'failure', found, wayAdvice(answer.cause, proxies, reach))
}

function wayAdvice(cause: string, proxies: SlackConfig['proxies'], reach: string): string {
  return tlsAdvice(cause, 'NODE_EXTRA_CA_CERTS') ?? adviceOf(cause, proxies, reach)
}

function hostOf(url: string): string | null {
  return URL.parse(url)?.host ?? null
}

const scopesSchema = z.object({ response_metadata: z.object({ scopes: z.array(z.string()) }) })

/** Of the header `x-oauth-scopes`; null: it was not there. */
function scopesIn(said: unknown): string[] | null {
  return scopesSchema.safeParse(said).data?.response_metadata.scopes ?? null
}

function scopeFindings(bot: TokenAnswer | undefined, scopes: readonly string[] | null): Finding[] {
  if (bot?.kind !== 'taken') return [finding('scopes', 'notMade', 'The bot token has to be taken first.')]
  if (scopes === null) return [finding('scopes', 'warning', 'Slack does not say which were granted.')]
  const missing = NEEDED_SCOPES.filter(({ name }) => !scopes.includes(name))
  if (missing.length === 0) {
    const names = NEEDED_SCOPES.map(({ name }) => name).join(', ')
    return [finding('scopes', 'ok', `All ${NEEDED_SCOPES.length} of manifest.yml are granted: ${names}.`)]
  }
  return missing.map(({ name, without, isVital }) =>
    finding(
      `scope ${name}`,
      isVital ? 'failure' : 'warning',
      `It is not granted: ${without}.`,
      'Add it under OAuth & Permissions, and install the app again.',
    ),
  )
}

const urlSchema = z.object({ url: z.string() })

async function connectionFindings(
  slack: SlackConfig,
  app: TokenAnswer | undefined,
  onBots: (bots: number | null) => void,
): Promise<Finding[]> {
  const what = 'connections'
  if (slack.delivery.kind === 'http' || app === undefined) return []
  if (app.kind !== 'taken') return [finding(what, 'notMade', 'The app token has to be taken first.')]
  const url = urlSchema.safeParse(app.said).data?.url ?? ''
  const hello = await readHello(url, HELLO_MS, slack.proxies)
  switch (hello.kind) {
    case 'said': {
      if (hello.connections === null)
        return [finding(what, 'warning', 'Slack does not say how many there are.')]
      const others = hello.connections - 1
      onBots(others)
      const missed =
        hello.missed === 0
          ? []
          : [
              finding(
                what,
                'warning',
                `${hello.missed} payloads came to the connection of this check, and nobody took them.`,
                'Whoever just pressed something has to press it again.',
              ),
            ]
      const there =
        others === 0
          ? 'No bot is connected with this app token now.'
          : others === 1
            ? '1 other connection has this app token.'
            : `${others} other connections have this app token.`
      const advice =
        others < 2
          ? undefined
          : 'Each bot has one, and two for some seconds while it renews it. Are there fewer bots, then another installation uses the same app, and a part of what people press goes there: give it an app of its own.'
      return [finding(what, 'ok', there, advice), ...missed]
    }
    case 'ended':
      return [
        finding(
          what,
          'failure',
          `Slack ended a new connection: ${hello.reason}.`,
          hello.reason === 'too_many_websockets'
            ? 'An app may have ten. Stop what else is connected with this app token.'
            : 'Turn Socket Mode on in the settings of the app.',
        ),
      ]
    case 'unasked':
      return [
        finding(
          what,
          'failure',
          `No connection could be opened: ${hello.cause}.`,
          wayAdvice(
            hello.cause,
            slack.proxies,
            `Look whether WebSockets to ${hostOf(url) ?? 'wss-primary.slack.com'} can be opened from here.`,
          ),
        ),
      ]
    default:
      return hello satisfies never
  }
}

const NAMES = 'people, user groups and channels'

async function nameFindings(
  config: Parameters<typeof allNamed>[0],
  slack: SlackConfig,
  policy: Policy | null,
  bot: TokenAnswer | undefined,
  scopes: readonly string[] | null,
): Promise<Finding[]> {
  const unread =
    policy === null ? [finding(`${NAMES} of the policy`, 'notMade', 'The policy has to be read first.')] : []
  const named = allNamed(config, policy)
  if (bot?.kind !== 'taken') return [finding(NAMES, 'notMade', 'The bot token has to be taken first.')]
  if (named.length === 0) return unread
  const client = createWebClient({
    token: slack.botToken,
    apiUrl: slack.apiUrl,
    logger: SILENT,
    fetch: createSlackWay(slack.proxies).calls,
  })
  const untilMs = performance.now() + NAMES_MS
  const said = await whoIsThere(
    client,
    named.map(({ id }) => id),
    { untilMs, now: () => performance.now() },
  )
  const wrong = named.flatMap(each => presenceFinding(each, said.get(each.id) ?? 'unsaid', scopes))
  const count = (presence: Presence) => named.filter(({ id }) => said.get(id) === presence).length
  const there = count('there')
  const unsaid = named.filter(({ id }) => said.get(id) === 'unsaid').map(({ id }) => id)
  const isShown = (presence: Presence | undefined) => presence === 'there' || presence === 'notIn'
  const channels = named.filter(({ id }) => /^[CG]/.test(id) && isShown(said.get(id)))
  const archived = await archivedFindings(client, channels, scopes)
  const notAsked = named.filter(({ id }) => said.get(id) === 'notAsked').map(({ id }) => id)
  return [
    ...(policy === null ? [] : approvalFindings(policy, said, config.policyFile)),
    ...(there === 0
      ? []
      : [finding(NAMES, 'ok', `${there} of the ${named.length} that are named are there.`)]),
    ...wrong,
    ...archived,
    ...(unsaid.length === 0
      ? []
      : [
          finding(
            NAMES,
            'warning',
            `Of ${some(unsaid)} Slack has not said whether they are there: a scope is missing, or it gave no answer in time.`,
          ),
        ]),
    ...(notAsked.length === 0
      ? []
      : [
          finding(
            NAMES,
            'ok',
            `Slack was not asked about ${some(notAsked)}: it answers only a limited number of such questions in a minute.`,
          ),
        ]),
    ...unread,
  ]
}

function presenceFinding(named: NamedBy, presence: Presence, scopes: readonly string[] | null): Finding[] {
  const { id, by } = named
  switch (presence) {
    case 'there':
    case 'unsaid':
    case 'notAsked':
      return []
    case 'notIn': {
      const mayPost = scopes?.includes('chat:write.public') ?? true
      const found = mayPost
        ? `${by} ${id}, a public channel that Rewind is not in: it can post there, and cannot look for a message whose answer was lost.`
        : `${by} ${id}, a public channel that Rewind is not in and may not post to: chat:write.public is not granted.`
      return [
        finding(
          `channel ${id}`,
          mayPost ? 'warning' : 'failure',
          found,
          'Type /invite @Rewind in the channel.',
        ),
      ]
    }
    case 'notShown':
      return [
        finding(
          `channel ${id}`,
          'failure',
          notThereLine(named, presence),
          'Look at the id, or type /invite @Rewind in the channel.',
        ),
      ]
    case 'unknown':
    case 'deactivated':
    case 'guest':
    case 'bot':
    case 'stranger':
    case 'disabled': {
      const isGroup = id.startsWith('S')
      const advice = `Name another ${isGroup ? 'user group' : 'person'}, or take the id out: nobody can decide by it.`
      return [
        finding(
          isGroup ? `user group ${id}` : `person ${id}`,
          'warning',
          notThereLine(named, presence),
          advice,
        ),
      ]
    }
    default:
      return presence satisfies never
  }
}

const SHOWN = 5

function some(ids: readonly string[]): string {
  const left = ids.length - SHOWN
  return left > 0 ? `${ids.slice(0, SHOWN).join(', ')} and ${left} more` : ids.join(', ')
}

/** What the client would print is told as a finding. */
const SILENT: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => 'error' as never,
  setName() {},
}
