// Modals and Home tabs: each person's stack, hashes, and what has been typed into the fields.
// It trusts that a view has been validated.
import { randomBytes } from 'node:crypto'
import { isObject, type Json } from './block-schema.ts'
import type { SlackView } from './face.ts'
import { fieldsOf, fillIn, fillInBlocks } from './fields.ts'
import { hasState, initialState, stillOffered } from './inputs.ts'
import type { Workspace } from './workspace.ts'

const STACK_LIMIT = 3

/** A view with what only Slack and the app see of it. */
export interface StoredView extends SlackView {
  user: string
  external_id: string
  clear_on_close: boolean
  notify_on_close: boolean
}

export type ViewOutcome = { view: StoredView } | { error: string }

export interface Views {
  /** A new stack: what this person had open is replaced. */
  open(userId: string, content: Json): ViewOutcome
  push(userId: string, content: Json): ViewOutcome
  update(view: StoredView, content: Json, hash?: string): ViewOutcome
  publish(userId: string, content: Json, hash?: string): ViewOutcome
  byId(id: string): StoredView | undefined
  byExternalId(id: string): StoredView | undefined
  top(userId: string): StoredView | undefined
  stack(userId: string): StoredView[]
  home(userId: string): StoredView | undefined
  /** Takes a view off its stack, with everything above it. */
  close(view: StoredView): void
  clear(userId: string): void
  setState(view: StoredView, blockId: string, actionId: string, state: Json): void
  setErrors(view: StoredView, errors: Record<string, string>): void
}

export function createViews(workspace: Workspace): Views {
  const stacks = new Map<string, StoredView[]>()
  const homes = new Map<string, StoredView>()
  const stack = (userId: string) => stacks.get(userId) ?? []
  const all = () => [...[...stacks.values()].flat(), ...homes.values()]

  function newHash(): string {
    return `${Math.floor(workspace.now() / 1000)}.${randomBytes(4).toString('hex')}`
  }

  // Slack's client keeps what a field holds as long as block_id, action_id and type stay, whatever `initial_*` the new
  // view carries; everything else starts anew.
  function stateFor(blocks: SlackView['blocks'], before: SlackView['state']['values']) {
    const values: SlackView['state']['values'] = {}
    for (const { blockId, actionId, element } of fieldsOf(blocks)) {
      if (!hasState(element)) continue
      const kept = before[blockId]?.[actionId]
      const keep = isObject(kept) && kept.type === element.type && stillOffered(element, kept)
      values[blockId] = { ...values[blockId], [actionId]: keep ? kept : initialState(element) }
    }
    return { values }
  }

  function build(content: Json, before: SlackView['state']['values']) {
    const plain = (value: unknown) => (value ? (fillIn(value) as SlackView['title']) : null)
    const blocks = fillInBlocks(content.blocks)
    return {
      callback_id: String(content.callback_id ?? ''),
      title: plain(content.title) ?? { type: 'plain_text' as const, text: '' },
      submit: plain(content.submit),
      close: plain(content.close),
      blocks,
      private_metadata: String(content.private_metadata ?? ''),
      external_id: String(content.external_id ?? ''),
      clear_on_close: content.clear_on_close === true,
      notify_on_close: content.notify_on_close === true,
      hash: newHash(),
      state: stateFor(blocks, before),
    }
  }

  function takenExternalId(content: Json, except?: StoredView): boolean {
    return (
      typeof content.external_id === 'string' &&
      content.external_id !== '' &&
      all().some(view => view !== except && view.external_id === content.external_id)
    )
  }

  function place(userId: string, content: Json, under: StoredView[]): ViewOutcome {
    if (takenExternalId(content)) return { error: 'duplicate_external_id' }
    const id = workspace.newId('V')
    const view: StoredView = {
      ...build(content, {}),
      id,
      type: 'modal',
      user: userId,
      root_view_id: under[0]?.id ?? id,
      previous_view_id: under.at(-1)?.id ?? null,
    }
    stacks.set(userId, [...under, view])
    workspace.changed()
    return { view }
  }

  function update(view: StoredView, content: Json, hash?: string): ViewOutcome {
    if (hash !== undefined && hash !== view.hash) return { error: 'hash_conflict' }
    if (takenExternalId(content, view)) return { error: 'duplicate_external_id' }
    Object.assign(view, build(content, view.state.values))
    delete view.errors
    workspace.changed()
    return { view }
  }

  return {
    open: (userId, content) => place(userId, content, []),
    push(userId, content) {
      const under = stack(userId)
      if (under.length === 0) return { error: 'not_found' }
      if (under.length >= STACK_LIMIT) return { error: 'push_limit_reached' }
      return place(userId, content, under)
    },
    update,
    publish(userId, content, hash) {
      const known = homes.get(userId)
      if (known) return update(known, content, hash)
      if (hash !== undefined) return { error: 'hash_conflict' }
      const id = workspace.newId('V')
      const view: StoredView = {
        ...build(content, {}),
        id,
        type: 'home',
        user: userId,
        root_view_id: id,
        previous_view_id: null,
      }
      homes.set(userId, view)
      workspace.changed()
      return { view }
    },
    byId: id => all().find(view => view.id === id),
    byExternalId: id => all().find(view => view.external_id === id),
    top: userId => stack(userId).at(-1),
    stack,
    home: userId => homes.get(userId),
    close(view) {
      const views = stack(view.user)
      const at = views.indexOf(view)
      if (at < 0) return
      stacks.set(view.user, views.slice(0, at))
      workspace.changed()
    },
    clear(userId) {
      stacks.delete(userId)
      workspace.changed()
    },
    setState(view, blockId, actionId, state) {
      view.state.values[blockId] = { ...view.state.values[blockId], [actionId]: state }
      if (view.errors) {
        const { [blockId]: _gone, ...left } = view.errors
        if (Object.keys(left).length > 0) view.errors = left
        else delete view.errors
      }
      workspace.changed()
    },
    setErrors(view, errors) {
      if (Object.keys(errors).length > 0) view.errors = errors
      else delete view.errors
      workspace.changed()
    },
  }
}

/** What a person sees: a snapshot without the parts that are Slack's own. */
export function copyView(view: StoredView): SlackView {
  const { user: _user, external_id: _e, clear_on_close: _c, notify_on_close: _n, ...seen } = view
  return structuredClone(seen)
}
