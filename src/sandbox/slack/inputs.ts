// What Slack's client knows about one input element: its state, what a person may enter, what it refuses to send.
// The app never sees a submission that this refuses.
import { isObject, type Json } from './block-schema.ts'
import { objectsIn, optionsOf, textOf } from './fields.ts'
import { extensionOf } from './file-object.ts'
import { visible } from './rewriting.ts'

/** Turns a name the person sees (`@ada`, `#ops`) into an id. */
export interface Directory {
  userId(name: string): string | undefined
  channelId(name: string): string | undefined
}

interface Kind {
  /** The state's key. */
  key: string
  many?: boolean
  initial: string
  entered: 'text' | 'option' | 'user' | 'channel' | 'date' | 'time' | 'seconds' | 'rich' | 'file'
}

const MAX_FILES = 10
// "There is a 10MB file size limit": docs.slack.dev, file input element; a real view carried it as this number.
const MAX_FILE_BYTES = 10_000_000

const kinds: Record<string, Kind> = {
  plain_text_input: { key: 'value', initial: 'initial_value', entered: 'text' },
  number_input: { key: 'value', initial: 'initial_value', entered: 'text' },
  email_text_input: { key: 'value', initial: 'initial_value', entered: 'text' },
  url_text_input: { key: 'value', initial: 'initial_value', entered: 'text' },
  rich_text_input: { key: 'rich_text_value', initial: 'initial_value', entered: 'rich' },
  static_select: { key: 'selected_option', initial: 'initial_option', entered: 'option' },
  external_select: { key: 'selected_option', initial: 'initial_option', entered: 'option' },
  radio_buttons: { key: 'selected_option', initial: 'initial_option', entered: 'option' },
  multi_static_select: {
    key: 'selected_options',
    many: true,
    initial: 'initial_options',
    entered: 'option',
  },
  multi_external_select: {
    key: 'selected_options',
    many: true,
    initial: 'initial_options',
    entered: 'option',
  },
  checkboxes: { key: 'selected_options', many: true, initial: 'initial_options', entered: 'option' },
  users_select: { key: 'selected_user', initial: 'initial_user', entered: 'user' },
  channels_select: { key: 'selected_channel', initial: 'initial_channel', entered: 'channel' },
  conversations_select: {
    key: 'selected_conversation',
    initial: 'initial_conversation',
    entered: 'channel',
  },
  multi_users_select: { key: 'selected_users', many: true, initial: 'initial_users', entered: 'user' },
  multi_channels_select: {
    key: 'selected_channels',
    many: true,
    initial: 'initial_channels',
    entered: 'channel',
  },
  multi_conversations_select: {
    key: 'selected_conversations',
    many: true,
    initial: 'initial_conversations',
    entered: 'channel',
  },
  datepicker: { key: 'selected_date', initial: 'initial_date', entered: 'date' },
  timepicker: { key: 'selected_time', initial: 'initial_time', entered: 'time' },
  datetimepicker: { key: 'selected_date_time', initial: 'initial_date_time', entered: 'seconds' },
  // Left empty, it is an empty list, unlike the menus that take one option.
  file_input: { key: 'files', many: true, initial: 'initial_files', entered: 'file' },
}

function kindOf(element: Json): Kind | undefined {
  return kinds[String(element.type)]
}

/** Buttons and overflow menus have no state. */
export function hasState(element: Json): boolean {
  return kindOf(element) !== undefined
}

/** Typed text is sent on Enter, anything else when it is picked. */
export function initialState(element: Json): Json {
  const kind = kindOf(element)
  if (!kind) return { type: element.type }
  const empty = kind.many ? [] : null
  return { type: element.type, [kind.key]: element[kind.initial] ?? empty }
}

/**
 * The state once the person has entered `value`. `offered` are the options of an external select.
 * Throws where Slack's client would not let them.
 */
