// What is said of a key that the file of clusters does not have: a secret that must not be there, a property of Kafka's
// clients under its name there, or the nearest of ours. Pure. What looks like no key is not repeated.

import { nearestNames } from '../request/nearest.ts'
import { KEYS } from './schema.ts'

const SECRET =
  'must not be in this file: a secret stands in an environment variable or a file of its own, named by'

/** What holds a secret elsewhere, without what tells the words of a name apart. */
const SECRETS: Readonly<Record<string, string>> = {
  password: `${SECRET} password-env or password-file`,
  pass: `${SECRET} password-env or password-file`,
  saslpassword: `${SECRET} password-env or password-file under kafka.sasl`,
  sasljaasconfig: `${SECRET} password-env or password-file under kafka.sasl, beside mechanism and username`,
  secret: `${SECRET} password-env or password-file`,
  secretid: `${SECRET} secret-id-env or secret-id-file`,
  secretkey: `${SECRET} secret-key-env or secret-key-file`,
  token: `${SECRET} token-env or token-file`,
  securitytoken: `${SECRET} token-env or token-file`,
  passphrase: `${SECRET} key-password-env or key-password-file`,
  keypassword: `${SECRET} key-password-env or key-password-file`,
  sslkeypassword: `${SECRET} key-password-env or key-password-file under kafka.tls`,
  key: `${SECRET} key-file under kafka.tls`,
  sslkeypem: `${SECRET} key-file under kafka.tls`,
  sslkeystorekey: `${SECRET} key-file under kafka.tls`,
  ssltruststorepassword:
    'must not be in this file, and is not needed: kafka.tls.ca-file is PEM, which has no password',
  sslkeystorepassword: `${SECRET} key-password-env or key-password-file under kafka.tls, beside a key-file in PEM`,
}

/** As the properties of Kafka's Java clients and of librdkafka call it. */
const KAFKA_SAYS: Readonly<Record<string, string>> = {
  bootstrapservers: 'is called kafka.bootstrap here',
  metadatabrokerlist: 'is called kafka.bootstrap here',
  brokers: 'is called kafka.bootstrap here',
  securityprotocol: 'is said by kafka.tls and kafka.sasl here: each is used where it is there',
  saslmechanism: 'is called kafka.sasl.mechanism here',
  saslmechanisms: 'is called kafka.sasl.mechanism here',
  saslusername: 'is called kafka.sasl.username here',
  sslcalocation: 'is called kafka.tls.ca-file here',
  ssltruststorelocation: 'is called kafka.tls.ca-file here, and is PEM',
  ssltruststorecertificates: 'is called kafka.tls.ca-file here, and is a file',
  sslcertificatelocation: 'is called kafka.tls.cert-file here',
  sslcertificatepem: 'is called kafka.tls.cert-file here, and is a file',
  sslkeystorelocation: 'is called kafka.tls.cert-file and kafka.tls.key-file here, both PEM',
  sslkeystorecertificatechain: 'is called kafka.tls.cert-file here, and is a file',
  sslkeylocation: 'is called kafka.tls.key-file here',
  sslendpointidentificationalgorithm:
    'has no place here: the name of a broker is always verified, and kafka.tls.server-name says another one',
  enablesslcertificateverification: 'has no place here: certificates are always verified',
  sasloauthbearertokenendpointurl:
    'has no place here: a token is not asked for at an endpoint, but read by kafka.sasl.token-file at each new connection',
}

/** @param place `kafka.sasl`, or nothing for the entry itself */
export function unknownKeySays(place: string, key: string): string {
  const bare = bareOf(key)
  const known = own(SECRETS, bare) ?? own(KAFKA_SAYS, bare)
  if (known !== undefined) return known
  const everywhere = Object.entries(KEYS).flatMap(([at, keys]) =>
    keys.map(each => ({ bare: bareOf(each), name: at === '' ? each : `${at}.${each}`, at, each })),
  )
  const same = everywhere.filter(each => each.bare === bare || bareOf(each.name) === bare)
  const here = same.find(({ at }) => at === place)
  if (here !== undefined) return `is written ${here.each} here`
  const [other] = same
  if (other !== undefined) return `has its place at ${other.name}`
  const keys = KEYS[place] ?? []
  const [nearest] = nearestNames(key, keys)
  return nearest === undefined
    ? `is not known: it may be ${keys.join(', ')}`
    : `is not known: the nearest is ${nearest}`
}

/**
 * What is meant for a value must not be repeated: `password:hunter2` without a blank is a key to YAML, and a secret may be
 * pasted where a key was expected.
 */
export function isKeyLike(key: string): boolean {
  const bare = bareOf(key)
  if (own(SECRETS, bare) !== undefined || own(KAFKA_SAYS, bare) !== undefined) return /^[\w.-]+$/.test(key)
  return /^[A-Za-z][A-Za-z._-]{0,29}$/.test(key)
}

function bareOf(name: string): string {
  return name.toLowerCase().replace(/[._-]/g, '')
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
