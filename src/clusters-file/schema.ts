// What the file of clusters may hold: the one schema of it. Pure. Whatever is wrong is told by what was expected there,
// with an example, and never by what stood there.

import { z } from 'zod'
import { httpOrigin } from '../config-values.ts'

const EXPECTED = {
  entry: 'must be an entry with id and with ckafka or kafka, or both',
  id: 'must be letters, digits, - and _, 64 at most, like orders-eu',
  name: 'must be text of 100 characters at most, in quotes where it looks like a number',
  ckafka: 'must hold region and credentials, like the example in docs/clusters.md',
  kafka: 'must hold bootstrap, like { bootstrap: [kafka-1:9092] }',
  api: 'must be v3 or v2',
  region: 'must be one region, like ap-guangzhou',
  endpoint: 'must be an address without a path, like https://ckafka.tencentcloudapi.com',
  instances:
    'must be a list of instances, like [ckafka-a, ckafka-b], or their names by id, like { ckafka-a: Orders }',
  instance: 'must be the id of an instance, like ckafka-a1b2c3d4',
  signature: 'must be HmacSHA256 or HmacSHA1',
  action: 'must be SetGroupOffsets or SetGroupOffset',
  credentials: 'must say where the API key is, like { secret-id-env: NAME, secret-key-file: path }',
  role: 'must be the name of a role of CAM, like rewind',
  metadata: 'must be the address of a metadata service, like http://metadata.tencentyun.com',
  bootstrap: 'must be a list of 1 to 20 servers, like [kafka-1:9092, kafka-2:9092]',
  server: 'must be a host and a port, like kafka-1:9092',
  tls: 'must be true, or hold what TLS needs, like { ca-file: authority.pem }',
  serverName: 'must be the name of a host, like kafka.internal',
  sasl: 'must hold mechanism and what it needs, like { mechanism: PLAIN, username: rewind, password-env: NAME }',
  mechanism: 'must be PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER',
  username: 'must be text of 256 characters at most, in quotes where it looks like a number',
  variable: 'must be the name of an environment variable, like ORDERS_PASSWORD',
  file: 'must be the path of a file, like secrets/orders-password',
} as const

const says = (expected: string) => ({
  error: ({ input }: { input?: unknown }) => (input === undefined ? `is missing: it ${expected}` : expected),
})

const variable = z
  .string(EXPECTED.variable)
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, EXPECTED.variable)
  .optional()
const file = z
  .string(EXPECTED.file)
  .regex(/^(?!-----)[^\p{Cc}]{1,1024}$/u, EXPECTED.file)
  .optional()

const id = z.string(says(EXPECTED.id)).regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, EXPECTED.id)
const name = z
  .string(EXPECTED.name)
  .trim()
  .regex(/^.{1,100}$/su, EXPECTED.name)
  .regex(/^\P{Cc}*$/u, 'must be on one line, without control characters')
export const INSTANCE_ID = /^ckafka-[A-Za-z0-9]{1,57}$/
const instance = z.string(EXPECTED.instance).regex(INSTANCE_ID, EXPECTED.instance)
const MOST_INSTANCES = 200
const instances = z
  .union([z.array(z.unknown()), z.record(z.string(), z.unknown())], EXPECTED.instances)
  .transform((given, context): { id: string; name?: string }[] => {
    const isList = Array.isArray(given)
    const pairs: [PropertyKey, unknown, unknown][] = isList
      ? given.map((each, index) => [index, each, undefined])
      : Object.entries(given).map(([key, each]) => [key, key, each])
    const refuse = (message: string, path: PropertyKey[] = []) =>
      context.addIssue({ code: 'custom', message, path })
    if (pairs.length === 0 || pairs.length > MOST_INSTANCES) refuse(EXPECTED.instances)
    const listed = pairs.flatMap(([at, each, called]) => {
      const [read, named] = [instance.safeParse(each), name.safeParse(called)]
      if (!read.success) refuse(EXPECTED.instance, isList ? [at] : [])
      if (!isList && !named.success) {
        refuse(named.error.issues[0]?.message ?? EXPECTED.name, read.success ? [at] : [])
      }
      return read.success ? [{ id: read.data, ...(named.success ? { name: named.data } : {}) }] : []
    })
    if (new Set(listed.map(each => each.id)).size < listed.length) refuse('must hold every instance once')
    return listed
  })

