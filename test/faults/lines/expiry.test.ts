// Line 30 of the fault table: time runs out, or runs back. There is one verdict, and what has expired stays so.
// @module-tag long

import { describe, expect, it } from 'vitest'
import type { ProductEvent } from '../../../src/ports/events.ts'
import type { Command } from '../../../src/request/command.ts'
import type { ResetRequest } from '../../../src/request/request.ts'
import { textOf, viewText } from '../../support/product.ts'
import { ALLOWED, BOB, SOMEWHERE } from '../../support/requests.ts'
import { SETTINGS, type Service, startService } from '../../support/service.ts'
import { ASK, count, startStage, until } from './stage.ts'

const HOUR_MS = 3_600_000

const approvalOf = ({ plan }: ResetRequest): Command => ({
  kind: 'decide',
  verdict: 'approve',
  by: BOB,
  note: '',
  policy: ALLOWED,
  from: SOMEWHERE,
  digest: plan?.digest ?? '',
  typedGroup: '',
})

async function verdictsOn(service: Service, { id }: ResetRequest): Promise<string[]> {
  const kinds = (await service.store.readEvents(id)).map(({ command }) => command.kind)
  return kinds.filter(kind => kind === 'decide' || kind === 'expire')
}

describe.concurrent('at the very second of expiry', () => {
  for (const leadMs of [200, 60, 20, 0]) {
    // The nearest of them, and the very moment.
    const tags = leadMs > 0 ? ['long'] : []
    it(`30: a decision sent ${leadMs} ms before it and the expiry make one verdict, on the record, the card and the thread`, {
      tags,
      timeout: 90_000,
    }, async context => {
      let aheadMs = 0
      const clock = () => Date.now() + aheadMs
      const stage = await startStage(context, { clock, env: { REQUEST_EXPIRY: '1h' } })
      const { bob } = stage
      await stage.ask(ASK)
      await stage.openReview(bob)
      await bob.waitForView(view => viewText(view).includes('Nothing has changed'))
      await bob.fill('Decision', 'Approve')
      const { expiresAtMs } = await stage.record()
      // Its last second goes by as every other does.
      aheadMs = expiresAtMs - 1_000 - Date.now()
      for (const atMs = expiresAtMs - leadMs; clock() < atMs; )
        await new Promise(resolve => setTimeout(resolve, atMs - clock()))
      const outcome = await bob.submit()
      const isApproved = outcome.kind === 'closed'
      if (outcome.kind === 'updated') expect(viewText(outcome.view)).toContain('R-1 has expired')
      if (leadMs === 0) expect(isApproved).toBe(false)

      await stage.cardSays(isApproved ? '· done' : '· expired')
      await until(() => count(stage.threadOf('R-1'), isApproved ? 'R-1 is done' : 'R-1 expired') === 1)
      expect(stage.threadText().match(/approved R-1|R-1 expired/g)).toHaveLength(1)
      expect(textOf(stage.card())).not.toContain(isApproved ? 'Nobody decided in time' : 'Approved by')
      expect(await stage.steps()).toEqual(isApproved ? ['approve', 'start', 'finish done'] : ['expire'])
      expect((await stage.record()).state.name).toBe(isApproved ? 'succeeded' : 'expired')
      expect(stage.callsToReset()).toBe(isApproved ? 1 : 0)
      expect(stage.effects()).toBe(isApproved ? 1 : 0)
    })
  }

  it('30: a clock that jumps back an hour revives nothing that has expired, and takes back nothing that was approved', {
    timeout: 30_000,
  }, async ({ onTestFinished }) => {
    const service = await startService()
    onTestFinished(() => service.close())
    const { changes } = service
    for (const leadMs of [4, 2, 1, 0, -2]) {
      const planned = await service.plan(await service.ask())
      const { id } = planned
      service.pass(planned.expiresAtMs - service.clock() - leadMs)
      await Promise.all([changes.change(id, approvalOf(planned)), changes.change(id, { kind: 'expire' })])
      service.pass(10)
      await changes.change(id, { kind: 'expire' })
      const after = await service.now(planned)
      const isApproved = after.state.name === 'approved'
      expect(await verdictsOn(service, planned)).toEqual([isApproved ? 'decide' : 'expire'])

      service.pass(-HOUR_MS)
      expect(service.clock()).toBeLessThan(planned.expiresAtMs)
      const digest = planned.plan?.digest ?? ''
      const drifted: Command = { kind: 'drifted', at: 'opened', digest, differences: [], expiryMs: HOUR_MS }
      const late: Command[] = [approvalOf(planned), { kind: 'expire' }, ...(isApproved ? [] : [drifted])]
      for (const command of late) {
        expect(await changes.change(id, command)).toMatchObject({ kind: 'refused' })
      }
      expect(await service.now(planned)).toEqual(after)
      service.pass(HOUR_MS)
    }
    expect(service.callsToReset()).toBe(0)
  })

  it('30: a clock that jumps back during the call changes neither its end nor how long it took', async ({
    onTestFinished,
  }) => {
    const events: ProductEvent[] = []
    let jump = () => {}
    const onEvent = (event: ProductEvent) => {
      events.push(event)
      if (event.event === 'changed' && event.command === 'start') jump()
    }
    const service = await startService({ onEvent })
    onTestFinished(() => service.close())
    jump = () => service.pass(-HOUR_MS)
    const ended = await service.execute(await service.approved())
    expect(ended.state.name).toBe('succeeded')
    expect(service.callsToReset()).toBe(1)
    const took = events.flatMap(event => (event.event === 'called' ? [event.durationMs] : []))
    expect(took).toHaveLength(1)
    expect(took[0]).toBeGreaterThanOrEqual(0)
    expect(took[0]).toBeLessThan(SETTINGS.callMs)
  })
})
