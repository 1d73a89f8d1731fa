// A line-driven Slack client with which one person plays all the people of the local workspace.
// Every line ends in a verb of a Person: it must never reach past what that person could do or see.

import type { Json } from './block-schema.ts'
import type { LocalSlack, Person, SlackMessage } from './face.ts'
import { type Field, fieldsOf, optionsOf, textOf } from './fields.ts'
import { filesIn } from './inputs.ts'
import { readLocalText } from './local-file.ts'
import { readPlain, readText } from './markup.ts'
import { lookupIn } from './names.ts'
import { describeFile } from './render.ts'
import { visible } from './rewriting.ts'
import { createScreen } from './terminal-screen.ts'

export interface Terminal {
  /** Resolves when the line has had its effect and what it changed is printed. Never rejects. */
  run(line: string): Promise<void>
  prompt(): string
  close(): void
}

export interface TerminalOptions {
  channelId: string
  /** A user's id, or the name of one of `people`. */
  startAs: string
  /** The user ids that can be played by name. Others can be played by id. */
  people?: readonly string[]
  /** What the app is called beside its messages. */
  appName?: string
}

const HOME_WAITS = 60
const HOME_WAIT_MS = 50

const HELP = [
  'as <name>                  be somebody else',
  'people                     who there is',
  '/<command> <text>          type a slash command',
  'channel                    read the channel',
  'thread [<n>]               read the thread of message n, or of the newest that has one',
  'dms                        read your direct messages',
  'home                       open the Home tab of the app',
  'open                       show the dialog again',
  'set <field> = <value>      fill a field: several choices with ;  times as 2026-11-23T08:00 (UTC)',
  'attach <field> = <path>    attach a small text file of this machine',
  'detach <field>             take what is attached off again',
  'submit                     send the dialog',
  'close                      close the dialog',
  'press <button> [on <n>]    press a button: of the dialog, of message n, or of the newest that has it',
  'press <button> on home [<n>]   press a button of the Home tab: the nth of that name, where there are several',
  'menu <shortcut> on <n>     pick a message shortcut from the menu of message n',
]