const credentials = z.strictObject(
  {
    'secret-id-env': variable,
    'secret-id-file': file,
    'secret-key-env': variable,
    'secret-key-file': file,
    'token-env': variable,
    'token-file': file,
    'cvm-role': z
      .string(EXPECTED.role)
      .regex(/^(?!\.+$)[\w+=,.@-]{1,128}$/, EXPECTED.role)
      .optional(),
    'metadata-url': z.string(EXPECTED.metadata).pipe(httpOrigin).optional(),
  },
  says(EXPECTED.credentials),
)

const ckafka = z.strictObject(
  {
    api: z.enum(['v3', 'v2'], EXPECTED.api).default('v3'),
    region: z.string(says(EXPECTED.region)).regex(/^[a-z]{2,}(-[a-z0-9]+){1,5}$/, EXPECTED.region),
    endpoint: z.string(EXPECTED.endpoint).pipe(httpOrigin).optional(),
    instances: instances.optional(),
    credentials,
    'signature-method': z.enum(['HmacSHA256', 'HmacSHA1'], EXPECTED.signature).optional(),
    'set-offsets-action': z.enum(['SetGroupOffsets', 'SetGroupOffset'], EXPECTED.action).optional(),
  },
  EXPECTED.ckafka,
)

/** `[` around an address of version 6. */
const SERVER = /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?):(\d{1,5})$/
const server = z
  .string(EXPECTED.server)
  .trim()
  .refine(text => {
    const port = Number(SERVER.exec(text)?.[1] ?? 0)
    return port >= 1 && port <= 65_535
  }, EXPECTED.server)
/** The same for each way to write it: of capitals, of an address, and of a port. */
export function serverKey(text: string): string {
  const [, host = '', port] = /^(.*):(\d+)$/.exec(text) ?? []
  const url = `http://${host}`
  return `${URL.canParse(url) ? new URL(url).hostname : host.toLowerCase()}:${Number(port)}`
}

/** As Kafka's own property has it, too: one text with commas. */
const bootstrap = z
  .preprocess(
    given => (typeof given === 'string' ? given.split(',') : given),
    z.array(server, says(EXPECTED.bootstrap)).min(1, EXPECTED.bootstrap).max(20, EXPECTED.bootstrap),
  )
  .refine(servers => new Set(servers.map(serverKey)).size === servers.length, 'must hold every server once')

const tls = z.strictObject({
  'ca-file': file,
  'cert-file': file,
  'key-file': file,
  'key-password-env': variable,
  'key-password-file': file,
  'server-name': z
    .string(EXPECTED.serverName)
    .regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?$/, EXPECTED.serverName)
    .optional(),
})

const sasl = z.strictObject(
  {
    mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'], says(EXPECTED.mechanism)),
    username: z
      .string(EXPECTED.username)
      .regex(/^[^\p{Cc}]{1,256}$/u, EXPECTED.username)
      .optional(),
    'password-env': variable,
    'password-file': file,
    'token-env': variable,
    'token-file': file,
  },
  EXPECTED.sasl,
)

const kafka = z.strictObject(
  {
    bootstrap,
    tls: z
      .preprocess(
        given => (given === true ? {} : given === false ? undefined : given),
        z.strictObject(tls.shape, EXPECTED.tls).optional(),
      )
      .optional(),
    sasl: sasl.optional(),
  },
  EXPECTED.kafka,
)

export const entryFile = z.strictObject(
  { id, name: name.optional(), ckafka: ckafka.optional(), kafka: kafka.optional() },
  EXPECTED.entry,
)

export type EntryFile = z.output<typeof entryFile>
export type CkafkaFile = z.output<typeof ckafka>
export type KafkaFile = z.output<typeof kafka>

/** Of an entry, and of what stands in it. */
export const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(entryFile.shape),
  ckafka: Object.keys(ckafka.shape),
  'ckafka.credentials': Object.keys(credentials.shape),
  kafka: Object.keys(kafka.shape),
  'kafka.tls': Object.keys(tls.shape),
  'kafka.sasl': Object.keys(sasl.shape),
}
