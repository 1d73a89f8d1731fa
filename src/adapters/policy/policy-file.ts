// The policy's file: read at the start, and again whenever it has been edited. A file that is wrong changes nothing:
// what was read last goes on, and the log says why.

import { createHash } from 'node:crypto'
import { LineCounter, parseDocument } from 'yaml'
import { readBounded, readBoundedLater } from '../../bounded-file.ts'
import { yamlWords } from '../../request/file-words.ts'
import type { Policy } from '../../request/policy.ts'
import { type PolicyOutcome, readPolicy } from '../../request/policy-file.ts'

/** The largest that anybody would write; a file of another kind is not read. */
const MOST_BYTES = 1_048_576

/** @returns the policy, or every problem with its place. Never throws. */
export function loadPolicy(file: string): PolicyOutcome {
  const read = readBounded(file, MOST_BYTES)
  return read.ok ? policyIn(read.text) : unusable(unreadable(read.why))
}

function policyIn(text: string): PolicyOutcome {
  // Aliases could make a small file a huge one.
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { prettyErrors: false, lineCounter })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) {
    const { line } = lineCounter.linePos(problem.pos[0])
    return unusable(`line ${line || 1}: ${yamlWords(problem.code)}`)
  }
  try {
    return readPolicy(document.toJS({ maxAliasCount: 100 }), versionOf(text))
  } catch {
    return unusable(
      'the file cannot be read: it refers with * to what is not marked with & before, or to too much',
    )
  }
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

function unusable(problem: string): PolicyOutcome {
  return { ok: false, problems: [problem] }
}

/** @param why as bounded-file.ts has it */
function unreadable(why: string): string {
  return why === 'ENOENT' ? 'there is no such file (ENOENT)' : `the file cannot be read (${why})`
}

export interface PolicySource {
  current(): Policy
  stop(): void
}

export interface PolicySourceDeps {
  everyMs: number
  onEdited(policy: Policy): void
  onProblems(problems: string[]): void
}

/** Compares the text now and then: what tells of edits differs between file systems, and a mounted file is replaced whole. */
export function watchPolicy(
  path: string,
  first: Policy,
  { everyMs, onEdited, onProblems }: PolicySourceDeps,
): PolicySource {
  let policy = first
  let told = first.version
  let lastSeen = first.version
  async function look(): Promise<void> {
    const file = await readBoundedLater(path, MOST_BYTES)
    const found = file.ok
      ? { seen: versionOf(file.text), read: () => policyIn(file.text) }
      : { seen: 'unreadable', read: () => unusable(unreadable(file.why)) }
    // Who is still writing it has written something else by the next look.
    const isWhole = found.seen === lastSeen
    lastSeen = found.seen
    if (!isWhole || found.seen === told) return
    told = found.seen
    const read = found.read()
    if (!read.ok) return onProblems(read.problems)
    if (read.policy.version === policy.version) return
    policy = read.policy
    onEdited(policy)
  }
  const timer = setInterval(() => void look(), everyMs)
  timer.unref()
  return { current: () => policy, stop: () => clearInterval(timer) }
}
