// What is told of the way of one request, for whoever follows it through several processes: legs, which begin and end, each
// inside another one or linked to what came before. Ids and codes, never people's text, and nothing that the product waits for.

import type { RequestId } from '../request/request.ts'
import type { ObservedCall } from './events.ts'

/** `slack`: what Slack delivered; `change`: one change of one request; `pay`: one debt to the outside. */
export type LegKind = 'slack' | 'change' | 'pay'

/** Words of closed lists, ids of ours, and names of instances; nothing else is told. */
export interface LegFacts {
  request?: RequestId
  instance?: string
  outcome?: string
  state?: string
}

export interface Tracing {
  /** Does the work as one leg. @param name like `decide`, of a closed list */
  leg<T>(kind: LegKind, name: string, facts: LegFacts, work: () => Promise<T>): Promise<T>
  /** What the leg under way has turned out to be about. Of further requests in one leg only links are kept. */
  about(facts: LegFacts): void
  /** Before a change of this request is committed: whoever comes across the change links to the leg under way. */
  keep(id: RequestId): void
  /** The leg under way has opened this modal, and what is sent from it links to that. @param viewId Slack's */
  keepView(viewId: string): void
  /** What is delivered now comes from this modal. */
  fromView(viewId: string): void
  /** A call of Kafka's own protocol, which is over. */
  called(call: ObservedCall): void
}

/** Nothing is told, and nothing costs anything. */
export const NO_TRACING: Tracing = {
  leg: (_kind, _name, _facts, work) => work(),
  about() {},
  keep() {},
  keepView() {},
  fromView() {},
  called() {},
}
