// Whose an instance is: as the settings say, else as the accounts that were asked have said. It must never call one cluster's
// what two say they have.

import type { ReadOutcome } from '../../request/api-answer.ts'
import { causeOf, causeOfRefusal } from '../../request/cause.ts'
import type { Instance } from '../../request/group.ts'
import { nearestNames } from '../../request/nearest.ts'
import type { Member } from './clusters.ts'

export interface Owners {
  /** At once where it is known. Accounts that have not been asked lately are asked otherwise. */
  of(instanceId: string): Promise<ReadOutcome<Member>>
  /** Undefined: it is not known, or two say they have it. */
  known(instanceId: string): Member | undefined
  /** @returns those of them that it may have, with the names that it gives them */
  learn(member: Member, instances: readonly Instance[]): Instance[]
  /** As the settings have it, or as it said last; null: it has never said. */
  remembered(member: Member): readonly Instance[] | null
}

/** What was asked a moment ago is not asked again for an id that nobody has. */
const FRESH_MS = 10_000

export function createOwners(
  members: readonly Member[],
  deps: { now: () => number; note: <T>(member: Member, outcome: ReadOutcome<T>) => void },
): Owners {
  const { now, note } = deps
  const owners = new Map<string, Member | 'several'>()
  const said = new Map<Member, { atMs: number; instances: readonly Instance[] }>()
  const asking = new Map<Member, Promise<ReadOutcome<Instance[]>>>()
  for (const member of members) {
    for (const { id } of member.instances ?? []) {
      const other = owners.get(id)
      if (other !== undefined) {
        const names = typeof other === 'string' ? '' : `: ${other.name} and ${member.name}`
        throw new Error(`Two clusters have the instance ${id}${names}.`)
      }
      owners.set(id, member)
    }
  }

  function learn(member: Member, instances: readonly Instance[]): Instance[] {
    const may = member.instances
    const own = may === null ? instances : instances.filter(({ id }) => may.some(each => each.id === id))
    const named = own.map(each => {
      const told = may?.find(({ id, name }) => id === each.id && name !== id)
      return told === undefined ? each : { ...each, name: told.name }
    })
    said.set(member, { atMs: now(), instances: named })
    if (may !== null) return named
    for (const { id } of named) {
      const owner = owners.get(id)
      if (owner === undefined) owners.set(id, member)
      // An entry of its own for an instance of the account is meant to be that one.
      else if (owner !== member && !(owner !== 'several' && isSame(owner, id))) owners.set(id, 'several')
    }
    return named
  }

  function isSame(owner: Member, id: string): boolean {
    return owner.isCkafka && owner.instances?.some(each => each.id === id) === true
  }

  function ask(member: Member): Promise<ReadOutcome<Instance[]>> {
    const underWay = asking.get(member)
    if (underWay !== undefined) return underWay
    const read = member.readers.person
      .instances()
      .finally(() => asking.delete(member))
      .then(outcome => {
        note(member, outcome)
        if (outcome.kind === 'read') learn(member, outcome.value)
        return outcome
      })
    asking.set(member, read)
    return read
  }

  /** Undefined: nobody is known to have it. */
  function told(instanceId: string): ReadOutcome<Member> | undefined {
    const owner = owners.get(instanceId)
    if (owner === undefined) return undefined
    if (owner !== 'several') return { kind: 'read', value: owner }
    return missing(causeOf('severalClusters'))
  }

  return {
    async of(instanceId) {
      if (instanceId.trim() === '') {
        return { kind: 'refused', reason: 'badRequest', code: 'none', message: 'An instance is needed.' }
      }
      const already = told(instanceId)
      if (already !== undefined) return already
      const open = members.filter(each => each.instances === null)
      const old = open.filter(each => now() - (said.get(each)?.atMs ?? Number.NEGATIVE_INFINITY) >= FRESH_MS)
      const answers = await Promise.all(old.map(ask))
      const found = told(instanceId)
      if (found !== undefined) return found
      const silent = answers.find(({ kind }) => kind !== 'read')
      if (silent === undefined)
        return missing(causeOf('noInstance', ...nearestNames(instanceId, [...owners.keys()])))
      if (silent.kind === 'unavailable') return silent
      const { code, message } = silent.kind === 'refused' ? silent : { code: '', message: '' }
      return { kind: 'unavailable', cause: causeOfRefusal(code, message) }
    },
    known(instanceId) {
      const owner = owners.get(instanceId)
      return owner === 'several' ? undefined : owner
    },
    learn,
    remembered: member => said.get(member)?.instances ?? member.instances,
  }
}

function missing(message: string) {
  return { kind: 'refused', reason: 'instanceMissing', code: 'none', message } as const
}
