// The Web API as the official client meets it.
import type { ModalView } from '@slack/types'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LocalSlack } from '../../../src/sandbox/slack/face.ts'
import { startLocalSlack } from '../../../src/sandbox/slack/server.ts'
import {
  ada,
  allScopes,
  client,
  gone,
  guest,
  lin,
  old,
  open,
  ops,
  plain,
  refusal,
  secret,
  workspaceOptions,
} from './connected-app.ts'

let slack: LocalSlack
beforeEach(async () => {
  slack = await startLocalSlack(workspaceOptions())
})
afterEach(() => slack.close())

it('refuses a missing, unknown, revoked or wrong kind of token', async () => {
  expect(await refusal(client(slack, 'xoxb-other').auth.test())).toBe('invalid_auth')
  expect(await refusal(client(slack, '').auth.test())).toBe('not_authed')
  expect(await refusal(client(slack).apps.connections.open({}))).toBe('not_allowed_token_type')
  expect(await refusal(client(slack, 'xapp-local').auth.test())).toBe('not_allowed_token_type')
  expect(await client(slack).auth.test()).toMatchObject({ user_id: slack.botUserId, ok: true })
  slack.revokeToken()
  expect(await refusal(client(slack).auth.test())).toBe('token_revoked')
  slack.revokeToken('account_inactive')
  expect(await refusal(client(slack).auth.test())).toBe('account_inactive')
  slack.restoreToken()
  expect(await client(slack).auth.test()).toMatchObject({ ok: true })
})

it('leaves a tombstone of a deleted message with replies, and nothing of one without', async () => {
  const { chat, conversations } = client(slack)
  const post = async (thread_ts?: string) =>
    String((await chat.postMessage({ channel: ops, text: 'x', ...(thread_ts ? { thread_ts } : {}) })).ts)
  const [alone, head] = [await post(), await post()]
  await post(head)
  slack.deleteMessage(ops, alone)
  slack.deleteMessage(ops, head)
  expect(slack.messages(ops)).toEqual([])
  for (const ts of [alone, head]) {
    expect(await refusal(chat.update({ channel: ops, ts, text: 'y' }))).toBe('message_not_found')
  }
  expect(await refusal(chat.postMessage({ channel: ops, text: 'x', thread_ts: alone }))).toBe(
    'thread_not_found',
  )
  await post(head)
  const { messages } = await conversations.replies({ channel: ops, ts: head })
  expect(messages?.map(each => (each as { subtype?: string }).subtype)).toEqual([
    'tombstone',
    undefined,
    undefined,
  ])
})

it('names the scope that is missing', async () => {
  const poor = await startLocalSlack(workspaceOptions({ scopes: ['commands'] }))
  try {
    await client(poor).chat.postMessage({ channel: ops, text: 'x' })
    expect.unreachable()
  } catch (error) {
    const { data } = error as { data: Record<string, unknown> }
    expect(data).toMatchObject({ error: 'missing_scope', needed: 'chat:write', provided: 'commands' })
  } finally {
    await poor.close()
  }
})

it('posts only where the bot may', async () => {
  const post = (channel: string) => client(slack).chat.postMessage({ channel, text: 'x' })
  expect(await refusal(post('C0NONE'))).toBe('channel_not_found')
  expect(await refusal(post(secret))).toBe('channel_not_found')
  expect(await refusal(post(old))).toBe('is_archived')
  expect(await refusal(post(gone))).toBe('channel_not_found')
  expect((await post(open)).channel).toBe(open)
  const withoutPublic = allScopes.filter(scope => scope !== 'chat:write.public')
  const strict = await startLocalSlack(workspaceOptions({ scopes: withoutPublic }))
  expect(await refusal(client(strict).chat.postMessage({ channel: open, text: 'x' }))).toBe('not_in_channel')
  await strict.close()
  slack.setChannel(secret, { botIsMember: true })
  expect((await post(secret)).ok).toBe(true)
})

it('opens the direct message when posting to a person', async () => {
  const posted = await client(slack).chat.postMessage({ channel: ada, text: 'hello' })
  expect(posted.channel).toMatch(/^D/)
  expect(slack.person(ada).directMessages()).toMatchObject([{ text: 'hello', ts: posted.ts }])
  expect(slack.person(lin).directMessages()).toEqual([])
  const opened = await client(slack).conversations.open({ users: ada })
  expect(opened).toMatchObject({ channel: { id: posted.channel }, already_open: true })
  // Only posting takes a user id.
  const update = client(slack).chat.update({ channel: ada, ts: posted.ts ?? '', text: 'x' })
  expect(await refusal(update)).toBe('channel_not_found')
})

