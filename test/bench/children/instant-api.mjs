// A CKafka that answers at once, in both dialects: the bytes are prepared, and all it remembers is what was written to
// which group. It reads just enough HTTP for the clients of the benches: the sandbox's simulator checks signatures and
// keeps a model, and so would be what is measured. It must never be used for a test.

import { createServer } from 'node:net'
import { answering } from './answering.mjs'

const PARTITIONS = [0, 1, 2]
const LOG_END = 100_000
const COMMITTED = 90_000

/** Offsets written, by group. */
const written = new Map()
/** When each mutation arrived, in milliseconds since 1970, to the microsecond. */
const mutationsAtMs = []
const noteMutation = () => mutationsAtMs.push(performance.timeOrigin + performance.now())

const wrapped = result =>
  `{"Response":{"Result":${result},"RequestId":"00000000-0000-4000-8000-000000000000"}}`
const RANGES = wrapped(
  JSON.stringify({
    TotalCount: PARTITIONS.length,
    TopicInSyncReplicaList: PARTITIONS.map(partition => ({
      Partition: String(partition),
      Leader: '1',
      Replica: '1,2',
      InSyncReplica: '1,2',
      BeginOffset: 0,
      EndOffset: LOG_END,
      MessageCount: LOG_END,
      OutOfSyncReplica: '',
    })),
  }),
)
const ATTRIBUTES = wrapped('{"Config":{"CleanUpPolicy":"delete","MaxMessageBytes":1048576}}')
const INSTANCES = wrapped(
  '{"TotalCount":1,"InstanceList":[{"InstanceId":"ckafka-bench01","InstanceName":"bench"}]}',
)
const BATCH_DONE = wrapped(
  '{"ReturnCode":"OK","ReturnMessage":"success","Data":{"FlowId":0,"RouteDTO":{"RouteId":0}}}',
)
const MODIFY_DONE = wrapped('{"ReturnCode":"0","ReturnMessage":"ok"}')

const V2_RESET = JSON.stringify({
  code: 0,
  message: '',
  codeDesc: 'Success',
  data: {
    succ: [
      {
        topic: 'orders',
        error_code: 0,
        partitions: PARTITIONS.map(partition => ({ partition, offset: COMMITTED - 100, error_code: 0 })),
      },
    ],
    failed: [],
  },
})
const V2_OFFSETS = JSON.stringify({
  code: 0,
  message: '',
  codeDesc: 'Success',
  data: {
    totalCount: 1,
    topicList: [
      {
        topic: 'orders',
        partitions: PARTITIONS.map(partition => ({
          partition,
          offset: COMMITTED,
          metadata: '',
          err_code: 0,
          log_end_offset: LOG_END,
          lag: LOG_END - COMMITTED,
        })),
      },
    ],
  },
})

function offsetsOf(group) {
  const offsets = written.get(group)
  const partitions = PARTITIONS.map(partition => {
    const offset = offsets?.[partition] ?? COMMITTED
    return `{"Partition":${partition},"Offset":${offset},"Metadata":null,"ErrorCode":0,"LogEndOffset":${LOG_END},"Lag":${LOG_END - offset}}`
  })
  return wrapped(`{"TotalCount":1,"TopicList":[{"Topic":"orders","Partitions":[${partitions}]}]}`)
}

function answerV3(action, body) {
  switch (action) {
    case 'DescribeTopicSyncReplica':
      return RANGES
    case 'DescribeInstances':
      return INSTANCES
    case 'DescribeTopicAttributes':
      return ATTRIBUTES
    case 'DescribeGroupInfo': {
      const [group] = JSON.parse(body).GroupList
      return wrapped(
        `[{"ErrorCode":"0","State":"Empty","ProtocolType":"consumer","Protocol":"","Members":[],"Group":${JSON.stringify(group)}}]`,
      )
    }
    case 'DescribeGroupOffsets':
      return offsetsOf(JSON.parse(body).Group)
    case 'BatchModifyGroupOffsets': {
      const { GroupName, Partitions } = JSON.parse(body)
      const offsets = []
      for (const { Partition, Offset } of Partitions) offsets[Partition] = Offset
      written.set(GroupName, offsets)
      noteMutation()
      return BATCH_DONE
    }
    case 'ModifyGroupOffsets':
      noteMutation()
      return MODIFY_DONE
    default:
      throw new Error(`the instant API does not know ${action}`)
  }
}

function answerV2(target, body) {
  const params = `${target}&${body}`
  if (params.includes('Action=SetGroupOffsets')) {
    noteMutation()
    return V2_RESET
  }
  if (params.includes('Action=GetGroupOffsets')) return V2_OFFSETS
  throw new Error('the instant API does not know this action of 2.0')
}

const headerOf = (head, name) => {
  const at = head.indexOf(`\r\n${name}: `)
  return at === -1 ? '' : head.slice(at + name.length + 4, head.indexOf('\r\n', at + 2))
}

/** The request at the start of the text, when all of it is there. */
function takeRequest(text) {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const first = text.indexOf('\r\n')
  const [, target = ''] = text.slice(0, first).split(' ')
  const head = text.slice(first, headEnd + 2)
  // Names may come in any case; the one as most send it is looked for first.
  const lower = /\r\n[A-Z]/.test(head) ? head.replace(/\r\n[^:]+/g, name => name.toLowerCase()) : head
  const length = Number(headerOf(lower, 'content-length') || 0)
  const end = headEnd + 4 + length
  if (text.length < end) return undefined
  return {
    target,
    action: headerOf(lower, 'x-tc-action'),
    isLast: headerOf(lower, 'connection').toLowerCase() === 'close',
    body: text.slice(headEnd + 4, end),
    rest: text.slice(end),
  }
}

const server = createServer({ noDelay: true }, socket => {
  let text = ''
  socket.setEncoding('latin1')
  socket.on('error', () => {})
  socket.on('data', chunk => {
    text += chunk
    for (let request = takeRequest(text); request !== undefined; request = takeRequest(text)) {
      text = request.rest
      const { action, target, body, isLast } = request
      const answer = action === '' ? answerV2(target, body) : answerV3(action, body)
      const connection = isLast ? 'connection: close\r\n' : 'connection: keep-alive\r\n'
      const bytes = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${connection}content-length: ${Buffer.byteLength(answer)}\r\n\r\n${answer}`
      if (isLast) socket.end(bytes)
      else socket.write(bytes)
    }
  })
})
await new Promise(resolve => server.listen(0, '127.0.0.1', 4_096, resolve))

answering(message => {
  if (message === 'url') return `http://127.0.0.1:${server.address().port}`
  if (message === 'mutations') return mutationsAtMs
  throw new Error(`not known: ${message}`)
})
