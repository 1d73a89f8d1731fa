// One switch, which shows what the scene says and asks for the other. It must never show a state of its own:
// what it asked for may not have come true.

import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { perform } from '../connection.ts'
import type { Deed } from '../protocol.ts'

interface ToggleProps {
  testId: string
  on: boolean
  deed: Deed
  children: ComponentChildren
  /** Says more than the visible text, where that alone would be the same on several switches. */
  label?: string
  describedBy?: string
}

export function Toggle({ testId, on, deed, children, label, describedBy }: ToggleProps) {
  const asking = useSignal(false)
  const said = useSignal('')

  const ask = async () => {
    if (asking.value) return
    asking.value = true
    said.value = ''
    said.value = (await perform(deed)).said ?? ''
    asking.value = false
  }

  return (
    <>
      <button
        type="button"
        role="switch"
        class="toggle"
        data-testid={testId}
        aria-checked={on}
        aria-busy={asking.value}
        {...(label === undefined ? {} : { 'aria-label': label })}
        {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
        onClick={ask}
      >
        <span class="toggle-track" aria-hidden="true" />
        <span class="toggle-label">{children}</span>
      </button>
      {said.value === '' ? null : (
        <span class="toggle-said" role="status">
          {said.value}
        </span>
      )}
    </>
  )
}
