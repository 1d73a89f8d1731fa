// A person in front of a modal: filling, submitting, closing. What Slack's own client refuses never reaches the app.
import { isObject, type Json } from './block-schema.ts'
import type { LocalSlackUser, Person, SlackFile, SlackView, SubmitOutcome } from './face.ts'
import { type Field, fieldsOf, optionsOf, textOf } from './fields.ts'
import { fileOnWire, mimetypeOf } from './file-object.ts'
import { attachRefusal, enteredState, filesIn, hasState, pickedOption, refusalOf } from './inputs.ts'
import type { Interactions, Outside } from './interactions.ts'
import { viewClosedBody, viewSubmissionBody } from './payloads.ts'
import { visible } from './rewriting.ts'
import { judgeView } from './view-methods.ts'
import { copyView, type StoredView } from './views.ts'

const TROUBLE = 'We had some trouble connecting. Try again?'

type ModalVerbs = Pick<
  Person,
  | 'view'
  | 'waitForView'
  | 'fill'
  | 'attach'
  | 'detach'
  | 'suggestions'
  | 'submit'
  | 'closeView'
  | 'pressInView'
  | 'home'
  | 'pressInHome'
>

export function createModalVerbs(
  outside: Outside,
  user: LocalSlackUser,
  interactions: Interactions,
): ModalVerbs {
  const { workspace, views, triggers, delivery, granted } = outside

  function top(): StoredView {
    const view = views.top(user.id)
    if (!view) throw new Error(`${user.name} has no modal open`)
    return view
  }

  function field(view: StoredView, name: string): Field {
    const all = fieldsOf(view.blocks).filter(one => hasState(one.element))
    const byId = all.filter(one => one.blockId === name || one.actionId === name)
    const found = byId.length > 0 ? byId : all.filter(one => visible(one.label) === visible(name))
    if (found.length === 1 && found[0]) return found[0]
    const there = all.map(one => `${one.blockId}/${one.actionId} "${one.label}"`).join(', ')
    throw new Error(
      `${found.length} fields "${name}" in modal "${view.title.text}"; there are: ${there || 'none'}`,
    )
  }

  const directory = {
    userId: (name: string) => (workspace.user(name) ?? workspace.userNamed(name.replace(/^@/, '')))?.id,
    channelId: (name: string) =>
      (workspace.channel(name) ?? workspace.channelNamed(name.replace(/^#/, '')))?.id,
  }

  async function offered(view: StoredView, to: Field, value: unknown): Promise<Json[] | undefined> {
    if (!String(to.element.type).endsWith('external_select') || value === null) return undefined
    const source = { kind: 'view', view } as const
    // What is picked stays picked, and what is on the list is picked from there: Slack asks again only for what is typed.
    const known = [...pickedIn(view, to), ...interactions.onScreen(source, to)]
    const isKnown = (one: string) => known.some(option => visible(textOf(option.text)) === visible(one))
    const typed = (Array.isArray(value) ? value : [value]).map(String).filter(one => !isKnown(one))
    const lists = await Promise.all(typed.map(one => interactions.suggest(source, to, one)))
    return [...known, ...lists.flat()]
  }

  function pickedIn(view: StoredView, { blockId, actionId }: Field): Json[] {
    const state = view.state.values[blockId]?.[actionId]
    if (!isObject(state)) return []
    return [state.selected_option, state.selected_options].flat().filter(isObject)
  }

  /** Everything that Slack would ask the person to correct first, by block_id. */
  function refusals(view: StoredView): Record<string, string> {
    const errors: Record<string, string> = {}
    for (const { blockId, actionId, element, block, place } of fieldsOf(view.blocks)) {
      if (place !== 'input') continue
      const state = view.state.values[blockId]?.[actionId]
      const refusal = isObject(state) && refusalOf(element, state, block.optional === true)
      if (refusal) errors[blockId] = refusal
    }
    return errors
  }

  async function enter(view: StoredView, to: Field, state: Json): Promise<void> {
    views.setState(view, to.blockId, to.actionId, state)
    // In an actions block or beside a section, every pick is an action; in an input block only when it asks for it.
    if (to.place !== 'input' || to.block.dispatch_action === true)
      await interactions.act({ kind: 'view', view }, to, state)
  }

  const trouble: SubmitOutcome = { kind: 'trouble', message: TROUBLE }

  function follow(view: StoredView, answer: Json): SubmitOutcome {
    switch (answer.response_action) {
      case undefined:
        // Slack cannot read anything else that has no response_action.
        if (Object.keys(answer).length > 0) return trouble
        views.close(view)
        return { kind: 'closed' }
      case 'clear':
        views.clear(user.id)
        return { kind: 'closed' }
      case 'errors': {
        const errors = isObject(answer.errors) ? answer.errors : {}
        const inputs = new Set(view.blocks.filter(b => b.type === 'input').map(b => b.block_id))
        const entries = Object.entries(errors)
        const readable = entries.every(([id, text]) => inputs.has(id) && typeof text === 'string' && text)
        if (entries.length === 0 || !readable) return trouble
        const texts = errors as Record<string, string>
        views.setErrors(view, texts)
        return { kind: 'errors', errors: { ...texts } }
      }
      case 'update': {
        if (judgeView(answer.view, 'modal', granted, workspace)) return trouble
        const outcome = views.update(view, answer.view as Json)
        return 'error' in outcome ? trouble : { kind: 'updated', view: copyView(outcome.view) }
      }
      case 'push': {
        if (judgeView(answer.view, 'modal', granted, workspace)) return trouble
        const outcome = views.push(user.id, answer.view as Json)
        return 'error' in outcome ? trouble : { kind: 'pushed', view: copyView(outcome.view) }
      }
      default:
        return trouble
    }
  }

  function onScreen(): SlackView | undefined {
    const view = views.top(user.id)
    return view && copyView(view)
  }

  return {
    view: onScreen,
    home() {
      const view = views.home(user.id)
      return view && copyView(view)
    },
    waitForView(test = () => true, timeoutMs = 10_000) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const view = onScreen()
          if (!view || !test(view)) return
          clearTimeout(timer)
          unsubscribe()
          resolve(view)
        }
        const timer = setTimeout(() => {
          unsubscribe()
          const view = onScreen()
          const there = view
            ? `"${view.title.text}" (${view.callback_id}): ${JSON.stringify(view.blocks).slice(0, 2000)}`
            : 'no modal'
          reject(new Error(`after ${timeoutMs} ms ${user.name} sees ${there}`))
        }, timeoutMs)
        const unsubscribe = workspace.onChange(look)
        look()
      })
    },
    async fill(name, value) {
      const view = top()
      const to = field(view, name)
      const options = await offered(view, to, value)
      await enter(view, to, enteredState(to.element, value, directory, options))
    },
    async attach(name, { name: fileName, content: given }) {
      const view = top()
      const to = field(view, name)
      const content = Buffer.from(given)
      const size = content.length
      const before = filesIn(view.state.values[to.blockId]?.[to.actionId])
      const refusal = attachRefusal(to.element, before.length, { name: fileName, size })
      if (refusal) throw new Error(refusal)
      const file: SlackFile = {
        id: workspace.newId('F'),
        name: fileName,
        title: fileName,
        size,
        mimetype: mimetypeOf(fileName),
        user: user.id,
        created: Math.floor(workspace.now() / 1000),
        content,
      }
      workspace.addFile(file)
      await enter(view, to, { type: to.element.type, files: [...before, fileOnWire(workspace, file)] })
      return file
    },
    async detach(name, file) {
      const view = top()
      const to = field(view, name)
      const before = filesIn(view.state.values[to.blockId]?.[to.actionId])
      const gone = before.find(one => one.id === file) ?? before.find(one => one.name === file)
      if (!gone) throw new Error(`no file "${file}"; there are: ${before.map(one => one.name).join(', ')}`)
      await enter(view, to, { type: to.element.type, files: before.filter(one => one !== gone) })
    },
    async suggestions(name, typed) {
      const view = top()
      const options = await interactions.suggest({ kind: 'view', view }, field(view, name), typed)
      return options.map(option => textOf(option.text))
    },
    async submit() {
      const view = top()
      if (!view.submit) throw new Error(`the modal "${view.title.text}" has no submit button`)
      const errors = refusals(view)
      views.setErrors(view, errors)
      if (Object.keys(errors).length > 0) return { kind: 'errors', errors }
      const triggerId = triggers.issue({ userId: user.id, viewId: view.id })
      const body = viewSubmissionBody(workspace, user, view, triggerId)
      const ack = await delivery.deliver('interactive', body)
      return ack.kind === 'failed' ? trouble : follow(view, ack.body)
    },
    async closeView(all = false) {
      const view = top()
      const stack = views.stack(user.id)
      const cleared = all || view.clear_on_close
      const tell = cleared ? stack.some(one => one.notify_on_close) : view.notify_on_close
      const about = (cleared ? stack[0] : view) ?? view
      if (cleared) views.clear(user.id)
      else views.close(view)
      // The person's modal is gone whether or not the app takes note.
      if (tell) await delivery.deliver('interactive', viewClosedBody(workspace, user, about, cleared))
    },
    async pressInView(button) {
      const view = top()
      const pressed = pressable(fieldsOf(view.blocks), button, `modal "${view.title.text}"`)
      await interactions.act({ kind: 'view', view }, pressed.field, pressed.state)
    },
    async pressInHome(button, blockId) {
      const view = views.home(user.id)
      if (!view) throw new Error(`nothing was published to the Home tab of ${user.name}`)
      const fields = fieldsOf(view.blocks)
      const row = fields.filter(field => blockId === undefined || field.blockId === blockId)
      const pressed = pressable(row, button, 'the Home tab')
      await interactions.act({ kind: 'view', view }, pressed.field, pressed.state)
    },
  }
}

/** The button with this action_id or text, or the menu with an option of this text. Throws unless there is exactly one. */
export function pressable(fields: Field[], name: string, where: string): { field: Field; state?: Json } {
  const buttons = fields.filter(one => String(one.element.type).endsWith('button'))
  const byId = buttons.filter(one => one.actionId === name)
  const byText = buttons.filter(one => visible(textOf(one.element.text)) === visible(name))
  const found: { field: Field; state?: Json }[] = (byId.length > 0 ? byId : byText).map(field => ({
    field,
  }))
  if (found.length === 0)
    for (const field of fields)
      for (const option of optionsOf(field.element))
        if (field.place !== 'input' && visible(textOf(option.text)) === visible(name)) {
          const { type } = field.element
          found.push({ field, state: { type, selected_option: pickedOption(option) } })
        }
  if (found.length === 1 && found[0]) return found[0]
  const there = buttons.map(one => `${one.actionId} "${textOf(one.element.text)}"`).join(', ')
  throw new Error(`${found.length} buttons "${name}" in ${where}; there are: ${there || 'none'}`)
}
