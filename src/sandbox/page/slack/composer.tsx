// The message box: messages, and slash commands, of which `/` offers the bot's with their hints.

import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { draft } from '../connection.ts'
import { commandBeingWritten, commandsFor } from './commands.ts'
import { act, notice, useDeed } from './deeds.ts'
import { BOT_NAME } from './names.ts'
import { NoticeLine } from './notice-line.tsx'
import { DM } from './place.ts'
import { useWorkspace } from './workspace-context.ts'

export function Composer({ channel, name }: { channel: string; name: string }) {
  const { slack } = useWorkspace()
  const id = useId()
  const box = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const [closed, setClosed] = useState(false)
  const { busy, run } = useDeed()
  const offered = closed || busy ? [] : commandsFor(text, slack.commands)
  const written = commandBeingWritten(text, slack.commands)

  const put = (next: string) => {
    setText(next)
    setAt(0)
    setClosed(false)
  }

  const drafted = draft.value
  useEffect(() => {
    if (drafted === '') return
    put(drafted)
    draft.value = ''
    box.current?.focus()
  }, [drafted])

  useEffect(() => {
    const { current } = box
    if (current === null) return
    current.style.height = 'auto'
    current.style.height = `${Math.min(current.scrollHeight, 160)}px`
  }, [text])

  function choose(command: string): void {
    put(`${command} `)
    box.current?.focus()
  }

  function send(): void {
    const line = text.trim()
    if (line === '' || busy) return
    const isCommand = line.startsWith('/')
    if (!isCommand && channel === DM) {
      notice.value = `${BOT_NAME} reads no messages: type / for its commands.`
      return
    }
    void run(async () => {
      notice.value = ''
      const { said } = await act(
        isCommand ? { do: 'command', channel, line } : { do: 'say', channel, text: line },
      )
      if (!said) return put('')
      // What failed stays, so that it can be sent again; the commands would be in front of why.
      setClosed(true)
    })
  }

  function onKeyDown(event: KeyboardEvent): void {
    const option = offered[at]
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        if (offered.length === 0) return
        event.preventDefault()
        setAt((at + (event.key === 'ArrowDown' ? 1 : -1) + offered.length) % offered.length)
        return
      case 'Tab':
        if (option === undefined || event.shiftKey) return
        event.preventDefault()
        choose(option.command)
        return
      case 'Enter':
        if (event.shiftKey || event.isComposing) return
        event.preventDefault()
        if (option !== undefined && option.command !== text.trim()) choose(option.command)
        else send()
        return
      case 'Escape':
        if (offered.length === 0) return
        event.preventDefault()
        setClosed(true)
        return
      default:
        return
    }
  }

  return (
    <div class="composer-frame">
      <NoticeLine />
      <p class="visually-hidden" role="status">
        {offered.length > 0 && `${offered.length} to choose from, with the arrows and Enter`}
      </p>
      <div class="composer" data-busy={busy}>
        {offered.length > 0 && (
          <div class="commands" id={`${id}-list`} role="listbox" aria-label="Commands" tabIndex={-1}>
            {offered.map((each, index) => (
              <button
                key={each.command}
                type="button"
                id={`${id}-${index}`}
                class="command"
                role="option"
                tabIndex={-1}
                aria-selected={index === at}
                onMouseDown={event => event.preventDefault()}
                onMouseMove={() => setAt(index)}
                onClick={() => choose(each.command)}
              >
                <span class="command-line">
                  <strong>{each.command}</strong> <span class="command-hint">{each.hint}</span>
                </span>
                <span class="command-says">{each.description}</span>
              </button>
            ))}
          </div>
        )}
        {written && (
          <p class="composer-hint" id={`${id}-hint`}>
            <strong>{written.command}</strong> {written.hint}
          </p>
        )}
        <div class="composer-row">
          <textarea
            ref={box}
            class="composer-text"
            data-testid="composer"
            id="composer"
            rows={1}
            aria-label={`Message ${name}`}
            placeholder={`Message ${name}: type / for commands`}
            aria-autocomplete="list"
            aria-controls={`${id}-list`}
            aria-activedescendant={offered.length > 0 ? `${id}-${at}` : undefined}
            aria-describedby={written ? `${id}-hint` : undefined}
            spellcheck={false}
            // Read-only rather than disabled, so that the focus stays.
            readOnly={busy}
            value={text}
            onInput={event => put(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
          <button
            type="button"
            class="send"
            data-testid="send"
            aria-label={busy ? 'Sending' : 'Send'}
            aria-busy={busy}
            disabled={busy || text.trim() === ''}
            onClick={send}
          >
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
              <path d="M2 2.5 14.5 8 2 13.5 3.5 8.8 9 8 3.5 7.2z" fill="currentColor" />
            </svg>
          </button>
        </div>
      </div>
    </div>
  )
}
