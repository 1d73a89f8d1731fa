// The Slack half's one door to the server: performs a deed, and shows the person what Slack says when it failed them.

import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Done, perform } from '../connection.ts'
import type { Deed } from '../protocol.ts'

/** What Slack says just now; empty: nothing. Shown by the modal while one is open, else over the composer. */
export const notice = signal('')

export async function act(deed: Deed): Promise<Done> {
  const done = await perform(deed)
  if (done.said) notice.value = done.said
  return done
}

/** Performs one deed at a time: what is `busy` has to be shown as disabled. */
export function useDeed(): { busy: boolean; run(work: () => Promise<unknown>): Promise<void> } {
  const [busy, setBusy] = useState(false)
  const mounted = useRef(true)
  useEffect(() => {
    mounted.current = true
    return () => {
      mounted.current = false
    }
  }, [])
  return {
    busy,
    async run(work) {
      if (busy) return
      setBusy(true)
      try {
        await work()
      } finally {
        if (mounted.current) setBusy(false)
      }
    },
  }
}
