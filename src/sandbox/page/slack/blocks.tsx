// Draws Block Kit: every block the bot may send, in a message, a modal or on the Home tab.
// It must never hide a block it does not know: that is said in its place.

import type { Block } from '../protocol.ts'
import { BlockButton } from './block-button.tsx'
import { type Cell, type Drawn, type Element, readBlock } from './block-reading.ts'
import { Formatted } from './formatted.tsx'
import { InputBlock } from './input-block.tsx'
import { InputElement } from './input-element.tsx'
import { OverflowMenu } from './overflow-menu.tsx'

export function Blocks({ blocks }: { blocks: Block[] }) {
  return (
    <div class="blocks">
      {blocks.map((block, at) => (
        // By its id, so that a view drawn anew keeps the fields a person is typing into.
        <BlockView key={block.block_id || at} drawn={readBlock(block)} blockId={block.block_id ?? ''} />
      ))}
    </div>
  )
}

function BlockView({ drawn, blockId }: { drawn: Drawn; blockId: string }) {
  switch (drawn.kind) {
    case 'header':
      return <h3 class="block-header">{drawn.text}</h3>
    case 'divider':
      return <hr class="block-divider" />
    case 'section':
      return (
        <div class="block-section">
          <div class="block-section-text">
            <Formatted parts={drawn.text} />
            {drawn.fields.length > 0 && (
              <div class="block-fields">
                {drawn.fields.map((field, at) => (
                  <div key={at}>
                    <Formatted parts={field} />
                  </div>
                ))}
              </div>
            )}
          </div>
          {drawn.accessory && <ElementView element={drawn.accessory} blockId={blockId} />}
        </div>
      )
    case 'context':
      return (
        <div class="block-context">
          {drawn.elements.map((element, at) => (
            <div key={at}>
              <Formatted parts={element} />
            </div>
          ))}
        </div>
      )
    case 'alert':
      return (
        <div class="block-alert" data-level={drawn.level} data-testid="alert" role="alert">
          <Formatted parts={drawn.text} />
        </div>
      )
    case 'actions':
      return (
        <div class="block-actions">
          {drawn.elements.map((element, at) => (
            <ElementView key={keyOf(element, at)} element={element} blockId={blockId} />
          ))}
        </div>
      )
    case 'richText':
      return (
        <div class="block-text">
          <Formatted parts={drawn.parts} />
        </div>
      )
    case 'table':
      return <Table rows={drawn.rows} />
    case 'input':
      return <InputBlock input={drawn} blockId={blockId} />
    case 'image':
      return drawn.file === null ? (
        <p class="block-unknown">Image: {drawn.alt}</p>
      ) : (
        <img
          class="block-image"
          src={`/files/${drawn.file}/image`}
          alt={drawn.alt}
          data-testid="block-image"
        />
      )
    case 'unknown':
      return <p class="block-unknown">This page does not draw the block {drawn.type}.</p>
    default:
      return drawn satisfies never
  }
}

function ElementView({ element, blockId }: { element: Element; blockId: string }) {
  switch (element.kind) {
    case 'button':
      return <BlockButton button={element} blockId={blockId} />
    case 'overflow':
      return <OverflowMenu menu={element} blockId={blockId} />
    case 'image':
      return <span class="block-unknown">Image: {element.alt}</span>
    case 'unknown':
      return <span class="block-unknown">This page does not draw the element {element.type}.</span>
    default:
      return (
        <InputElement
          input={element}
          blockId={blockId}
          field={element.actionId}
          label={element.placeholder}
        />
      )
  }
}

function keyOf(element: Element, at: number): string | number {
  return 'actionId' in element && element.actionId !== '' ? element.actionId : at
}

/** The first row is the heading, as in Slack. */
function Table({ rows }: { rows: Cell[][] }) {
  const [head = [], ...body] = rows
  return (
    <div class="block-table">
      <table>
        <thead>
          <tr>
            {head.map((cell, column) => (
              <th key={column} scope="col" data-align={cell.align}>
                <Formatted parts={cell.parts} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, column) => (
                <td key={column} data-align={cell.align} data-wrapped={cell.wrapped}>
                  <Formatted parts={cell.parts} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