it('gives every message a ts of its own, in order', async () => {
  await Promise.all(
    Array.from({ length: 20 }, () => client(slack).chat.postMessage({ channel: ops, text: 'x' })),
  )
  const stamps = slack.messages(ops).map(message => message.ts)
  expect(new Set(stamps).size).toBe(20)
  expect([...stamps].sort()).toEqual(stamps)
})

it('strips blocks on a text-only update and keeps metadata until it is emptied', async () => {
  const web = client(slack)
  const metadata = { event_type: 'request', event_payload: { id: 'r1' } }
  const blocks = [{ type: 'section' as const, text: plain('card') }]
  const { ts = '' } = await web.chat.postMessage({ channel: ops, text: 'a', blocks, metadata })
  expect(slack.messages(ops)[0]?.blocks?.[0]?.block_id).toBeTruthy()
  await web.chat.update({ channel: ops, ts, text: 'b', blocks })
  expect(slack.messages(ops)[0]).toMatchObject({ text: 'b', metadata })
  expect(slack.messages(ops)[0]?.edited).toBeUndefined()
  await web.chat.update({ channel: ops, ts, text: 'c' })
  expect(slack.messages(ops)[0]).toMatchObject({ text: 'c', edited: true, metadata })
  expect(slack.messages(ops)[0]?.blocks).toBeUndefined()
  await web.apiCall('chat.update', { channel: ops, ts, text: 'd', metadata: {} })
  expect(slack.messages(ops)[0]?.metadata).toBeUndefined()
})

it('answers invalid blocks with the pointers', async () => {
  const long = { type: 'button' as const, action_id: 'a', text: plain('x'.repeat(76)) }
  try {
    await client(slack).chat.postMessage({
      channel: ops,
      text: 'x',
      blocks: [{ type: 'actions', elements: [long] }],
    })
    expect.unreachable()
  } catch (error) {
    const { data } = error as { data: Record<string, unknown> }
    const message = 'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]'
    expect(data).toMatchObject({ error: 'invalid_blocks', errors: [message] })
    expect(data.response_metadata).toMatchObject({ messages: [`[ERROR] ${message}`] })
  }
  const raw = client(slack).apiCall('chat.postMessage', { channel: ops, text: 'x', blocks: '[{' })
  expect(await refusal(raw)).toBe('invalid_blocks_format')
  expect(await refusal(client(slack).chat.postMessage({ channel: ops, text: '' }))).toBe('no_text')
  expect(slack.messages(ops)).toEqual([])
})

it('shows an ephemeral message to one person only, and never in history', async () => {
  const web = client(slack)
  const { message_ts: ts = '' } = await web.chat.postEphemeral({ channel: ops, user: ada, text: 'psst' })
  expect(slack.person(ada).sees(ops)).toHaveLength(1)
  expect(slack.person(lin).sees(ops)).toEqual([])
  expect((await web.conversations.history({ channel: ops })).messages).toEqual([])
  expect(await refusal(web.chat.update({ channel: ops, ts, text: 'x' }))).toBe('message_not_found')
  expect(await refusal(web.chat.postEphemeral({ channel: ops, user: guest, text: 'x' }))).toBe(
    'user_not_in_channel',
  )
  expect(await refusal(web.chat.postEphemeral({ channel: open, user: ada, text: 'x' }))).toBe(
    'not_in_channel',
  )
})

