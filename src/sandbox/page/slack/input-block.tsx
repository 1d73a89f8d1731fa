// One field of a form: its label, its element, its hint, and what was wrong with it.

import { useId } from 'preact/hooks'
import type { Drawn } from './block-reading.ts'
import { InputElement } from './input-element.tsx'
import { useSurface } from './surface.ts'

export function InputBlock({
  input,
  blockId,
}: {
  input: Extract<Drawn, { kind: 'input' }>
  blockId: string
}) {
  const { form } = useSurface()
  const id = useId()
  const { element, label, hint, optional } = input
  const error = form?.view.errors[blockId]
  const described = [...(error === undefined ? [] : [`${id}-error`]), ...(hint === '' ? [] : [`${id}-hint`])]
  const grouped = element.kind === 'radios' || element.kind === 'checkboxes'
  const shownLabel = (
    <>
      {label}
      {optional && <span class="field-optional"> (optional)</span>}
    </>
  )
  return (
    <div
      class="field"
      data-testid={`field-${blockId}`}
      data-invalid={error !== undefined}
      data-focus={'focusOnLoad' in element && element.focusOnLoad}
    >
      {grouped ? (
        <span class="field-label" id={`${id}-label`}>
          {shownLabel}
        </span>
      ) : (
        <label class="field-label" id={`${id}-label`} for={id}>
          {shownLabel}
        </label>
      )}
      {!('placeholder' in element) ? (
        <p class="block-unknown">This page does not draw the element {element.kind}.</p>
      ) : (
        <InputElement
          input={element}
          blockId={blockId}
          field={blockId}
          label={label}
          id={id}
          labelledBy={`${id}-label`}
          describedBy={described.join(' ')}
          invalid={error !== undefined}
          optional={optional}
        />
      )}
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`} data-testid={`error-${blockId}`} role="alert">
          {error}
        </p>
      )}
      {hint !== '' && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}
