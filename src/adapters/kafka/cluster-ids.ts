// Which cluster an entry reaches, by the ClusterId that its brokers answer: what addresses cannot tell. Pure.

export type ClusterIdNews =
  /** Another entry that is served reaches the same cluster. */
  | { kind: 'same'; other: string; clusterId: string }
  /** The entry reached another cluster before. */
  | { kind: 'another'; was: string; is: string }

export interface ClusterIds {
  /**
   * What this tells that was not told before.
   *
   * @param served the entries that it may not be one cluster with
   */
  see(entry: string, clusterId: string, served: readonly string[]): ClusterIdNews[]
  /** The entries are others now: those that are one cluster are told once more. */
  tellAgain(): void
}

export function createClusterIds(): ClusterIds {
  /** Of entries that are not served as well: an id may come back with another cluster. */
  const known = new Map<string, string>()
  const told = new Set<string>()
  return {
    see(entry, clusterId, served) {
      const was = known.get(entry)
      known.set(entry, clusterId)
      const another: ClusterIdNews[] =
        was === undefined || was === clusterId ? [] : [{ kind: 'another', was, is: clusterId }]
      const same = served.flatMap((other): ClusterIdNews[] => {
        const pair = JSON.stringify([...[entry, other].sort(), clusterId])
        if (other === entry || known.get(other) !== clusterId || told.has(pair)) return []
        told.add(pair)
        return [{ kind: 'same', other, clusterId }]
      })
      return [...another, ...same]
    },
    tellAgain: () => told.clear(),
  }
}

/** For the log and for whoever checks an installation. @param name of the entry */
export function clusterIdSentence(name: string, news: ClusterIdNews): string {
  return news.kind === 'same'
    ? `The cluster ${name} says the same ClusterId as the entry ${news.other}, ${news.clusterId}: they are one cluster, and one of the two entries has to go.`
    : `The cluster ${name} has another ClusterId now: it was ${news.was}, and is ${news.is}. What was opened for the one can be written to the other: another cluster needs an entry with another id.`
}

/** Of 22 characters as Kafka makes them; any other text that is short and stays on its line is taken as it is. */
export function isClusterId(text: string | null): text is string {
  return text !== null && /^[^\p{C}\p{Z}]{1,100}$/u.test(text)
}
