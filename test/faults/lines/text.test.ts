// Line 35 of the fault table: hostile text in every place that takes any. Nothing pings, and nothing executes.

import { describe, expect, it } from 'vitest'
import type { ClusterSeed } from '../../../src/sandbox/cluster/model.ts'
import { OPS, viewText } from '../../support/product.ts'
import { ASK, count, type Stage, startStage, until } from './stage.ts'

const TEST_MS = 90_000
const INSTANCE = 'ckafka-hostile1'
const GROUP = '<!channel> `x` <@U0DAVE> & \u202egnp.exe'
const TOPICS = ['<!here>', "=cmd()|'/C'!A0", '*bold*~s~<https://evil.example|orders>']
const REASON =
  '<!channel> <@U0DAVE> <!subteam^S0KAFKA> <#C0OPS> <https://evil.example|safe> ```code``` @here \u0000\u0007\u202e\u2067\u200f end'
const NOTE = '<!everyone> <@U0DAVE> \u0000\u2066 </script> {{7*7}} `reboot`'

function hostileSeed(names = TOPICS): ClusterSeed {
  const log = {
    start: 0n,
    end: 5_000n,
    written: [{ fromOffset: 0n, atMs: 1_700_000_000_000, everyMs: 1_000 }],
  }
  const topics = names.map(name => ({ name, partitions: [log, log] }))
  const commits = Object.fromEntries(names.map(name => [name, [4_000n, 4_000n]]))
  return { instances: [{ id: INSTANCE, name: 'hostile', topics, groups: [{ name: GROUP, commits }] }] }
}

/** What Slack would read as a mention, a link or markup, in text that it interprets. */
const MARKUP = /<!|<#|<@(?!U0ALICE>|U0BOB>)|<https?:/
/** Elements that notify somebody, or lead elsewhere. */
const ELEMENTS = new Set(['broadcast', 'usergroup', 'channel', 'link', 'team'])

const OWN_CARD = /^https:\/\/local-workspace\.slack\.com\/archives\/C0OPS\/p\d+$/

/** What a line of ours says of when and of whom: a moment as Slack writes it, and people who took part. */
const OF_ITS_OWN = /<!date\^\d+\^[a-z_{} ]+\|[\d :UTC-]+>|<@U0(?:ALICE|BOB)>/g

/** Everything in it that would ping, link or break out. */
function dangersIn(value: unknown, field = ''): string[] {
  if (typeof value === 'string') {
    const isInterpreted = field === 'message text' || field === 'mrkdwn'
    const own = field === 'mrkdwn' ? value.replace(OF_ITS_OWN, '') : value
    return isInterpreted && MARKUP.test(own) ? [value] : []
  }
  if (Array.isArray(value)) return value.flatMap(each => dangersIn(each))
  if (typeof value !== 'object' || value === null) return []
  const { type, text, url, user_id, usergroup_id } = value as Record<string, unknown>
  // Whom the policy names is mentioned on purpose.
  if (type === 'usergroup' && usergroup_id === 'S0KAFKA') return []
  // The card of the request, from messages that are apart from it.
  if (type === 'link' && text === 'Open its card' && OWN_CARD.test(`${url}`)) return []
  if (typeof type === 'string' && ELEMENTS.has(type)) return [JSON.stringify(value)]
  if (type === 'user' && user_id !== 'U0ALICE' && user_id !== 'U0BOB') return [JSON.stringify(value)]
  if (type === 'mrkdwn') return dangersIn(text, 'mrkdwn')
  return Object.values(value).flatMap(each => dangersIn(each))
}

const SPEAKING = ['chat.postMessage', 'chat.update', 'response_url', 'views.open', 'views.update']

function dangersSaid({ slack }: Stage): string[] {
  const said = slack.calls().filter(({ method }) => SPEAKING.includes(method) || method.startsWith('files.'))
  expect(said.length).toBeGreaterThan(5)
  expect(said.filter(({ error }) => /invalid|too_long/.test(error ?? ''))).toEqual([])
  return said.flatMap(({ args }) => [
    ...dangersIn(args),
    ...dangersIn(args.text, 'message text'),
    ...dangersIn(args.initial_comment, 'message text'),
  ])
}

