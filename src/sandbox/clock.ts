// Preloaded into a bot's process: a clock that the one who started it can put forward. Timers run as ever.
// It must never keep the process alive, nor be loaded where time is measured.

const realNow = Date.now
let aheadMs = Number(new URL(import.meta.url).searchParams.get('aheadMs'))

Date.now = () => realNow() + aheadMs
globalThis.Date = new Proxy(Date, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [target.now()] : given, newTarget),
})

process.on('message', (message: unknown) => {
  if (typeof message !== 'object' || message === null || !('aheadMs' in message)) return
  aheadMs = Number(message.aheadMs)
  process.send?.({ aheadMs })
})
process.channel?.unref()
