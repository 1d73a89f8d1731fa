// The ports: health, metrics, and what Slack and service accounts ask over HTTP.

import { type HttpServer, type HttpServerOptions, type Route, startHttpServer } from './http-server.ts'
import { whyNot } from './listen-address.ts'
import { type HealthDeps, healthRoutes, metricsRoute } from './monitoring.ts'
import { REQUESTS_PATH } from './requests-api/questions.ts'
import { faultsOf, type Setup } from './setup.ts'
import { StartProblem } from './starting.ts'

type Answering = Omit<Extract<Route, { kind: 'post' }>, 'kind'>

/** What a bot answers there; a worker apart answers neither. */
export interface AskedThere {
  /** By Slack; undefined: it is reached over Socket Mode. */
  requests: Answering | undefined
  /** By service accounts; null: there are none. */
  ofAccounts: Route | null
}

/** Health and Slack's requests on one port; the metrics there too, unless they have one of their own. */
export async function openPorts(
  setup: Setup,
  { requests, ofAccounts }: AskedThere,
  readiness: Pick<HealthDeps, 'unready' | 'impaired'>,
) {
  const { config, telemetry } = setup
  const { host } = config
  const onError = faultsOf(setup)('port')
  const metrics = metricsRoute(telemetry.registry, config.metricsToken)
  const health = healthRoutes({
    alive: () => true,
    ...readiness,
    onReadiness: (missing, impaired) =>
      missing.length + impaired.length === 0
        ? telemetry.info('ready', { event: 'readiness' })
        : telemetry.warn([...missing, ...impaired].join(' '), { event: 'readiness' }),
  })
  const server = await listen('PORT', {
    host,
    port: config.port,
    routes: {
      ...health,
      ...(config.metricsPort === null ? metrics : {}),
      ...(requests === undefined ? {} : { '/slack/events': { kind: 'post', ...requests } }),
      ...(ofAccounts === null ? {} : { [REQUESTS_PATH]: ofAccounts }),
    },
    onError,
  })
  const metricsServer =
    config.metricsPort === null
      ? null
      : await listen('METRICS_PORT', { host, port: config.metricsPort, routes: metrics, onError })
  return {
    port: server.port,
    metricsPort: metricsServer?.port ?? server.port,
    close() {
      server.close()
      metricsServer?.close()
    },
  }
}

function listen(portName: 'PORT' | 'METRICS_PORT', options: HttpServerOptions): Promise<HttpServer> {
  return startHttpServer(options).catch(error => {
    throw new StartProblem(whyNot(error, portName, options))
  })
}
