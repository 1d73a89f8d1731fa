// Chooses how an input element is drawn, and sends what is entered: in a modal as a filled field, elsewhere as a click.

import { useEffect, useState } from 'preact/hooks'
import { type Input, type Option, readEntered } from './block-reading.ts'
import { Combobox, type Offer } from './combobox.tsx'
import { act } from './deeds.ts'
import { FileField } from './file-field.tsx'
import type { Value } from './fills.ts'
import { useSurface } from './surface.ts'
import { MomentField, TextField } from './text-field.tsx'

export interface FieldProps {
  id?: string
  label: string
  labelledBy?: string
  describedBy?: string
  invalid?: boolean
  optional?: boolean
}

export function InputElement({
  input,
  blockId,
  field,
  ...props
}: FieldProps & { input: Input; blockId: string; field: string }) {
  const { form, press } = useSurface()
  const entered = readEntered(form?.view.values[blockId]?.[input.actionId])
  const { picked, pick } = usePicks(entered.picked, async value => {
    if (form !== null) await form.fills.now(field, value)
    else if (typeof value === 'string') await act(press(value, blockId))
  })

  switch (input.kind) {
    case 'text':
    case 'number':
      return <TextField {...props} key={field} input={input} field={field} stored={entered.text} />
    case 'moment':
      return <MomentField {...props} key={field} field={field} stored={entered.seconds} />
    case 'files':
      return <FileField {...props} key={field} input={input} field={field} attached={entered.files} />
    case 'radios':
    case 'checkboxes':
      return <Choices {...props} kind={input.kind} options={input.options} picked={picked} pick={pick} />
    case 'menu':
      return (
        <Combobox
          {...props}
          many={input.many}
          placeholder={input.placeholder || 'Choose an option'}
          picked={picked}
          pick={pick}
          offers={typed => Promise.resolve(matching(input.options, typed))}
        />
      )
    case 'typeahead':
      return (
        <Combobox
          {...props}
          many={input.many}
          placeholder={input.placeholder || 'Choose an option'}
          picked={picked}
          pick={pick}
          offers={async typed => {
            if (typed.length < input.minQuery) return 'tooShort'
            // What the app offers may follow from what was entered before.
            await form?.fills.flush()
            const { suggestions } = await act({ do: 'suggest', field, typed })
            return suggestions?.map(text => ({ text, description: '' })) ?? 'unanswered'
          }}
        />
      )
    default:
      return input satisfies never
  }
}

function matching(options: Option[], typed: string): Offer[] {
  const wanted = typed.trim().toLowerCase()
  return options.filter(({ text, description }) => `${text} ${description}`.toLowerCase().includes(wanted))
}

/** Shows a pick at once, and goes back to what Slack holds when it did not take it. */
function usePicks(stored: string[], send: (value: Value) => Promise<void>) {
  const [chosen, setChosen] = useState<string[] | null>(null)
  const key = JSON.stringify(stored)
  useEffect(() => setChosen(null), [key])
  return {
    picked: chosen ?? stored,
    pick(texts: string[], many: boolean) {
      setChosen(texts)
      const value = many ? texts : (texts[0] ?? null)
      send(value).catch(() => setChosen(null))
    },
  }
}

function Choices({
  id,
  labelledBy,
  describedBy,
  kind,
  options,
  picked,
  pick,
}: FieldProps & {
  kind: 'radios' | 'checkboxes'
  options: Option[]
  picked: string[]
  pick(texts: string[], many: boolean): void
}) {
  const many = kind === 'checkboxes'
  return (
    <fieldset class="choices" aria-labelledby={labelledBy} aria-describedby={describedBy || undefined}>
      {options.map(({ text, description }) => (
        <label key={text} class="choice">
          <input
            type={many ? 'checkbox' : 'radio'}
            name={id}
            checked={picked.includes(text)}
            onChange={event => {
              const rest = picked.filter(each => each !== text)
              if (many) pick(event.currentTarget.checked ? [...rest, text] : rest, true)
              else pick([text], false)
            }}
          />
          <span>
            {text}
            {description !== '' && <span class="choice-description">{description}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
