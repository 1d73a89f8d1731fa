// One entry of the file of clusters, made into what reaches its cluster. Every problem is told; a value never is.

import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { ClusterEntry, SecretPlace } from '../config-clusters.ts'
import { issueWords } from '../request/file-words.ts'
import { accountOf } from './account.ts'
import type { RawEntry } from './document.ts'
import { type EntryProblem, Findings, type Secret } from './findings.ts'
import { kafkaOf } from './kafka.ts'
import { type EntryFile, entryFile, INSTANCE_ID } from './schema.ts'
import type { Sources } from './secrets.ts'
import { isKeyLike, unknownKeySays } from './unknown-keys.ts'

export interface ReadEntry {
  entry: ClusterEntry
  line: number
  secrets: Secret[]
  /** What can be used and should be known. */
  notices: string[]
  /** Changes with everything that counts, the secrets among it. */
  fingerprint: string
}

export interface EntryOutcome {
  /** What it calls itself; null where that is no id. */
  id: string | null
  line: number
  read: ReadEntry | null
  problems: EntryProblem[]
}

export function readEntry(raw: RawEntry, sources: Sources, nowMs: number): EntryOutcome {
  const problems: EntryProblem[] = [...raw.problems]
  const line = raw.lineOf([])
  const id = idIn(raw.value)
  // Then it could not even be read.
  if (raw.value === undefined) return { id, line, read: null, problems }
  const parsed = entryFile.safeParse(raw.value, { error: issueWords })
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(...problemsOf(issue, raw))
    return { id, line, read: null, problems }
  }
  const found = new Findings(raw, sources, problems, nowMs)
  const entry = entryOf(parsed.data, found)
  if (entry === null || problems.length > 0) return { id, line, read: null, problems }
  const { secrets, notices } = found
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([entry, secrets]))
    .digest('hex')
  return { id, line, read: { entry, line, secrets, notices, fingerprint }, problems }
}

function idIn(value: unknown): string | null {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
  const read = entryFile.shape.id.safeParse(id)
  return read.success ? read.data : null
}

function problemsOf(issue: z.core.$ZodIssue, raw: RawEntry): EntryProblem[] {
  const place = issue.path.map(String).join('.')
  if (issue.code !== 'unrecognized_keys') {
    return [{ line: raw.lineOf(issue.path), says: `${place || 'it'} ${issue.message}` }]
  }
  return issue.keys.map(key => ({
    line: raw.lineOf([...issue.path, key]),
    says: isKeyLike(key)
      ? `${place === '' ? '' : `${place}.`}${key} ${unknownKeySays(place, key)}`
      : `${place || 'it'} has a key that is not known: is there a blank after each colon?`,
  }))
}

function entryOf(file: EntryFile, found: Findings): ClusterEntry | null {
  const { id, name = id } = file
  const ckafka = file.ckafka === undefined ? undefined : accountOf(file.ckafka, found)
  const ofCkafka = placesOf(found.secrets)
  const kafka = file.kafka === undefined ? undefined : kafkaOf(file.kafka, id, name, found)
  const ofKafka = placesOf(found.secrets.slice(ofCkafka.length))
  if (ckafka === undefined && kafka === undefined) {
    return found.refuse([], 'needs ckafka or kafka, or both: how its cluster is reached')
  }
  const isInstance = id.startsWith('ckafka-')
  if (ckafka !== undefined && kafka !== undefined) {
    if (!INSTANCE_ID.test(id)) {
      found.refuse(
        ['id'],
        'must be that of the CKafka instance, like ckafka-a1b2c3d4, where there are ckafka and kafka',
      )
    }
    if (file.ckafka?.instances !== undefined) {
      found.refuse(
        ['ckafka', 'instances'],
        'has no place here: with ckafka and kafka an entry is the one instance of its id',
      )
    }
    if (ckafka === null || kafka === null) return null
    return { kind: 'both', id, name, kafka, ckafka, keys: { ckafka: ofCkafka, kafka: ofKafka } }
  }
  if (isInstance) {
    found.refuse(['id'], 'must not begin with ckafka-, which an instance of CKafka does: this entry is none')
  }
  if (kafka !== undefined)
    return kafka === null ? null : { kind: 'kafka', id, name, kafka, keys: { kafka: ofKafka } }
  if (ckafka === null || ckafka === undefined) return null
  const listed = file.ckafka?.instances ?? []
  return {
    kind: 'ckafka',
    id,
    name,
    instances: listed.length === 0 ? null : listed.map(each => each.id),
    instanceNames: Object.fromEntries(listed.flatMap(each => (each.name ? [[each.id, each.name]] : []))),
    ckafka,
    keys: { ckafka: ofCkafka },
  }
}

function placesOf(secrets: readonly Secret[]): SecretPlace[] {
  return secrets.map(({ from, name }) => ({ from, name }))
}
