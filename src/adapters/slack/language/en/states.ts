// What state a request is in, in English: as a name, and as a sentence.

export const states = {
  names: {
    preparing: 'being planned',
    pending: 'waiting for approval',
    approved: 'approved, on the queue',
    /** The policy cannot be known. */
    held: 'approved, held',
    waiting: 'approved, waiting for the group to be empty',
    beforeWindow: 'approved, waiting for its window',
    executing: 'running',
    succeeded: 'done',
    partial: 'partly done',
    failed: 'failed',
    checking: 'unclear, being checked',
    unclear: 'unclear, needs a person',
    rejected: 'rejected',
    cancelled: 'cancelled',
    expired: 'expired',
  },
  sentences: {
    preparing: (id: string) => `${id} is being planned.`,
    pending: (id: string) => `${id} is waiting for approval.`,
    approved: (id: string) => `${id} is approved and on the queue.`,
    held: (id: string) => `${id} is approved and held.`,
    waiting: (id: string) => `${id} is approved and waits for the group to be empty.`,
    beforeWindow: (id: string) => `${id} is approved and waits for its window.`,
    executing: (id: string) => `${id} is running.`,
    succeeded: (id: string) => `${id} is done.`,
    partial: (id: string) => `${id} is partly done.`,
    failed: (id: string) => `${id} has failed.`,
    checking: (id: string) => `${id} is unclear, and its offsets are being read back.`,
    unclear: (id: string) => `${id} is unclear and needs a person.`,
    rejected: (id: string) => `${id} was rejected.`,
    cancelled: (id: string) => `${id} was cancelled.`,
    expired: (id: string) => `${id} has expired.`,
  },
}
