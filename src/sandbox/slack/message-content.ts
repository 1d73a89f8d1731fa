// What a message may contain, whichever way it is posted, and the errors Slack answers with otherwise.
// It stores nothing.
import { textArgument } from './arguments.ts'
import { fileProblems } from './block-files.ts'
import { isObject, type Json } from './block-schema.ts'
import type { SlackBlock, SlackMessage } from './face.ts'
import { fillInBlocks } from './fields.ts'
import { rewriteMarkup } from './rewriting.ts'
import { validateMessage } from './validate.ts'
import type { Workspace } from './workspace.ts'

const TEXT_TRUNCATED_AT = 40_000
// What Slack shows where a client cannot render the blocks and the app sent no text.
const NO_FALLBACK = "This content can't be displayed."

export interface Content {
  text: string
  /** Empty when blocks are to be removed, absent when none were sent. */
  blocks?: SlackBlock[]
  metadata?: SlackMessage['metadata'] | 'removed'
  warnings: string[]
}

export type Refusal = { ok: false; error: string } & Json

export function refuse(error: string, more: Json = {}): Refusal {
  return { ok: false, error, ...more }
}

/** Slack's answer to arguments that do not fit its schema. */
export function refuseArguments(problems: string[]): Refusal {
  return refuse('invalid_arguments', {
    response_metadata: { messages: problems.map(problem => `[ERROR] ${problem}`) },
  })
}

/** The validator answers some limits with an error code instead of a pointed message. */
export function errorCodeIn(problems: string[]): string | undefined {
  return problems.find(problem => /^[a-z_]+$/.test(problem))
}

/** Judges `text`, `blocks` and `metadata`. `textLimit` is where the method answers msg_too_long. */
export function readContent(
  args: Json,
  { file }: Pick<Workspace, 'file'>,
  textLimit?: number,
): Content | Refusal {
  const markdown = textArgument(args, 'markdown_text')
  if (markdown && (args.text !== undefined || args.blocks !== undefined))
    return refuse('markdown_text_conflict')
  let text = markdown ?? textArgument(args, 'text') ?? ''
  if (textLimit !== undefined && text.length > textLimit) return refuse('msg_too_long')
  const warnings: string[] = []
  if (text.length > TEXT_TRUNCATED_AT) {
    text = text.slice(0, TEXT_TRUNCATED_AT)
    warnings.push('message_truncated')
  }
  if (Array.isArray(args.attachments) && args.attachments.length > 100) return refuse('too_many_attachments')
  const attached = Array.isArray(args.attachments) && args.attachments.length > 0
  const { blocks } = args
  if (blocks !== undefined && !Array.isArray(blocks)) return refuse('invalid_blocks_format')
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0
  if (text === '' && !hasBlocks && !attached) return refuse('no_text')
  if (hasBlocks) {
    const found = validateMessage({ text, blocks })
    const problems = found.length > 0 ? found : fileProblems(blocks, '/blocks', file)
    const code = errorCodeIn(problems)
    if (code) return refuse(code)
    if (problems.length > 0)
      return refuse('invalid_blocks', {
        errors: problems,
        response_metadata: { messages: problems.map(problem => `[ERROR] ${problem}`) },
      })
  }
  const metadata = readMetadata(args.metadata)
  if (metadata && 'error' in metadata) return refuse(metadata.error)
  return {
    text: text === '' ? NO_FALLBACK : rewriteMarkup(text),
    ...(Array.isArray(blocks) ? { blocks: fillInBlocks(blocks) } : {}),
    ...(metadata ? { metadata: metadata.value } : {}),
    warnings,
  }
}

function readMetadata(
  given: unknown,
): { value: NonNullable<Content['metadata']> } | { error: string } | undefined {
  if (given === undefined) return undefined
  if (!isObject(given)) return { error: 'invalid_metadata_format' }
  if (Object.keys(given).length === 0) return { value: 'removed' }
  const { event_type, event_payload } = given
  if (typeof event_type !== 'string' || event_type === '' || !isObject(event_payload))
    return { error: 'invalid_metadata_schema' }
  return { value: { event_type, event_payload } }
}

export function isRefusal(value: object): value is Refusal {
  return 'ok' in value && value.ok === false
}

/** The stored parts of a new message. */
export function storedContent(content: Content): Pick<SlackMessage, 'text' | 'blocks' | 'metadata'> {
  const { text, blocks, metadata } = content
  return {
    text,
    ...(blocks && blocks.length > 0 ? { blocks } : {}),
    ...(metadata && metadata !== 'removed' ? { metadata } : {}),
  }
}

/** What an update does to a stored message: text alone strips the blocks, metadata stays unless replaced or emptied. */
export function changedContent(content: Content) {
  const { text, blocks, metadata } = content
  const kept = blocks && blocks.length > 0 ? blocks : undefined
  return {
    text,
    blocks: kept,
    // With blocks, Slack shows no "(edited)".
    ...(kept ? {} : { edited: true }),
    ...(metadata ? { metadata: metadata === 'removed' ? undefined : metadata } : {}),
  }
}
