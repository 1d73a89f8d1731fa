// What every part of the process is built with.

import type { Config } from './config.ts'
import type { Clock } from './ports/clock.ts'
import type { FaultPlace, Report } from './ports/events.ts'
import type { Traces } from './serve-tracing.ts'
import type { Telemetry } from './telemetry.ts'

export interface Setup {
  config: Config
  /** As they are now: the file may have been edited. */
  served: { entries: Config['clusters'] }
  telemetry: Telemetry
  clock: Clock
  report: Report
  traces: Traces
}

export function faultsOf({ report }: Pick<Setup, 'report'>) {
  return (where: FaultPlace) => (error: unknown) => report({ event: 'fault', where, error })
}
