// Slack's interactive elements and where each may stand: which block, on which surface.
// A combination that is not in the tables below is refused.

import {
  anyText,
  choiceOption,
  confirm,
  id,
  imageElement,
  optionGroup,
  overflowOption,
  plainText,
  richTextBlock,
  selectOption,
  type,
} from './block-objects.ts'
import {
  all,
  anything,
  boolean,
  byType,
  type Check,
  integer,
  isObject,
  list,
  object,
  oneOf,
  type Surface,
  string,
  type Walk,
} from './block-schema.ts'

type Fields = Record<string, Check>

const placeholder = plainText(150)
const maxSelected = integer(1, 1_000_000)
const dispatchConfig = object(
  {},
  { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { min: 1, max: 2 }) },
)
const conversationFilter = object(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { min: 1 }),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
)

const element = (required: Fields, optional: Fields): Check =>
  object({ type, ...required }, { action_id: id, ...optional })

const picker = (optional: Fields): Check =>
  element({}, { confirm, focus_on_load: boolean, placeholder, ...optional })

const typed = (optional: Fields, required: Fields = {}): Check =>
  element(required, {
    placeholder,
    focus_on_load: boolean,
    dispatch_action_config: dispatchConfig,
    ...optional,
  })

/** One of `options` and `option_groups`, never both. */
const optionsOrGroups: Check = (value, pointer, walk) => {
  if (!isObject(value)) return
  if (value.options === undefined && value.option_groups === undefined) {
    walk.note('missing required field: options', pointer)
  }
  if (value.options !== undefined && value.option_groups !== undefined) {
    walk.note('invalid additional property: option_groups', pointer)
  }
}

/** An initial option is found by its whole text and value; one that is not on offer refuses the whole payload. */
const initialIsOffered: Check = (value, pointer, walk) => {
  if (!isObject(value)) return
  const offered = offeredOptions(value).map(sameOption)
  const initial = value.initial_options ?? (value.initial_option === undefined ? [] : [value.initial_option])
  const key = value.initial_options === undefined ? 'initial_option' : 'initial_options'
  if (Array.isArray(initial) && initial.some(each => !offered.includes(sameOption(each)))) {
    walk.note('must exactly match one of the provided options', `${pointer}/${key}`)
  }
}

function offeredOptions(select: Record<string, unknown>): unknown[] {
  const groups = Array.isArray(select.option_groups) ? select.option_groups : []
  const grouped = groups.flatMap(group =>
    isObject(group) && Array.isArray(group.options) ? group.options : [],
  )
  return [...(Array.isArray(select.options) ? select.options : []), ...grouped]
}

function sameOption(option: unknown): string {
  const text = isObject(option) && isObject(option.text) ? option.text.text : undefined
  return JSON.stringify([text, isObject(option) ? option.value : undefined])
}

const staticOptions = {
  options: list(selectOption, { min: 1, max: 100 }),
  option_groups: list(optionGroup, { min: 1, max: 100 }),
}
const choices = list(choiceOption, { min: 1, max: 10 })
const minQuery = integer(0, 1_000_000)

const staticSelect = all(
  picker({ ...staticOptions, initial_option: selectOption }),
  optionsOrGroups,
  initialIsOffered,
)
const multiStaticSelect = all(
  picker({
    ...staticOptions,
    initial_options: list(selectOption, { min: 1, max: 100 }),
    max_selected_items: maxSelected,
  }),
  optionsOrGroups,
  initialIsOffered,
)

const selects = (responseUrl: Fields): Record<string, Check> => ({
  static_select: staticSelect,
  external_select: picker({ initial_option: selectOption, min_query_length: minQuery }),
  users_select: picker({ initial_user: string() }),
  conversations_select: picker({
    initial_conversation: string(),
    default_to_current_conversation: boolean,
    filter: conversationFilter,
    ...responseUrl,
  }),
  channels_select: picker({ initial_channel: string(), ...responseUrl }),
})

const multiSelects: Record<string, Check> = {
  multi_static_select: multiStaticSelect,
  multi_external_select: picker({
    initial_options: list(selectOption, { min: 1, max: 100 }),
    min_query_length: minQuery,
    max_selected_items: maxSelected,
  }),
  multi_users_select: picker({ initial_users: list(string()), max_selected_items: maxSelected }),
  multi_conversations_select: picker({
    initial_conversations: list(string()),
    default_to_current_conversation: boolean,
    filter: conversationFilter,
    max_selected_items: maxSelected,
  }),
  multi_channels_select: picker({ initial_channels: list(string()), max_selected_items: maxSelected }),
}

const choiceElements: Record<string, Check> = {
  checkboxes: all(
    element(
      { options: choices },
      { initial_options: list(choiceOption, { min: 1, max: 10 }), confirm, focus_on_load: boolean },
    ),
    initialIsOffered,
  ),
  radio_buttons: all(
    element({ options: choices }, { initial_option: choiceOption, confirm, focus_on_load: boolean }),
    initialIsOffered,
  ),
}

