// The page server with a real WebSocket, in front of the built bot in the whole local world.
// @module-tag long

import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Scene } from '../../src/sandbox/page/protocol.ts'
import { type PageServer, startPageServer } from '../../src/sandbox/page-server.ts'
import { CHANNELS, startWorld, USERS, type World } from '../../src/sandbox/world.ts'
import { messagesIn, openTab, type Tab } from './page-tab.ts'

const { kafkaOps } = CHANNELS
const billing =
  '/reset-offsets --instance ckafka-demo0001 --group orders-billing --topic orders --to-earliest'

let folder: string
let world: World
let server: PageServer
let tabs: Tab[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rewind-page-'))
  const pageDir = join(folder, 'page')
  await mkdir(pageDir)
  await writeFile(join(pageDir, 'index.html'), '<!doctype html>')
  await writeFile(join(pageDir, 'page.js'), '1')
  await writeFile(join(pageDir, 'page.css'), 'a{}')
  await writeFile(join(pageDir, 'page.js.map'), '{}')
  await writeFile(join(pageDir, 'secret.txt'), 'secret')
  await writeFile(join(folder, 'outside.js'), 'secret')
  const manifest = await readFile(new URL('../../manifest.yml', import.meta.url), 'utf8')
  const manifestFile = join(folder, 'manifest.yml')
  await writeFile(manifestFile, manifest.replace(/^( +bot:\n)( +)- /m, '$1$2- files:read\n$2- '))
  world = await startWorld({ delivery: 'socket', redisUrl: inject('redisUrl'), manifestFile, kafka: true })
  await world.waitForBot()
  server = await startPageServer({ world, pageDir })
})

afterAll(async () => {
  await server?.close()
  await world?.close()
  await rm(folder, { recursive: true })
})

afterEach(async () => {
  for (const { id, on } of tabs[0]?.scene().faults ?? [])
    if (on) await tabs[0]?.perform({ do: 'fault', id, on: false })
  for (const tab of tabs) tab.close()
  tabs = []
})

async function tabOf(user: string): Promise<Tab> {
  const tab = await openTab(server.url)
  tabs.push(tab)
  expect(await tab.perform({ do: 'become', user })).not.toHaveProperty('said')
  return tab
}

const CKAFKA = 'ckafka-demo0001'
const KAFKA = 'kafka-demo'
const clusterOf = ({ clusters }: Scene, id = CKAFKA) => {
  const found = clusters.find(each => each.id === id)
  if (found === undefined) throw new Error(`there is no cluster ${id}`)
  return found
}
const partitionOf = (scene: Scene, group: string, topic: string, partition: number, id = CKAFKA) =>
  clusterOf(scene, id)
    .groups.find(each => each.name === group)
    ?.topics.find(each => each.topic === topic)?.partitions[partition]

/** What the server answers to exactly this path, which `fetch` would tidy up before it sends it. */
async function getRaw(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const asked = request(server.url, { path, headers, method })
  asked.end()
  const [answer] = await once(asked, 'response')
  return { status: answer.statusCode, type: answer.headers['content-type'], body: await text(answer) }
}

