// A Slack that runs on this machine: one server for the Web API, uploads, response_urls and Socket Mode.
// It must answer as Slack does, so that an unmodified Bolt app cannot tell; it knows nothing of any particular app.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseJson, readArguments, readBody } from './arguments.ts'
import { isObject, type Json } from './block-schema.ts'
import { createChatMethods } from './chat-methods.ts'
import { createDelivery } from './delivery.ts'
import type { ApiCall, LocalSlack, LocalSlackOptions, Person, SentPayload, SlackFault } from './face.ts'
import { createFaults } from './faults.ts'
import { createFiles, type Download } from './file-methods.ts'
import { createHttpDelivery } from './http-delivery.ts'
import { createLookupMethods } from './lookup-methods.ts'
import { eventBody } from './payloads.ts'
import { createPerson } from './person.ts'
import { createResponseUrls } from './response-urls.ts'
import { noting } from './sent-payloads.ts'
import { createSocketDelivery } from './socket-delivery.ts'
import { createTriggers } from './triggers.ts'
import { createViewMethods } from './view-methods.ts'
import { createViews } from './views.ts'
import { createWebApi } from './web-api.ts'
import { copyMessage, createWorkspace } from './workspace.ts'

const ACK_TIMEOUT_MS = 3000
const POLL_MS = 20
// What a client reads, with HTTP 200, that follows the redirect of a download it was not allowed.
const LOGIN_PAGE =
  '<!DOCTYPE html><html lang="en-US"><head><title>Login | Slack</title></head><body>Sign in to Slack</body></html>'

/** What goes out over HTTP, and whether the thing asked for was done. */
interface Answer {
  status: number
  headers: Record<string, string>
  body: string | Buffer
  done: boolean
  error?: string
}

