// What the API key may do, action by action, for whoever checks an installation. A read is asked as Rewind asks it. A write
// names a group that does not exist and a topic that cannot, and shifts by nothing where it is a shift: it cannot have an
// effect, and an answer that says anything but "not allowed" came from behind the permission.
//
// Which of the two the API looks at first is not documented: a key whose write would be refused for its parameters before it
// is refused for its permission looks as if it had it.

import { randomUUID } from 'node:crypto'
import type { ClusterAction } from '../../ports/events.ts'
import type { ReadOutcome } from '../../request/api-answer.ts'
import { readCause } from '../../request/cause.ts'
import type { Instance } from '../../request/group.ts'
import type { Answer, Api, Question } from './call.ts'
import { createApiV2, type ParamsV2 } from './call-v2.ts'
import { createApiV3, type ParamsV3 } from './call-v3.ts'
import type { Page, Read } from './fields.ts'
import { keepStates } from './instance-states.ts'
import type { Questions } from './questions.ts'
import { QUESTIONS_V2, topicParams } from './questions-v2.ts'
import { QUESTIONS_V3 } from './questions-v3.ts'
import { createReader } from './reader.ts'
import type { CkafkaConfig, CkafkaDeps, ConfigV2 } from './settings.ts'
import { keepKinds } from './topic-kinds.ts'

export interface Permission {
  action: ClusterAction
  /** `unknown`: there was no answer, or one that says nothing about it. */
  may: 'yes' | 'no' | 'unknown'
  /** The API's code, or the cause as request/cause.ts has it; empty: it answered. */
  said: string
}

export interface PermissionsLook {
  instances(deadlineMs: number): Promise<ReadOutcome<Instance[]>>
  /** Never rejects. @param which `ofWrites`: only the reads that come before a write */
  of(
    instanceId: string,
    which: { reads: 'all' | 'ofWrites' | 'none'; writes: boolean },
    deadlineMs: number,
  ): Promise<Permission[]>
  close(): Promise<void>
}

export function createPermissionsLook(config: CkafkaConfig, deps: CkafkaDeps): PermissionsLook {
  switch (config.dialect) {
    case 'v2': {
      const api = createApiV2(config, deps)
      return look(api, QUESTIONS_V2, id => writesV2(id, config), deps)
    }
    case 'v3': {
      const api = createApiV3(config, deps)
      return look(api, QUESTIONS_V3, writesV3, deps)
    }
    default:
      return config satisfies never
  }
}

/** What is looked at before a write; API 2.0 looks at nothing. */
const BEFORE_WRITES = new Set<ClusterAction>([
  ...(['DescribeGroupInfo', 'DescribeGroupOffsets', 'DescribeTopic', 'DescribeTopicSyncReplica'] as const),
])

/** What cannot be there: Kafka has no topic with such a sign in its name, and makes none. */
const noTopic = () => `rewind-doctor!${randomUUID()}`
const noGroup = () => `rewind-doctor-${randomUUID()}`
/** A message of that time there is none yet. */
const AHEAD_MS = 3_600_000
/** A budget that is used up comes back by then, or it is not waited for. */
const SHORT_WAIT_MS = 5_000

/** Whatever the answer holds, it answered. */
const anything = (): Read<null> => ({ ok: true, value: null })

function writesV3(instanceId: string): Question<ParamsV3, null>[] {
  return [
    {
      action: 'BatchModifyGroupOffsets',
      params: {
        InstanceId: instanceId,
        GroupName: noGroup(),
        TopicName: [noTopic()],
        Partitions: [{ Partition: 0, Offset: 0 }],
      },
      readData: anything,
    },
    {
      action: 'ModifyGroupOffsets',
      params: { InstanceId: instanceId, Group: noGroup(), Topics: [noTopic()], Strategy: 0, Shift: 0 },
      readData: anything,
    },
  ]
}

function writesV2(
  instanceId: string,
  { setOffsetsAction }: Pick<ConfigV2, 'setOffsetsAction'>,
): Question<ParamsV2, null>[] {
  const params = { instanceId, group: noGroup(), strategy: '0', shift: '0', ...topicParams([noTopic()]) }
  return [{ action: setOffsetsAction, params, readData: anything }]
}

