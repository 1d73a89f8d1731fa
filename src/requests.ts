// The command that lists requests, shows one, asks for one in the name of a service account, and cancels it again. It must
// never decide, nor hold anything but its token.

import { randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readRequestsConfig } from './config-requests.ts'
import { readArguments, USAGE } from './requests-command/arguments.ts'
import { createClient } from './requests-command/client.ts'
import { runRequests } from './requests-command/run.ts'

async function main(args: readonly string[]): Promise<number> {
  const read = readArguments(args, randomUUID())
  if (read.kind === 'help') {
    console.log(USAGE)
    return 0
  }
  if (read.kind === 'wrong') {
    for (const problem of read.problems) console.error(problem)
    console.error(USAGE)
    return 2
  }
  const { given } = read
  const settings = readRequestsConfig(process.env, given)
  if (!settings.ok) {
    for (const problem of settings.problems) console.error(problem)
    return 1
  }
  return runRequests(given, {
    client: createClient(settings.config),
    address: settings.config.address,
    out: line => console.log(line),
    err: line => console.error(line),
  })
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2))
}
