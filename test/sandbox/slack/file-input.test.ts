// A file from a person's hand to the app's: attached, submitted, looked up and downloaded, and refused as Slack does.
import type { ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { afterEach, expect, it } from 'vitest'
import type { LocalSlack } from '../../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../../src/sandbox/slack/server.ts'
import {
  ada,
  allScopes,
  botToken,
  type Connected,
  client,
  connectApp,
  lin,
  ops,
  plain,
  refusal,
  workspaceOptions,
} from './connected-app.ts'

interface FileObject {
  id: string
  name: string
  size: number
  url_private: string
  url_private_download: string
}

const CSV = 'topic,partition,offset\norders,0,1200 → ü\n'

function form({ filetypes = ['csv'], most = 1, optional = false, label = 'Offsets' } = {}): ModalView {
  return {
    type: 'modal',
    callback_id: 'form',
    title: plain('Form'),
    submit: plain('Send'),
    blocks: [
      {
        type: 'input',
        block_id: 'csv',
        optional,
        label: plain(label),
        element: { type: 'file_input', action_id: 'file', filetypes, max_files: most },
      },
      {
        type: 'input',
        block_id: 'note',
        optional: true,
        label: plain('Note'),
        element: { type: 'plain_text_input', action_id: 'text' },
      },
    ],
  }
}

let connected: Connected | undefined
let submissions: ViewSubmitAction[] = []
let answer: Record<string, unknown> | undefined
let opened: Promise<unknown> | undefined

afterEach(async () => {
  await connected?.stop()
  connected = undefined
  submissions = []
  answer = undefined
})

/** Ada in front of the form, which a real Bolt app opened. */
async function openForm(view = form(), scopes = allScopes) {
  connected = await connectApp(
    'socket',
    app => {
      app.command('/reset', async ({ ack, body, client }) => {
        await ack()
        opened = client.views.open({ trigger_id: body.trigger_id, view })
        await opened.catch(() => {})
      })
      app.view('form', async ({ ack, body }) => {
        if (body.type === 'view_submission') submissions.push(body as ViewSubmitAction)
        await (ack as (answer?: unknown) => Promise<void>)(answer)
      })
    },
    { scopes },
  )
  const { slack } = connected
  const person = slack.person(ada)
  await person.command(ops, '/reset')
  return { slack, person }
}

function filesSubmitted(): FileObject[] {
  const state = submissions.at(-1)?.view.state.values.csv?.file as { files?: FileObject[] } | undefined
  return state?.files ?? []
}

function download(url: string, authorization?: string, redirect: 'manual' | 'follow' = 'manual') {
  return fetch(url, { headers: authorization === undefined ? {} : { authorization }, redirect })
}

it('brings the content of an attached file to the app that asks with its token', async () => {
  const { slack, person } = await openForm()
  await person.waitForView()
  const stored = await person.attach('Offsets', { name: 'My Offsets.csv', content: CSV })
  expect(await person.submit()).toEqual({ kind: 'closed' })

  const [file, ...others] = filesSubmitted()
  expect(others).toEqual([])
  expect(submissions.at(-1)?.view.state.values.csv?.file?.type).toBe('file_input')
  expect(file).toMatchObject({
    id: stored.id,
    name: 'My Offsets.csv',
    title: 'My Offsets.csv',
    mimetype: 'text/csv',
    filetype: 'csv',
    pretty_type: 'CSV',
    user: ada,
    size: Buffer.byteLength(CSV),
    is_public: false,
    channels: [],
    url_private: expect.stringMatching(/\/files-pri\/T\w+-F\w+\/my_offsets\.csv$/),
    url_private_download: expect.stringMatching(/\/files-pri\/T\w+-F\w+\/download\/my_offsets\.csv$/),
  })
  for (const url of [file?.url_private ?? '', file?.url_private_download ?? '']) {
    const response = await download(url, `Bearer ${botToken}`)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv'])
    expect(await response.text()).toBe(CSV)
  }
  expect((await client(slack).files.info({ file: stored.id })).file).toEqual(file)
  expect(await refusal(client(slack).files.info({ file: 'F0NONE' }))).toBe('file_not_found')
  expect(slack.calls('download').map(call => call.ok)).toEqual([true, true])
})

it('sends whoever has no token or no scope to a login page, never to the file', async () => {
  const { slack, person } = await openForm()
  await person.waitForView()
  await person.attach('csv', { name: 'a.csv', content: CSV })
  await person.submit()
  const url = filesSubmitted()[0]?.url_private_download ?? ''
  for (const authorization of [undefined, 'Bearer xoxb-other', botToken, 'Bearer xapp-local']) {
    const response = await download(url, authorization)
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toContain(`?redir=${encodeURIComponent(new URL(url).pathname)}`)
    expect(await response.text()).not.toContain('orders')
  }
  const followed = await download(url, undefined, 'follow')
  expect([followed.status, followed.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await followed.text()).toMatch(/^<!DOCTYPE html>/)
  slack.revokeToken()
  expect((await download(url, `Bearer ${botToken}`)).status).toBe(302)
})

it('keeps the files that the bot posted itself from a token that may only write', async () => {
  const slack = await startLocalSlack(
    workspaceOptions({ scopes: allScopes.filter(scope => scope !== 'files:read') }),
  )
  try {
    await client(slack).filesUploadV2({ channel_id: ops, filename: 'result.csv', content: CSV })
    const { messages } = await client(slack).conversations.history({ channel: ops })
    const file = messages?.[0]?.files?.[0]
    expect((await download(file?.url_private ?? '', `Bearer ${botToken}`)).status).toBe(302)
    expect(await refusal(client(slack).files.info({ file: file?.id ?? '' }))).toBe('missing_scope')
  } finally {
    await slack.close()
  }
})

it('says that a file is not there to a token that may read', async () => {
  const { slack } = await openForm()
  const url = new URL('/files-pri/T0LOCAL001-F0NONE/download/a.csv', slack.apiUrl)
  expect((await download(url.href, `Bearer ${botToken}`)).status).toBe(404)
})

it('lets a download go wrong as any call can', async () => {
  const { slack, person } = await openForm()
  await person.waitForView()
  await person.attach('csv', { name: 'a.csv', content: CSV })
  await person.submit()
  const url = filesSubmitted()[0]?.url_private_download ?? ''
  slack.inject('download', { kind: 'httpStatus', status: 503 })
  slack.inject('download', { kind: 'cut', afterDoingIt: false })
  expect((await download(url, `Bearer ${botToken}`)).status).toBe(503)
  await expect(download(url, `Bearer ${botToken}`)).rejects.toThrow()
  expect(await (await download(url, `Bearer ${botToken}`)).text()).toBe(CSV)
})

it('does not show a form with a file field to an app without the scope', async () => {
  const scopes = allScopes.filter(scope => scope !== 'files:read')
  const { person } = await openForm(form(), scopes)
  await expect(opened).rejects.toMatchObject({
    data: { error: 'missing_scope', needed: 'files:read', provided: scopes.join(',') },
  })
  expect(person.view()).toBeUndefined()
})

it('does not put such a form in the place of another one either', async () => {
  const { person } = await openForm({ ...form(), blocks: form().blocks.slice(1) }, ['commands', 'chat:write'])
  await person.waitForView()
  answer = { response_action: 'update', view: form() }
  expect((await person.submit()).kind).toBe('trouble')
})

it('submits an empty list for an optional field left empty, and nothing for a required one', async () => {
  const { person } = await openForm(form({ optional: true }))
  await person.waitForView()
  expect(await person.submit()).toEqual({ kind: 'closed' })
  expect(submissions.at(-1)?.view.state.values.csv?.file).toEqual({ type: 'file_input', files: [] })
  await connected?.stop()

  const { person: again } = await openForm()
  await again.waitForView()
  const sent = submissions.length
  expect(await again.submit()).toMatchObject({ kind: 'errors', errors: { csv: expect.any(String) } })
  expect(submissions).toHaveLength(sent)
})

it('takes what its field allows, and says in a sentence what it does not take', async () => {
  const { person } = await openForm(form({ filetypes: ['csv', 'TSV'], most: 2 }))
  await person.waitForView()
  const attach = (name: string, content: string | Uint8Array = 'x', field = 'Offsets') =>
    person.attach(field, { name, content })
  await expect(attach('a.txt')).rejects.toThrow('"a.txt" cannot be attached: only .csv, .TSV can.')
  await expect(attach('csv')).rejects.toThrow('only .csv, .TSV can.')
  await expect(attach('a.csv', new Uint8Array(10_000_001))).rejects.toThrow('larger than 10 MB')
  await expect(attach('a.csv', 'x', 'Note')).rejects.toThrow('takes no file')
  await expect(person.fill('Offsets', 'a.csv')).rejects.toThrow('attach a file')
  expect(person.view()?.state.values.csv?.file).toEqual({ type: 'file_input', files: [] })
  await attach('A.CSV')
  await attach('b.tsv', new Uint8Array([0, 255]))
  await expect(attach('c.csv')).rejects.toThrow('Only 2 files can be attached')
})

it('takes a file off again by name or id, so that another one can take its place', async () => {
  const { slack, person } = await openForm()
  await person.waitForView()
  await person.attach('Offsets', { name: 'wrong.csv', content: 'x' })
  await expect(person.attach('Offsets', { name: 'b.csv', content: 'x' })).rejects.toThrow('Only one file')
  await expect(person.detach('Offsets', 'b.csv')).rejects.toThrow('no file "b.csv"; there are: wrong.csv')
  await person.detach('Offsets', 'wrong.csv')
  const { id } = await person.attach('Offsets', { name: 'again.csv', content: 'x' })
  await person.detach('Offsets', id)
  await person.attach('Offsets', { name: 'right.csv', content: CSV })
  await person.submit()
  expect(filesSubmitted().map(file => file.name)).toEqual(['right.csv'])
  expect(slack.files().at(-1)?.content.toString()).toBe(CSV)
})

it('keeps the file when the app refuses the form or draws it anew, while block and action stay', async () => {
  const { slack, person } = await openForm()
  const view = await person.waitForView()
  await person.attach('Offsets', { name: 'a.csv', content: CSV })
  answer = { response_action: 'errors', errors: { csv: 'Line 2 names no topic.' } }
  expect((await person.submit()).kind).toBe('errors')
  const names = () => {
    const held = person.view()?.state.values.csv?.file as { files: FileObject[] } | undefined
    return held?.files.map(file => file.name)
  }
  expect(names()).toEqual(['a.csv'])
  const web = client(slack)
  await web.views.update({ view_id: view.id, view: form({ label: 'Offsets to go back to' }) })
  expect(names()).toEqual(['a.csv'])

  const [csv, note] = form().blocks
  if (csv === undefined || note === undefined) throw new Error('the form has two fields')
  await web.views.update({
    view_id: view.id,
    view: { ...form(), blocks: [{ ...csv, block_id: 'csv2' }, note] },
  })
  expect(person.view()?.state.values.csv2?.file).toEqual({ type: 'file_input', files: [] })
})

it('shows one person’s file to no one else', async () => {
  const { slack, person } = await openForm()
  await person.waitForView()
  await person.attach('Offsets', { name: 'a.csv', content: CSV })
  await person.submit()
  const seen = (of: LocalSlack) => [...of.person(lin).sees(ops), ...of.person(lin).directMessages()]
  expect(seen(slack)).toEqual([])
})