export function enteredState(
  element: Json,
  value: string | string[] | number | null,
  directory: Directory,
  offered?: Json[],
): Json {
  const kind = kindOf(element)
  if (!kind) throw new Error(`a ${String(element.type)} cannot be filled`)
  const state = (entered: unknown): Json => ({ type: element.type, [kind.key]: entered })
  if (value === null) return state(kind.many ? [] : null)
  if (Array.isArray(value) && !kind.many) throw new Error(`a ${String(element.type)} takes one value`)
  const enter = (one: string): unknown => {
    switch (kind.entered) {
      case 'text':
        return one === '' ? null : one
      case 'rich':
        return {
          type: 'rich_text',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: one }] }],
        }
      case 'option': {
        const options = offered ?? optionsOf(element)
        const option = options.find(o => visible(textOf(o.text)) === visible(one))
        if (!option)
          throw new Error(`no option "${one}"; there are: ${options.map(o => textOf(o.text)).join(', ')}`)
        return pickedOption(option)
      }
      case 'user': {
        const id = directory.userId(one)
        if (!id) throw new Error(`no user "${one}"`)
        return id
      }
      case 'channel': {
        const id = directory.channelId(one)
        if (!id) throw new Error(`no channel "${one}"`)
        return id
      }
      case 'date':
        if (!/^\d{4}-\d{2}-\d{2}$/.test(one)) throw new Error(`"${one}" is not a date (YYYY-MM-DD)`)
        return one
      case 'time':
        if (!/^\d{2}:\d{2}$/.test(one)) throw new Error(`"${one}" is not a time (HH:mm)`)
        return one
      case 'seconds': {
        const seconds = Number(one)
        if (!Number.isInteger(seconds)) throw new Error(`"${one}" is not a number of unix seconds`)
        return seconds
      }
      case 'file':
        throw new Error('a file_input is not filled: attach a file to it')
      default:
        return kind.entered satisfies never
    }
  }
  if (kind.many) return state((Array.isArray(value) ? value : [String(value)]).map(enter))
  return state(enter(String(value)))
}

/** Slack sends an option's text and value, and its description if it has one; never its url. */
export function pickedOption(option: Json): Json {
  const { text, value, description } = option
  return { text, value, ...(description ? { description } : {}) }
}

/** Whether what was picked is still offered after the menu's options changed. */
export function stillOffered(element: Json, state: Json): boolean {
  const options = optionsOf(element)
  if (options.length === 0) return true
  const picked = [state.selected_option, state.selected_options].flat().filter(isObject)
  return picked.every(one => options.some(option => option.value === one.value))
}

/** The files that a file_input holds, as they look on the wire. */
export function filesIn(state: unknown): Json[] {
  return isObject(state) ? objectsIn(state.files) : []
}

/** Why Slack's client does not take this file into this field beside those that are in it, if it does not. */
export function attachRefusal(
  element: Json,
  attached: number,
  file: { name: string; size: number },
): string | undefined {
  if (element.type !== 'file_input') return `a ${String(element.type)} takes no file`
  const most = typeof element.max_files === 'number' ? element.max_files : MAX_FILES
  if (attached >= most)
    return most === 1
      ? 'Only one file can be attached: remove the one that is there first.'
      : `Only ${most} files can be attached: remove one of them first.`
  const types = Array.isArray(element.filetypes) ? element.filetypes.map(String) : []
  if (types.length > 0 && !types.some(each => each.toLowerCase() === extensionOf(file.name)))
    return `"${file.name}" cannot be attached: only ${types.map(each => `.${each}`).join(', ')} can.`
  if (file.size > MAX_FILE_BYTES) return `"${file.name}" cannot be attached: it is larger than 10 MB.`
  return undefined
}

/** What Slack's client writes under a field it will not submit. */
export function refusalOf(element: Json, state: Json, optional: boolean): string | undefined {
  const kind = kindOf(element)
  if (!kind) return undefined
  const value = state[kind.key]
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
    return optional ? undefined : 'Please complete this required field.'
  if (typeof value !== 'string') return undefined
  switch (element.type) {
    case 'number_input':
      return numberRefusal(element, value)
    case 'plain_text_input':
      if (typeof element.min_length === 'number' && value.length < element.min_length)
        return `Please enter at least ${element.min_length} characters.`
      if (typeof element.max_length === 'number' && value.length > element.max_length)
        return `Please enter at most ${element.max_length} characters.`
      return undefined
    case 'email_text_input':
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? undefined : 'Please enter a valid email address.'
    case 'url_text_input':
      return /^https?:\/\/\S+$/.test(value) ? undefined : 'Please enter a valid URL.'
    default:
      return undefined
  }
}

function numberRefusal(element: Json, value: string): string | undefined {
  if (!/^[-+]?\d*\.?\d+$/.test(value)) return 'Please enter a valid number.'
  if (element.is_decimal_allowed !== true && value.includes('.')) return 'Please enter a whole number.'
  // Offsets have up to 19 digits: compared as doubles, a limit near them would be wrong.
  const below = (a: string, b: string) =>
    /^[-+]?\d+$/.test(a) && /^[-+]?\d+$/.test(b)
      ? BigInt(a.replace('+', '')) < BigInt(b.replace('+', ''))
      : Number(a) < Number(b)
  const { min_value: min, max_value: max } = element
  if (min !== undefined && below(value, String(min)))
    return `Please enter a number greater than or equal to ${String(min)}.`
  if (max !== undefined && below(String(max), value))
    return `Please enter a number less than or equal to ${String(max)}.`
  return undefined
}
