// The product's own composition with its settings from the environment, but without a limit to its budget of calls: the
// widest setting would hold one worker to 500 looks a second. It must never differ from a real process in anything else.

import { readConfig } from '../../../dist/config.js'
import { startRewind } from '../../../dist/main.js'
import { createTelemetry } from '../../../dist/telemetry.js'
import { answering } from './answering.mjs'

let rewind
answering(async message => {
  switch (message) {
    case 'start': {
      const read = readConfig(process.env)
      if (!read.ok) throw new Error(read.problems.join('\n'))
      const config = { ...read.config, quotaFactor: 1_000_000 }
      rewind = await startRewind(config, createTelemetry(config.logLevel, config.role))
      return rewind.port
    }
    case 'memory':
      // More than once: each lets finalizers go that the next collects.
      for (let turn = 0; turn < 3; turn++) {
        globalThis.gc?.()
        await new Promise(resolve => setTimeout(resolve, 50))
      }
      return process.memoryUsage()
    case 'cpu':
      return process.cpuUsage()
    case 'stop':
      await rewind?.stop()
      setTimeout(() => process.exit(), 10)
      return null
    default:
      throw new Error(`not known: ${message}`)
  }
})
