// What an entry says about Kafka's own protocol: the servers, TLS with its certificates opened and compared, and SASL.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { KafkaSasl, KafkaSettings, KafkaTls } from '../adapters/kafka/settings.ts'
import { type Findings, isHeaderText, secretIn, textAt } from './findings.ts'
import type { KafkaFile } from './schema.ts'

export function kafkaOf(file: KafkaFile, id: string, name: string, found: Findings): KafkaSettings | null {
  const tls = file.tls === undefined ? undefined : tlsOf(file.tls, found)
  const sasl = file.sasl === undefined ? undefined : saslOf(file.sasl, tls !== undefined, found)
  if (tls === null || sasl === null) return null
  return {
    ...{ id, name, bootstrap: file.bootstrap },
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
  }
}

function tlsOf(file: NonNullable<KafkaFile['tls']>, found: Findings): KafkaTls | null {
  const at = ['kafka', 'tls']
  const before = found.problems.length
  const pem = (key: 'ca-file' | 'cert-file' | 'key-file') => {
    const path = file[key]
    return path === undefined ? undefined : found.file([...at, key], path)
  }
  const [ca, cert, key] = [pem('ca-file'), pem('cert-file'), pem('key-file')]
  const passphrase = found.secret(at, file, 'key-password')
  if (file['key-file'] !== undefined)
    found.secrets.push({ what: 'key', from: 'file', name: file['key-file'] })
  if ((cert === undefined) !== (key === undefined)) {
    found.refuse(at, 'needs cert-file and key-file together: a certificate is shown with its key')
  }
  if (passphrase !== undefined && key === undefined) found.refuse(at, 'has a key-password without a key-file')
  const unusable = isRead(ca) ? problemWithAuthorities(ca) : null
  if (unusable !== null) found.refuse([...at, 'ca-file'], unusable)
  const shown = isRead(cert) ? certificateIn(cert) : null
  if (isRead(cert) && shown === null) {
    found.refuse([...at, 'cert-file'], 'names a file that holds no certificate (PEM)')
  }
  const opened = isRead(key) && passphrase !== null ? privateKeyIn(key, passphrase) : null
  if (isRead(key) && passphrase !== null && opened === null) {
    found.refuse(
      [...at, 'key-file'],
      'names a file that holds no private key (PEM) that can be opened with this key-password',
    )
  }
  if (shown !== null && opened !== null && !shown.checkPrivateKey(opened)) {
    found.refuse([...at, 'key-file'], 'is not the key of the certificate in cert-file')
  }
  if (shown !== null && Date.parse(shown.validTo) < found.nowMs) {
    found.notices.push(
      `The certificate in cert-file ran out on ${new Date(shown.validTo).toISOString().slice(0, 10)}.`,
    )
  }
  if (found.problems.length > before) return null
  const pems = {
    ...(isRead(ca) ? { ca } : {}),
    ...(isRead(cert) ? { cert } : {}),
    ...(isRead(key) ? { key } : {}),
    ...(passphrase ? { passphrase } : {}),
  }
  const problem = whyNotLoaded(pems)
  if (problem !== null) {
    const path = [...at, ...(shown === null ? [] : ['cert-file'])]
    return found.refuse(path, `names a file that TLS cannot use (${problem})`)
  }
  const servername = file['server-name']
  return { ...pems, ...(servername === undefined ? {} : { servername }) }
}

function isRead(pem: string | null | undefined): pem is string {
  return typeof pem === 'string'
}

/** As each connection will: the rest of a chain, and what counts as too weak, only show there. */
function whyNotLoaded(pems: KafkaTls): string | null {
  try {
    createSecureContext(pems)
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error ? `${error.code}` : 'no reason given'
  }
}

/** Where an authority is named that is none, TLS would trust those that are left, or all that Node knows. */
function problemWithAuthorities(pem: string): string | null {
  const [, ...certificates] = pem.replace(/^\ufeff/, '').split(BEGINNINGS)
  if (certificates.length === 0) return 'names a file that holds no certificate (PEM)'
  const broken = certificates.findIndex(each => certificateIn(`${BEGINNING}${each}`) === null)
  return broken < 0 ? null : `names a file of which certificate ${broken + 1} cannot be read (PEM)`
}

const BEGINNING = '-----BEGIN CERTIFICATE-----'
/** In the forms of its name that TLS takes. */
const BEGINNINGS = /^-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/m

function certificateIn(pem: string): X509Certificate | null {
  try {
    return pem.includes('-----BEGIN ') ? new X509Certificate(pem) : null
  } catch {
    return null
  }
}

function privateKeyIn(pem: string, passphrase: string | undefined): KeyObject | null {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch {
    return null
  }
}

function saslOf(file: NonNullable<KafkaFile['sasl']>, isTls: boolean, found: Findings): KafkaSasl | null {
  const at = ['kafka', 'sasl']
  const { mechanism, username } = file
  const has = (what: string) => textAt(file, `${what}-env`) ?? textAt(file, `${what}-file`)
  if (mechanism === 'OAUTHBEARER') {
    if (username !== undefined)
      found.refuse([...at, 'username'], 'has no place with OAUTHBEARER: the token says who it is')
    if (has('password'))
      return found.refuse(at, 'has a password, and OAUTHBEARER takes a token: token-env or token-file')
    const token = found.secret(at, file, 'token')
    if (token === undefined) return found.refuse(at, 'needs token-env or token-file')
    if (token === null) return null
    if (!isHeaderText(token))
      return found.refuse(at, 'names a token with a blank in it, or with what no token has')
    if (!isTls) found.notices.push('The token goes over the network as it is: there is no tls.')
    return { mechanism, token: tokenSource(file, token, found) }
  }
  if (has('token'))
    return found.refuse(at, `has a token, and ${mechanism} takes a password: password-env or password-file`)
  const password = found.secret(at, file, 'password')
  if (username === undefined) found.refuse(at, 'needs username')
  if (password === undefined) found.refuse(at, 'needs password-env or password-file')
  if (!isTls && mechanism === 'PLAIN') {
    found.notices.push('The password goes over the network as it is: there is no tls.')
  }
  return username === undefined || !password ? null : { mechanism, username, password }
}

/** A file is read again for each new connection: whoever renews the token writes it anew there. */
function tokenSource(
  file: NonNullable<KafkaFile['sasl']>,
  token: string,
  found: Findings,
): () => Promise<string> {
  const path = file['token-file']
  if (path === undefined) return async () => token
  const readLater = found.sources.later(path)
  return async () => {
    const read = await readLater()
    const value = read.ok ? secretIn(read.text) : null
    if (value === null || !isHeaderText(value)) throw new Error('There is no token in the file.')
    return value
  }
}
