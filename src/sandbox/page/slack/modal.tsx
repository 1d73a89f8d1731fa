// The modal on top of the person's stack: its fields, what was wrong with them, submit and close.
// It must never submit before everything entered has reached Slack.

import { useEffect, useId, useMemo } from 'preact/hooks'
import type { OpenView } from '../protocol.ts'
import { deedOf, isFileChange } from './attachment.ts'
import { Avatar } from './avatar.tsx'
import { Blocks } from './blocks.tsx'
import { act, notice, useDeed } from './deeds.ts'
import { useDialog } from './dialog.ts'
import { createFills } from './fills.ts'
import { NoticeLine } from './notice-line.tsx'
import { SurfaceContext } from './surface.ts'
import { useWorkspace } from './workspace-context.ts'

/** To be keyed by the view's id: another view is another form. */
export function Modal({ view }: { view: OpenView }) {
  const { slack } = useWorkspace()
  const id = useId()
  const submitting = useDeed()
  const closing = useDeed()
  const dialog = useDialog(() => close(false))
  const fills = useMemo(
    () =>
      createFills(async (field, value) => {
        const { said } = await act(
          isFileChange(value) ? await deedOf(field, value) : { do: 'fill', field, value },
        )
        if (said) throw new Error(said)
      }),
    [view.id],
  )
  useEffect(() => {
    // A page that is loaded again shows what Slack has; what was typed last is on its way to it by then.
    const send = () => void fills.flush()
    addEventListener('pagehide', send)
    return () => removeEventListener('pagehide', send)
  }, [fills])
  const wrong = Object.keys(view.errors)
  useEffect(() => {
    // What has to be corrected first is what the person is taken to.
    const [first] = wrong
    if (first === undefined) return
    const field = dialog.ref.current?.querySelector<HTMLElement>(
      '[data-invalid="true"] :is(input, textarea, .file-attached button)',
    )
    field?.focus()
    field?.scrollIntoView({ block: 'center' })
  }, [wrong.join(' ')])

  function close(all: boolean): void {
    void closing.run(() => act({ do: 'close', all }))
  }

  function submit(event: Event): void {
    event.preventDefault()
    if (view.submit === null) return
    void submitting.run(async () => {
      notice.value = ''
      await fills.flush()
      await act({ do: 'submit' })
    })
  }

  return (
    <div class="backdrop">
      <div
        {...dialog}
        class="dialog"
        role="dialog"
        aria-modal="true"
        aria-labelledby={id}
        data-testid="modal"
      >
        <form class="dialog-form" noValidate onSubmit={submit}>
          <header class="dialog-head">
            {view.depth > 0 && (
              <button
                type="button"
                class="icon-button"
                aria-label="Back"
                disabled={closing.busy}
                onClick={() => close(false)}
              >
                ‹
              </button>
            )}
            <Avatar user={slack.botUserId} size="small" />
            <h2 id={id}>{view.title}</h2>
            <button
              type="button"
              class="icon-button"
              aria-label={view.depth > 0 ? 'Close all' : 'Close dialog'}
              disabled={closing.busy}
              onClick={() => close(true)}
            >
              ×
            </button>
          </header>
          <div class="dialog-body">
            <SurfaceContext.Provider
              value={{ press: action => ({ do: 'pressInView', action }), form: { view, fills } }}
            >
              <Blocks blocks={view.blocks} />
            </SurfaceContext.Provider>
          </div>
          <NoticeLine />
          <footer class="dialog-foot">
            <button type="button" class="button" disabled={closing.busy} onClick={() => close(false)}>
              {view.close ?? (view.submit === null ? 'Close' : 'Cancel')}
            </button>
            {view.submit !== null && (
              <button
                type="submit"
                class="button button-primary"
                data-testid="submit"
                aria-busy={submitting.busy}
                disabled={submitting.busy}
              >
                {view.submit}
              </button>
            )}
          </footer>
        </form>
      </div>
    </div>
  )
}
