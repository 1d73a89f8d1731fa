// A real Apache Kafka in KRaft mode on the loopback, one broker or two, gone when the process that started it is gone.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { classPathOf, type KafkaVersion } from './jars.ts'
import { freePort, hasExited, type JavaProcess, startJava } from './java.ts'

export interface StartKafkaOptions {
  version: KafkaVersion
  /** The first is the controller as well. With two, the internal topics have a replica on each. */
  brokers?: 1 | 2
  /** More lines of every broker's server.properties. */
  settings?: Record<string, string>
  /** Further listeners by name, each on a port of its own: `{ SASL: 'SASL_PLAINTEXT' }`. */
  listeners?: Record<string, string>
  /** Of SCRAM, as `kafka-storage.sh format --add-scram` takes them. */
  scram?: string[]
  /** Of each broker's Java. */
  heapMb?: number
  /** By listener: where the first broker tells clients to connect, in place of its own port. */
  advertised?: Record<string, number>
}

export interface KafkaBroker {
  id: number
  /** By listener; `PLAINTEXT` is always there. */
  ports: Record<string, number>
  kill(signal?: NodeJS.Signals): Promise<void>
  restart(): Promise<void>
}

export interface RunningKafka {
  version: KafkaVersion
  /** `127.0.0.1:port` of every broker's plain listener. */
  bootstrap: string
  brokers: KafkaBroker[]
  close(): Promise<void>
}

/** Groups of KIP-848, which 4 has by itself. */
const NEW_GROUPS = {
  'group.coordinator.rebalance.protocols': 'classic,consumer',
  'unstable.feature.versions.enable': 'true',
  'unstable.api.versions.enable': 'true',
}

const READY_MS = 60_000

export async function startKafka(options: StartKafkaOptions): Promise<RunningKafka> {
  const { version, brokers: count = 1, listeners = {}, settings = {}, scram = [] } = options
  const classPath = await classPathOf(version)
  const folder = await mkdtemp(join(tmpdir(), 'rewind-kafka-'))
  // One that begins with a dash would be taken for an option.
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A')
  const controllerPort = await freePort()
  const close = async () => {
    await Promise.all(brokers.map(each => each.kill()))
    await rm(folder, { recursive: true, force: true })
  }

  const brokerOf = async (id: number): Promise<KafkaBroker> => {
    const protocols: Record<string, string> = { PLAINTEXT: 'PLAINTEXT', ...listeners }
    const ports: Record<string, number> = {}
    const advertised: string[] = []
    for (const name of Object.keys(protocols)) {
      const port = await freePort()
      ports[name] = port
      const told = id === 1 ? (options.advertised?.[name] ?? port) : port
      advertised.push(`${name}://127.0.0.1:${told}`)
    }
    const isController = id === 1
    const file = join(folder, `${id}.properties`)
    const lines = {
      'process.roles': isController ? 'broker,controller' : 'broker',
      'node.id': `${id}`,
      listeners: [
        ...Object.entries(ports).map(([name, port]) => `${name}://127.0.0.1:${port}`),
        ...(isController ? [`CONTROLLER://127.0.0.1:${controllerPort}`] : []),
      ].join(','),
      'advertised.listeners': advertised.join(','),
      'listener.security.protocol.map': Object.entries({ ...protocols, CONTROLLER: 'PLAINTEXT' })
        .map(pair => pair.join(':'))
        .join(','),
      'inter.broker.listener.name': 'PLAINTEXT',
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      'log.dirs': join(folder, `${id}`),
      'offsets.topic.replication.factor': `${count}`,
      'offsets.topic.num.partitions': '4',
      'transaction.state.log.replication.factor': `${count}`,
      'transaction.state.log.min.isr': '1',
      'transaction.state.log.num.partitions': '1',
      'share.coordinator.state.topic.replication.factor': `${count}`,
      'share.coordinator.state.topic.min.isr': '1',
      'share.coordinator.state.topic.num.partitions': '1',
      'min.insync.replicas': '1',
      'group.initial.rebalance.delay.ms': '0',
      ...(version.startsWith('3.') ? NEW_GROUPS : {}),
      'auto.create.topics.enable': 'true',
      'controlled.shutdown.enable': 'false',
      'broker.session.timeout.ms': '3000',
      'broker.heartbeat.interval.ms': '500',
      'num.network.threads': '2',
      'num.io.threads': '3',
      'num.recovery.threads.per.data.dir': '1',
      'log.cleaner.dedupe.buffer.size': '2097152',
      'log.cleaner.backoff.ms': '500',
      ...settings,
    }
    await writeFile(
      file,
      Object.entries(lines)
        .map(pair => `${pair.join('=')}\n`)
        .join(''),
    )
    const format = startJava(classPath, [
      ...['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file],
      ...scram.flatMap(each => ['--add-scram', each]),
    ])
    const status = await new Promise<number | null>(settle => format.child.once('exit', settle))
    if (status !== 0) throw new Error(`The folder of Kafka ${version} could not be made:\n${format.said()}`)

    let running: JavaProcess | undefined
    const start = async () => {
      const started = startJava(classPath, ['kafka.Kafka', file], {
        remove: folder,
        ...(options.heapMb === undefined ? {} : { heapMb: options.heapMb }),
      })
      running = started
      for (const end = Date.now() + READY_MS; !(await answers(ports.PLAINTEXT ?? 0)); await delay(20)) {
        if (hasExited(started.child))
          throw new Error(`Kafka ${version} stopped while starting:\n${started.said()}`)
        if (Date.now() > end) throw new Error(`Kafka ${version} did not answer in time:\n${started.said()}`)
      }
    }
    await start()
    return {
      id,
      ports,
      kill: async signal => running?.kill(signal),
      async restart() {
        await running?.kill()
        await start()
      },
    }
  }

  const brokers: KafkaBroker[] = []
  try {
    const started = await Promise.allSettled(Array.from({ length: count }, (_, index) => brokerOf(index + 1)))
    for (const each of started) if (each.status === 'fulfilled') brokers.push(each.value)
    for (const each of started) if (each.status === 'rejected') throw each.reason
  } catch (error) {
    await close()
    throw error
  }
  const bootstrap = brokers.map(({ ports }) => `127.0.0.1:${ports.PLAINTEXT}`).join(',')
  return { version, bootstrap, brokers, close }
}

/** Metadata of no topic, answered with at least one broker: the broker has been let into the cluster. */
async function answers(port: number): Promise<boolean> {
  return await new Promise(settle => {
    const socket = connect(port, '127.0.0.1')
    const done = (yes: boolean) => {
      socket.destroy()
      settle(yes)
    }
    const request = Buffer.from('0003000100000001ffff00000000', 'hex')
    const length = Buffer.alloc(4)
    length.writeInt32BE(request.length)
    let answer = Buffer.alloc(0)
    socket.setTimeout(1_000, () => done(false))
    socket.once('error', () => done(false))
    socket.once('close', () => done(false))
    socket.once('connect', () => socket.write(Buffer.concat([length, request])))
    socket.on('data', piece => {
      answer = Buffer.concat([answer, piece as Buffer])
      if (answer.length >= 12) done(answer.readInt32BE(8) > 0)
    })
  })
}
