// The text of the file of clusters as YAML: its entries, each with the lines of what stands in it. It must never repeat
// the text: a secret may stand there by mistake.

import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml'
import { yamlWords } from '../request/file-words.ts'

/** The largest that anybody would write. */
export const MOST_BYTES = 262_144
const MOST_ENTRIES = 50

export type Path = readonly PropertyKey[]

/** Where something is wrong, and what. `entry` counts from 1. */
export interface Found {
  line: number
  says: string
}

export interface RawEntry {
  /** Undefined: it cannot be read, and the problems say why. */
  value: unknown
  /** Of what is there, or of what it would stand in. */
  lineOf(path: Path): number
  /** What is wrong with it before it is looked at. */
  problems: Found[]
}

export type DocumentOutcome =
  | { ok: true; version: unknown; entries: RawEntry[]; problems: Found[] }
  | { ok: false; problem: Found }

export function readDocument(text: string): DocumentOutcome {
  try {
    return documentIn(text)
  } catch {
    return refuse(1, 'the file is nested too deeply, or cannot be read as YAML')
  }
}

function documentIn(text: string): DocumentOutcome {
  if (Buffer.byteLength(text) > MOST_BYTES)
    return refuse(1, `the file is longer than ${MOST_BYTES / 1024} KB`)
  const lineCounter = new LineCounter()
  // A key that stands twice is told for its entry alone.
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, lineCounter })
  const lineAt = (offset: number) => lineCounter.linePos(offset).line || 1
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) return refuse(lineAt(error.pos[0]), yamlWords(error.code))

  const { contents } = document
  const expected = 'the file must hold version and clusters, like the example in docs/clusters.md'
  if (!isMap(contents)) return refuse(1, expected)
  const problems: Found[] = []
  for (const { key } of contents.items) {
    const name = isScalar(key) ? key.value : undefined
    if (name === 'version' || name === 'clusters') continue
    const line = isNode(key) ? lineAt(key.range?.[0] ?? 0) : 1
    problems.push({ line, says: 'the file must hold version and clusters, and nothing else beside them' })
  }
  const list = contents.get('clusters', true)
  if (!isSeq(list) || list.items.length === 0) {
    return refuse(lineAt(list?.range?.[0] ?? 0), 'clusters must be a list with an entry for each cluster')
  }
  if (list.items.length > MOST_ENTRIES) {
    return refuse(lineAt(list.range?.[0] ?? 0), `clusters must have ${MOST_ENTRIES} entries at most`)
  }
  const entries = list.items.map(item => entryOf(document, item, lineAt))
  return { ok: true, version: contents.get('version'), entries, problems }
}

function entryOf(document: Document, item: unknown, lineAt: (offset: number) => number): RawEntry {
  const node = isAlias(item) ? (item.resolve(document) ?? item) : item
  const first = isNode(item) ? lineAt(item.range?.[0] ?? 0) : 1
  const lineOf = (path: Path) => lineIn(node, path, lineAt) ?? first
  const problems: Found[] = []
  if (isNode(node)) {
    visit(node, {
      Map(_key, { items }) {
        const seen = new Set<unknown>()
        for (const { key } of items) {
          const name = isScalar(key) ? key.value : key
          if (seen.has(name) && isNode(key)) {
            problems.push({ line: lineAt(key.range?.[0] ?? 0), says: 'a key stands there twice' })
          }
          seen.add(name)
        }
      },
    })
  }
  try {
    // Aliases could make a small file a huge one.
    const value: unknown = isNode(item) ? item.toJS(document, { maxAliasCount: 100 }) : item
    return { value, lineOf, problems }
  } catch {
    const says = 'it refers with * to what is not marked with & before, or to too much'
    return { value: undefined, lineOf, problems: [...problems, { line: first, says }] }
  }
}

/** Of the deepest that is there, by its key. */
function lineIn(node: unknown, path: Path, lineAt: (offset: number) => number): number | undefined {
  let at: unknown = node
  let line: number | undefined
  for (const step of path) {
    if (isMap(at)) {
      const pair = at.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (!isPair(pair) || !isNode(pair.key)) return line
      line = lineAt(pair.key.range?.[0] ?? 0)
      at = pair.value
    } else if (isSeq(at)) {
      at = at.items[Number(step)]
      if (!isNode(at)) return line
      line = lineAt(at.range?.[0] ?? 0)
    } else return line
  }
  return line
}

function refuse(line: number, says: string): DocumentOutcome {
  return { ok: false, problem: { line, says } }
}
