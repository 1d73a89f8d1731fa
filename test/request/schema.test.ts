// What an earlier version does not know of a record, it must not be able to read: it would lose it.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { RULES } from '../../src/request/decide.ts'
import { requestSchema } from '../../src/request/request.ts'
import { SCHEMA, schemaOf } from '../../src/request/schema.ts'
import { VERSION } from '../../src/version.ts'

/**
 * Of the fields of a record, as they are read. Where this fails, a record has come to hold what it could not before. Unless what
 * is lost of it when a version before writes that record is nothing that matters (the picture of a plan is such a thing, and what of it may expire), raise
 * SCHEMA, and say in `schemaOf` which records hold it. Then write down here what is read now.
 */
const SHAPE = { schema: 3, rules: 5, digest: 'a654cbb18f85c92a' }

it('of a shape that was changed the number is raised', () => {
  const shape = JSON.stringify(z.toJSONSchema(requestSchema, { io: 'input', unrepresentable: 'any' }))
  const digest = createHash('sha256').update(shape).digest('hex').slice(0, 16)
  expect({ schema: SCHEMA, rules: RULES, digest }).toEqual(SHAPE)
})

it('the list of versions says which rules and records are of this one', () => {
  const changes = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8')
  const [, version, rules, , read] = /^\| ([\d.]+) \| (\d+) \| (.+) \| (.+) \|$/m.exec(changes) ?? []
  expect({ version, rules }).toEqual({ version: VERSION, rules: `${RULES}` })
  expect(read?.endsWith(` ${SCHEMA}`)).toBe(true)
  expect(changes).toContain(`\n## ${VERSION}\n`)
})

/** As the builds of these commits wrote them, before events had rules: of each state, and of much that can be in one. */
const OLDEST = new URL('records/', import.meta.url)

it.each(readdirSync(OLDEST))('every record of before there were rules is read (%s)', file => {
  const lines = readFileSync(new URL(file, OLDEST), 'utf8').trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(20)
  for (const line of lines) {
    const { name, record } = JSON.parse(line) as { name: string; record: z.input<typeof requestSchema> }
    const read = requestSchema.decode(record)
    expect(z.encode(requestSchema, read), name).toMatchObject(record)
    expect(schemaOf(read)).toBe(2)
  }
})

const FOLDER = new URL('trails/', import.meta.url)
const records = readdirSync(FOLDER).flatMap(file =>
  readFileSync(new URL(file, FOLDER), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => ({ file, record: JSON.parse(line).record as z.input<typeof requestSchema> })),
)

it('every record that an earlier version has written is read, and the same is written again', () => {
  expect(records.length).toBeGreaterThan(100)
  for (const { file, record } of records) {
    const read = requestSchema.decode(record)
    expect(z.encode(requestSchema, read), file).toMatchObject(record)
  }
})

it('what a version before it would lose has a number that it does not read, and all else one that it does', () => {
  const numbers = records.map(({ file, record }) => ({
    file,
    number: schemaOf(requestSchema.decode(record)),
    holds:
      /"onBounds":true|"settling":|"execution":"bounds"|"within":|"watch":|"watchMs":|"kind":"watched"|"rehearsal":|"instead":/.test(
        JSON.stringify(record),
      ),
  }))
  expect(new Set(numbers.map(({ number }) => number))).toEqual(new Set([2, 3]))
  for (const { file, number, holds } of numbers) {
    expect(number).toBe(holds ? 3 : 2)
    if (/rules-[123]\./.test(file)) expect(number).toBe(2)
  }
})
