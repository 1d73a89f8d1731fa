// A CI job asks with the command `requests`, as it is built, and a person decides in Slack.
// @module-tag long

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, inject } from 'vitest'
import { DEMO, NO_WAITING, OPS, type ProductOptions, until } from '../support/product.ts'
import { createScenes } from '../support/scenes.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const TOKEN = 'deploys-hunter2-deploys-hunter2-deploys'
const OTHER = 'reports-hunter2-reports-hunter2-reports'
const STRANGER = 'stranger-hunter2-stranger-hunter2-stra'
const digestOf = (token: string) => createHash('sha256').update(token).digest('hex')

const POLICY = `
version: 1
rules:
  - name: freeze
    deny: Payments are frozen.
    match: { topics: payments }
  - name: orders
    match: { groups: 'orders-*' }
    request: { people: [svc:deploys, U0ALICE] }
    approve: [{ from: [U0BOB, U0CAROL] }]
`
const BACK = ['--instance', DEMO.instance, '--group', DEMO.group, '--topic', 'orders', '--shift-by', '-100']
const ASK = ['ask', ...BACK, '--reason', 'wrong "VAT" & rate']

const { scene, product, start: startAny, afterwards } = createScenes()

interface Ran {
  code: number | null
  out: string
  err: string
}

async function start(env: Record<string, string> = {}, options: ProductOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-requests-'))
  afterwards(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const accounts = `svc:deploys: ${digestOf(TOKEN)}\nsvc:reports: ${digestOf(OTHER)}\n`
  await startAny({
    ...options,
    env: {
      ...NO_WAITING,
      POLICY_FILE: file('policy.yml', POLICY),
      APPROVERS: '',
      APPROVALS_CHANNEL: OPS,
      SERVICE_ACCOUNTS_FILE: file('accounts', accounts),
      ...env,
    },
  })
  const tokens = new Map([TOKEN, OTHER, STRANGER].map(each => [each, file(each.slice(0, 7), `${each}\n`)]))
  const said: string[] = []
  afterwards(() => {
    expect(said.join('\n')).not.toContain('hunter2')
    expect(said.join('\n')).not.toContain(digestOf(TOKEN))
  })
  return async function requests(
    args: string[],
    token = TOKEN,
    onSaid: (text: string) => void = () => {},
  ): Promise<Ran> {
    const child = spawn(process.execPath, ['dist/requests.js', ...args], {
      env: {
        PATH: process.env.PATH ?? '',
        REQUESTS_ADDRESS: `http://127.0.0.1:${product().rewind.port}`,
        REQUESTS_TOKEN_FILE: tokens.get(token) ?? '',
      },
    })
    afterwards(() => void child.kill('SIGKILL'))
    child.stderr.on('data', (chunk: Buffer) => onSaid(String(chunk)))
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ])
    said.push(out, err)
    return { code, out, err }
  }
}

const cardIs = () => until(() => product().slack.messages(OPS).length > 0, 20_000)