it('reads a thread back, with metadata only when asked', async () => {
  const web = client(slack)
  const parent = await web.chat.postMessage({ channel: ops, text: 'card' })
  const metadata = { event_type: 'note', event_payload: { id: 'n1' } }
  const thread_ts = parent.ts ?? ''
  const first = await web.chat.postMessage({ channel: ops, text: 'one', thread_ts, metadata })
  // A reply's own ts leads to the same thread.
  await web.chat.postMessage({ channel: ops, text: 'two', thread_ts: first.ts ?? '' })
  expect(slack.thread(ops, thread_ts).map(message => message.text)).toEqual(['one', 'two'])
  expect(slack.messages(ops)).toHaveLength(1)
  const bare = await web.conversations.replies({ channel: ops, ts: thread_ts })
  expect(bare.messages?.map(message => message.metadata)).toEqual([undefined, undefined, undefined])
  const page = await web.conversations.replies({
    channel: ops,
    ts: thread_ts,
    include_all_metadata: true,
    limit: 2,
  })
  expect(page.messages?.[1]?.metadata).toEqual(metadata)
  expect(page.has_more).toBe(true)
  const rest = await web.conversations.replies({
    channel: ops,
    ts: thread_ts,
    limit: 2,
    cursor: page.response_metadata?.next_cursor ?? '',
  })
  expect(rest.messages?.map(message => message.text)).toEqual(['two'])
  const lost = web.chat.postMessage({ channel: ops, text: 'x', thread_ts: '1.000001' })
  expect(await refusal(lost)).toBe('thread_not_found')
  expect(await refusal(web.conversations.replies({ channel: open, ts: thread_ts }))).toBe('not_in_channel')
  const link = await web.chat.getPermalink({ channel: ops, message_ts: first.ts ?? '' })
  expect(link.permalink).toContain(`/archives/${ops}/p${first.ts?.replace('.', '')}?thread_ts=${thread_ts}`)
})

it('tells who somebody is and who is in a group', async () => {
  const web = client(slack)
  const { user } = await web.users.info({ user: ada, include_locale: true })
  expect(user).toMatchObject({ tz: 'Europe/Paris', locale: 'fr-FR', deleted: false })
  expect([3600, 7200]).toContain(user?.tz_offset)
  expect((await web.users.info({ user: gone })).user?.deleted).toBe(true)
  expect((await web.users.info({ user: guest })).user).toMatchObject({
    is_restricted: true,
    is_stranger: true,
    team_id: 'T0OTHER',
  })
  expect((await web.usergroups.users.list({ usergroup: 'S0APPROVERS' })).users).toEqual([lin])
  slack.setUserGroup('S0APPROVERS', [ada, lin])
  expect((await web.usergroups.list({ include_users: true })).usergroups?.[0]?.users).toEqual([ada, lin])
  expect(await refusal(web.usergroups.users.list({ usergroup: 'S0NONE' }))).toBe('no_such_subteam')
  expect((await web.conversations.info({ channel: ops })).channel).toMatchObject({
    is_member: true,
    is_private: false,
  })
})

it('puts an uploaded file into the thread', async () => {
  const web = client(slack)
  const { ts = '' } = await web.chat.postMessage({ channel: ops, text: 'card' })
  const content = 'topic,partition\norders,0 → 1\n'
  await web.filesUploadV2({
    channel_id: ops,
    thread_ts: ts,
    filename: 'result.csv',
    title: 'Result',
    content,
    initial_comment: 'all partitions',
  })
  const [reply] = slack.thread(ops, ts)
  expect(reply?.text).toBe('all partitions')
  expect(reply?.files?.[0]).toMatchObject({ name: 'result.csv', title: 'Result' })
  expect(slack.files()[0]?.content.toString()).toBe(content)
})

it('shows images in blocks that are files of the workspace, and no other', async () => {
  const web = client(slack)
  const upload = async (filename: string, alt: string) => {
    const ticket = await web.files.getUploadURLExternal({ filename, length: 4, ...{ alt_txt: alt } })
    await fetch(ticket.upload_url ?? '', { method: 'POST', body: '1234' })
    return ticket.file_id ?? ''
  }
  const showing = (id: string) =>
    web.chat.postMessage({
      channel: ops,
      text: 'x',
      blocks: [{ type: 'image', alt_text: 'a plan', slack_file: { id } }],
    })
  const invalid = 'invalid slack file [json-pointer:/blocks/0/slack_file]'
  const id = await upload('plan.png', 'four bars')
  await expect(showing(id)).rejects.toMatchObject({ data: { error: 'invalid_blocks', errors: [invalid] } })
  await web.files.completeUploadExternal({ files: [{ id }], channel_id: ops })
  expect(slack.files()[0]).toMatchObject({ name: 'plan.png', alt: 'four bars' })
  await expect(showing(id)).resolves.toMatchObject({ ok: true })
  const csv = await upload('plan.csv', '')
  await web.files.completeUploadExternal({ files: [{ id: csv }], channel_id: ops })
  await expect(showing(csv)).rejects.toMatchObject({ data: { errors: [invalid] } })
  await expect(showing('plan.png')).rejects.toMatchObject({
    data: {
      errors: ['input must match regex pattern: ^[F][A-Z0-9]{8,}$ [json-pointer:/blocks/0/slack_file/id]'],
    },
  })
  expect(await refusal(upload('plan.png', 'x'.repeat(1_001)))).toBe('alt_txt_too_large')
})

