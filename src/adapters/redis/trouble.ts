// What an error says of Redis: one of so many reasons why it cannot be used just now. Nothing is asked here.

import type { StoreTrouble } from '../../ports/events.ts'

/** By what Redis answers, wherever in an answer it stands: a script puts its own words around it. */
const ANSWERS: [StoreTrouble, RegExp][] = [
  ['login', /\bWRONGPASS\b|\bNOAUTH\b|\binvalid (?:username-password|password)\b|\bAUTH <password> called\b/],
  // Redis 6 has no code for it in scripts. Some providers take a command away by its name.
  ['forbidden', /\bNOPERM\b|\bACL failure\b|can't run this command|can't access at least one of the keys/],
  ['forbidden', /\bunknown (?:sub)?command\b/i],
  // To begin a transaction was.
  ['forbidden', /\bEXEC without MULTI\b/],
  ['readOnly', /\bREADONLY\b/],
  ['memory', /\bOOM command\b|^OOM\b/],
  ['replicas', /\bNOREPLICAS\b/],
  ['disk', /\bMISCONF\b/],
  ['notServing', /\b(?:LOADING|MASTERDOWN|BUSY|CLUSTERDOWN|TRYAGAIN)\b/],
]

/** What ioredis says when it could not ask. */
const UNASKED =
  /^(?:Connection is closed|Stream isn't writeable|Command timed out|Socket timeout|Cluster isn't ready|None of startup nodes|Failed to refresh slots cache|All sentinels are unreachable|Reached the max retries)/

/** Codes of a connection that failed; of which service they are, they do not say. */
const OF_A_CONNECTION = /^(?:ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/

/**
 * Null: the error is about something else.
 * @param from `redis`: a connection to Redis, so that whatever it says is about Redis; `worker`: BullMQ's, which passes on
 * what its connections say and what went wrong with a job
 */
export function troubleOf(
  error: unknown,
  from: 'redis' | 'worker' | 'elsewhere' = 'elsewhere',
): StoreTrouble | null {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = causeOf(each), depth += 1) {
    const { message, name } = each
    const isAnswer = name === 'ReplyError' || from !== 'elsewhere'
    const answer = isAnswer ? ANSWERS.find(([, words]) => words.test(message)) : undefined
    if (answer !== undefined) return answer[0]
    if (UNASKED.test(message)) return 'away'
    const code = 'code' in each && typeof each.code === 'string' ? each.code : ''
    if (from === 'worker' && OF_A_CONNECTION.test(code)) return 'away'
    if (name === 'ReplyError' && causeOf(each) === undefined) return 'refused'
  }
  return from === 'redis' ? 'away' : null
}

/** A transaction says nothing itself of why it was given up; the first of its commands that was refused does. */
function causeOf(error: Error): unknown {
  const inTransaction = 'previousErrors' in error ? error.previousErrors : undefined
  return Array.isArray(inTransaction) ? inTransaction[0] : error.cause
}
