// The health check of the image: asks the product whether it is alive, where the same settings have it listen. Exits 0 or 1.

import { get } from 'node:http'
import { connect } from 'node:net'
import { readListening } from './config.ts'
import { ownAddress } from './listen-address.ts'

/** Less than the image waits for it, so that it can say why. */
const PATIENCE_MS = 4_000

function end(problem: string | null): void {
  if (problem !== null) console.error(problem)
  process.exit(problem === null ? 0 : 1)
}

const read = readListening(process.env)
if (!read.ok) end(read.problems.join('\n'))
else {
  const { host, port } = ownAddress(read.listening)
  // Straight there, through no proxy that the environment may name.
  const createConnection = () => connect(port, host)
  const request = get({ host, port, path: '/healthz', createConnection }, ({ statusCode }) =>
    end(statusCode === 200 ? null : `/healthz answered with ${statusCode}.`),
  )
  const tooLate = `Nothing answered at ${host}, port ${port}, within ${PATIENCE_MS / 1_000} s.`
  setTimeout(() => end(tooLate), PATIENCE_MS)
  request.on('error', error => end(`${error.message}`))
}