describe.concurrent('a job', () => {
  scene('asks, a person approves in Slack, and it ends with 0 once the offsets have moved', async () => {
    const requests = await start()
    const { bob, slack, alice } = product()
    const offsets = () => product().ckafka.cluster.committed(DEMO.instance, DEMO.group)
    const before = offsets()
    let said = ''
    const running = requests([...ASK, '--wait', '--json'], TOKEN, text => {
      said += text
    })
    await cardIs()
    await product().cardSays(/^(?![\s\S]*being planned)/, 20_000)
    await product().cardSays('svc:deploys asks to reset the offsets of orders-billing')
    await product().cardSays('(asked by svc:deploys)')
    await product().cardSays('wrong "VAT" & rate')
    expect(JSON.stringify(slack.messages(OPS))).not.toMatch(/<@svc|"user_id":"svc/)
    // It asks once in a while.
    await until(() => said.includes('R-1 is waiting for approval.'), 20_000)
    await product().review(bob, 'Approve')
    const { code, out, err } = await running
    expect(err).toContain('R-1 is done.')
    expect(code).toBe(0)
    const { request, plan, result } = JSON.parse(out)
    expect(request).toMatchObject({ id: 'R-1', end: 'done', requester: 'svc:deploys', state: 'succeeded' })
    expect(result.length).toBeGreaterThan(0)
    expect(result.every((row: { planned: string; readBack: string }) => row.planned === row.readBack)).toBe(
      true,
    )
    expect(plan.length).toBe(result.length)
    expect(product().callsToReset()).toBe(1)
    expect(offsets()).not.toEqual(before)
    for (const person of [alice, bob]) expect(person.directMessages()).toEqual([])

    const env = {
      REDIS_URL: inject('redisUrl'),
      REDIS_PREFIX: product().prefix,
      PATH: process.env.PATH ?? '',
    }
    const trail = join(mkdtempSync(join(tmpdir(), 'rewind-trail-')), 'audit.jsonl')
    afterwards(() => rmSync(dirname(trail), { recursive: true }))
    for (const args of [
      ['export', trail],
      ['verify', trail],
    ]) {
      const [audited] = await once(spawn(process.execPath, ['dist/audit.js', ...args], { env }), 'close')
      expect(audited).toBe(0)
    }
    expect(readFileSync(trail, 'utf8')).toContain('"requester":"svc:deploys"')

    const shown = await requests(['show', '1'])
    expect(shown).toMatchObject({ code: 0, err: '' })
    expect(shown.out).toContain('R-1 is done.')
    expect(shown.out).toContain('by svc:deploys')
    const over = await requests(['list', '--state', 'over', '--group', DEMO.group], OTHER)
    expect(over.out).toBe('R-1    orders-billing on ckafka-demo0001, asked by svc:deploys: R-1 is done.\n')
    expect((await requests(['list'])).out).toBe('No request.\n')
    expect((await requests(['show', 'R-9'])).err).toBe('There is no request R-9.\n')
  })

  scene('is told how it came out by what it exits with', async () => {
    const requests = await start()
    const { bob } = product()
    const rejected = requests([...ASK, '--wait'])
    await cardIs()
    await product().cardSays(/^(?![\s\S]*being planned)/, 20_000)
    await product().review(bob, 'Reject', 'not today')
    expect(await rejected).toMatchObject({ code: 4, out: expect.stringContaining('R-1 was rejected.') })

    const late = await requests([...ASK, '--wait-at-most', '1s'])
    expect(late).toMatchObject({ code: 8, out: expect.stringContaining('R-2 is') })

    expect(await requests(['cancel', 'R-2'], OTHER)).toEqual({
      code: 3,
      out: '',
      err: 'R-2 was asked for by svc:deploys. svc:reports can cancel only what it has asked for itself.\n',
    })
    expect(await requests(['cancel', 'R-2'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('R-2 was cancelled.'),
    })
    await product().cardSays('Cancelled by svc:deploys')
    // As when the first answer was lost on the way.
    expect(await requests(['cancel', 'R-2'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('R-2 was cancelled.'),
    })
    expect(await requests(['cancel', 'R-2'], OTHER)).toMatchObject({
      code: 3,
      err: expect.stringContaining('R-2 was cancelled. It cannot be cancelled any more.'),
    })
    const refused = product().events.flatMap(each =>
      each.event === 'refused' ? [[each.command, each.by]] : [],
    )
    expect(refused).toContainEqual(['cancel', 'svc:reports'])
  })

  scene('is refused what nobody lets it ask for, and nothing is left of it', async () => {
    const requests = await start({ OPEN_PER_PERSON: '1' })
    const [stranger, unnamed, denied, uncovered, gone, usage, decide] = await Promise.all([
      requests(ASK, STRANGER),
      requests(ASK, OTHER),
      requests(ASK.map(each => (each === 'orders' ? 'payments' : each))),
      requests(
        ASK.map(each => (each === DEMO.group ? '报表 a&b @x' : each === 'orders' ? 'payments' : each)),
      ),
      requests(ASK.map(each => (each === DEMO.group ? 'orders-biling' : each))),
      requests(['ask', ...BACK, '--to-earliest']),
      requests(['approve', 'R-1']),
    ])
    expect(stranger).toEqual({ code: 3, out: '', err: 'The token belongs to no service account.\n' })
    expect(unnamed).toMatchObject({
      code: 3,
      err: 'The policy does not let svc:reports ask for it, by the rule "orders". Nothing was reset.\n',
    })
    expect(denied.code).toBe(3)
    expect(uncovered.code).toBe(3)
    expect(gone).toMatchObject({ code: 3, err: expect.stringContaining('orders-billing') })
    expect(usage.code).toBe(2)
    expect(usage.err).toContain('Say why with --reason.')
    expect(usage.err).toContain('Only one of --shift-by, --to-earliest can be used.')
    expect(decide.code).toBe(2)
    expect(product().slack.messages(OPS)).toEqual([])

    expect((await requests(ASK)).code).toBe(0)
    expect(await requests(ASK)).toMatchObject({
      code: 3,
      err: 'svc:deploys has 1 request open, and may have 1 (OPEN_PER_PERSON). Ask again when one has ended.\n',
    })
    const rulings = product().events.flatMap(each =>
      each.event === 'refused' ? [`${each.by} ${each.refusal}`] : [],
    )
    expect(rulings).toContain('svc:reports notRequester')
    expect(rulings).toContain('svc:deploys denied')
    expect(rulings).toContain('svc:deploys tooManyOpen')
  })
  scene('is told that Redis is away, and asks the same again when it is not', async () => {
    const proxy = await startTcpProxy(Number(new URL(inject('redisUrl')).port))
    afterwards(() => proxy.close())
    const requests = await start({}, { redisUrl: `redis://127.0.0.1:${proxy.port}` })
    proxy.down()
    const away = await requests(ASK)
    expect(away).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining('Redis does not answer the bot right now.'),
    })
    const running = requests(ASK)
    await new Promise(resolve => setTimeout(resolve, 1_000))
    proxy.up()
    expect((await running).code).toBe(0)
    await cardIs()
    // An answer may be lost: the same question again is the same request, and of another account it is another's.
    const question = { do: 'ask', words: ASK.slice(1), once: '5f0c7f4e-6c1d-4f3b-9d5e-0a1b2c3d4e5f' }
    const ids = []
    for (let time = 0; time < 2; time += 1) {
      const response = await fetch(`http://127.0.0.1:${product().rewind.port}/requests`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify(question),
      })
      const { request } = (await response.json()) as { request: { id: string } }
      ids.push(request.id)
    }
    expect(new Set(ids).size).toBe(1)
    // With other words it is neither a new one nor that one.
    const other = await fetch(`http://127.0.0.1:${product().rewind.port}/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ ...question, words: [...BACK, '--reason', 'another'] }),
    })
    expect(await other.json()).toEqual({
      kind: 'refused',
      why: 'onceUsed',
      said: [
        `The same \`once\` has made ${ids[0]} already, with something else: --reason. Nothing new was asked for: take another \`once\` for it.`,
      ],
    })

    const nobody = await requests(['list', '--address', 'http://127.0.0.1:2'])
    expect(nobody).toEqual({
      code: 1,
      out: '',
      err: 'http://127.0.0.1:2 (REQUESTS_ADDRESS) cannot be asked: ECONNREFUSED.\n',
    })
  })
})