describe('files', () => {
  it('are served with the type that a browser needs', async () => {
    expect(await getRaw('/')).toEqual({
      status: 200,
      type: 'text/html; charset=utf-8',
      body: '<!doctype html>',
    })
    expect(await getRaw('/page.js?v=1')).toMatchObject({ type: 'text/javascript; charset=utf-8', body: '1' })
    expect(await getRaw('/page.css')).toMatchObject({ type: 'text/css; charset=utf-8', body: 'a{}' })
    expect(await getRaw('/page.js.map')).toMatchObject({ status: 200, body: '{}' })
  })

  it.each([
    '/../outside.js',
    '/%2e%2e/outside.js',
    '/..%2foutside.js',
    '/page/../../outside.js',
    '//outside.js',
    '/secret.txt',
    '/nothing.js',
    '/files/../outside.js',
    '/files/F0NONE',
  ])('are not served from elsewhere, nor made up: %s', async path => {
    const { status, body } = await getRaw(path)
    expect(status).toBe(404)
    expect(body).not.toContain('secret')
  })

  it('are for this machine alone, and only to read', async () => {
    expect(await getRaw('/', { host: 'rebound.example' })).toMatchObject({ status: 403 })
    expect(await getRaw('/', {}, 'POST')).toMatchObject({ status: 405 })
  })

  it('that were uploaded to Slack can be downloaded as they are', async () => {
    const ticket = await callSlack('files.getUploadURLExternal', { filename: 'R-1 ü.csv', length: 4 })
    await fetch(String(ticket.upload_url), { method: 'POST', body: 'a,b\n' })
    await callSlack('files.completeUploadExternal', {
      files: [{ id: ticket.file_id }],
      channel_id: kafkaOps,
    })
    const tab = await tabOf(USERS.alice)
    const file = messagesIn(tab.scene(), kafkaOps).flatMap(message => message.files)[0]
    expect(file).toMatchObject({ name: 'R-1 ü.csv', size: 4 })
    const answer = await fetch(`${server.url}${file?.href}`)
    expect(answer.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''R-1%20%C3%BC.csv")
    expect(await answer.text()).toBe('a,b\n')
  })

  it('show their first lines and can be read as nothing but text, whatever is in them', async () => {
    const post = async (filename: string, content: string | Uint8Array) => {
      const length = Buffer.from(content).length
      const ticket = await callSlack('files.getUploadURLExternal', { filename, length })
      await fetch(String(ticket.upload_url), { method: 'POST', body: Buffer.from(content) })
      await callSlack('files.completeUploadExternal', {
        files: [{ id: ticket.file_id }],
        channel_id: kafkaOps,
      })
      const tab = await tabOf(USERS.alice)
      return messagesIn(tab.scene(), kafkaOps)
        .flatMap(message => message.files)
        .at(-1)
    }
    const lines = Array.from({ length: 9 }, (_, index) => `orders,${index}`)
    const long = await post('long.csv', `${lines.join('\r\n')}\r\n`)
    expect(long?.text).toMatchObject({ lines: lines.slice(0, 6), more: true })
    const short = await post('short.csv', 'topic\norders\n')
    expect(short?.text).toMatchObject({ lines: ['topic', 'orders'], more: false })
    const wide = await post('wide.csv', 'ü'.repeat(100_000))
    expect(wide?.text?.lines).toEqual([`${'ü'.repeat(159)}…`])
    expect(wide?.text?.more).toBe(true)
    const picture = await post('picture.png', new Uint8Array([137, 80, 0, 1]))
    expect(picture).toMatchObject({ text: null, image: { alt: '' } })
    const seen = await fetch(`${server.url}${picture?.image?.href}`)
    expect(seen.headers.get('content-type')).toBe('image/png')
    expect(new Uint8Array(await seen.arrayBuffer())).toEqual(new Uint8Array([137, 80, 0, 1]))
    // Nothing else is served as what it says it is.
    expect(short?.image).toBeNull()
    expect((await fetch(`${server.url}${short?.href}/image`)).status).toBe(404)

    const page = await post('page.html', '<script>alert(1)</script>')
    const opened = await fetch(`${server.url}${page?.text?.href}`)
    expect(opened.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(opened.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await opened.text()).toBe('<script>alert(1)</script>')
    expect((await fetch(`${server.url}/files/F0NONE/text`)).status).toBe(404)
  })
})

async function callSlack(method: string, args: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${world.slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-local-bot', 'content-type': 'application/json' },
    body: JSON.stringify(args),
  })
  return (await answer.json()) as Record<string, unknown>
}

describe('the socket', () => {
  it('is refused to other pages in the same browser, and elsewhere than at /ws', async () => {
    const refused = async (path: string, origin: string) => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, { origin })
      const [error] = await once(socket, 'error')
      return String(error)
    }
    expect(await refused('/ws', 'http://evil.example')).toMatch(/hang up|reset/)
    expect(await refused('/other', server.url)).toMatch(/hang up|reset/)
    const own = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, { origin: server.url })
    await once(own, 'open')
    own.terminate()
  })

  it('answers what it cannot read, and goes on', async () => {
    const tab = await tabOf(USERS.alice)
    expect(await tab.say('nonsense')).toEqual({ kind: 'done', number: 0, said: 'This is not JSON.' })
    expect(await tab.say('{"number":7,"deed":{"do":"fly"}}')).toMatchObject({
      number: 7,
      said: expect.stringContaining('This is not a deed'),
    })
    expect(await tab.say('null')).toMatchObject({ number: 0 })
    expect((await tab.perform({ do: 'become', user: 'U0NOBODY' })).said).toBe('there is no user U0NOBODY')
    expect((await tab.perform({ do: 'submit' })).said).toBe('alice has no modal open')
    expect((await tab.perform({ do: 'fault', id: 'flood', on: true })).said).toBe(
      'There is no fault "flood".',
    )
    expect((await tab.perform({ do: 'members', cluster: CKAFKA, group: 'nobody', running: true })).said).toBe(
      'There is no group "nobody".',
    )
    expect(
      (await tab.perform({ do: 'press', channel: kafkaOps, ts: '1.0', action: 'x', blockId: 'y' })).said,
    ).toBe('This message has gone.')
    expect(tab.scene().slack.me).toBe(USERS.alice)
  })

  it('takes any port when the one asked for is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const second = await startPageServer({ world, port, pageDir: folder })
    try {
      expect(second.url).not.toBe(`http://127.0.0.1:${port}`)
      expect((await fetch(`${second.url}/outside.js`)).status).toBe(200)
    } finally {
      await second.close()
      other.close()
    }
    await expect(fetch(second.url)).rejects.toThrow()
  })
})