it('refuses an upload of another length, and completing it', async () => {
  const web = client(slack)
  const ticket = await web.files.getUploadURLExternal({ filename: 'a.csv', length: 10 })
  const upload = await fetch(ticket.upload_url ?? '', { method: 'POST', body: 'short' })
  expect(upload.status).toBe(400)
  const completing = web.files.completeUploadExternal({ files: [{ id: ticket.file_id ?? '' }] })
  expect(await refusal(completing)).toBe('file_not_found')
})

it('spoils exactly the calls it was told to', async () => {
  const web = client(slack)
  slack.inject('chat.postMessage', { kind: 'rateLimited', retryAfterSeconds: 7 })
  const limited = web.chat.postMessage({ channel: ops, text: 'x' })
  await expect(limited).rejects.toMatchObject({ retryAfter: 7 })
  slack.inject('chat.postMessage', { kind: 'httpStatus', status: 503 }, 2)
  const posting = () => web.chat.postMessage({ channel: ops, text: 'x' })
  await expect(posting()).rejects.toMatchObject({ statusCode: 503 })
  await expect(web.auth.test()).resolves.toMatchObject({ ok: true })
  await expect(posting()).rejects.toMatchObject({ statusCode: 503 })
  slack.inject('chat.postMessage', { kind: 'error', error: 'internal_error' })
  expect(await refusal(posting())).toBe('internal_error')
  expect(slack.messages(ops)).toEqual([])
  slack.inject('chat.postMessage', { kind: 'delay', ms: 30 })
  const before = Date.now()
  await posting()
  expect(Date.now() - before).toBeGreaterThanOrEqual(29)
  expect(slack.calls('chat.postMessage').map(call => [call.ok, call.error])).toEqual([
    [false, 'rateLimited'],
    [false, 'httpStatus'],
    [false, 'httpStatus'],
    [false, 'error'],
    [true, undefined],
  ])
})

it('loses the answer without losing the message when the connection is cut after doing it', async () => {
  const web = client(slack)
  slack.inject('chat.postMessage', { kind: 'cut', afterDoingIt: true })
  await expect(web.chat.postMessage({ channel: ops, text: 'once' })).rejects.toThrow()
  expect(slack.messages(ops).map(message => message.text)).toEqual(['once'])
  slack.inject('chat.postMessage', { kind: 'cut', afterDoingIt: false })
  await expect(web.chat.postMessage({ channel: ops, text: 'never' })).rejects.toThrow()
  expect(slack.messages(ops)).toHaveLength(1)
  expect(slack.calls('chat.postMessage').map(call => call.ok)).toEqual([true, false])
})

it('closes while a call hangs', async () => {
  const other = await startLocalSlack(workspaceOptions())
  other.inject('auth.test', { kind: 'hang' })
  const hanging = client(other).auth.test()
  const settled = expect(hanging).rejects.toThrow()
  await expect.poll(() => other.calls('auth.test')).toHaveLength(1)
  await other.close()
  await settled
})

it('records calls with their arguments and without the token', async () => {
  const view = { type: 'modal', title: plain('T'), blocks: [] } satisfies ModalView
  await client(slack)
    .views.open({ trigger_id: 'x', view })
    .catch(() => undefined)
  expect(slack.calls('views.open')).toMatchObject([
    { args: { trigger_id: 'x', view }, ok: false, error: 'invalid_trigger_id' },
  ])
  await client(slack)
    .apiCall('no.such')
    .catch(() => undefined)
  expect(slack.calls('no.such')[0]?.error).toBe('unknown_method')
})

it('rewrites text as Slack does', async () => {
  const { message } = await client(slack).chat.postMessage({
    channel: ops,
    text: '✅ Q&A at https://example.com/a?b=1 &amp; <https://example.com|there>',
  })
  expect(message?.text).toBe(
    ':white_check_mark: Q&amp;A at <https://example.com/a?b=1> &amp; <https://example.com|there>',
  )
})
