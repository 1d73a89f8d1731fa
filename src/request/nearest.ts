// Which names are like one that is not there: a slip of the finger, and what was meant. Pure.

import Fuse from 'fuse.js'
import type { ReadOutcome } from './api-answer.ts'
import type { NamePage } from './group.ts'

/** Up to three names that look like the one typed, the likeliest first. @param threshold Fuse's: 0 takes only the same */
export function nearestNames(typed: string, candidates: readonly string[], threshold = 0.5): string[] {
  const fuse = new Fuse([...new Set(candidates)], { threshold, ignoreLocation: true })
  return fuse.search(typed, { limit: 3 }).map(found => found.item)
}

/** Likewise of what was found for `searchesFor` that name, as far as it could be read. */
export function nearestIn(typed: string, pages: readonly ReadOutcome<NamePage>[]): string[] {
  return nearestNames(
    typed,
    pages.flatMap(page => (page.kind === 'read' ? page.value.names : [])),
  )
}

/** What to search for when a name is not there: all names, and those that hold a piece of it. */
export function searchesFor(name: string): string[] {
  return ['', ...searchPieces(name)]
}

/** A slip of the finger spoils one of them, not all. */
export function searchPieces(name: string): string[] {
  const pieces = name.split(/[^\p{L}\p{N}]+/u).filter(piece => piece.length >= 3)
  return [...new Set([...pieces.sort((a, b) => b.length - a.length), name.slice(0, 3)])].slice(0, 4)
}
