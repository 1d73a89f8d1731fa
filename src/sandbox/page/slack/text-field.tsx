// What is typed: text of one line or many, numbers, and a moment in the reader's zone. While somebody types, what they
// see is theirs: nothing that the app draws meanwhile may take a letter away.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Input } from './block-reading.ts'
import { exactMoment, fromLocalInput, toLocalInput } from './dates.ts'
import type { Value } from './fills.ts'
import type { FieldProps } from './input-element.tsx'
import { useSurface } from './surface.ts'

function useTyping(field: string, stored: string, read: (text: string) => Value) {
  const { form } = useSurface()
  const [typed, setTyped] = useState<string | null>(null)
  const focused = useRef(false)
  const settle = () => {
    if (!focused.current && typed === stored) setTyped(null)
  }
  useEffect(settle, [typed, stored])
  useEffect(() => () => form?.fills.forget(field), [field])
  return {
    value: typed ?? stored,
    disabled: form === null,
    onFocus() {
      focused.current = true
    },
    onInput(event: { currentTarget: { value: string } }) {
      const text = event.currentTarget.value
      setTyped(text)
      form?.fills.later(field, read(text))
    },
    onBlur() {
      focused.current = false
      settle()
      void form?.fills.flush()
    },
  }
}

export function TextField({
  input,
  field,
  stored,
  ...props
}: FieldProps & { input: Extract<Input, { kind: 'text' | 'number' }>; field: string; stored: string }) {
  const { value, ...typing } = useTyping(field, stored, text => (text === '' ? null : text))
  const attributes = {
    id: props.id,
    placeholder: input.placeholder,
    'aria-label': props.id === undefined ? props.label : undefined,
    'aria-describedby': props.describedBy || undefined,
    'aria-invalid': props.invalid,
    ...typing,
  }
  if (input.kind === 'number')
    return (
      <input
        {...attributes}
        class="text-field"
        type="text"
        inputMode="numeric"
        autoComplete="off"
        value={value}
      />
    )
  const left = input.maxLength === null ? null : input.maxLength - [...value].length
  return (
    <div class="text-field-box">
      {input.multiline ? (
        <textarea {...attributes} class="text-field" rows={3} value={value} />
      ) : (
        <input {...attributes} class="text-field" type="text" autoComplete="off" value={value} />
      )}
      {left !== null && left <= 100 && (
        <span class="text-field-left" data-over={left < 0}>
          {left}
        </span>
      )}
    </div>
  )
}

export function MomentField({
  field,
  stored,
  ...props
}: FieldProps & { field: string; stored: number | null }) {
  const { value, ...typing } = useTyping(field, stored === null ? '' : toLocalInput(stored), fromLocalInput)
  const seconds = fromLocalInput(value)
  return (
    <div class="moment-field">
      <input
        {...typing}
        class="text-field"
        type="datetime-local"
        id={props.id}
        aria-label={props.id === undefined ? props.label : undefined}
        aria-describedby={props.describedBy || undefined}
        aria-invalid={props.invalid}
        value={value}
      />
      {seconds !== null && <span class="moment-field-exact">{exactMoment(seconds)}</span>}
    </div>
  )
}
