// Tells the story while it happens: numbered steps, and what the people of the workspace see on their screens.
// It must only look, and never longer than its patience.

import type { Person, SlackMessage, SlackView, SubmitOutcome } from '../slack/face.ts'
import { lookupIn } from '../slack/names.ts'
import { renderMessage, renderView } from '../slack/render.ts'
import type { World } from '../world.ts'

export interface Narrator {
  /** A headline; what it takes is told in steps. */
  act(title: string): void
  step(title: string): void
  say(line: string): void
  view(person: Person): void
  message(message: SlackMessage): void
  render(message: SlackMessage): string[]
  renderView(person: Person): string[]
  /** What a person sees after sending a dialog. Throws when Slack shows something else than was expected. */
  outcome(person: Person, outcome: SubmitOutcome, expected: SubmitOutcome['kind']): void
  /** Presses a button and waits for the answer that only this person sees. */
  toldAfter(person: Person, message: SlackMessage, button: string): Promise<SlackMessage>
  /** Resolves with the first thing found, now or after a change that a person could see. */
  until<T>(what: string, find: () => T | undefined): Promise<T>
  readonly patienceMs: number
}

export function createNarrator(world: World, print: (line: string) => void, patienceMs: number): Narrator {
  const { slack } = world
  const lookup = lookupIn(slack, 'Rewind')
  let steps = 0

  const show = (lines: string[]) => {
    for (const line of lines) print(`  ${line}`.trimEnd())
  }
  const renderOpen = (person: Person) => renderView(openView(person), lookup)

  function until<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        unsubscribe()
      }
      const look = () => {
        const found = find()
        if (found === undefined) return
        end()
        resolve(found)
      }
      const timer = setTimeout(() => {
        end()
        reject(new Error(`Nobody saw ${what} within ${patienceMs / 1000} seconds.`))
      }, patienceMs)
      const unsubscribe = slack.onChange(look)
      look()
    })
  }

  return {
    until,
    patienceMs,
    act(title) {
      print('')
      print(`== ${title}`)
    },
    step(title) {
      steps += 1
      print('')
      print(`${steps}. ${title}`)
    },
    say: line => show([line]),
    view: person => show(renderOpen(person)),
    message: message => show(renderMessage(message, lookup)),
    render: message => renderMessage(message, lookup),
    renderView: renderOpen,
    outcome(person, outcome, expected) {
      if (outcome.kind === 'errors') show(renderView(onlyWrongFields(openView(person)), lookup))
      else show([outcome.kind === 'closed' ? '(the dialog closes)' : `(the dialog: ${outcome.kind})`])
      if (outcome.kind === expected) return
      const found = outcome.kind === 'trouble' ? outcome.message : JSON.stringify(outcome)
      throw new Error(`${person.user.name} sent the dialog and expected ${expected}, not: ${found}`)
    },
    async toldAfter(person, message, button) {
      const seen = person.ephemerals().length
      await person.press(message, button)
      return until(`the answer to ${person.user.name}`, () => person.ephemerals()[seen])
    },
  }
}

function openView(person: Person): SlackView {
  const view = person.view()
  if (view === undefined) throw new Error(`${person.user.name} has no dialog open.`)
  return view
}

function onlyWrongFields(view: SlackView): SlackView {
  return {
    ...view,
    blocks: view.blocks.filter(block => view.errors?.[block.block_id ?? ''] !== undefined),
  }
}
