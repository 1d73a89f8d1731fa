// A button that asks for one deed, and says what came of it only where it failed: what it did is seen in the cluster.

import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { perform } from '../connection.ts'
import type { Deed } from '../protocol.ts'

interface DeedButtonProps {
  testId: string
  deed: Deed
  /** Says more than the visible text, which is the same on several buttons. */
  label: string
  children: ComponentChildren
}

export function DeedButton({ testId, deed, label, children }: DeedButtonProps) {
  const asking = useSignal(false)
  const said = useSignal('')

  const ask = async () => {
    if (asking.value) return
    asking.value = true
    said.value = (await perform(deed)).said ?? ''
    asking.value = false
  }

  return (
    <>
      <button
        type="button"
        class="quiet-button"
        data-testid={testId}
        aria-busy={asking.value}
        aria-label={label}
        title={label}
        onClick={ask}
      >
        {children}
      </button>
      {said.value === '' ? null : (
        <span class="toggle-said" role="status">
          {said.value}
        </span>
      )}
    </>
  )
}
