// The simulated brokers' messages, field by field against Apache Kafka's own descriptions of them, which lie in its jar.

import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Declared, fieldOf, isList } from '../../src/sandbox/kafka/wire/declared.ts'
import { API_NAMES, apiOf } from '../../src/sandbox/kafka/wire/messages.ts'
import { classPathOf, type KafkaVersion, VERSIONS } from './broker/jars.ts'
import { CAN_START } from './kafkas.ts'

interface Described {
  name: string
  type: string
  versions: string
  nullableVersions?: string
  taggedVersions?: string
  fields?: Described[]
}
interface Description {
  apiKey: number
  validVersions: string
  flexibleVersions: string
  fields: Described[]
  commonStructs?: Described[]
}

/** What both sides are brought to: of one field, in which versions it is, and what is in it. */
interface Shape {
  name: string
  type: string
  versions: number[]
  nullable: boolean
  parts: Shape[]
}

const run = promisify(execFile)

async function describedIn(version: KafkaVersion): Promise<(name: string) => Promise<Description>> {
  const jars = dirname(await classPathOf(version))
  const jar = (await readdir(jars)).find(each => /^kafka-clients-[\d.]+\.jar$/.test(each))
  if (jar === undefined) throw new Error(`no kafka-clients in ${jars}`)
  const folder = await mkdtemp(join(tmpdir(), 'kafka-messages-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await run('jar', ['xf', join(jars, jar), 'common/message'], { cwd: folder })
  return async name => {
    const text = await readFile(join(folder, 'common/message', `${name}.json`), 'utf8')
    return JSON.parse(text.replace(/^\s*\/\/.*$/gm, '')) as Description
  }
}

/** `3+`, `0-7`, `none`. */
function isIn(range: string | undefined, version: number): boolean {
  const [whole, from, to] = /^(\d+)(\+|-\d+)?$/.exec(range ?? '') ?? []
  if (whole === undefined) return false
  if (to === '+') return version >= Number(from)
  return version >= Number(from) && version <= Number(to?.slice(1) ?? from)
}

function shapeOf(described: Described, versions: number[], structs: Described[]): Shape {
  const type = described.type.replace('[]', '')
  const parts = described.fields ?? structs.find(each => each.name === type)?.fields ?? []
  const element = parts.length > 0 ? 'struct' : type
  return {
    name: described.name,
    type: described.type.startsWith('[]') ? `list of ${element}` : element,
    versions: versions.filter(each => isIn(described.versions, each)),
    nullable: versions.some(each => isIn(described.nullableVersions, each)),
    parts: shapesOf(parts, versions, structs),
  }
}

function shapesOf(fields: Described[], versions: number[], structs: Described[]): Shape[] {
  return fields
    .filter(each => each.taggedVersions === undefined)
    .map(each => shapeOf(each, versions, structs))
    .filter(each => each.versions.length > 0)
}

function ownShapes(fields: Readonly<Record<string, Declared>>, versions: number[]): Shape[] {
  return Object.entries(fields)
    .map(([name, declared]): Shape => {
      const field = fieldOf(declared)
      const element = isList(declared) ? declared[1] : declared
      const elementType = fieldOf(element).type
      return {
        name,
        type: isList(declared) ? `list of ${elementType}` : field.type,
        versions: versions.filter(each => each >= field.from && each <= field.to),
        nullable: field.nullable,
        parts: typeof element === 'object' && !isList(element) ? ownShapes(element, versions) : [],
      }
    })
    .filter(each => each.versions.length > 0)
}

describe.runIf(CAN_START).each(VERSIONS)(
  'the simulated brokers’ messages, as Kafka %s describes its own',
  version => {
    it('are those', async () => {
      const descriptionOf = await describedIn(version)
      for (const name of API_NAMES) {
        const api = apiOf(name)
        for (const side of ['request', 'response'] as const) {
          const title = `${name}${side === 'request' ? 'Request' : 'Response'}`
          const described = await descriptionOf(title)
          const all = Array.from({ length: api.newest - api.oldest + 1 }, (_, index) => api.oldest + index)
          const versions = all.filter(each => isIn(described.validVersions, each))
          expect(versions.length, title).toBeGreaterThan(0)
          expect(described.apiKey, title).toBe(api.key)
          expect(
            versions.filter(each => isIn(described.flexibleVersions, each)),
            title,
          ).toEqual(versions.filter(each => api.flexibleFrom !== null && each >= api.flexibleFrom))
          expect(ownShapes(api[side], versions), title).toEqual(
            shapesOf(described.fields, versions, described.commonStructs ?? []),
          )
        }
      }
    })
  },
)
