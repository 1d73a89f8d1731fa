// Several clusters behind the two ports: whose an instance is, and everything asked of it asked there. It must never ask one
// cluster for another's instance, nor guess whose an instance is: what cannot be told is refused, or said to be unavailable.

import type { Cluster, ClusterReader, InstancesRead } from '../../ports/cluster.ts'
import type { ReadOutcome } from '../../request/api-answer.ts'
import { causeOf } from '../../request/cause.ts'
import type { Instance } from '../../request/group.ts'
import { createOwners, type Owners } from './owners.ts'

export type Urgency = 'person' | 'plan' | 'execution' | 'watch'
export type Readers = Record<Urgency, ClusterReader>

/** One cluster, or one account with its instances. */
export interface Member {
  /** What people and logs call it. */
  name: string
  /** Null: it is asked, and what it says is remembered. */
  instances: readonly Instance[] | null
  /** It is its one instance, which has nothing to be asked for. */
  isOne: boolean
  /** Its instances are CKafka's, so that an account may show the same. */
  isCkafka: boolean
  cluster: Cluster
  readers: Readers
}

export interface Clusters {
  cluster: Cluster
  readers: Readers
  /** Asks each once, so that one that does not answer is known before anybody needs it. Never rejects. */
  look(): Promise<void>
  /** Others from now on; those that stay may be among them. Throws as the start does, and then nothing has changed. */
  replace(members: readonly Member[]): void
  /** Those that did not answer when they were last asked, by name, and why. */
  troubles(): { name: string; cause: string }[]
}

export interface ClustersDeps {
  now: () => number
  /** Once for each change; null: it answers again. */
  onTrouble?: (name: string, cause: string | null) => void
  /** What a look met that the ports do not allow. */
  onFault?: (error: unknown) => void
}

/** Of a list that is made of many answers, what one of them may take. */
const LISTED_MS = 1_500

/** Throws where two are told to have the same instance. */
export function createClusters(
  first: readonly Member[],
  { now, onTrouble, onFault }: ClustersDeps,
): Clusters {
  const troubled = new Map<Member, string>()

  /** What an answer tells of whether the cluster answers. */
  function note<T>(member: Member, outcome: ReadOutcome<T>): void {
    const cause = troubleIn(outcome)
    if (cause === undefined || !members.includes(member)) return
    const before = troubled.get(member) ?? null
    if (cause === null) troubled.delete(member)
    else troubled.set(member, cause)
    if ((before === null) !== (cause === null)) onTrouble?.(member.name, cause)
  }

  let members = first
  let owners = createOwners(members, { now, note })

  const reader = (urgency: Urgency): Required<ClusterReader> => {
    async function at<T>(
      instanceId: string,
      ask: (from: ClusterReader) => Promise<ReadOutcome<T>> | undefined,
    ): Promise<ReadOutcome<T>> {
      const owner = await owners.of(instanceId)
      if (owner.kind !== 'read') return owner
      const outcome = await (ask(owner.value.readers[urgency]) ?? CANNOT)
      note(owner.value, outcome)
      return outcome
    }
    return {
      async abilitiesOf(instanceId) {
        const owner = await owners.of(instanceId)
        return owner.kind === 'read' ? owner.value.readers[urgency].abilitiesOf(instanceId) : owner
      },
      instances: () => listed(members, urgency, owners, note),
      groups: (instanceId, search) => at(instanceId, from => from.groups(instanceId, search)),
      topics: (instanceId, search) => at(instanceId, from => from.topics(instanceId, search)),
      group: target => at(target.instanceId, from => from.group(target)),
      positions: (target, topics, logs) =>
        at(target.instanceId, from => from.positions(target, topics, logs)),
      logRanges: (instanceId, topic) => at(instanceId, from => from.logRanges(instanceId, topic)),
      firstMessageAt: (instanceId, ...question) =>
        at(instanceId, from => from.firstMessageAt(instanceId, ...question)),
      logRangesOf: (instanceId, topics) => at(instanceId, from => from.logRangesOf?.(instanceId, topics)),
      firstMessagesAt: (instanceId, ...question) =>
        at(instanceId, from => from.firstMessagesAt?.(instanceId, ...question)),
      topicKinds: (instanceId, topics) => at(instanceId, from => from.topicKinds?.(instanceId, topics)),
    }
  }

  return {
    cluster: writesOf(() => ({ members, owners })),
    readers: {
      person: reader('person'),
      plan: reader('plan'),
      execution: reader('execution'),
      watch: reader('watch'),
    },
    async look() {
      const looks = members.map(member => asked(member, owners, note).catch(error => onFault?.(error)))
      await Promise.all(looks)
    },
    replace(next) {
      owners = createOwners(next, { now, note })
      members = next
      for (const member of troubled.keys()) if (!next.includes(member)) troubled.delete(member)
    },
    troubles: () => [...troubled].map(([{ name }, cause]) => ({ name, cause })),
  }
}