export function createTerminal(
  slack: LocalSlack,
  io: { print(line: string): void },
  options: TerminalOptions,
): Terminal {
  const people = (options.people ?? []).map(id => slack.person(id))
  const lookup = lookupIn(slack, options.appName ?? 'app')
  const screen = createScreen(options.channelId, lookup, io.print)
  let me = findPerson(options.startAs) ?? slack.person(options.startAs)
  let unconfirmed: { message: SlackMessage; button: string } | undefined
  let queue: Promise<void> = Promise.resolve()
  let pending: NodeJS.Immediate | undefined

  screen.skip(me)
  const unsubscribe = slack.onChange(() => {
    // One action of the app often changes several things: they are printed together.
    pending ??= setImmediate(announce)
  })

  function announce(): void {
    clearImmediate(pending)
    pending = undefined
    screen.announce(me)
  }

  function findPerson(name: string): Person | undefined {
    const wanted = name.replace(/^@/, '').toLowerCase()
    const known = people.find(({ user }) =>
      [user.name, user.realName, user.id].some(each => each.toLowerCase() === wanted),
    )
    if (known) return known
    try {
      return slack.person(name)
    } catch {
      return undefined
    }
  }

  function become(name: string): void {
    const person = findPerson(name)
    if (person) me = person
    io.print(person ? `You are ${me.user.name}.` : `There is no "${name}". Type people to see who there is.`)
  }

  function listPeople(): void {
    if (people.length === 0) io.print('Type as and a user id.')
    for (const { user } of people) {
      const kind = user.kind === undefined || user.kind === 'member' ? '' : `, ${user.kind}`
      io.print(`${user.id === me.user.id ? '*' : ' '} ${user.name} (${user.realName}${kind})`)
    }
  }

  function list(messages: SlackMessage[], nothing: string): void {
    if (messages.length === 0) io.print(nothing)
    for (const message of messages) {
      const count = me.seesInThread(message.channel, message.ts).length
      screen.print(message, count === 0 ? '' : `, ${count} in its thread`)
    }
  }

  function readThread(text: string): void {
    const number = Number(text)
    const parent =
      text === ''
        ? screen.visible(me).findLast(message => me.seesInThread(message.channel, message.ts).length > 0)
        : screen.numbered(me, number)
    const replies = parent ? me.seesInThread(parent.channel, parent.thread_ts ?? parent.ts) : []
    list(parent ? [parent, ...replies] : [], text === '' ? 'There is no thread yet.' : noMessage(text))
  }

  const noMessage = (number: string) => `You see no message ${number}. Type channel to see the numbers.`

  function showView(): void {
    const view = me.view()
    if (view) screen.printView(view)
    else io.print('No dialog is open.')
  }

  async function showHome(): Promise<void> {
    await me.openHome()
    // An app that has heard of it puts something there a moment later.
    for (let waits = 0; me.home() === undefined && waits < HOME_WAITS; waits++) {
      await new Promise(resolve => setTimeout(resolve, HOME_WAIT_MS))
    }
    const home = me.home()
    if (home) screen.printView(home)
    else io.print('The app has put nothing there yet.')
  }

  async function typeCommand(line: string): Promise<void> {
    const answer = await me.command(options.channelId, line)
    if (!answer.ok) io.print(answer.message)
  }

  async function fillField(text: string): Promise<void> {
    const parts = /^([^=]+?)\s*=\s*(.*)$/s.exec(text)
    if (!parts) return io.print('Type set <field> = <value>.')
    const [, name = '', typed = ''] = parts
    const found = findInView(name)
    if (!found) return
    const { field, id } = found
    if (field.element.type === 'file_input' && typed !== '')
      return io.print(`Type attach ${labelOf(field)} = <path>.`)
    const value = await readValue(field, id, typed)
    if (value === undefined) return
    await me.fill(id, value)
    io.print(`${labelOf(field)}: ${value === null ? 'empty' : typed}`)
  }

  /** undefined when there is no such field; then it has been said. */
  function findInView(name: string): { field: Field; id: string; files: Json[] } | undefined {
    const view = me.view()
    if (!view) {
      io.print('No dialog is open.')
      return undefined
    }
    const fields = fieldsOf(view.blocks).filter(each => !/button$/.test(String(each.element.type)))
    const field = findField(fields, name)
    if (!field) {
      io.print(`No field "${name}". There are: ${fields.map(labelOf).join(', ') || 'none'}.`)
      return undefined
    }
    const files = filesIn(view.state.values[field.blockId]?.[field.actionId])
    // A block_id is unique in a view; an action_id only within its block.
    return { field, id: field.place === 'input' ? field.blockId : field.actionId, files }
  }

  async function attachFile(text: string): Promise<void> {
    const [, name = '', path = ''] = /^([^=]+?)\s*=\s*(.+)$/s.exec(text) ?? []
    if (path === '') return io.print('Type attach <field> = <path>.')
    const found = findInView(name)
    if (!found) return
    const file = await readLocalText(path)
    if (file.kind === 'problem') return io.print(file.says)
    const { size } = await me.attach(found.id, file)
    io.print(`${labelOf(found.field)}: ${describeFile({ name: file.name, size })}`)
  }

  async function detachFiles(name: string): Promise<void> {
    if (name === '') return io.print('Type detach <field>.')
    const found = findInView(name)
    if (!found) return
    if (found.files.length === 0) return io.print(`Nothing is attached to ${labelOf(found.field)}.`)
    for (const { id } of found.files) await me.detach(found.id, String(id))
    io.print(`${labelOf(found.field)}: empty`)
  }

  /** undefined when the text is no value for this field; then it has been said why. */
  async function readValue(field: Field, id: string, typed: string) {
    if (typed === '') return null
    const type = String(field.element.type)
    if (type === 'datetimepicker') {
      const seconds = readSeconds(typed)
      if (seconds === undefined) io.print(`"${typed}" is not a time. Type it as 2026-11-23T08:00 (UTC).`)
      return seconds
    }
    const chosen = async (text: string) =>
      type.endsWith('external_select') ? suggested(id, text) : (offered(field, text) ?? text)
    if (!type.startsWith('multi_') && type !== 'checkboxes') {
      return /_input$/.test(type) ? typed.replaceAll('\\n', '\n') : chosen(typed)
    }
    const values: string[] = []
    for (const text of typed.split(';').map(each => each.trim())) {
      const value = text === '' ? undefined : await chosen(text)
      if (value !== undefined) values.push(value)
      else if (text !== '') return undefined
    }
    return values
  }

  /** The option of an external menu that is meant by the text, if there is just one. */
  async function suggested(id: string, text: string): Promise<string | undefined> {
    const found = await me.suggestions(id, text)
    const exact = found.find(each => visible(each).toLowerCase() === visible(text).toLowerCase())
    const only = exact ?? (found.length === 1 ? found[0] : undefined)
    if (only === undefined) io.print(`"${text}" fits: ${found.map(readPlain).join(' | ') || 'nothing'}.`)
    return only
  }

  async function submit(): Promise<void> {
    const outcome = await me.submit()
    switch (outcome.kind) {
      case 'errors':
        return io.print('Not sent: see ⚠ in the dialog.')
      case 'trouble':
        return io.print(outcome.message)
      case 'closed':
        return io.print('Sent.')
      case 'updated':
      case 'pushed':
        return
      default:
        return outcome satisfies never
    }
  }

  async function press(text: string): Promise<void> {
    const [, typed = '', where, nth] = /^(.*?)(?:\s+on\s+(\d+|home)(?:\s+(\d+))?)?$/s.exec(text) ?? []
    if (typed === '') return io.print('Type press <button>, or press <button> on <n>.')
    if (where === 'home') {
      const all = fieldsOf(me.home()?.blocks ?? [])
      const button = spelled(all, typed)
      const there = all.filter(each => isPressable(each, button))
      return me.pressInHome(button, nth === undefined ? undefined : there[Number(nth) - 1]?.blockId)
    }
    const view = me.view()
    if (where === undefined && view && hasPressable(fieldsOf(view.blocks), typed)) {
      return me.pressInView(spelled(fieldsOf(view.blocks), typed))
    }
    const message =
      where === undefined
        ? screen.visible(me).findLast(each => hasPressable(fieldsOf(each.blocks ?? []), typed))
        : screen.numbered(me, Number(where))
    if (!message) return io.print(where === undefined ? `You see no button "${typed}".` : noMessage(where))
    const fields = fieldsOf(message.blocks ?? [])
    const button = spelled(fields, typed)
    const question = fields.find(each => isPressable(each, button))?.element.confirm
    if (question === undefined) return me.press(message, button)
    const { title, text: body, confirm, deny } = question as Record<string, unknown>
    io.print(`${readText(title, lookup)}: ${readText(body, lookup)}`)
    io.print(`Type yes for "${readText(confirm, lookup)}" or no for "${readText(deny, lookup)}".`)
    unconfirmed = { message, button }
  }

  async function pickFromMenu(text: string): Promise<void> {
    const [, shortcut = '', number = ''] = /^(.+?)\s+on\s+(\d+)$/s.exec(text) ?? []
    if (shortcut === '') return io.print('Type menu <shortcut> on <n>.')
    const message = screen.numbered(me, Number(number))
    if (!message) return io.print(noMessage(number))
    await me.shortcut(message, shortcut)
  }

  async function answer(yes: boolean): Promise<void> {
    const asked = unconfirmed
    unconfirmed = undefined
    if (!asked) return io.print('Nothing was asked. Type help to see what you can type.')
    await me.press(asked.message, asked.button, { confirm: yes })
    if (!yes) io.print('Not pressed.')
  }

  async function obey(line: string): Promise<void> {
    if (line === '') return
    if (line.startsWith('/')) return typeCommand(line)
    const [, verb = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? []
    if (verb !== 'yes' && verb !== 'no') unconfirmed = undefined
    switch (verb) {
      case 'as':
        return rest === '' ? listPeople() : become(rest)
      case 'people':
        return listPeople()
      case 'channel':
        return list(me.sees(options.channelId), 'The channel is empty.')
      case 'thread':
        return readThread(rest)
      case 'dms':
        return list(me.directMessages(), 'You have no direct messages.')
      case 'home':
        return showHome()
      case 'open':
        return showView()
      case 'set':
        return fillField(rest)
      case 'attach':
        return attachFile(rest)
      case 'detach':
        return detachFiles(rest)
      case 'submit':
        return submit()
      case 'close':
        return me.closeView()
      case 'press':
        return press(rest)
      case 'menu':
        return pickFromMenu(rest)
      case 'yes':
        return answer(true)
      case 'no':
        return answer(false)
      case 'help':
        for (const each of HELP) io.print(each)
        return
      default:
        return io.print(`"${verb}" means nothing here. Type help to see what you can type.`)
    }
  }

  return {
    run(line) {
      queue = queue.then(async () => {
        try {
          await obey(line.trim())
        } catch (error) {
          io.print(error instanceof Error ? error.message : String(error))
        }
        announce()
      })
      return queue
    },
    prompt() {
      const view = me.view()
      return `${me.user.name}${view ? ` (${readPlain(view.title.text)})` : ''}> `
    },
    close() {
      unsubscribe()
      clearImmediate(pending)
    },
  }
}

const labelOf = (field: Field): string => readPlain(field.label) || field.actionId

function findField(fields: Field[], name: string): Field | undefined {
  const wanted = visible(name).toLowerCase()
  return (
    fields.find(field => field.blockId === name || field.actionId === name) ??
    fields.find(field => visible(field.label).toLowerCase() === wanted)
  )
}

/** The text of the option that is meant, in the app's own spelling. */
function offered(field: Field, text: string): string | undefined {
  const wanted = visible(text).toLowerCase()
  return optionsOf(field.element)
    .map(option => textOf(option.text))
    .find(option => visible(option).toLowerCase() === wanted)
}

function isPressable(field: Field, name: string): boolean {
  const texts = [field.element, ...optionsOf(field.element)].map(each => visible(textOf(each.text)))
  return field.place !== 'input' && (field.actionId === name || texts.includes(visible(name)))
}

const hasPressable = (fields: Field[], name: string): boolean =>
  fields.some(field => isPressable(field, spelled(fields, name)))

/** As the app spells it: nobody has to mind capitals. */
function spelled(fields: Field[], name: string): string {
  const texts = fields
    .filter(({ place }) => place !== 'input')
    .flatMap(field => [field.element, ...optionsOf(field.element)].map(each => visible(textOf(each.text))))
  const wanted = visible(name)
  if (texts.includes(wanted)) return name
  return texts.find(text => text !== '' && text.toLowerCase() === wanted.toLowerCase()) ?? name
}

/** ISO, taken as UTC when it names no zone; or unix seconds. */
function readSeconds(text: string): number | undefined {
  if (/^\d{10}$/.test(text)) return Number(text)
  const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)\s*(Z|UTC|[+-]\d{2}:\d{2})?$/i.exec(text)
  if (!parts) return undefined
  const zone = parts[3] === undefined || /utc/i.test(parts[3]) ? 'Z' : parts[3]
  const ms = Date.parse(`${parts[1]}T${parts[2]}${zone}`)
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000)
}