describe('people', () => {
  it('are one to a tab: what one opens is not on the other’s screen', async () => {
    const [alice, bob] = [await tabOf(USERS.alice), await tabOf(USERS.bob)]
    await alice.perform({ do: 'command', channel: kafkaOps, line: billing })
    await alice.until(scene => scene.slack.view !== null)
    expect(bob.scene().slack).toMatchObject({ me: USERS.bob, view: null })

    await bob.perform({ do: 'become', user: USERS.alice })
    expect(bob.scene().slack.view?.id).toBe(alice.scene().slack.view?.id)
    await alice.perform({ do: 'close', all: true })
    expect((await bob.until(scene => scene.slack.view === null)).slack.me).toBe(USERS.alice)
  })

  it('see the channels, commands and colleagues that are theirs', async () => {
    const { slack } = (await tabOf(USERS.gina)).scene()
    expect(slack.channels.map(channel => channel.name)).toEqual(['kafka-ops', 'general'])
    expect(slack.people.map(person => person.part)).toEqual([
      'requester',
      'approver',
      'approver',
      'on call',
      'guest',
    ])
    expect(slack.commands).toContainEqual({
      command: '/reset-offsets',
      description: 'Ask for a consumer-group offset reset',
      hint: expect.stringContaining('--group'),
    })
    expect((await tabOf(USERS.alice)).scene().slack.channels).toContainEqual({
      id: CHANNELS.paymentsPrivate,
      name: 'payments-private',
      private: true,
      joined: true,
    })
  })

  it('fill, are corrected, ask, approve, and see the offsets move', async () => {
    const [alice, bob, dave] = [await tabOf(USERS.alice), await tabOf(USERS.bob), await tabOf(USERS.dave)]
    const before = partitionOf(alice.scene(), 'orders-billing', 'orders', 0)
    expect(before?.committed).not.toBe(before?.start)

    expect(await alice.perform({ do: 'command', channel: kafkaOps, line: billing })).not.toHaveProperty(
      'said',
    )
    const { view } = (await alice.until(scene => scene.slack.view?.submit != null)).slack
    expect(view).toMatchObject({ depth: 0, errors: {} })
    const suggested = await alice.perform({ do: 'suggest', field: 'group', typed: 'audit' })
    expect(suggested.suggestions).toEqual([expect.stringContaining('orders-audit')])

    expect(await alice.perform({ do: 'submit' })).toMatchObject({ outcome: 'errors' })
    expect(alice.scene().slack.view?.errors).toHaveProperty('field_reason')
    await alice.perform({ do: 'fill', field: 'field_reason', value: 'Billing skipped orders' })
    expect(Object.values(alice.scene().slack.view?.values.field_reason ?? {})).toEqual([
      expect.objectContaining({ value: 'Billing skipped orders' }),
    ])
    expect(await alice.perform({ do: 'submit' })).toMatchObject({ outcome: 'closed' })

    const card = await cardSeenBy(bob)
    await dave.until(scene => messagesIn(scene, kafkaOps).some(message => message.ts === card.ts))
    await dave.perform({ do: 'press', channel: kafkaOps, ...card })
    const note = await dave.until(scene => messagesIn(scene, kafkaOps).some(message => message.ephemeral))
    expect(messagesIn(note, kafkaOps).find(message => message.ephemeral)?.text).toContain('Only approvers')
    expect(messagesIn(bob.scene(), kafkaOps).some(message => message.ephemeral)).toBe(false)

    expect(await bob.perform({ do: 'press', channel: kafkaOps, ...card })).not.toHaveProperty('said')
    await bob.until(scene => scene.slack.view?.submit != null)
    await bob.perform({ do: 'fill', field: 'verdict', value: 'Approve' })
    expect(await bob.perform({ do: 'submit' })).not.toMatchObject({ outcome: 'errors' })

    const after = await alice.until(scene => {
      const now = partitionOf(scene, 'orders-billing', 'orders', 0)
      return now !== undefined && now.committed === now.start
    })
    expect(clusterOf(after).calls).toContainEqual(
      expect.objectContaining({
        action: 'BatchModifyGroupOffsets',
        api: 'v3',
        answer: expect.stringMatching(/^success \{/),
        failed: false,
        params: expect.stringContaining('orders-billing'),
      }),
    )
    const replied = await alice.until(scene => (scene.slack.threads[card.ts] ?? []).length > 0)
    expect(messagesIn(replied, kafkaOps).find(message => message.ts === card.ts)?.replyCount).toBeGreaterThan(
      0,
    )
  })

  it('are told what Slack tells them when Rewind does not answer', async () => {
    const alice = await tabOf(USERS.alice)
    await alice.perform({ do: 'fault', id: 'rewind-killed', on: true })
    expect((await alice.until(scene => !scene.slack.connected)).faults).toContainEqual(
      expect.objectContaining({ id: 'rewind-killed', on: true }),
    )
    const { said } = await alice.perform({ do: 'command', channel: kafkaOps, line: billing })
    expect(said).toMatch(/^\/reset-offsets failed with the error "(dispatch_failed|operation_timeout)"$/)
    expect(await alice.perform({ do: 'fault', id: 'rewind-killed', on: false })).not.toHaveProperty('said')
    expect(alice.scene().slack.connected).toBe(true)
  })
})

/** The newest card and its Review button, as the page would press it. */
async function cardSeenBy(tab: Tab): Promise<{ ts: string; action: string; blockId: string }> {
  const find = (scene: Scene) =>
    messagesIn(scene, kafkaOps).findLast(message => JSON.stringify(message.blocks).includes('"Review"'))
  const card = find(await tab.until(scene => find(scene) !== undefined))
  const blockId = card?.blocks.find(block => block.type === 'actions')?.block_id ?? ''
  return { ts: card?.ts ?? '', action: 'Review', blockId }
}

describe('a file in a form', () => {
  /** Alice before a form of Rewind’s, into which the test has put a field for a file. */
  async function openForm(): Promise<Tab> {
    const alice = await tabOf(USERS.alice)
    await alice.perform({ do: 'command', channel: kafkaOps, line: billing })
    const { view } = (await alice.until(scene => scene.slack.view?.submit != null)).slack
    const label = { type: 'plain_text', text: 'Offsets' }
    const element = { type: 'file_input', action_id: 'file', filetypes: ['csv'], max_files: 1 }
    const answer = await callSlack('views.update', {
      view_id: view?.id,
      view: {
        type: 'modal',
        title: label,
        submit: label,
        blocks: [{ type: 'input', block_id: 'csv', label, element }],
      },
    })
    expect(answer).toMatchObject({ ok: true })
    await alice.until(scene => scene.slack.view?.blocks[0]?.block_id === 'csv')
    return alice
  }
  const held = (tab: Tab) => tab.scene().slack.view?.values.csv?.file as { files: { id: string }[] }
  const attach = (tab: Tab, name: string, content: string | Uint8Array) =>
    tab.perform({ do: 'attach', field: 'csv', name, content: Buffer.from(content).toString('base64') })

  it('reaches Slack byte by byte, and can be taken off again', async () => {
    const alice = await openForm()
    const content = new Uint8Array([0xef, 0xbb, 0xbf, 0, 255, 10])
    expect(await attach(alice, 'offsets.csv', content)).not.toHaveProperty('said')
    expect(held(alice)).toMatchObject({ files: [{ name: 'offsets.csv', size: 6 }] })
    expect(world.slack.files().at(-1)?.content).toEqual(Buffer.from(content))
    const [{ id } = { id: '' }] = held(alice).files
    expect(await alice.perform({ do: 'detach', field: 'csv', file: id })).not.toHaveProperty('said')
    expect(held(alice)).toEqual({ type: 'file_input', files: [] })
    await alice.perform({ do: 'close', all: true })
  })

  it('is refused in a sentence when it is of another type, too large, or one too many', async () => {
    const alice = await openForm()
    const { largestFile } = alice.scene().slack
    expect((await attach(alice, 'a.txt', 'x')).said).toBe('"a.txt" cannot be attached: only .csv can.')
    expect((await attach(alice, 'a.csv', new Uint8Array(largestFile + 1))).said).toBe(
      '"a.csv" cannot be attached: it is larger than 1 MB.',
    )
    expect(held(alice).files).toEqual([])
    expect(await attach(alice, 'a.csv', new Uint8Array(largestFile))).not.toHaveProperty('said')
    expect((await attach(alice, 'b.csv', 'x')).said).toContain('Only one file')
    expect(
      (await alice.perform({ do: 'attach', field: 'csv', name: 'c.csv', content: 'no base64!' })).said,
    ).toContain('This is not a deed')
    await alice.perform({ do: 'close', all: true })
  })
})

describe('the cluster', () => {
  const auditLag = (scene: Scene) => Number(partitionOf(scene, 'orders-audit', 'orders', 1)?.lag)

  it('is written to and consumed while its switches are on', async () => {
    const tab = await tabOf(USERS.alice)
    await tab.perform({ do: 'members', cluster: CKAFKA, group: 'orders-audit', running: false })
    const stopped = clusterOf(tab.scene()).groups.find(group => group.name === 'orders-audit')
    expect(stopped).toMatchObject({ state: 'Empty', members: [], stopped: true })

    await tab.perform({ do: 'produce', cluster: CKAFKA, topic: 'orders', running: true })
    expect(clusterOf(tab.scene()).topics).toContainEqual({ name: 'orders', partitions: 4, producing: true })
    const lagging = await tab.until(scene => auditLag(scene) > 0)
    await tab.perform({ do: 'produce', cluster: CKAFKA, topic: 'orders', running: false })
    const { end } = partitionOf(tab.scene(), 'orders-audit', 'orders', 1) ?? {}
    expect(Number(end)).toBeGreaterThanOrEqual(auditLag(lagging))

    await tab.perform({ do: 'members', cluster: CKAFKA, group: 'orders-audit', running: true })
    const started = clusterOf(tab.scene()).groups.find(group => group.name === 'orders-audit')
    expect(started?.members.map(member => member.clientId)).toEqual(['audit-1', 'audit-2'])
    const caughtUp = await tab.until(scene => auditLag(scene) === 0)
    expect(partitionOf(caughtUp, 'orders-audit', 'orders', 1)?.end).toBe(end)
  })

  it('gives a group that never had members two that share its partitions', async () => {
    const tab = await tabOf(USERS.alice)
    const group = '报表 a&b @x'
    await tab.perform({ do: 'members', cluster: CKAFKA, group, running: true })
    const { members } = world.ckafka.cluster.group('ckafka-demo0001', group)
    expect(members.map(member => member.assignment)).toEqual([{ payments: [0, 2] }, { payments: [1] }])
    expect((await tab.perform({ do: 'members', cluster: CKAFKA, group, running: true })).said).toContain(
      'running already',
    )
    await tab.perform({ do: 'members', cluster: CKAFKA, group, running: false })
    expect((await tab.perform({ do: 'members', cluster: CKAFKA, group, running: false })).said).toContain(
      'no members',
    )
  })

  it('lets a consumer read on a little and go, or those that are connected', async () => {
    const tab = await tabOf(USERS.alice)
    const readOn = (group: string) => tab.perform({ do: 'readOn', cluster: CKAFKA, group })
    const at = () => Number(partitionOf(tab.scene(), 'orders-billing', 'shipments', 0)?.committed)
    const before = at()
    expect(await readOn('orders-billing')).not.toHaveProperty('said')
    expect(at()).toBe(before + 100)
    expect(clusterOf(tab.scene()).groups.find(({ name }) => name === 'orders-billing')?.state).toBe('Empty')

    const audit = () => clusterOf(tab.scene()).groups.find(({ name }) => name === 'orders-audit')
    const members = audit()?.members
    expect(await readOn('orders-audit')).not.toHaveProperty('said')
    expect(audit()?.members).toEqual(members)
    expect((await readOn('nobody')).said).toBe('There is no group "nobody".')
  })

  it('may be a Kafka beside it, whose groups are stopped, started and read on by themselves', async () => {
    const tab = await tabOf(USERS.alice)
    expect(tab.scene().clusters.map(({ id, name, kind }) => [id, name, kind])).toEqual([
      [CKAFKA, 'orders-demo', 'ckafka'],
      [KAFKA, 'events-demo', 'kafka'],
    ])
    const alerts = () => clusterOf(tab.scene(), KAFKA).groups.find(({ name }) => name === 'clicks-alerts')
    const members = (running: boolean) =>
      tab.perform({ do: 'members', cluster: KAFKA, group: 'clicks-alerts', running })
    expect(alerts()).toMatchObject({ state: 'Stable', members: [{ clientId: 'alerts-1' }] })
    await members(false)
    expect(alerts()).toMatchObject({ state: 'Empty', members: [] })
    await members(true)
    expect(alerts()).toMatchObject({ state: 'Stable', members: [{ clientId: 'alerts-1' }] })

    const at = () => Number(partitionOf(tab.scene(), 'invoices-mail', 'invoices', 0, KAFKA)?.committed)
    const before = at()
    await tab.perform({ do: 'readOn', cluster: KAFKA, group: 'invoices-mail' })
    expect(at()).toBe(before + 100)
    const end = () => Number(partitionOf(tab.scene(), 'invoices-mail', 'invoices', 0, KAFKA)?.end)
    const last = end()
    await tab.perform({ do: 'produce', cluster: KAFKA, topic: 'invoices', running: true })
    await tab.until(() => end() > last)
    await tab.perform({ do: 'produce', cluster: KAFKA, topic: 'invoices', running: false })

    expect((await tab.perform({ do: 'readOn', cluster: KAFKA, group: 'orders-billing' })).said).toBe(
      'There is no group "orders-billing".',
    )
    expect((await tab.perform({ do: 'readOn', cluster: 'nowhere', group: 'clicks-alerts' })).said).toBe(
      'There is no cluster "nowhere".',
    )
  })

  it('tells how often offsets were to be moved', async () => {
    const tab = await tabOf(USERS.alice)
    const { resets } = clusterOf(tab.scene())
    await fetch(world.ckafka.urlV3, {
      method: 'POST',
      headers: { 'x-tc-action': 'BatchModifyGroupOffsets' },
    })
    await tab.until(scene => clusterOf(scene).resets === resets + 1)
  })

  it('is shown at most twenty times a second, however often it changes', async () => {
    const tab = await tabOf(USERS.alice)
    const before = tab.scenes()
    for (let round = 0; round < 500; round++) world.ckafka.cluster.produce('shipments', 0, 1)
    const end = String(world.ckafka.cluster.logs('ckafka-demo0001', 'shipments')[0]?.end)
    await tab.until(scene => partitionOf(scene, 'orders-billing', 'shipments', 0)?.end === end)
    expect(tab.scenes() - before).toBeLessThan(5)
  })
})

describe('faults', () => {
  const isOn = (scene: Scene, id: string) => scene.faults.find(fault => fault.id === id)?.on

  it('say in one sentence what to expect', async () => {
    const { faults } = (await tabOf(USERS.alice)).scene()
    expect(faults.length).toBeGreaterThanOrEqual(10)
    for (const { says } of faults) expect(says).toMatch(/^[A-Z][^.]+\.$/)
  })

  it('come with their switch, the newest first, and go with it', async () => {
    const tab = await tabOf(USERS.alice)
    const ask = async () => {
      const answer = await fetch(world.ckafka.urlV3, {
        method: 'POST',
        headers: { 'x-tc-action': 'ModifyGroupOffsets' },
      })
      return await answer.text()
    }
    await tab.perform({ do: 'fault', id: 'ckafka-nonsense', on: true })
    expect(await ask()).toContain('<html>')
    await tab.until(scene => clusterOf(scene).calls.at(-1)?.answer === 'a web page')
    expect(clusterOf(tab.scene()).calls.at(-1)).toMatchObject({ action: 'ModifyGroupOffsets', failed: true })
    await tab.perform({ do: 'fault', id: 'ckafka-refuses', on: true })
    expect(await ask()).toContain('group is not empty')
    expect(isOn(tab.scene(), 'ckafka-nonsense')).toBe(true)
    await tab.perform({ do: 'fault', id: 'ckafka-refuses', on: false })
    expect(await ask()).toContain('<html>')
    await tab.perform({ do: 'fault', id: 'ckafka-throttled', on: true })
    expect(await ask()).toContain('RequestLimitExceeded')
    await tab.perform({ do: 'fault', id: 'ckafka-throttled', on: false })
    await tab.perform({ do: 'fault', id: 'ckafka-nonsense', on: false })
    expect(await ask()).not.toMatch(/<html>|RequestLimitExceeded|not empty/)
  })

  it('of Kafka meet the calls of Rewind, go with their switch, and are told apart from those of CKafka', async () => {
    const [alice, bob] = [await tabOf(USERS.alice), await tabOf(USERS.bob)]
    await alice.perform({ do: 'fault', id: 'kafka-refuses', on: true })
    const line = `/reset-offsets --instance ${KAFKA} --group clicks-sessions --all-topics --to-latest --reason "Skip"`
    await alice.perform({ do: 'command', channel: kafkaOps, line })
    await alice.until(scene => scene.slack.view?.submit != null)
    expect(await alice.perform({ do: 'submit' })).toMatchObject({ outcome: 'closed' })
    const isPlanned = (scene: Scene) =>
      JSON.stringify(messagesIn(scene, kafkaOps).at(-1) ?? '').includes('Plan ')
    await bob.until(isPlanned)
    await bob.perform({ do: 'press', channel: kafkaOps, ...(await cardSeenBy(bob)) })
    await bob.until(scene => scene.slack.view?.submit != null)
    await bob.perform({ do: 'fill', field: 'verdict', value: 'Approve' })
    await bob.perform({ do: 'fill', field: 'typed_group', value: 'clicks-sessions' }).catch(() => {})
    expect(await bob.perform({ do: 'submit' })).toMatchObject({ outcome: 'closed' })
    const refused = await alice.until(
      scene =>
        clusterOf(scene, KAFKA).calls.findLast(({ action }) => action === 'OffsetCommit')?.failed === true,
    )
    const call = clusterOf(refused, KAFKA).calls.findLast(({ action }) => action === 'OffsetCommit')
    expect(call).toMatchObject({
      answer: 'an error code',
      params: expect.stringContaining('GroupId=clicks-sessions'),
    })
    expect(clusterOf(refused, KAFKA).resets).toBeGreaterThan(0)
    world.kafka?.clearFaults()
    await alice.until(scene => isOn(scene, 'kafka-refuses') === false)

    await alice.perform({ do: 'fault', id: 'kafka-forbids-topic', on: true })
    const commit = () =>
      world.kafka?.cluster.commitOffsets(
        {
          instance: KAFKA,
          group: 'invoices-mail',
          offsets: [
            { topic: 'profiles', partition: 0, offset: 1n },
            { topic: 'invoices', partition: 0, offset: 1n },
          ],
        },
        'pretend',
      )
    expect(commit()?.map(({ errorCode }) => errorCode)).toEqual([29, 0])
    await alice.perform({ do: 'fault', id: 'kafka-forbids-topic', on: false })
    expect(commit()?.map(({ errorCode }) => errorCode)).toEqual([0, 0])
  })

  it('are off on every page once they were cleared elsewhere, and do not come back with the next one', async () => {
    const tab = await tabOf(USERS.alice)
    await tab.perform({ do: 'fault', id: 'ckafka-nonsense', on: true })
    await tab.perform({ do: 'fault', id: 'slack-rate-limited', on: true })
    world.ckafka.clearFaults()
    const cleared = await tab.until(scene => !isOn(scene, 'ckafka-nonsense'))
    expect(isOn(cleared, 'slack-rate-limited')).toBe(true)
    expect(await callSlack('chat.postMessage', { channel: kafkaOps, text: 'x' })).toMatchObject({
      error: 'ratelimited',
    })
    await tab.perform({ do: 'fault', id: 'ckafka-throttled', on: true })
    await tab.perform({ do: 'fault', id: 'ckafka-throttled', on: false })
    const answer = await fetch(world.ckafka.urlV3, {
      method: 'POST',
      headers: { 'x-tc-action': 'ModifyGroupOffsets' },
    })
    expect(await answer.text()).not.toContain('<html>')
    world.slack.clearFaults()
    await tab.until(scene => !isOn(scene, 'slack-rate-limited'))
  })

  it('reach Slack’s messages, a topic, and no other', async () => {
    const tab = await tabOf(USERS.alice)
    await tab.perform({ do: 'fault', id: 'slack-rate-limited', on: true })
    expect(await callSlack('chat.postMessage', { channel: kafkaOps, text: 'x' })).toMatchObject({
      error: 'ratelimited',
    })
    expect(await callSlack('auth.test', {})).toMatchObject({ ok: true })
    await tab.perform({ do: 'fault', id: 'slack-rate-limited', on: false })
    expect(await callSlack('chat.postMessage', { channel: kafkaOps, text: 'x' })).toMatchObject({ ok: true })

    const reset = () =>
      world.ckafka.cluster.setGroupOffsets(
        {
          instance: 'ckafka-demo0001',
          group: 'orders-billing',
          topics: ['payments', 'orders'],
          how: { strategy: 0, shift: 0n },
        },
        'pretend',
      )
    await tab.perform({ do: 'fault', id: 'ckafka-fails-topic', on: true })
    expect(reset()).toMatchObject({
      topics: [
        { topic: 'payments', errorCode: 6 },
        { topic: 'orders', errorCode: 0 },
      ],
    })
    await tab.perform({ do: 'fault', id: 'ckafka-fails-topic', on: false })
    expect(reset()).toMatchObject({ topics: [{ errorCode: 0 }, { errorCode: 0 }] })
  })

  it('leave a Redis alone that was here before, and stop and start a private one', async () => {
    expect(isOn((await tabOf(USERS.alice)).scene(), 'redis-stopped')).toBeUndefined()
    const own = await startWorld({ delivery: 'socket' })
    const page = await startPageServer({ world: own, pageDir: folder })
    try {
      await own.waitForBot()
      const tab = await openTab(page.url)
      await tab.perform({ do: 'fault', id: 'redis-stopped', on: true })
      expect(isOn(tab.scene(), 'redis-stopped')).toBe(true)
      await tab.perform({ do: 'command', channel: kafkaOps, line: `${billing} --reason "Replay"` })
      await tab.perform({ do: 'fault', id: 'redis-stopped', on: false })
      await own.bot.waitUntilReady()
      tab.close()
    } finally {
      await page.close()
      await own.close()
    }
  })
})
