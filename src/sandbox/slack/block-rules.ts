// Slack's blocks and the surfaces they may stand on. A block or a key that is not written here is refused.

import {
  actionsElement,
  button,
  contextActionsElement,
  contextElement,
  inputElement,
  sectionAccessory,
} from './block-elements.ts'
import {
  anyText,
  id,
  imageBlock,
  imageElement,
  mrkdwnText,
  plainText,
  richTextBlock,
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
  number,
  object,
  oneOf,
  refuseType,
  type Surface,
  string,
} from './block-schema.ts'

const block = (required: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  object({ type, ...required }, { block_id: id, ...optional })

const section = all(
  block(
    {},
    {
      text: anyText(3000),
      fields: list(anyText(2000), { min: 1, max: 10 }),
      accessory: sectionAccessory,
      expand: boolean,
    },
  ),
  (value, pointer, walk) => {
    if (isObject(value) && value.text === undefined && value.fields === undefined) {
      walk.note('missing required field: text', pointer)
    }
  },
)

const cell = byType(
  {
    raw_text: object({ type, text: string({ min: 1 }) }),
    raw_number: object({ type, value: number, text: string({ min: 1 }) }),
    rich_text: richTextBlock,
  },
  refuseType,
)

const columnSetting: Check = (value, pointer, walk) => {
  // null skips a column.
  if (value === null) return
  object({}, { align: oneOf('left', 'center', 'right'), is_wrapped: boolean })(value, pointer, walk)
}

const table = block(
  { rows: list(list(cell, { min: 1, max: 20 }), { min: 1, max: 100 }) },
  { column_settings: list(columnSetting, { max: 20 }) },
)

const dataTable = block(
  // 201 rows on one page of the documentation, 101 on another: the stricter.
  { rows: list(list(cell, { min: 1, max: 20 }), { min: 2, max: 101 }), caption: string({ min: 1 }) },
  { page_size: integer(1, 100), row_header_column_index: integer(0, 19) },
)

const card = block(
  {},
  {
    hero_image: imageElement,
    icon: imageElement,
    title: mrkdwnText(150),
    subtitle: mrkdwnText(150),
    body: mrkdwnText(200),
    subtext: mrkdwnText(200),
    actions: list(byType({ button }, refuseType), { min: 1, max: 3 }),
  },
)

const everywhere: Record<string, Check> = {
  section,
  divider: block({}),
  header: block({ text: plainText(150) }, { level: integer(1, 4) }),
  context: block({ elements: list(contextElement, { min: 1, max: 10 }) }),
  actions: block({ elements: list(actionsElement, { min: 1, max: 25 }) }),
  image: imageBlock,
  input: block(
    { label: plainText(2000), element: inputElement },
    { hint: plainText(2000), optional: boolean, dispatch_action: boolean },
  ),
  rich_text: richTextBlock,
  card,
  video: anything,
}

const outsideModals: Record<string, Check> = {
  table,
  data_table: dataTable,
  carousel: block({ elements: list(byType({ card }, refuseType), { min: 1, max: 10 }) }),
}

const childBlock: Check = (value, pointer, walk) => {
  const { card: _card, ...allowed } = everywhere
  byType({ ...allowed, table }, refuseType)(value, pointer, walk)
}
const container = block(
  { child_blocks: list(childBlock, { min: 1, max: 10 }) },
  {
    title: plainText(150),
    rich_text_title: richTextBlock,
    subtitle: anyText(150),
    width: oneOf('narrow', 'standard', 'wide', 'full'),
    icon: imageElement,
    is_collapsible: boolean,
    default_collapsed: boolean,
    has_header_divider: boolean,
  },
)

// Blocks for generated answers and charts are known by name only: their inside is not checked.
const inMessagesOnly: Record<string, Check> = {
  markdown: block({ text: string({ min: 1, max: 12_000 }) }),
  context_actions: block({ elements: list(contextActionsElement, { min: 1, max: 5 }) }),
  plan: anything,
  task_card: anything,
  data_visualization: anything,
}

const alert = block(
  { text: anyText(200) },
  { level: oneOf('default', 'info', 'warning', 'error', 'success') },
)

const allowed: Record<Surface, Check> = {
  message: byType({ ...everywhere, ...outsideModals, container, ...inMessagesOnly }, refuseType),
  modal: byType({ ...everywhere, alert }, refuseType),
  home: byType({ ...everywhere, ...outsideModals, container }, refuseType),
}

const blocksPer: Record<Surface, number> = { message: 50, modal: 100, home: 100 }

export function blocksOn(surface: Surface): Check {
  return list(allowed[surface], { max: blocksPer[surface] })
}