function look<Params>(
  api: Api<Params>,
  questions: Questions<Params>,
  writesOf: (instanceId: string) => Question<Params, null>[],
  { now }: CkafkaDeps,
): PermissionsLook {
  /** Again when its budget is back, which those who run beside it use as well. */
  async function asked<T>(ask: () => Promise<Answer<T>>, deadlineMs: number): Promise<Answer<T>> {
    for (;;) {
      const answer = await ask()
      const waitMs = answer.kind === 'notSent' ? answer.retryAfterMs : undefined
      if (!(await budgetBack(waitMs, deadlineMs))) return answer
    }
  }

  /** False: it is not waited for. */
  async function budgetBack(waitMs: number | undefined, deadlineMs: number): Promise<boolean> {
    if (waitMs === undefined || waitMs > SHORT_WAIT_MS || now() + waitMs >= deadlineMs) return false
    await new Promise(resolve => setTimeout(resolve, waitMs))
    return now() < deadlineMs
  }

  const read = <T>(question: Question<Params, T>, deadlineMs: number) =>
    asked(() => api.read({ ...question, deadlineMs }, 'person'), deadlineMs)

  /** The first name of a list, and whether it may be asked for. */
  async function firstOf(
    question: Question<Params, Page<string>>,
    deadlineMs: number,
  ): Promise<{ name: string | undefined; permission: Permission }> {
    const answer = await read(question, deadlineMs)
    const name = answer.kind === 'answered' ? answer.value.items[0] : undefined
    return { name, permission: permissionIn(question.action, answer) }
  }

  async function reads(instanceId: string, ofWrites: boolean, deadlineMs: number): Promise<Permission[]> {
    const isNeeded = ({ action }: { action: ClusterAction }) => !ofWrites || BEFORE_WRITES.has(action)
    const [groups, topics] = await Promise.all([
      firstOf(questions.groups(instanceId, ''), deadlineMs),
      firstOf(questions.topics(instanceId, '', 0), deadlineMs),
    ])
    const target = { instanceId, group: groups.name ?? noGroup() }
    const topic = topics.name ?? noTopic()
    const { logs } = questions
    const rest: Question<Params, unknown>[] = [
      questions.group(target),
      questions.offsets(target, [topic], 0),
      ...(logs === null
        ? []
        : [
            logs.kind(instanceId, topic),
            logs.ranges(instanceId, topic, 0),
            logs.firstMessage(instanceId, topic, 0, now() + AHEAD_MS),
          ]),
    ]
    const others = await Promise.all(
      rest
        .filter(isNeeded)
        .map(async question => permissionIn(question.action, await read(question, deadlineMs))),
    )
    return [...[groups.permission, topics.permission].filter(isNeeded), ...others]
  }

  async function writes(instanceId: string, deadlineMs: number): Promise<Permission[]> {
    return Promise.all(
      writesOf(instanceId).map(async question =>
        permissionIn(question.action, await asked(() => api.mutate({ ...question, deadlineMs }), deadlineMs)),
      ),
    )
  }

  return {
    instances: async deadlineMs => {
      for (;;) {
        const reader = createReader(
          api,
          questions,
          { urgency: 'person', readMs: Math.max(1, deadlineMs - now()) },
          { now, kinds: keepKinds(), states: keepStates() },
        )
        const listed = await reader.instances()
        const isOwed = listed.kind === 'unavailable' && readCause(listed.cause)?.kind === 'budgetUsed'
        if (!isOwed || !(await budgetBack(listed.retryAfterMs, deadlineMs))) return listed
      }
    },
    async of(instanceId, which, deadlineMs) {
      const both = await Promise.all([
        which.reads === 'none' ? [] : reads(instanceId, which.reads === 'ofWrites', deadlineMs),
        which.writes ? writes(instanceId, deadlineMs) : [],
      ])
      return both.flat()
    },
    close: api.close,
  }
}

/** Says nothing of a permission. */
const OTHER_REASONS = new Set(['credentials', 'clock', 'unknownAction'])

function permissionIn(action: ClusterAction, answer: Answer<unknown>): Permission {
  switch (answer.kind) {
    case 'answered':
      return { action, may: 'yes', said: '' }
    case 'refused': {
      const { reason, code } = answer
      // An instance that is being changed is refused to everybody.
      if (reason === 'notAllowed' && !code.startsWith('OperationDenied'))
        return { action, may: 'no', said: code }
      return { action, may: OTHER_REASONS.has(reason) ? 'unknown' : 'yes', said: code }
    }
    case 'notSent':
      return { action, may: 'unknown', said: answer.cause }
    case 'unknown': {
      const kind = readCause(answer.cause)?.kind
      const isAnswer = kind === 'apiSaid' || kind === 'notDocumented'
      return { action, may: isAnswer ? 'yes' : 'unknown', said: answer.cause }
    }
    default:
      return answer satisfies never
  }
}
