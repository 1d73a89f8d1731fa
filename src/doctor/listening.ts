// Whether something can listen at HOST, which is tried on a port that nobody has named.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Listening, whyNot } from '../listen-address.ts'
import type { Finding } from './finding.ts'

export async function listeningFinding(listening: Listening): Promise<Finding> {
  const { host, port } = listening
  const about = { area: 'Settings', what: 'where it listens' }
  const server = createServer()
  try {
    server.listen(0, host)
    await once(server, 'listening')
    const found = `HOST ${host} is of this machine. Whether PORT ${port} is free is not checked: a Rewind that runs has it.`
    return { ...about, level: 'ok', found }
  } catch (error) {
    const found = `${whyNot(error, 'PORT', listening)} Rewind does not start.`
    return {
      ...about,
      level: 'failure',
      found,
      advice: 'Set HOST to 0.0.0.0, or to an address of this machine.',
    }
  } finally {
    server.close()
  }
}
