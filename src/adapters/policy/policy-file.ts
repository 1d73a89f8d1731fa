// The policy's file: read at the start, and again whenever it has been edited. A file that is wrong changes nothing:
// what was read last goes on, and the log says why.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { LineCounter, parseDocument } from 'yaml'
import { yamlWords } from '../../request/file-words.ts'
import type { Policy } from '../../request/policy.ts'
import { type PolicyOutcome, readPolicy } from '../../request/policy-file.ts'

/** The largest that anybody would write; a file of another kind is not read. */
const MOST_BYTES = 1_000_000

/** @returns the policy, or every problem with its place. Never throws. */
export function loadPolicy(file: string): PolicyOutcome {
  try {
    return policyIn(readFileSync(file, 'utf8'))
  } catch (error) {
    return unusable(unreadable(error))
  }
}

function policyIn(text: string): PolicyOutcome {
  if (text.length > MOST_BYTES) return unusable('the file is longer than a megabyte')
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

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'there is no such file (ENOENT)'
  return code === undefined ? 'the file cannot be read' : `the file cannot be read (${code})`
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
  file: string,
  first: Policy,
  { everyMs, onEdited, onProblems }: PolicySourceDeps,
): PolicySource {
  let policy = first
  let told = first.version
  let lastSeen = first.version
  async function look(): Promise<void> {
    const found = await readFile(file, 'utf8').then(
      text => ({ seen: versionOf(text), read: () => policyIn(text) }),
      error => ({ seen: 'unreadable', read: () => unusable(unreadable(error)) }),
    )
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
