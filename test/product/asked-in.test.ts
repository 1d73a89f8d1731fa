// Rules for channels: where somebody asks is where their command was typed or their button pressed, in every way there is to
// ask, and never where another request was asked for.
// @module-tag long

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  DEMO,
  NO_WAITING,
  OPS,
  PRIVATE,
  type Product,
  startProduct,
  textOf,
  until,
} from '../support/product.ts'

const REFUSED = 'The policy lets it be asked for in other channels only'
const DIRECT = 'D0ALICE'
const OTHER_GROUP = 'orders-audit'
const FLAGS = `--instance ${DEMO.instance} --group ${DEMO.group} --topic orders --shift-by -100 --reason why`
const POLICY = `
version: 1
rules:
  - name: in the channel alone
    match: { groups: [${DEMO.group}] }
    request: { channels: [${OPS}] }
    approve: [{ from: U0BOB }]
  - name: anywhere
    match: { groups: [${OTHER_GROUP}] }
    approve: [{ from: U0BOB }]
`

/** Where a person can be. */
const PLACES = { 'the channel': OPS, 'another channel': PRIVATE, 'a direct message': DIRECT } as const
const HOME = 'the Home tab'
type Conversation = keyof typeof PLACES
type Place = Conversation | typeof HOME
const CONVERSATIONS = Object.keys(PLACES) as Conversation[]
const channelOf = (place: Place) => PLACES[place as Conversation]

/** From where it can be done, and what opens the modal in which it is asked for. */
interface Way {
  from: readonly Place[]
  open(place: Place): Promise<void>
}

const RETRY = 'Retry What Failed'
const UNDO = 'Prepare Undo'

const WAYS: Record<string, Way> = {
  'the command': { from: CONVERSATIONS, open: place => byCommand(channelOf(place)) },
  'the shortcut of a message': { from: CONVERSATIONS, open: place => byShortcut(channelOf(place)) },
  'the button of the Home tab': { from: [HOME], open: () => byHome() },
  ...Object.fromEntries(
    [UNDO, RETRY, 'Edit and Ask Again'].map(button => [
      button,
      {
        from: [...CONVERSATIONS, HOME],
        open: (place: Place) =>
          place === HOME
            ? product.alice.pressInHome(button, 'lately_R-1')
            : product.alice.press({ ...card, channel: channelOf(place) }, button),
      },
    ]),
  ),
}

let product: Product
let folder: string
/** Of R-1, which is partly done, so that it can be followed up in every way. */
let card: ReturnType<Product['card']>

async function byCommand(channel: string): Promise<void> {
  await product.alice.command(channel, `/reset-offsets ${FLAGS}`)
}

async function byShortcut(channel: string): Promise<void> {
  const { alice } = product
  const alert = alice.say(channel, { text: `lag of consumer group ${DEMO.group} on ${DEMO.instance}` })
  await alice.shortcut(alert, 'reset_from_alert')
  await alice.waitForView(view => view.private_metadata.includes(DEMO.group))
  await fill()
}

async function byHome(): Promise<void> {
  const { alice } = product
  await alice.pressInHome('Request a Reset')
  await alice.waitForView()
  await alice.fill('CKafka instance', `orders-demo (${DEMO.instance})`)
  await alice.waitForView(view => view.private_metadata.includes(DEMO.instance))
  await alice.fill('Consumer group', DEMO.group)
  await fill()
}

async function fill(): Promise<void> {
  const { alice } = product
  await alice.fill('Topics to reset', 'All topics of the group')
  await alice.fill('Where the offsets go', 'To the earliest message')
  await alice.fill('field_reason', 'why')
}

/** While it is open, the same cannot be put back, or tried again, from anywhere else. */
async function callOff(): Promise<void> {
  await product.alice.press(product.card(), 'Cancel Request')
  await product.cardSays('· cancelled')
  const row = () => product.alice.home()?.blocks.find(block => block.block_id === 'lately_R-1')
  await until(() => `${JSON.stringify(row())}`.includes(RETRY))
}

const posted = () => product.slack.messages(OPS).length

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rewind-asked-in-'))
  const file = join(folder, 'policy.yml')
  writeFileSync(file, POLICY)
  product = await startProduct({ env: { POLICY_FILE: file, APPROVERS: '', ...NO_WAITING } })
  product.ckafka.cluster.failPartition('payments', 0, 6, 'not the leader')
  await product.ask(FLAGS.replace('--topic orders', '--topic orders --topic payments'))
  await product.review(product.bob, 'Approve')
  await product.cardSays('· partly done')
  product.ckafka.cluster.heal()
  card = product.card()
  await product.alice.openHome()
  await until(() => `${JSON.stringify(product.alice.home())}`.includes('lately_R-1'))
})
afterEach(async () => {
  while (product.alice.view() !== undefined) await product.alice.closeView(true)
})
afterAll(async () => {
  await product.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a rule for one channel', () => {
  for (const [way, { from, open }] of Object.entries(WAYS)) {
    for (const place of from) {
      const isAllowed = place === 'the channel'
      it(`${isAllowed ? 'allows' : 'does not allow'} ${way} in ${place}`, async () => {
        await open(place)
        const view = await product.alice.waitForView()
        if (view.title.text.startsWith('Undo')) await product.alice.fill('reason', 'It was the wrong group')
        const before = posted()
        const outcome = await product.alice.submit()
        if (isAllowed) {
          expect(outcome).toEqual({ kind: 'closed' })
          await until(() => posted() === before + 1)
          if (way === RETRY || way === UNDO) await callOff()
        } else {
          expect(JSON.stringify(outcome)).toContain(REFUSED)
          expect(posted()).toBe(before)
        }
      })
    }
  }
})

describe('what is allowed from anywhere', () => {
  it('is asked for again from the Home tab, and its card stands where that of the first request does', async () => {
    const { alice } = product
    await product.ask(FLAGS.replace(DEMO.group, OTHER_GROUP))
    const id = /R-\d+/.exec(textOf(product.card()))?.[0]
    await alice.press(product.card(), 'Cancel Request')
    await product.cardSays('· cancelled')
    const row = () => alice.home()?.blocks.find(block => block.block_id === `mine_${id}`)
    await until(() => `${JSON.stringify(row())}`.includes('Edit and Ask Again'))
    await alice.pressInHome('Edit and Ask Again', `mine_${id}`)
    await alice.waitForView()
    const before = posted()
    expect(await alice.submit()).toEqual({ kind: 'closed' })
    await until(() => posted() === before + 1)
    await product.cardSays(`Edit of ${id}`)
  })
})
