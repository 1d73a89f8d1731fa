// The API calls as they come in, newest on top, with their answers.
// It must never mark a failed call by colour alone.

import type { ClusterScene } from '../protocol.ts'

type Call = ClusterScene['calls'][number]

/** What anybody reads back to, and few enough to draw at once. */
const SHOWN = 60

export function Calls({ calls }: { calls: readonly Call[] }) {
  return (
    <ol class="calls" data-testid="calls" reversed aria-label="API calls, newest first">
      {calls.length === 0 ? (
        <li class="quiet">No call yet. The form asks as soon as a group is named.</li>
      ) : null}
      {calls
        .slice(-SHOWN)
        .reverse()
        .map(({ number, atMs, action, api, params, answer, failed }) => (
          <li class="call" key={number} data-failed={failed}>
            <time dateTime={new Date(atMs).toISOString()}>{clockTime(atMs)}</time>
            <span class="call-what">
              <code>{action}</code> {failed ? <strong>failed: </strong> : <span aria-hidden="true">→ </span>}
              {answer}
            </span>
            <span class="call-api">{api}</span>
            <span class="call-params" title={params}>
              {params}
            </span>
          </li>
        ))}
      {(calls[0]?.number ?? 1) > 1 ? (
        <li class="quiet">Earlier calls are not shown: the newest {calls.length} are.</li>
      ) : null}
    </ol>
  )
}

function clockTime(atMs: number): string {
  return new Date(atMs).toLocaleTimeString([], { hour12: false })
}
