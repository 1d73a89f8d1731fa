import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadPolicy, type PolicySource, watchPolicy } from '../../../src/adapters/policy/policy-file.ts'
import type { Policy } from '../../../src/request/policy.ts'

const named = (name: string) => `version: 1\nrules:\n  - name: ${name}\n    approve: [{ from: U0BOB }]\n`

let folder: string
let file: string
let source: PolicySource | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rewind-policy-'))
  file = join(folder, 'policy.yml')
})
afterEach(() => {
  source?.stop()
  source = undefined
  rmSync(folder, { recursive: true, force: true })
})

function problemsWith(text: string): string {
  writeFileSync(file, text)
  const read = loadPolicy(file)
  return read.ok ? '' : read.problems.join('\n')
}

describe('a policy’s file', () => {
  it('is read, and its version changes with every character of it', () => {
    writeFileSync(file, named('a'))
    const first = loadPolicy(file)
    writeFileSync(file, `${named('a')}# a word\n`)
    const second = loadPolicy(file)
    expect(first).toMatchObject({ ok: true, policy: { rules: [{ name: 'a' }] } })
    expect(first.ok && second.ok && first.policy.version !== second.policy.version).toBe(true)
  })

  it('that is not there, is no YAML or has a problem is named as such, and never throws', () => {
    const missing = loadPolicy(join(folder, 'none.yml'))
    expect(missing).toEqual({ ok: false, problems: ['there is no such file (ENOENT)'] })
    expect(problemsWith('rules: [')).toContain('not valid YAML')
    expect(problemsWith('a: 1\na: 2\n')).toContain('not valid YAML')
    expect(problemsWith('version: 2\nrules: [x]')).toContain('version must be 1')
    expect(problemsWith('# nothing\n')).toContain('the file ')
    expect(problemsWith('x'.repeat(1_048_577))).toBe('the file cannot be read (it is longer than 1 MB)')
  })

  it('that is a pipe, a directory or a device is not waited for', () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, folder, '/dev/zero']) {
      const problems = ['the file cannot be read (it is no regular file)']
      expect(loadPolicy(path), path).toEqual({ ok: false, problems })
    }
  })

  it('cannot be made to grow by what refers to itself', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`)
    expect(problemsWith(`l0: &l0 x\n${levels.join('\n')}\n`)).toContain('the file cannot be read')
  })
})

describe('an edit', () => {
  function watch() {
    writeFileSync(file, named('first'))
    const read = loadPolicy(file)
    if (!read.ok) throw new Error(read.problems.join())
    const edited: Policy[] = []
    const problems: string[][] = []
    source = watchPolicy(file, read.policy, {
      everyMs: 10,
      onEdited: policy => void edited.push(policy),
      onProblems: found => void problems.push(found),
    })
    return { source, edited, problems }
  }
  const nameOf = ({ rules }: Policy) => rules[0]?.name

  it('is noticed, also when the file is replaced whole, and once', async () => {
    const { source, edited } = watch()
    expect(nameOf(source.current())).toBe('first')
    writeFileSync(join(folder, 'next.yml'), named('second'))
    renameSync(join(folder, 'next.yml'), file)
    await vi.waitUntil(() => nameOf(source.current()) === 'second')
    await new Promise(resolve => setTimeout(resolve, 60))
    expect(edited.map(nameOf)).toEqual(['second'])
  })

  it('that cannot be used leaves the policy as it is, is told once, and can be mended', async () => {
    const { source, edited, problems } = watch()
    writeFileSync(file, 'version: 2\n')
    await vi.waitUntil(() => problems.length > 0)
    await new Promise(resolve => setTimeout(resolve, 60))
    rmSync(file)
    await vi.waitUntil(() => problems.length > 1)
    await new Promise(resolve => setTimeout(resolve, 60))
    expect(problems).toHaveLength(2)
    expect(nameOf(source.current())).toBe('first')
    writeFileSync(file, named('mended'))
    await vi.waitUntil(() => nameOf(source.current()) === 'mended')
    expect(edited).toHaveLength(1)
  })
})
