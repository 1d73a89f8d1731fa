// What the doctor says of a collector of traces: never more than a warning, and never a header.

import { expect, it, onTestFinished } from 'vitest'
import type { TracingSettings } from '../../src/config-tracing.ts'
import { tracesFindings } from '../../src/doctor/traces.ts'
import { type Conduct, startCollector } from '../support/collector.ts'

const settings = (url: string): TracingSettings => ({
  ...{ url: `${url}/v1/traces`, protocol: 'http/json', headers: { authorization: 'Bearer hunter2' } },
  ...{ serviceName: 'rewind', sampler: 'always_on', ratio: 1 },
})

async function findings(conduct: Conduct) {
  const collector = await startCollector(conduct)
  onTestFinished(() => collector.close())
  const found = await tracesFindings(settings(collector.url), 300)
  expect(JSON.stringify(found)).not.toContain('hunter2')
  return { collector, found }
}

it('asks one that is there, with the headers and without a span', async () => {
  const { collector, found } = await findings('takes')
  const url = `${collector.url}/v1/traces`
  expect(found).toEqual([
    { area: 'Traces', what: 'collector', found: `The collector at ${url} takes http/json.`, level: 'ok' },
  ])
  expect(collector.spans()).toEqual([])
  expect(collector.received()[0]?.headers.authorization).toBe('Bearer hunter2')
})

it('warns where it refuses, and says what to look at', async () => {
  const { collector, found } = await findings('refuses')
  expect(found).toMatchObject([
    {
      level: 'warning',
      found: `The collector at ${collector.url}/v1/traces answers HTTP 401. Rewind works without; the spans are lost.`,
      advice: 'Look at OTEL_EXPORTER_OTLP_HEADERS.',
    },
  ])
})

it('warns where it is silent or away', async () => {
  const { found } = await findings('silent')
  expect(found).toMatchObject([
    { level: 'warning', found: expect.stringContaining('nothing came within 0.3 s') },
  ])
  const away = await tracesFindings(settings('http://127.0.0.1:1'))
  expect(away).toMatchObject([{ level: 'warning', found: expect.stringContaining('ECONNREFUSED') }])
})

it('says nothing where there are no traces', async () => {
  expect(await tracesFindings(null)).toEqual([])
})
