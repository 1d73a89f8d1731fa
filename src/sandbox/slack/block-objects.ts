// Slack's composition objects and rich text: text, option, confirm, image, and what a rich_text block is made of.
// Numbers are docs.slack.dev's; where it contradicts itself, the stricter one stands here.

import {
  all,
  boolean,
  byType,
  type Check,
  integer,
  isObject,
  list,
  object,
  oneOf,
  refuseType,
  string,
} from './block-schema.ts'

export const type = string()
export const id = string({ max: 255 })

export function plainText(max: number): Check {
  return object({ type: oneOf('plain_text'), text: string({ min: 1, max }) }, { emoji: boolean })
}

export function anyText(max: number): Check {
  return byType(
    {
      plain_text: plainText(max),
      mrkdwn: object({ type, text: string({ min: 1, max }) }, { verbatim: boolean }),
    },
    refuseType,
  )
}

export const mrkdwnText = (max: number): Check =>
  object({ type: oneOf('mrkdwn'), text: string({ min: 1, max }) }, { verbatim: boolean })

export const confirm = object(
  { title: plainText(100), text: anyText(300), confirm: plainText(30), deny: plainText(30) },
  { style: oneOf('primary', 'danger') },
)

// The option reference says 150 for `value`; an older page says 75 and the server takes 150.
const optionValue = string({ min: 1, max: 150 })
export const selectOption = object(
  { text: plainText(75), value: optionValue },
  { description: plainText(75) },
)
export const overflowOption = object(
  { text: plainText(75), value: optionValue },
  { description: plainText(75), url: string({ max: 3000 }) },
)
export const choiceOption = object({ text: anyText(75), value: optionValue }, { description: anyText(75) })
export const optionGroup = object({
  label: plainText(75),
  options: list(selectOption, { min: 1, max: 100 }),
})

/** Seen on real workspaces (slackapi/python-slack-sdk#1521). */
const fileId: Check = (value, pointer, walk) => {
  if (typeof value !== 'string' || !/^[F][A-Z0-9]{8,}$/.test(value))
    walk.note('input must match regex pattern: ^[F][A-Z0-9]{8,}$', pointer)
}
const slackFile = object({}, { id: fileId, url: string() })
const imageSource: Check = (value, pointer, walk) => {
  if (isObject(value) && value.image_url === undefined && value.slack_file === undefined) {
    walk.note('missing required field: image_url', pointer)
  }
}
const imageFields = { image_url: string({ min: 1, max: 3000 }), slack_file: slackFile }
const altText = string({ min: 1, max: 2000 })

export const imageElement = all(object({ type, alt_text: altText }, imageFields), imageSource)
export const imageBlock = all(
  object({ type, alt_text: altText }, { ...imageFields, block_id: id, title: plainText(2000) }),
  imageSource,
)

const style = object(
  {},
  { bold: boolean, italic: boolean, strike: boolean, code: boolean, underline: boolean, highlight: boolean },
)
const inline = (required: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  object({ type, ...required }, { style, ...optional })

const text = inline({ text: string({ min: 1 }) })
const link = inline({ url: string({ min: 1 }) }, { text: string({ min: 1 }), unsafe: boolean })

const inlineElement = byType(
  {
    text,
    link,
    user: inline({ user_id: string({ min: 1 }) }),
    usergroup: inline({ usergroup_id: string({ min: 1 }) }),
    channel: inline({ channel_id: string({ min: 1 }) }),
    team: inline({ team_id: string({ min: 1 }) }),
    emoji: inline(
      { name: string({ min: 1 }) },
      { unicode: string(), url: string(), skin_tone: integer(1, 6) },
    ),
    date: inline(
      { timestamp: integer(0, 9_999_999_999), format: string({ min: 1 }) },
      { url: string(), fallback: string() },
    ),
    broadcast: inline({ range: oneOf('here', 'channel', 'everyone') }),
    color: inline({ value: string({ min: 1 }) }),
  },
  refuseType,
)

const border = oneOf(0, 1)
const richTextSection = object({ type, elements: list(inlineElement) })

export const richTextBlock = object(
  {
    type: oneOf('rich_text'),
    elements: list(
      byType(
        {
          rich_text_section: richTextSection,
          rich_text_list: object(
            {
              type,
              style: oneOf('bullet', 'ordered'),
              elements: list(byType({ rich_text_section: richTextSection }, refuseType)),
            },
            { indent: integer(0, 8), offset: integer(0, 1_000_000), border },
          ),
          rich_text_preformatted: object(
            { type, elements: list(byType({ text, link }, refuseType)) },
            { border, language: string() },
          ),
          rich_text_quote: object({ type, elements: list(inlineElement) }, { border }),
        },
        refuseType,
      ),
    ),
  },
  { block_id: id },
)
