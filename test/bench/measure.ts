// Percentiles and the tables of the benches. A target that is missed is printed, never thrown: it is a measurement.

import { availableParallelism, loadavg } from 'node:os'

export interface Measurement {
  what: string
  unit: string
  measured: number
  /** What it is held against, in the same unit. */
  baseline?: number
  /** Of the measured value, or of its ratio to the baseline; absent: printed for comparison only. */
  target?: { of: 'measured' | 'ratio' } & ({ atLeast: number } | { atMost: number })
}

/** @param share 0.5 for the median. Linear between the neighbours. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('There is nothing to take a percentile of.')
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

export const median = (values: readonly number[]) => percentile(values, 0.5)

/** The benches themselves keep one or two processes busy. */
const BUSY = 1.8

const HEAD = ['', 'measured', 'baseline', 'ratio', 'target', '']

/** @param notes one line each: what was measured how, and what the baseline is. */
export function printTable(
  title: string,
  measurements: readonly Measurement[],
  notes: readonly string[] = [],
): void {
  const rows = [HEAD, ...measurements.map(cellsOf)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const lines = rows.map(row =>
    row
      .map((cell, column) =>
        column === 0 || column === row.length - 1
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  // A number from a busy machine is no result: whoever reads the table has to see that it was busy.
  const [load = 0] = loadavg()
  const cpus = availableParallelism()
  const machine = `load ${load.toFixed(2)} on ${cpus} CPUs, Node ${process.version}`
  const busy =
    load > cpus * BUSY ? ['This machine is busy with something else: take none of it for a result.'] : []
  const under = [...notes, ...busy].map(note => `  ${note}`)
  console.log(['', `${title} (${machine})`, ...lines.map(line => `  ${line}`), ...under, ''].join('\n'))
}

function cellsOf({ what, unit, measured, baseline, target }: Measurement): string[] {
  const ratio = baseline === undefined ? undefined : measured / baseline
  const spoken = (value: number) => `${shown(value)} ${unit}`
  return [
    what,
    spoken(measured),
    baseline === undefined ? '' : spoken(baseline),
    ratio === undefined ? '' : `${shown(ratio)}×`,
    target === undefined ? '' : spokenTarget(target, unit),
    target === undefined ? '' : verdictOf(target, target.of === 'ratio' ? (ratio ?? Number.NaN) : measured),
  ]
}

type Target = NonNullable<Measurement['target']>

function spokenTarget(target: Target, unit: string): string {
  const suffix = target.of === 'ratio' ? '×' : ` ${unit}`
  return 'atLeast' in target ? `≥ ${shown(target.atLeast)}${suffix}` : `≤ ${shown(target.atMost)}${suffix}`
}

function verdictOf(target: Target, value: number): string {
  const wanted = 'atLeast' in target ? target.atLeast : target.atMost
  if ('atLeast' in target ? value >= wanted : value <= wanted) return 'met'
  return `missed by ${Math.ceil((Math.abs(wanted - value) / wanted) * 100)} %`
}

/** Three digits that mean something, and no more. */
function shown(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en').replaceAll(',', ' ')
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}
