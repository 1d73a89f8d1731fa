// Which field a modal begins in: the first that is empty. Only as it is opened, so that nobody who types is moved.
// A modal in which something is to be read first names none: Slack would scroll what stands at its top out of sight.

import type { InputBlock, KnownBlock, ModalView } from '@slack/types'

/** A file is attached, and radio buttons and boxes are picked: the keyboard begins in neither. */
const FOCUSABLE: ReadonlySet<string> = new Set([
  ...['plain_text_input', 'number_input', 'datetimepicker', 'static_select'],
  ...['external_select', 'multi_external_select'],
])

export function focusedOnEmpty(view: ModalView): ModalView {
  const blocks = view.blocks as KnownBlock[]
  const first = blocks.find(block => block.type === 'input' && isEmpty(block))
  if (first === undefined) return view
  return { ...view, blocks: blocks.map(block => (block === first ? focused(first as InputBlock) : block)) }
}

function isEmpty({ element, optional }: InputBlock): boolean {
  return (
    optional !== true &&
    FOCUSABLE.has(element.type) &&
    !Object.keys(element).some(key => key.startsWith('initial_'))
  )
}

function focused(block: InputBlock): InputBlock {
  return { ...block, element: { ...block.element, focus_on_load: true } as InputBlock['element'] }
}
