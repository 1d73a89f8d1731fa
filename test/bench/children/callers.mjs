// The callers that are compared, all in one process and in turns, so that what disturbs the machine disturbs each alike.
// Every answer is read and checked as its users would: a wrong one is an error. Proxies of this machine are not used.

import { createRequire } from 'node:module'
import { Agent, request } from 'undici'
import { createApiV2 } from '../../../dist/adapters/ckafka/call-v2.js'
import { createApiV3 } from '../../../dist/adapters/ckafka/call-v3.js'
import { readResetData } from '../../../dist/adapters/ckafka/envelope-v2.js'
import { readGroupOffsets, readModified } from '../../../dist/adapters/ckafka/envelope-v3.js'
import { QUESTIONS_V2 } from '../../../dist/adapters/ckafka/questions-v2.js'
import { authorizationOf } from '../../../dist/adapters/ckafka/sign-v3.js'
import { answering } from './answering.mjs'

const sdks = createRequire(new URL('../sdks/package.json', import.meta.url))
const QcloudApi = sdks('qcloudapi-sdk')
const { ckafka } = sdks('tencentcloud-sdk-nodejs-ckafka')

const url = process.env.API_URL ?? ''
const { host } = new URL(url)
const account = { secretId: 'AKIDBENCH', secretKey: 'bench-secret-key' }
const region = 'ap-guangzhou'
const target = { instanceId: 'ckafka-bench01', group: 'billing' }

const modify = {
  InstanceId: target.instanceId,
  Group: target.group,
  Topics: ['orders'],
  Strategy: 0,
  Shift: -100,
}
const describe = {
  InstanceId: target.instanceId,
  Group: target.group,
  Topics: ['orders'],
  Offset: 0,
  Limit: 50,
}
const shift = { instanceId: target.instanceId, group: target.group, strategy: '0', shift: '-100' }

/** Its answer is read as text and no further; the bytes it sends are signed once. */
function bareUndici() {
  const agents = { mutation: new Agent({ pipelining: 0 }), read: new Agent({ pipelining: 1 }) }
  const send = async (dispatcher, prepared) => {
    const { statusCode, body } = await request(prepared.url, { ...prepared.options, dispatcher })
    const text = await body.text()
    if (statusCode !== 200 || text.length < 50) throw new Error(`undici: HTTP ${statusCode} ${text}`)
  }
  const preparedV3 = (action, params) => {
    const body = JSON.stringify(params)
    const timestampSeconds = Math.floor(Date.now() / 1000)
    const contentType = 'application/json; charset=utf-8'
    const call = { service: 'ckafka', host, contentType, action, body, timestampSeconds }
    const headers = {
      accept: 'application/json',
      'user-agent': 'rewind',
      'content-type': contentType,
      authorization: authorizationOf(call, account.secretId, account.secretKey),
      'x-tc-action': action,
      'x-tc-version': '2019-08-19',
      'x-tc-timestamp': String(timestampSeconds),
      'x-tc-region': region,
    }
    return { url: `${url}/`, options: { method: 'POST', headers, body } }
  }
  const mutation = preparedV3('ModifyGroupOffsets', modify)
  const read = preparedV3('DescribeGroupOffsets', describe)
  return {
    mutation: () => send(agents.mutation, mutation),
    read: () => send(agents.read, read),
  }
}

const expectAnswered = answer => {
  if (answer.kind !== 'answered') throw new Error(`client: ${JSON.stringify(answer)}`)
}
const deadline = () => Date.now() + 20_000

function clientV3() {
  const api = createApiV3({ dialect: 'v3', endpoint: url, region, ...account }, { now: Date.now })
  return {
    mutation: async () => {
      const action = 'ModifyGroupOffsets'
      const call = { action, params: modify, deadlineMs: deadline(), readData: readModified }
      expectAnswered(await api.mutate(call))
    },
    read: async () => {
      const action = 'DescribeGroupOffsets'
      const call = { action, params: describe, deadlineMs: deadline(), readData: readGroupOffsets }
      expectAnswered(await api.read(call, 'execution'))
    },
  }
}

function clientV2() {
  const config = { dialect: 'v2', endpoint: url, region, ...account, signatureMethod: 'HmacSHA256' }
  const api = createApiV2({ ...config, setOffsetsAction: 'SetGroupOffsets' }, { now: Date.now })
  const params = { ...shift, 'topics.0': 'orders' }
  const question = QUESTIONS_V2.offsets(target, ['orders'], 0)
  return {
    mutation: async () => {
      const action = 'SetGroupOffsets'
      expectAnswered(await api.mutate({ action, params, deadlineMs: deadline(), readData: readResetData }))
    },
    read: async () => expectAnswered(await api.read({ ...question, deadlineMs: deadline() }, 'execution')),
  }
}

function sdkV3() {
  const httpProfile = { endpoint: host, protocol: 'http://' }
  const client = new ckafka.v20190819.Client({ credential: account, region, profile: { httpProfile } })
  return {
    mutation: async () => {
      const { Result } = await client.ModifyGroupOffsets(modify)
      if (Result?.ReturnCode !== '0') throw new Error('SDK of 3.0: not done')
    },
    read: async () => {
      const { Result } = await client.DescribeGroupOffsets(describe)
      if (Result?.TopicList?.[0]?.Partitions?.length !== 3) throw new Error('SDK of 3.0: not read')
    },
  }
}

function sdkV2() {
  const sdk = new QcloudApi({
    SecretId: account.secretId,
    SecretKey: account.secretKey,
    Region: region,
    serviceType: 'ckafka',
    protocol: 'http',
    host,
    signatureMethod: 'sha256',
  })
  // It takes the host from the options of a call only.
  const options = { ...sdk.defaults }
  const call = params =>
    new Promise((resolve, reject) => {
      sdk.request(params, options, (error, body) => (error ? reject(error) : resolve(body)))
    })
  return {
    mutation: async () => {
      const { code, data } = await call({ Action: 'SetGroupOffsets', ...shift, topics: ['orders'] })
      if (code !== 0 || data.succ.length !== 1) throw new Error('SDK of 2.0: not done')
    },
    read: async () => {
      const { code } = await call({
        Action: 'GetGroupOffsets',
        ...target,
        topics: ['orders'],
        offset: 0,
        limit: 50,
      })
      if (code !== 0) throw new Error('SDK of 2.0: not read')
    },
  }
}

const callers = {
  undici: bareUndici(),
  clientV3: clientV3(),
  clientV2: clientV2(),
  sdkV3: sdkV3(),
  sdkV2: sdkV2(),
}

async function callsPerSecond(call, atOnce, forMs) {
  const startedMs = performance.now()
  let calls = 0
  const lane = async () => {
    while (performance.now() - startedMs < forMs) {
      await call()
      calls += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return (calls / (performance.now() - startedMs)) * 1_000
}

answering(({ effect, atOnce, forMs, caller }) => callsPerSecond(callers[caller][effect], atOnce, forMs))
