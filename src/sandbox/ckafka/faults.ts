// Owns the ways in which a call of either API goes wrong.
// It must never do the work of an action itself.

/** `afterDoingIt`: whether the work was done before it went wrong. That is what a caller cannot know. */
export type CkafkaFault =
  /** The work is done after the delay, even when the caller has gone by then. */
  | { kind: 'delay'; ms: number }
  | { kind: 'hang'; afterDoingIt: boolean }
  /** The connection is destroyed before any byte of an answer. */
  | { kind: 'cut'; afterDoingIt: boolean }
  /** The work is done; headers and half the body arrive. */
  | { kind: 'halfAnswer' }
  /** A gateway's HTML page with this HTTP status. */
  | { kind: 'status'; status: number; afterDoingIt: boolean }
  /** A business error, nothing done. API 2.0 has numbers, 3.0 has words. */
  | { kind: 'code'; code: number | string; message: string }
  /** HTTP 200 with an HTML page, nothing done. */
  | { kind: 'html' }
  /** Success is answered and nothing is done. */
  | { kind: 'lie' }
  /** The work is done; these topics are left out of the answer. */
  | { kind: 'unreported'; topics: string[] }
  /** Exactly these bytes are the answer. */
  | { kind: 'pinned'; body: string; afterDoingIt: boolean }

/** What a fault asks of an action that does its work. */
export interface AnswerOptions {
  effect: 'apply' | 'pretend'
  /** Topics that the answer does not mention. */
  leaveOut: string[]
}
