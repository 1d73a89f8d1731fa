// The way out through the proxies that the settings name, or straight where they name none or the host is excepted. It must
// never show a user or password of a proxy, and a fault of a proxy must never look as if it were the other side's.
// Source: undici docs/api (EnvHttpProxyAgent, ProxyAgent).

import type { Socket } from 'node:net'
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici'
import { ProxyFault } from './fault.ts'

/** Each an address like `http://user:password@proxy.example:3128`; null: none. */
export interface Proxies {
  https: string | null
  /** Of addresses that begin with http, and of https where that has none. */
  http: string | null
  /** Hosts that are reached without one: `.example.com,localhost:8080`, or `*`. */
  except: string
}

export interface WayOutOptions {
  /** Reaching the proxy, its answer, and the TLS handshake behind it: each within this. */
  connectMs: number
  agent: Omit<Agent.Options, 'connect' | 'factory'>
  /** Of each connection, once it is there. */
  onSocket?: (socket: Socket) => void
  /** Of each connection that a proxy did not make: a WebSocket does not tell why it has failed. */
  onFault?: (fault: ProxyFault) => void
}

/** Null as in `Proxies | null`: no proxy at all. */
export function createWayOut(proxies: Proxies | null, options: WayOutOptions): Dispatcher {
  const { connectMs, agent, onSocket } = options
  const straight = buildConnector({ timeout: connectMs, allowH2: false })
  const settings: Agent.Options = {
    ...agent,
    allowH2: false,
    connect:
      onSocket === undefined
        ? { timeout: connectMs }
        : (to, done) =>
            straight(to, (...found) => {
              if (found[1] !== null) onSocket(found[1])
              done(...found)
            }),
  }
  if (proxies === null) return new Agent(settings)
  return new EnvHttpProxyAgent({
    ...settings,
    // An empty one counts as none; an absent one would be looked for in the environment.
    httpProxy: proxies.http ?? '',
    httpsProxy: proxies.https ?? '',
    noProxy: proxies.except,
    requestTls: { timeout: connectMs },
    proxyTls: { timeout: connectMs },
    clientFactory: (proxy, given) => new ProxySide(proxy, { ...given, headersTimeout: connectMs }, options),
  })
}

/** The connections to one proxy. Its faults are named as such: undici's own would be taken for the other side's. */
class ProxySide extends Pool {
  readonly #place: string
  readonly #options: WayOutOptions

  constructor(proxy: URL, settings: object, options: WayOutOptions) {
    super(proxy, settings)
    this.#place = placeOf(proxy)
    this.#options = options
  }

  /** The other form, with a callback, nobody uses here. */
  override async connect(to: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    const { connectMs, onSocket } = this.#options
    const answer = await super.connect(to).catch(error => {
      throw this.#tell(faultOf(error, this.#place, connectMs))
    })
    const { socket, statusCode } = answer
    if (statusCode !== 200) {
      socket.on('error', () => {}).destroy()
      throw this.#tell(new ProxyFault('refused', this.#place, `${statusCode}`))
    }
    onSocket?.(socket as Socket)
    return answer
  }

  #tell(fault: ProxyFault): ProxyFault {
    this.#options.onFault?.(fault)
    return fault
  }
}

/** `proxy.example:3128` */
function placeOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`
}

const CONNECTING = new Set(['connect', 'getaddrinfo'])

function faultOf(error: unknown, place: string, limitMs: number): ProxyFault {
  const { name = 'unknown', code = name, syscall = '', errors = [] } = Object(error) as Partial<FaultShape>
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return new ProxyFault('silent', place, spelled(limitMs))
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return new ProxyFault('unreached', place, 'ETIMEDOUT')
  const isUnreached = CONNECTING.has(syscall) || errors.length > 0
  return new ProxyFault(isUnreached ? 'unreached' : 'broke', place, errors[0]?.code ?? code)
}

interface FaultShape {
  name: string
  code: string
  syscall: string
  /** Of a host with several addresses. */
  errors: { code?: string }[]
}

function spelled(ms: number): string {
  return ms >= 1_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms)} ms`
}
