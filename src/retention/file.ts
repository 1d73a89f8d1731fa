// The file of requests that are about to be deleted: an export as `npm run audit -- export` makes it, of these alone. It is
// there for good only when it is on the disk and was verified as it was read back. It must never delete a request.

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AttemptTrail, Store, Trail } from '../ports/store.ts'
import type { RequestId } from '../request/request.ts'
import type { Seals } from '../request/seals.ts'
import { createAuditExport } from '../trail-file/export.ts'
import { sumOf } from '../trail-file/lines.ts'
import { type Problem, type Verified, verifyLines } from '../trail-file/verify.ts'

export const UNFINISHED = '.part'
/** Each leaves some out; where more are wrong than that, all of it is. */
const MOST_TRIES = 20

export interface ExportDeps {
  store: Pick<Store, 'readTrails'> & { readAttempts(): Promise<AttemptTrail> }
  /** Null: this process has no key, and exports nothing that is sealed. */
  seals: Seals | null
  directory: string
  /** With which its name begins. */
  prefix: string
}

/** What of a trail says that nothing has changed since: the last event, and how many more refused attempts were counted. */
export type Exported = Pick<Trail, 'version' | 'auditHash'> & { more: number }

export interface Written {
  /** Without its folder; null: none of them could be exported. */
  file: string | null
  sha256: string
  /** Oldest first. */
  trails: Map<RequestId, Exported>
  /** Families of which something does not verify: they stay, and `problem` says of each what was found first. */
  left: { ids: RequestId[]; problem: string }[]
}

/** Rejects when the file could not be written, or when what is wrong is about no request: nothing is to be deleted then. */
export async function writeExport(deps: ExportDeps, families: readonly RequestId[][]): Promise<Written> {
  const left: Written['left'] = []
  let going = [...families]
  for (let tries = 0; tries < MOST_TRIES && going.length > 0; tries++) {
    // Its own alone: another process, or another installation in the same folder, may be writing at the same time.
    const part = join(deps.directory, `${deps.prefix}-${going[0]?.[0]}-${randomUUID()}${UNFINISHED}`)
    try {
      const made = await writePart(deps, part, going.flat().sort(byNumber))
      const { verified, sha256 } = await verifyPart(part, deps.seals)
      if (sha256 !== made.sha256) throw new Error('The file is not read back as it was written.')
      const wrong = wrongIn(verified, made)
      if (wrong.length === 0) {
        const ids = [...made.trails.keys()]
        const file = `${deps.prefix}-${ids[0]}-to-${ids.at(-1)}-${sha256.slice(0, 12)}.jsonl`
        const path = join(deps.directory, file)
        await rename(part, path)
        await syncFolder(deps.directory)
        if ((await hashOf(path)) !== sha256) throw new Error('The file is not there as it was verified.')
        return { file, sha256, trails: made.trails, left }
      }
      for (const { id, problem } of wrong) {
        const family = going.find(each => each.includes(id))
        if (family === undefined) continue
        left.push({ ids: family, problem })
        going = going.filter(each => each !== family)
      }
    } finally {
      await rm(part, { force: true })
    }
  }
  if (going.length > 0) throw new Error('Too many requests do not verify: npm run audit says which.')
  return { file: null, sha256: '', trails: new Map(), left }
}

interface Part {
  sha256: string
  trails: Map<RequestId, Exported>
  /** The first line after those of each request. */
  ends: { id: RequestId; line: number }[]
}

async function writePart({ store }: ExportDeps, part: string, ids: readonly RequestId[]): Promise<Part> {
  const hash = createHash('sha256')
  const made: Part = { sha256: '', trails: new Map(), ends: [] }
  let line = 0
  async function* told(): AsyncGenerator<Trail> {
    for await (const trail of store.readTrails(ids)) {
      const { id, version, auditHash, more } = trail
      made.trails.set(id, { version, auditHash, more: sumOf(more) })
      yield trail
      made.ends.push({ id, line: line + 1 })
    }
  }
  const audit = createAuditExport({ readTrails: told, readAttempts: () => store.readAttempts() })
  const handle = await open(part, 'wx', 0o600)
  try {
    for await (const text of audit.lines()) {
      await writeWhole(handle, text)
      hash.update(text)
      line += text.split('\n').length - 1
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  // What is there no more somebody else has exported and deleted.
  return { ...made, sha256: hash.digest('hex') }
}

async function writeWhole(handle: FileHandle, text: string): Promise<void> {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    const { bytesWritten } = await handle.write(bytes)
    bytes = bytes.subarray(bytesWritten)
  }
}

async function verifyPart(
  part: string,
  seals: Seals | null,
): Promise<{ verified: Verified; sha256: string }> {
  const hash = createHash('sha256')
  async function* read() {
    for await (const chunk of createReadStream(part)) {
      hash.update(chunk)
      yield chunk as Buffer
    }
  }
  return { verified: await verifyLines(read(), seals), sha256: hash.digest('hex') }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** Which requests keep it from being whole; throws where it is none of them. */
function wrongIn(verified: Verified, { ends }: Part): { id: RequestId; problem: string }[] {
  if (verified.ok) {
    const { notChecked, notCheckedAttempts, notCheckedCounters } = verified.remarks
    if (notChecked + notCheckedAttempts + notCheckedCounters > 0) {
      throw new Error('It is sealed, and AUDIT_KEY is not set here: nothing is deleted.')
    }
    return []
  }
  const problems: Problem[] = [verified, ...(verified.others ?? [])]
  return problems.map(({ line, problem }) => {
    const id = ends.find(each => line < each.line)?.id
    if (id === undefined) throw new Error(`What is kept does not verify, so nothing is deleted: ${problem}.`)
    return { id, problem }
  })
}

async function syncFolder(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function byNumber(one: RequestId, other: RequestId): number {
  return Number(one.slice(2)) - Number(other.slice(2))
}