const dayAndTime: Record<string, Check> = {
  datepicker: picker({ initial_date: string({ pattern: /^\d{4}-\d{2}-\d{2}$/ }) }),
  timepicker: picker({ initial_time: string({ pattern: /^\d{2}:\d{2}$/ }), timezone: string() }),
}

const dateTimePicker = element(
  {},
  // Slack takes unix seconds of exactly ten digits.
  { initial_date_time: integer(1_000_000_000, 9_999_999_999), confirm, focus_on_load: boolean },
)

const style = oneOf('primary', 'danger')
const buttonText = plainText(75)
export const button = element(
  { text: buttonText },
  {
    value: string({ min: 1, max: 2000 }),
    url: string({ max: 3000 }),
    style,
    confirm,
    accessibility_label: string({ min: 1, max: 75 }),
  },
)
const workflowButton = element(
  { text: buttonText, workflow: object({ trigger: anything }) },
  { style, confirm, accessibility_label: string({ min: 1, max: 75 }) },
)
const overflow = element({ options: list(overflowOption, { min: 1, max: 5 }) }, { confirm })

const plainTextInput = typed({
  initial_value: string({ max: 3000 }),
  multiline: boolean,
  min_length: integer(0, 3000),
  max_length: integer(1, 3000),
})
const richTextInput = typed({
  initial_value: richTextBlock,
  min_lines: integer(1, 1000),
  max_lines: integer(1, 1000),
})

const modalInputs: Record<string, Check> = {
  number_input: typed(
    { initial_value: string(), min_value: string(), max_value: string() },
    { is_decimal_allowed: boolean },
  ),
  email_text_input: typed({ initial_value: string() }),
  url_text_input: typed({ initial_value: string() }),
  file_input: element({}, { filetypes: list(string(), { min: 1 }), max_files: integer(1, 10) }),
}

const clickable = { button, overflow, ...choiceElements, ...dayAndTime, ...selects({}) }

const perSurface = (
  tables: Record<Surface, Record<string, Check>>,
  refuse: (type: string, pointer: string, walk: Walk) => void,
): Check => {
  const checks = {
    message: byType(tables.message, refuse),
    modal: byType(tables.modal, refuse),
    home: byType(tables.home, refuse),
  }
  return (value, pointer, walk) => checks[walk.surface](value, pointer, walk)
}

/** Slack names the kind and points at the block, not at the element: measured on a real workspace. */
function refuseElement(levelsUp: number): (type: string, pointer: string, walk: Walk) => void {
  return (kind, pointer, walk) => {
    const block = pointer.split('/').slice(0, -levelsUp).join('/')
    walk.note(`unsupported element: ${kind.startsWith('multi_') ? 'multiselect' : kind}`, block)
  }
}

// @slack/types lists the multi-selects here too, but a real workspace refused them in an actions block.
export const actionsElement = perSurface(
  {
    message: { ...clickable, datetimepicker: dateTimePicker, workflow_button: workflowButton },
    modal: { ...clickable, datetimepicker: dateTimePicker },
    home: clickable,
  },
  refuseElement(2),
)

const accessories = { ...clickable, ...multiSelects, image: imageElement }
export const sectionAccessory = perSurface(
  { message: { ...accessories, workflow_button: workflowButton }, modal: accessories, home: accessories },
  refuseElement(1),
)

const answers = { ...choiceElements, ...dayAndTime, ...multiSelects, plain_text_input: plainTextInput }
export const inputElement = perSurface(
  {
    message: { ...answers, ...selects({}), datetimepicker: dateTimePicker },
    modal: {
      ...answers,
      ...selects({ response_url_enabled: boolean }),
      ...modalInputs,
      datetimepicker: dateTimePicker,
      rich_text_input: richTextInput,
    },
    home: { ...answers, ...selects({}), rich_text_input: richTextInput },
  },
  refuseElement(1),
)

export const contextElement = byType(
  { image: imageElement, plain_text: anyText(3000), mrkdwn: anyText(3000) },
  refuseElement(2),
)

const feedback = object(
  { text: buttonText, value: string({ min: 1, max: 2000 }) },
  { accessibility_label: string({ min: 1, max: 75 }) },
)
export const contextActionsElement = byType(
  {
    feedback_buttons: element({ positive_button: feedback, negative_button: feedback }, {}),
    icon_button: element(
      { icon: string({ min: 1 }), text: buttonText },
      {
        value: string({ min: 1, max: 2000 }),
        confirm,
        accessibility_label: string({ min: 1, max: 75 }),
        visible_to_user_ids: list(string()),
      },
    ),
  },
  refuseElement(2),
)