describe.concurrent('hostile text', () => {
  it(
    '35: in reason, group, topics and note neither pings nor executes, and what is shown is what was typed',
    async context => {
      const stage = await startStage(context, { seed: hostileSeed() })
      const { bob, carol, ckafka } = stage
      await stage.ask(
        `--instance ${INSTANCE} --group "${GROUP}" --all-topics --shift-by -100 --reason ${REASON}`,
      )
      expect(stage.callsToReset()).toBe(0)
      await stage.openReview(carol)
      await carol.waitForView(view => viewText(view).includes('Nothing has changed'))
      expect(dangersIn(carol.view())).toEqual([])
      await stage.review(bob, 'Approve', NOTE)
      await stage.cardSays('· done')
      await stage.threadSays('6 partitions succeeded')
      await until(() => count(stage.threadOf('R-1'), 'R-1 is done') === 1)
      expect(dangersSaid(stage)).toEqual([])

      const { reset, reason, votes } = await stage.record()
      expect(reset.target.group).toBe(GROUP)
      expect([...reset.topics].sort()).toEqual([...TOPICS].sort())
      expect(reason).toContain('<!channel> <@U0DAVE>')
      expect(votes[0]?.note).toContain('<!everyone>')
      const [effect, ...more] = ckafka.cluster.effects(GROUP)
      expect(more.length).toBeLessThan(TOPICS.length)
      expect(effect).toMatchObject({ group: GROUP })
      expect(stage.threadText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/u)
      for (const row of await stage.csv('R-1-plan-1.csv')) expect(row.join(',')).not.toMatch(/^"?[=+@]/)
    },
    TEST_MS,
  )

  it(
    '35: of 100 kB, with NUL or in names that cannot exist is refused or cut where it is typed, on a character boundary',
    async context => {
      const stage = await startStage(context)
      const { alice, slack } = stage
      const asked = ASK.replace(/ --reason .*/, '')
      const fill = async (flags: string) => {
        if (alice.view() !== undefined) await alice.closeView(true)
        await alice.command(OPS, `/reset-offsets ${flags}`)
        return alice.waitForView()
      }
      for (const [flags, field] of [
        [asked.replace('orders-billing', '"a\u0000b"'), 'field_group'],
        [`${asked.replace('--topic orders', '--topic "../x|y;$(reboot)"')}`, 'field_topics'],
      ] as const) {
        await fill(`${flags} --reason why`)
        const outcome = await alice.submit()
        expect(outcome.kind === 'closed' ? outcome : viewText(alice.view())).toMatch(/name|cannot|topic/i)
        expect(outcome.kind, field).not.toBe('closed')
      }

      await fill(asked)
      await alice.fill('Reason', 'x'.repeat(100_000))
      expect((await alice.submit()).kind).toBe('errors')
      expect(slack.messages(OPS)).toEqual([])

      const form = await fill(`${asked} --reason ${'🙂'.repeat(25_000)}`)
      expect(viewText(form)).toContain('A reason has 1,000 characters at most')
      expect(await alice.submit()).toEqual({ kind: 'closed' })
      await until(() => slack.messages(OPS).length === 1)
      await stage.cardSays('· waiting for approval')
      const { reason } = await stage.record()
      expect(reason.length).toBeLessThanOrEqual(1_000)
      expect(reason).toMatch(/^(🙂)+…$/u)
      expect(JSON.stringify(slack.calls('chat.postMessage').map(({ args }) => args))).not.toMatch(
        /\\ud83d(?!\\)/,
      )
      expect(dangersSaid(stage)).toEqual([])
      expect(stage.callsToReset()).toBe(0)
    },
    TEST_MS,
  )

  it(
    '35: in the name of a topic that no Kafka would take makes a plan that can be reviewed, or none',
    async context => {
      const stage = await startStage(context, { seed: hostileSeed(['two words']) })
      await stage.ask(`--instance ${INSTANCE} --group "${GROUP}" --all-topics --shift-by -100 --reason why`)
      await until(async () => ['pending', 'failed'].includes((await stage.record()).state.name))
      const faults = () => stage.events.filter(({ event }) => event === 'fault')
      await until(() => stage.threadOf('R-1').length > 0 || faults().length > 0)
      expect(faults()).toEqual([])
      if ((await stage.record()).state.name === 'pending') await stage.openReview(stage.bob)
      expect(stage.callsToReset()).toBe(0)
    },
    TEST_MS,
  )
})
