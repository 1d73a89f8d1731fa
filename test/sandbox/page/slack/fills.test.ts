// What a person enters reaches Slack in their order, whole, and before they submit.

import { describe, expect, it } from 'vitest'
import { createFills } from '../../../../src/sandbox/page/slack/fills.ts'

function slowSlack() {
  const told: [string, unknown][] = []
  const send = async (field: string, value: unknown) => {
    await new Promise(resolve => setTimeout(resolve, 5))
    told.push([field, value])
    if (value === 'refused') throw new Error('operation_timeout')
  }
  return { told, send }
}

describe('filling a form', () => {
  it('never submits before the last thing typed has arrived', async () => {
    const { told, send } = slowSlack()
    const fills = createFills(send, 60_000)
    fills.later('reason', 'be')
    fills.later('reason', 'because')
    fills.later('note', 'x')
    await fills.flush()
    expect(told).toEqual([
      ['reason', 'because'],
      ['note', 'x'],
    ])
  })

  it('sends what was typed by itself once the fingers rest', async () => {
    const { told, send } = slowSlack()
    createFills(send, 1).later('reason', 'because')
    await expect.poll(() => told).toEqual([['reason', 'because']])
  })

  it('keeps the order in which things were entered, however slow each is', async () => {
    const { told, send } = slowSlack()
    const fills = createFills(send)
    void fills.now('topics', ['a'])
    await fills.now('topics', ['a', 'b'])
    expect(told).toEqual([
      ['topics', ['a']],
      ['topics', ['a', 'b']],
    ])
  })

  it('lets a pick overtake what was typed into the same field before', async () => {
    const { told, send } = slowSlack()
    const fills = createFills(send, 5)
    fills.later('time', 1)
    await fills.now('time', 2)
    await fills.flush()
    expect(told).toEqual([['time', 2]])
  })

  it('tells the one who picked that Slack refused, and goes on with the rest', async () => {
    const { told, send } = slowSlack()
    const fills = createFills(send)
    const refused = fills.now('group', 'refused')
    const next = fills.now('reason', 'because')
    await expect(refused).rejects.toThrow('operation_timeout')
    await next
    fills.later('note', 'refused')
    await expect(fills.flush()).resolves.toBeUndefined()
    expect(told.map(([field]) => field)).toEqual(['group', 'reason', 'note'])
  })

  it('sends a file in its turn, and never submits before it has arrived', async () => {
    const { told, send } = slowSlack()
    const fills = createFills(send, 60_000)
    const file = { kind: 'detach', file: 'F1' } as const
    fills.later('reason', 'because')
    void fills.now('csv', file)
    await fills.flush()
    expect(told).toEqual([
      ['csv', file],
      ['reason', 'because'],
    ])
  })

  it('drops what was typed into a field that is gone', async () => {
    const { told, send } = slowSlack()
    const fills = createFills(send, 1)
    fills.later('count', '5')
    fills.forget('count')
    await fills.flush()
    expect(told).toEqual([])
  })
})
