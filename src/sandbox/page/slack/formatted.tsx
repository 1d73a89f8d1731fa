// Draws formatted text: mentions, dates, links, code, lists, quotes. Everything is text to the browser, never HTML.

import type { ComponentChild } from 'preact'
import { exactMoment, formatMoment } from './dates.ts'
import { readMessageLink } from './message-link.ts'
import { channelName, groupHandle, nameOf } from './names.ts'
import { goToMessage } from './place.ts'
import { type Part, type Span, type Style, safeUrl } from './spans.ts'
import { useWorkspace } from './workspace-context.ts'

export function Formatted({ parts }: { parts: Part[] }) {
  return (
    <>
      {parts.map((part, at) => (
        <PartView key={at} part={part} />
      ))}
    </>
  )
}

function PartView({ part }: { part: Part }) {
  switch (part.kind) {
    case 'lines':
      return (
        <p class="lines">
          <Spans spans={part.spans} />
        </p>
      )
    case 'quote':
      return (
        <blockquote class="lines">
          <Spans spans={part.spans} />
        </blockquote>
      )
    case 'preformatted':
      return (
        <pre>
          <Spans spans={part.spans} />
        </pre>
      )
    case 'list': {
      const items = part.items.map((spans, at) => (
        <li key={at}>
          <Spans spans={spans} />
        </li>
      ))
      const indent = `--indent: ${part.indent}`
      return part.ordered ? (
        <ol start={part.first} style={indent}>
          {items}
        </ol>
      ) : (
        <ul style={indent}>{items}</ul>
      )
    }
    default:
      return part satisfies never
  }
}

function Spans({ spans }: { spans: Span[] }) {
  return (
    <>
      {spans.map((span, at) => (
        <SpanView key={at} span={span} />
      ))}
    </>
  )
}

function SpanView({ span }: { span: Span }) {
  const { slack, nowMs } = useWorkspace()
  switch (span.kind) {
    case 'text':
      return <>{styled(span.text, span.style)}</>
    case 'link': {
      const message = readMessageLink(span.url)
      if (message !== null) {
        return (
          <button type="button" class="link-button" onClick={() => goToMessage(message, slack)}>
            {styled(span.text, span.style)}
          </button>
        )
      }
      const url = safeUrl(span.url)
      if (url === null) return <>{styled(span.text, span.style)}</>
      return (
        <a href={url} target="_blank" rel="noreferrer">
          {styled(span.text, span.style)}
        </a>
      )
    }
    case 'user':
      return (
        <span class={span.id === slack.me ? 'mention mention-me' : 'mention'}>@{nameOf(slack, span.id)}</span>
      )
    case 'userGroup':
      return <span class="mention">@{(span.label || groupHandle(slack, span.id)).replace(/^@/, '')}</span>
    case 'channel':
      return <span class="mention">#{(span.label || channelName(slack, span.id)).replace(/^#/, '')}</span>
    case 'broadcast':
      return <span class="mention mention-me">@{span.range}</span>
    case 'date':
      return <time title={exactMoment(span.seconds)}>{formatMoment(span, nowMs)}</time>
    default:
      return span satisfies never
  }
}

function styled(text: string, { bold, italic, strike, code }: Style) {
  let shown: ComponentChild = code ? <code>{text}</code> : text
  if (strike) shown = <s>{shown}</s>
  if (italic) shown = <em>{shown}</em>
  if (bold) shown = <strong>{shown}</strong>
  return shown
}
