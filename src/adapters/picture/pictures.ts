// The Pictures port: draws in a process of its own, which is started when there is something to draw and ended when there has
// been nothing for a while. Whatever goes wrong there (no renderer, no font, no time) costs the picture and nothing else.

import { type ChildProcess, fork } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Picture, Pictures } from '../../ports/pictures.ts'
import { lagSvg } from './lag-svg.ts'
import { planSvg } from './plan-svg.ts'

export interface ToDraw {
  number: number
  svg: string
  /** Of the PNG, in pixels. */
  width: number
  /** Files: the first has all that is written by us; where a name has other characters, the second is asked. */
  fonts: string[]
  /** A file with every character that they have. */
  characters: string
}

export type Drawn = { number: number; png: Uint8Array } | { number: number; fault: string }

export interface PicturesDeps {
  /** The folder of `dist` that the build has put process and fonts into. */
  folder: URL
  /** The first time that something goes wrong, and again when it was right meanwhile. */
  onTrouble(error: unknown): void
  /** How long the process is kept without a picture to draw. */
  idleMs?: number
  /** From when it is asked for, waiting included: after so long the picture is done without. */
  drawMs?: number
}

export const PNG_BYTES_MAX = 200_000
const DRAW_MS = 3_000
/** Of the PNG, and of one in which much is written; then smaller, where it has more bytes than allowed. */
const WIDTHS = { usual: [1080, 720], written: [880, 640] }
const MUCH_WRITTEN = 1_300
const FONTS = ['font-words.ttf', 'font-names.ttf']
const CHARACTERS = 'font-names.txt'
const IDLE_MS = 5_000
/** Whoever is behind so many does without: nobody waits for that long. */
const WAITING_MAX = 20
const SVG_CHARACTERS_MAX = 200_000
/** Of why it has ended. */
const SAID_MAX = 4_000
/** After a process has failed no other is started for so long. */
const REST_MS = 60_000

interface Job {
  svg: string
  untilMs: number
  done(png: Uint8Array | null): void
}

interface InHand {
  job: Job
  number: number
  smaller: number[]
  limit: NodeJS.Timeout
}

export function createPictures(deps: PicturesDeps): Pictures & { stop(): void } {
  const { folder, onTrouble, idleMs = IDLE_MS, drawMs = DRAW_MS } = deps
  const pathOf = (name: string) => fileURLToPath(new URL(name, folder))
  const files = { fonts: FONTS.map(pathOf), characters: pathOf(CHARACTERS) }
  const waiting: Job[] = []
  let drawer: ChildProcess | null = null
  let inHand: InHand | null = null
  let idle: NodeJS.Timeout | undefined
  let number = 0
  let restUntilMs = 0
  let isTold = false
  let isStopped = false

  function trouble(error: unknown): void {
    if (!isTold) onTrouble(error)
    isTold = true
  }

  function start(): ChildProcess {
    const started = fork(pathOf('drawing-process.js'), [], {
      serialization: 'advanced',
      // Nothing of ours is handed on.
      env: {},
      execArgv: ['--max-old-space-size=64'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    started.on('message', answer => answered(started, answer as Drawn))
    started.on('error', error => failed(started, error))
    let said = ''
    started.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, SAID_MAX)
    })
    // By then all that it has said is there.
    started.on('close', (code, signal) => {
      const why = /^\w*Error\b.*$/m.exec(said)?.[0] ?? ''
      failed(
        started,
        new Error(`The process that draws pictures has ended (${signal ?? code}). ${why}`.trim()),
      )
    })
    started.unref()
    started.channel?.unref()
    ;(started.stderr as Socket | null)?.unref()
    return started
  }

  /** It is gone, and what it had in hand with it. */
  function failed(which: ChildProcess, error: unknown): void {
    if (which !== drawer) return
    drawer = null
    which.kill('SIGKILL')
    restUntilMs = performance.now() + REST_MS
    trouble(error)
    finish(null)
  }

  function answered(which: ChildProcess, answer: Drawn): void {
    if (which !== drawer || inHand === null || answer.number !== inHand.number) return
    if ('fault' in answer) {
      trouble(new Error(answer.fault))
      finish(null)
      return
    }
    isTold = false
    const fits = answer.png.byteLength <= PNG_BYTES_MAX
    const width = fits ? undefined : inHand.smaller.shift()
    if (width === undefined) finish(fits ? answer.png : null)
    else send(which, inHand, width)
  }

  function send(to: ChildProcess, what: InHand, width: number): void {
    number += 1
    what.number = number
    to.send({ number, svg: what.job.svg, width, ...files } satisfies ToDraw, error => {
      if (error !== null) failed(to, error)
    })
  }

  function finish(png: Uint8Array | null): void {
    const ended = inHand
    inHand = null
    if (ended !== null) {
      clearTimeout(ended.limit)
      ended.job.done(png)
    }
    next()
  }

  function next(): void {
    if (inHand !== null || isStopped) return
    clearTimeout(idle)
    const job = waiting.shift()
    if (job === undefined) {
      idle = setTimeout(end, idleMs)
      idle.unref()
      return
    }
    const nowMs = performance.now()
    if (nowMs >= job.untilMs || nowMs < restUntilMs) {
      job.done(null)
      next()
      return
    }
    drawer ??= start()
    const used = drawer
    const limit = setTimeout(
      () => failed(used, new Error(`A picture has taken longer than ${drawMs} ms.`)),
      job.untilMs - nowMs,
    )
    const isWritten = job.svg.replace(/<[^>]*>/g, '').length > MUCH_WRITTEN
    const [width = 0, ...smaller] = isWritten ? WIDTHS.written : WIDTHS.usual
    inHand = { job, number, smaller, limit }
    send(used, inHand, width)
  }

  function end(): void {
    const ending = drawer
    drawer = null
    ending?.kill('SIGKILL')
  }

  return {
    draw(picture) {
      return new Promise(done => {
        const svg = isStopped || waiting.length >= WAITING_MAX ? null : svgOf(picture, trouble)
        if (svg === null) return done(null)
        waiting.push({ svg, untilMs: performance.now() + drawMs, done })
        next()
      })
    },
    stop() {
      isStopped = true
      clearTimeout(idle)
      end()
      finish(null)
      for (const job of waiting.splice(0)) job.done(null)
    },
  }
}

function svgOf(picture: Picture, trouble: (error: unknown) => void): string | null {
  try {
    const svg = picture.kind === 'plan' ? planSvg(picture) : lagSvg(picture)
    return svg.length > SVG_CHARACTERS_MAX ? null : svg
  } catch (error) {
    trouble(error)
    return null
  }
}
