// Which of the clusters is at hand: the one whose tab was taken last in this tab of the browser.
// It must never be one that is not there.

import { signal } from '@preact/signals'
import { recall, remember } from '../memory.ts'
import type { ClusterScene } from '../protocol.ts'

const KEY = 'cluster'
const taken = signal(recall('tab', KEY))

export function take(id: string): void {
  taken.value = id
  remember('tab', KEY, id)
}

export function shownOf(clusters: readonly ClusterScene[]): ClusterScene | undefined {
  return clusters.find(({ id }) => id === taken.value) ?? clusters[0]
}

/** What kind of cluster it is, as people call it. */
export const KINDS: Record<ClusterScene['kind'], string> = { ckafka: 'CKafka', kafka: 'Kafka' }
