// A folder with a file of clusters and the files that it names, until the test ends.

import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const TLS = join(import.meta.dirname, '../support/tls')

export interface Folder {
  /** Where the file of clusters is. */
  file: string
  write(name: string, text: string): void
}

export function folderWith(clusters: string, others: Record<string, string> = {}): Folder {
  const folder = mkdtempSync(join(tmpdir(), 'rewind-clusters-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  for (const name of readdirSync(TLS)) {
    copyFileSync(join(TLS, name), join(folder, name))
  }
  write('clusters.yml', clusters)
  for (const [name, text] of Object.entries(others)) write(name, text)
  return { file: join(folder, 'clusters.yml'), write }
}
