// The path of the service accounts, put together: whose the tokens are, what answers, and in which words.

import { wordsIn } from './adapters/slack/language/language.ts'
import type { Route } from './http-server.ts'
import type { Approvals } from './ports/approvals.ts'
import type { ClusterReader } from './ports/cluster.ts'
import type { SendingRate } from './ports/store.ts'
import { createAnswers } from './requests-api/answers.ts'
import { createRequestsRoute } from './requests-api/route.ts'
import { clustersSaid } from './serve-clusters.ts'
import { faultsOf, type Setup } from './setup.ts'

/** Null: the settings name no service account, and there is no such path. */
export function serveRequests(
  setup: Setup,
  { approvals, reader, rate }: { approvals: Approvals; reader: ClusterReader; rate: SendingRate },
): Extract<Route, { kind: 'post' }> | null {
  const { config, telemetry, clock, served } = setup
  const { serviceAccounts: accounts, approvalsChannel: cardIn, instances } = config
  if (accounts === null || cardIn === null) return null
  const answer = createAnswers({
    ...{ approvals, reader, rate, instances, cardIn, clock },
    words: () => wordsIn('en', clustersSaid(served.entries)),
  })
  const route = createRequestsRoute({
    ...{ accounts, answer, clock },
    onError: faultsOf(setup)('requests'),
    onStranger: () =>
      telemetry.warn('Somebody asked at /requests with a token that belongs to no service account.', {
        event: 'requestsToken',
      }),
  })
  return { kind: 'post', ...route }
}
