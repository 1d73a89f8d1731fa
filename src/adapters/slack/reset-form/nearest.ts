// Which names are like one that is not there: a slip of the finger, and what was meant.

import Fuse from 'fuse.js'
import type { ClusterReader } from '../../../ports/cluster.ts'
import type { Target } from '../../../request/reset.ts'

/** The groups of the same instance with names like this one's, as far as it answers. Never rejects. */
export async function nearestGroups(
  reader: Pick<ClusterReader, 'groups'>,
  { instanceId, group }: Target,
): Promise<string[]> {
  const pages = await Promise.all(['', ...searchPieces(group)].map(piece => reader.groups(instanceId, piece)))
  return nearestNames(
    group,
    pages.flatMap(page => (page.kind === 'read' ? page.value.names : [])),
  )
}

/** Up to three names that look like the one typed, the likeliest first. @param threshold Fuse's: 0 takes only the same */
export function nearestNames(typed: string, candidates: readonly string[], threshold = 0.5): string[] {
  const fuse = new Fuse([...new Set(candidates)], { threshold, ignoreLocation: true })
  return fuse.search(typed, { limit: 3 }).map(found => found.item)
}

/** Pieces of a name to search for when the whole is not there: a slip of the finger spoils one of them, not all. */
export function searchPieces(name: string): string[] {
  const pieces = name.split(/[^\p{L}\p{N}]+/u).filter(piece => piece.length >= 3)
  return [...new Set([...pieces.sort((a, b) => b.length - a.length), name.slice(0, 3)])].slice(0, 4)
}
