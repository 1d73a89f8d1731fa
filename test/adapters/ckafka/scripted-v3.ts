// API 3.0 on a raw server: each action answers with what a test scripts, or as for a small group in a small log.

import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createCkafka } from '../../../src/adapters/ckafka/ckafka.ts'
import type { CkafkaDeps, ConfigV3 } from '../../../src/adapters/ckafka/settings.ts'
import { httpAnswer, type RawServer, type SeenRequest, startRawServer } from './raw-server.ts'

export type Respond = (socket: Socket, number: number, request: SeenRequest) => void
export interface Script {
  info?: Respond
  offsets?: Respond
  modify?: Respond
  write?: Respond
  ranges?: Respond
  topics?: Respond
}

export const result = (value: unknown, status = 200) =>
  httpAnswer(status, JSON.stringify({ Response: { Result: value, RequestId: 'r' } }))
export const error = (Code: string, Message = 'm', status = 200) =>
  httpAnswer(status, JSON.stringify({ Response: { Error: { Code, Message }, RequestId: 'r' } }))
export const answering =
  (text: string): Respond =>
  socket => {
    socket.write(text)
  }

export const EMPTY = result([{ Group: 'g', State: 'Empty', ErrorCode: '0' }])
const OFFSETS = result({
  TotalCount: 1,
  TopicList: [{ Topic: 't', Partitions: [{ Partition: 0, Offset: 50, LogEndOffset: 100, ErrorCode: 0 }] }],
})
export const ACCEPTED = result({ ReturnCode: '0', ReturnMessage: 'ok' })
const RANGES = result({
  TotalCount: 1,
  TopicInSyncReplicaList: [{ Partition: '0', BeginOffset: 10, EndOffset: 100 }],
})

export const actionOf = ({ headers }: SeenRequest) => /^x-tc-action: *(\w+)/im.exec(headers)?.[1] ?? ''
export const seen = (server: RawServer, action = 'ModifyGroupOffsets') =>
  server.requests.filter(request => actionOf(request) === action)

/** Without a script: a group at 50, in a log from 10 to 100. */
export async function startScriptedApi(script: Script = {}): Promise<RawServer> {
  const counts = new Map<string, number>()
  const usual: Record<string, Respond> = {
    DescribeGroupInfo: script.info ?? answering(EMPTY),
    DescribeGroupOffsets: script.offsets ?? answering(OFFSETS),
    ModifyGroupOffsets: script.modify ?? answering(ACCEPTED),
    BatchModifyGroupOffsets: script.write ?? answering(ACCEPTED),
    DescribeTopicSyncReplica: script.ranges ?? answering(RANGES),
    DescribeTopic: script.topics ?? answering(result({ TotalCount: 0, TopicList: [] })),
  }
  return startRawServer((socket, request) => {
    const action = actionOf(request)
    const number = (counts.get(action) ?? 0) + 1
    counts.set(action, number)
    usual[action]?.(socket, number, request)
  })
}

/** Such a server until the test ends. */
export async function serve(script?: Script): Promise<RawServer> {
  const server = await startScriptedApi(script)
  onTestFinished(() => server.close())
  return server
}

/** What Rewind speaks to it with, until the test ends. */
export function client(endpoint: string, more: Partial<ConfigV3> = {}, deps: Partial<CkafkaDeps> = {}) {
  const account = { region: 'ap-guangzhou', secretId: 'AKIDFAULTS', secretKey: 'faults-secret-key' }
  const cluster = createCkafka({ dialect: 'v3', ...account, endpoint, ...more }, { now: Date.now, ...deps })
  onTestFinished(() => cluster.close())
  return cluster
}
