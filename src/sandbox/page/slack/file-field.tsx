// A field of files: what is attached, and a place to choose or drop another. It must never send a file that Slack would
// not take, nor let one that misses the place carry the browser away from the page.

import { useEffect, useRef, useState } from 'preact/hooks'
import { attachProblem, typesInWords } from './attachment.ts'
import type { Attached, Input } from './block-reading.ts'
import { FileIcon } from './file-icon.tsx'
import type { FieldProps } from './input-element.tsx'
import { sizeInWords } from './message-list.ts'
import { useSurface } from './surface.ts'
import { useWorkspace } from './workspace-context.ts'

export function FileField({
  input,
  field,
  attached,
  ...props
}: FieldProps & { input: Extract<Input, { kind: 'files' }>; field: string; attached: Attached[] }) {
  const { form } = useSurface()
  const { slack } = useWorkspace()
  const box = useRef<HTMLDivElement>(null)
  const chooser = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [problem, setProblem] = useState('')
  const [sending, setSending] = useState<string[]>([])
  const { types, most } = input
  const left = most - attached.length - sending.length
  useMissedDrops()

  async function take(files: readonly File[]): Promise<void> {
    const refused = attachProblem(files, most - left, { types, most, largestFile: slack.largestFile })
    setProblem(refused ?? '')
    if (refused !== undefined || form === null) return
    setSending(names => [...names, ...files.map(file => file.name)])
    await Promise.all(
      files.map(async file => {
        const change = { kind: 'attach', name: file.name, bytes: () => file.arrayBuffer() } as const
        await form.fills.now(field, change).catch(() => {})
        setSending(names => names.toSpliced(names.indexOf(file.name), 1))
      }),
    )
    keepFocus()
  }

  async function remove({ id }: Attached): Promise<void> {
    setProblem('')
    await form?.fills.now(field, { kind: 'detach', file: id }).catch(() => {})
    keepFocus()
  }

  /** What had the focus may be gone: a full field has no chooser, and a removed file no button. */
  function keepFocus(): void {
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body) return
      const last = [...(box.current?.querySelectorAll('button') ?? [])].at(-1)
      ;(chooser.current ?? last)?.focus()
    })
  }

  return (
    <div ref={box} class="file-field">
      {attached.map(file => (
        <div key={file.id} class="file-attached" data-testid="attached">
          <FileIcon />
          <span class="file-words">
            <strong>{file.name}</strong>
            <span class="file-size">{sizeInWords(file.size)}</span>
          </span>
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove ${file.name}`}
            aria-describedby={props.describedBy || undefined}
            onClick={() => void remove(file)}
          >
            ×
          </button>
        </div>
      ))}
      {sending.map((name, at) => (
        <p key={`${at} ${name}`} class="file-sending" role="status">
          Attaching {name}…
        </p>
      ))}
      {left > 0 && (
        <label
          class="file-drop"
          data-over={over}
          data-invalid={props.invalid === true || problem !== ''}
          onDragEnter={() => setOver(true)}
          onDragLeave={event => {
            // Passing over what is inside the place does not leave it.
            if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
          }}
          onDrop={event => {
            setOver(false)
            void take([...(event.dataTransfer?.files ?? [])])
          }}
        >
          <input
            ref={chooser}
            id={props.id}
            class="visually-hidden"
            type="file"
            accept={types.map(type => `.${type}`).join(',')}
            multiple={most > 1}
            aria-label={props.label}
            aria-describedby={props.describedBy || undefined}
            aria-invalid={props.invalid}
            disabled={form === null}
            onChange={event => {
              const { currentTarget } = event
              const files = [...(currentTarget.files ?? [])]
              // The same file, corrected, has to be a choice again.
              currentTarget.value = ''
              if (files.length > 0) void take(files)
            }}
          />
          <span class="button">Choose {most === 1 ? 'a file' : 'files'}</span>
          <span class="file-says">
            or drop {most === 1 ? 'it' : 'them'} here: {types.length > 0 && `${typesInWords(types, 'and')}, `}
            up to {sizeInWords(slack.largestFile)}
          </span>
        </label>
      )}
      {problem !== '' && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

/** A browser opens a file that is dropped where nobody takes it, and the page would be gone. */
function useMissedDrops(): void {
  useEffect(() => {
    const keep = (event: DragEvent) => event.preventDefault()
    for (const type of ['dragover', 'drop'] as const) window.addEventListener(type, keep)
    return () => {
      for (const type of ['dragover', 'drop'] as const) window.removeEventListener(type, keep)
    }
  }, [])
}