type Note = <T>(member: Member, outcome: ReadOutcome<T>) => void

const CANNOT = {
  kind: 'refused',
  reason: 'badRequest',
  code: 'none',
  message: 'This cluster does not read many at once.',
} as const

/** Undefined: it tells nothing of whether the cluster answers. Null: it does. */
function troubleIn<T>(outcome: ReadOutcome<T>): string | null | undefined {
  if (outcome.kind === 'read') return null
  if (outcome.kind === 'unavailable') return outcome.retryAfterMs === undefined ? outcome.cause : undefined
  return outcome.reason === 'credentials' ? outcome.message : undefined
}

function writesOf(now: () => { members: readonly Member[]; owners: Owners }): Required<Cluster> {
  async function ownerOf(instanceId: string) {
    const owner = await now().owners.of(instanceId)
    return owner.kind === 'unavailable' ? ({ kind: 'notSent', cause: owner.cause } as const) : owner
  }
  return {
    writePaceOf(instanceId) {
      const { members, owners } = now()
      const known = owners.known(instanceId)
      const paces = (known === undefined ? members : [known]).map(each =>
        each.cluster.writePaceOf(instanceId),
      )
      return {
        atLeastMs: Math.max(0, ...paces.map(({ atLeastMs }) => atLeastMs)),
        atMostMs: Math.max(0, ...paces.map(({ atMostMs }) => atMostMs)),
      }
    },
    async resetOffsets(reset, deadlineMs) {
      const owner = await ownerOf(reset.target.instanceId)
      return owner.kind === 'read' ? owner.value.cluster.resetOffsets(reset, deadlineMs) : owner
    },
    async writeOffsets(target, topic, offsets, deadlineMs) {
      const owner = await ownerOf(target.instanceId)
      return owner.kind === 'read'
        ? owner.value.cluster.writeOffsets(target, topic, offsets, deadlineMs)
        : owner
    },
    async writeTopics(target, offsets, deadlineMs) {
      const owner = await ownerOf(target.instanceId)
      if (owner.kind !== 'read') return { called: owner, unwritten: [] }
      const { cluster } = owner.value
      const message = 'This cluster takes one topic at a time.'
      return cluster.writeTopics === undefined
        ? { called: { ...CANNOT, message }, unwritten: [] }
        : cluster.writeTopics(target, offsets, deadlineMs)
    },
  }
}

/** Side by side, each in its own time: one that does not answer hides no other. */
async function listed(
  members: readonly Member[],
  urgency: Urgency,
  owners: Owners,
  note: Note,
): Promise<InstancesRead> {
  const answers = await Promise.all(
    members.map(async member => {
      const asking = member.isOne ? null : instancesOf(member, urgency, owners, note)
      const read = asking === null ? null : await Promise.race([asking, late(LISTED_MS)])
      const has = read === null || read.kind !== 'read' ? owners.remembered(member) : read.value
      return { member, has, failed: read !== null && read.kind !== 'read' ? read : null }
    }),
  )
  const value = answers.flatMap(({ member, has }) =>
    (has ?? []).filter(({ id }) => owners.known(id) === member),
  )
  const untold = answers.filter(({ has }) => has === null)
  const [one] = untold
  if (one?.failed && untold.length === members.length) return one.failed
  return {
    kind: 'read',
    value,
    ...(untold.length === 0 ? {} : { untold: untold.map(({ member }) => member.name) }),
  }
}

/** Names that its own list gives, of those that it may have. */
async function instancesOf(
  member: Member,
  urgency: Urgency,
  owners: Owners,
  note: Note,
): Promise<ReadOutcome<Instance[]>> {
  const read = await member.readers[urgency].instances()
  note(member, read)
  if (read.kind !== 'read') return read
  return { kind: 'read', value: owners.learn(member, read.value) }
}

async function asked(member: Member, owners: Owners, note: Note): Promise<void> {
  if (!member.isOne) {
    await instancesOf(member, 'person', owners, note)
    return
  }
  const [one] = member.instances ?? []
  if (one !== undefined) note(member, await member.readers.person.topics(one.id, ''))
}

const LATE = { kind: 'unavailable', cause: causeOf('slowCluster') } as const

function late(ms: number): Promise<typeof LATE> {
  return new Promise(resolve => {
    setTimeout(resolve, ms, LATE).unref()
  })
}
