// Trails as builds have written them: the events of each are taken by the builds after it. What makes the replay of a file
// fail that is of the present rules has changed what these mean: RULES in decide.ts has to be raised, and the trails of the
// new ones be put beside. They were made from the histories of histories.ts, as any other is.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { ChainedEvent } from '../../src/request/audit.ts'
import { RULES } from '../../src/request/decide.ts'
import { type RequestId, requestIdSchema } from '../../src/request/request.ts'
import { createStory } from '../../src/request/trail-replay.ts'

const FOLDER = new URL('trails/', import.meta.url)
const files = readdirSync(FOLDER)

it('there are some of the present rules', () => {
  expect(files).toContain(`rules-${RULES}.jsonl`)
})

it.each(files)('%s is taken', file => {
  const rules = Number(/^rules-(\d+)\.jsonl$/.exec(file)?.[1])
  const lines = readFileSync(new URL(file, FOLDER), 'utf8').trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(9)
  for (const line of lines) {
    const { events, record } = JSON.parse(line) as { events: ChainedEvent[]; record: { id: RequestId } }
    const story = createStory(requestIdSchema.parse(record.id), null)
    for (const [i, event] of events.entries()) story.tell(event, events[i - 1]?.hash ?? '')
    story.end(record)
    expect(story.findings()).toEqual([])
    if (rules === RULES) expect(story.remarks()).toEqual([])
    expect(events.every(event => event.rules === rules)).toBe(true)
  }
})
