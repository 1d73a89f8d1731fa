// A menu with a field to type in: one pick or many, from a fixed list or from what the app offers for the typed text.
// Follows the combobox pattern with a listbox; Escape closes the list before it closes the dialog around it.

import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { FieldProps } from './input-element.tsx'

export interface Offer {
  text: string
  description: string
}

type Offered = Offer[] | 'tooShort' | 'unanswered'

const REST_MS = 120

export function Combobox({
  many,
  placeholder,
  picked,
  pick,
  offers,
  ...props
}: FieldProps & {
  many: boolean
  placeholder: string
  picked: string[]
  pick(texts: string[], many: boolean): void
  offers(typed: string): Promise<Offered>
}) {
  const ownId = useId()
  const id = props.id ?? ownId
  const input = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const [offered, setOffered] = useState<Offered | 'loading'>('loading')
  const [at, setAt] = useState(0)
  const options = Array.isArray(offered) ? offered : []
  /** The text the list is for; the list lags behind the fingers. */
  const [offeredFor, setOfferedFor] = useState('')
  const pickFirst = useRef(false)

  useEffect(() => {
    if (!open) return
    let stale = false
    // Typing asks once the fingers rest; opening asks at once.
    const timer = setTimeout(
      async () => {
        const found = await offers(typed)
        if (stale) return
        setOffered(found)
        setOfferedFor(typed)
        const first = Array.isArray(found) ? found[0] : undefined
        if (pickFirst.current && first) {
          pickFirst.current = false
          choose(first.text)
          return
        }
        setAt(Math.max(0, Array.isArray(found) ? found.findIndex(({ text }) => picked.includes(text)) : 0))
      },
      typed === '' ? 0 : REST_MS,
    )
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [open, typed])

  useEffect(() => {
    if (open) list.current?.scrollIntoView({ block: 'nearest' })
  }, [open, offered])

  useEffect(() => {
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at])

  function show(): void {
    if (open) return
    pickFirst.current = false
    setOfferedFor('')
    setOffered('loading')
    setTyped('')
    setOpen(true)
  }

  function hide(): void {
    setOpen(false)
    setTyped('')
  }

  function choose(text: string): void {
    if (!many) {
      pick([text], false)
      hide()
      return
    }
    pick(picked.includes(text) ? picked.filter(each => each !== text) : [...picked, text], true)
    setTyped('')
    input.current?.focus()
  }

  function remove(text: string): void {
    pick(
      picked.filter(each => each !== text),
      many,
    )
    input.current?.focus()
  }

  function onKeyDown(event: KeyboardEvent): void {
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        event.preventDefault()
        if (!open) {
          show()
          return
        }
        const step = event.key === 'ArrowDown' ? 1 : -1
        if (options.length > 0) setAt((at + step + options.length) % options.length)
        return
      }
      case 'Enter': {
        // It picks; it never submits the form.
        event.preventDefault()
        const option = options[at]
        if (!open) show()
        // Never one of a list that does not fit what is typed.
        else if (offeredFor !== typed) pickFirst.current = true
        else if (option) choose(option.text)
        return
      }
      case 'Escape':
        if (!open) return
        event.preventDefault()
        event.stopPropagation()
        hide()
        return
      case 'Backspace': {
        const last = picked.at(-1)
        if (many && typed === '' && last !== undefined) remove(last)
        return
      }
      default:
        return
    }
  }

  const single = many ? undefined : picked[0]
  return (
    <div class="combobox" data-open={open}>
      <div class="combobox-box" data-invalid={props.invalid === true}>
        {many &&
          picked.map(text => (
            <span key={text} class="pick">
              {text}
              <button type="button" aria-label={`Remove ${text}`} onClick={() => remove(text)}>
                ×
              </button>
            </span>
          ))}
        <input
          ref={input}
          id={id}
          type="text"
          role="combobox"
          autoComplete="off"
          spellcheck={false}
          aria-label={props.id === undefined ? props.label : undefined}
          aria-autocomplete="list"
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-activedescendant={open && options[at] ? `${id}-option-${at}` : undefined}
          aria-describedby={props.describedBy || undefined}
          aria-invalid={props.invalid}
          data-picked={single !== undefined && !open}
          placeholder={single ?? (many && picked.length > 0 ? '' : placeholder)}
          value={open ? typed : (single ?? '')}
          onInput={event => {
            if (!open) show()
            pickFirst.current = false
            setTyped(event.currentTarget.value)
          }}
          onClick={show}
          onBlur={hide}
          onKeyDown={onKeyDown}
        />
        {!many && props.optional && single !== undefined && (
          <button type="button" class="combobox-clear" aria-label="Clear" onClick={() => remove(single)}>
            ×
          </button>
        )}
        {!many && <span class="combobox-arrow" aria-hidden="true" />}
      </div>
      {open && (
        <div
          ref={list}
          class="combobox-list"
          id={`${id}-list`}
          role="listbox"
          aria-label={props.label}
          aria-multiselectable={many}
          tabIndex={-1}
          // The field keeps the focus while the list is clicked or scrolled.
          onMouseDown={event => event.preventDefault()}
        >
          {options.map(({ text, description }, index) => (
            <button
              key={text}
              type="button"
              class="combobox-option"
              id={`${id}-option-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={picked.includes(text)}
              data-active={index === at}
              onClick={() => choose(text)}
              onMouseMove={() => setAt(index)}
            >
              <span>{text}</span>
              {description !== '' && <span class="choice-description">{description}</span>}
            </button>
          ))}
          {options.length === 0 && <p class="combobox-none">{sayNothing(offered)}</p>}
        </div>
      )}
    </div>
  )
}

function sayNothing(offered: Offered | 'loading'): string {
  switch (offered) {
    case 'loading':
      return 'Loading…'
    case 'tooShort':
      return 'Type a few letters.'
    case 'unanswered':
      return 'The app did not answer. Type to ask again.'
    default:
      return 'Nothing found.'
  }
}