export async function startLocalSlack(options: LocalSlackOptions): Promise<LocalSlack> {
  let baseUrl = ''
  const workspace = createWorkspace(options, () => baseUrl)
  const { now } = workspace
  const views = createViews(workspace)
  const triggers = createTriggers(now)
  const faults = createFaults()
  const calls: ApiCall[] = []
  const people = new Map<string, Person>()
  const pauses = new Set<() => void>()
  let closed = false
  const ackTimeoutMs = options.ackTimeoutMs ?? ACK_TIMEOUT_MS

  const sockets = createSocketDelivery({
    appId: workspace.appId,
    ackTimeoutMs,
    changed: workspace.changed,
  })
  const { delivery: wanted } = options
  const http =
    wanted.kind === 'http'
      ? createHttpDelivery({
          url: wanted.url,
          signingSecret: options.signingSecret,
          ackTimeoutMs,
          now,
        })
      : undefined
  const sent: SentPayload[] = []
  const delivery = noting(createDelivery(http ?? sockets, wanted.kind), sent, now)
  const responseUrls = createResponseUrls(workspace, () => baseUrl)
  const files = createFiles(workspace)
  const webApi = createWebApi({
    botToken: options.botToken,
    appToken: options.appToken,
    scopes: options.scopes,
    methods: {
      ...createLookupMethods(workspace),
      ...createChatMethods(workspace),
      ...createViewMethods(workspace, views, triggers),
      ...files.methods,
      'apps.connections.open': {
        token: 'app',
        // Where the app called is where it is to connect, so that a proxy before us is not gone round.
        run: (_args, { host }) => ({
          ok: true,
          url: `${options.origin?.replace(/^http/, 'ws') ?? `ws://${host ?? new URL(baseUrl).host}`}/link/?ticket=${sockets.issueTicket()}&app_id=${workspace.appId}`,
        }),
      },
    },
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const body = await readBody(request)
    if (url.pathname.startsWith('/api/')) {
      const method = url.pathname.slice('/api/'.length)
      const { token: _token, ...args } = await readArguments(request, body)
      const token = request.headers.authorization ?? (_token as string | undefined)
      await serve(response, method, args, async () => {
        const { body, accepted } = webApi.call(method, token, args, request.headers.host)
        const headers = {
          'x-oauth-scopes': options.scopes.join(','),
          'x-accepted-oauth-scopes': accepted.join(','),
        }
        return json(body, headers)
      })
    } else if (url.pathname.startsWith('/upload/')) {
      const type = request.headers['content-type'] ?? ''
      await serve(response, 'upload', { path: url.pathname, bytes: body.length }, async () =>
        plain(await files.upload(url.pathname, type, body)),
      )
    } else if (url.pathname.startsWith('/files-pri/')) {
      const may = webApi.authorizes(request.headers.authorization, 'files:read') ? 'read' : 'nothing'
      await serve(response, 'download', { path: url.pathname }, async () =>
        downloaded(files.download(url.pathname, may)),
      )
    } else if (url.pathname === '/') {
      send(response, html(200, LOGIN_PAGE))
    } else if (url.pathname.startsWith('/responses/')) {
      const parsed = parseJson(body.toString())
      const args = isObject(parsed) ? parsed : {}
      await serve(response, 'response_url', args, async () => plain(responseUrls.respond(url.pathname, args)))
    } else send(response, plain({ status: 404, body: 'not found' }))
  }

  // One call, recorded, with the fault that was asked for.
  async function serve(
    response: ServerResponse,
    method: string,
    args: Json,
    run: () => Promise<Answer>,
  ): Promise<void> {
    const call: ApiCall = { method, args, atMs: now(), ok: false, error: 'unfinished' }
    calls.push(call)
    const perform = async () => {
      const result = await run()
      call.ok = result.done
      if (result.error) call.error = result.error
      else delete call.error
      return result
    }
    const fault = faults.take(method)
    if (!fault) return send(response, await perform())
    call.error = fault.kind
    await spoil(fault, response, perform)
  }

  async function spoil(
    fault: SlackFault,
    response: ServerResponse,
    perform: () => Promise<Answer>,
  ): Promise<void> {
    switch (fault.kind) {
      case 'rateLimited': {
        const headers = { 'retry-after': String(fault.retryAfterSeconds) }
        return send(response, { ...json({ ok: false, error: 'ratelimited' }, headers), status: 429 })
      }
      case 'error':
        return send(response, json({ ok: false, error: fault.error }))
      case 'httpStatus':
        if (fault.afterDoingIt) await perform()
        return send(response, plain({ status: fault.status, body: 'the server had a problem' }))
      case 'hang':
        if (fault.afterDoingIt) await perform()
        return
      case 'cut':
        if (fault.afterDoingIt) await perform()
        response.destroy()
        return
      case 'delay':
        await pause(fault.ms)
        return send(response, await perform())
      default:
        return fault satisfies never
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer)
        pauses.delete(end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      pauses.add(end)
    })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(error => {
      if (!response.headersSent) send(response, plain({ status: 500, body: String(error) }))
    })
  })
  server.on('upgrade', sockets.upgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const ownUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  baseUrl = options.origin ?? ownUrl

  const lasting = (channelId: string) =>
    workspace.messagesOf(channelId).filter(message => message.ephemeralFor === undefined)

  return {
    apiUrl: `${ownUrl}/api/`,
    teamId: workspace.teamId,
    botUserId: workspace.botUserId,
    person(userId) {
      const user = workspace.user(userId)
      if (!user) throw new Error(`there is no user ${userId}`)
      const known = people.get(userId)
      if (known) return known
      const { commands, shortcuts = [] } = options
      const { granted } = webApi
      const person = createPerson(
        { workspace, views, triggers, responseUrls, delivery, granted, commands, shortcuts },
        user,
      )
      people.set(userId, person)
      return person
    },
    messages: channelId =>
      lasting(channelId)
        .filter(message => !message.subtype && (!message.thread_ts || message.thread_ts === message.ts))
        .map(copyMessage),
    thread: (channelId, threadTs) =>
      lasting(channelId)
        .filter(message => message.thread_ts === threadTs && message.ts !== threadTs)
        .map(copyMessage),
    files: workspace.files,
    calls: method => calls.filter(call => method === undefined || call.method === method),
    sent: userId =>
      sent.filter(one => userId === undefined || one.userId === userId).map(one => ({ ...one })),
    inject: faults.inject,
    clearFaults: faults.clear,
    setChannel: workspace.setChannel,
    setUserGroup: workspace.setUserGroup,
    userGroups: () => workspace.userGroups().map(group => ({ ...group, users: [...group.users] })),
    revokeToken: (error = 'token_revoked') => webApi.refuseToken(error),
    restoreToken: () => webApi.refuseToken(null),
    async tellApp(event) {
      await delivery.deliverEvent(eventBody(workspace, event))
    },
    deleteMessage: workspace.deleteMessage,
    disconnectApp: sockets.disconnect,
    pong: sockets.pong,
    connections: sockets.connections,
    async waitForApp(timeoutMs = 10_000) {
      const until = Date.now() + timeoutMs
      const reached = () => (http ? http.reachable() : sockets.connections() > 0)
      while (!(await reached())) {
        if (closed || Date.now() > until) throw new Error(`no app was reached within ${timeoutMs} ms`)
        await pause(POLL_MS)
      }
    },
    onChange: workspace.onChange,
    async close() {
      closed = true
      for (const end of [...pauses]) end()
      delivery.close()
      http?.close()
      await sockets.close()
      const ended = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await ended
    },
  }
}

function json(body: Json, headers: Record<string, string> = {}): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
    done: body.ok === true,
    ...(typeof body.error === 'string' ? { error: body.error } : {}),
  }
}

function plain({ status, body }: { status: number; body: string }): Answer {
  const done = status === 200
  return { status, headers: { 'content-type': 'text/plain' }, body, done, ...(done ? {} : { error: body }) }
}

function downloaded(download: Download): Answer {
  switch (download.kind) {
    case 'file': {
      const { name, mimetype, content } = download.file
      return {
        status: 200,
        headers: {
          'content-type': mimetype,
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        },
        body: content,
        done: true,
      }
    }
    case 'login': {
      const { location } = download
      const page = html(302, `<a href="${location}">Found</a>.`)
      return { ...page, headers: { ...page.headers, location }, done: false, error: 'login' }
    }
    case 'missing':
      return html(404, '<!DOCTYPE html><title>Slack</title>That file was not found.')
    default:
      return download satisfies never
  }
}

function html(status: number, body: string): Answer {
  const done = status === 200
  const headers = { 'content-type': 'text/html; charset=utf-8' }
  return { status, headers, body, done, ...(done ? {} : { error: 'not found' }) }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers)
  response.end(body)
}
