// One partition's log as a bar on its topic's scale, with the committed offset as a marker on it.
// It must never say by colour alone what is read, what is not, and what is at risk.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { PartitionScene } from '../protocol.ts'
import { drawLog, formatOffset, movement, type Scale, type Standing, standingOf } from './offsets.ts'

interface PartitionLogProps {
  group: string
  topic: string
  log: PartitionScene
  scale: Scale
  /** Whether Tab stops here; the others are reached with the arrow keys. */
  tabStop: boolean
}

const WORDS: Record<Standing, string | null> = {
  none: 'no commit',
  past: 'past retention',
  atStart: 'at the start',
  near: 'retention edge',
  caughtUp: null,
  behind: null,
}

const EXPLANATIONS: Record<Standing, string> = {
  none: 'This group has never committed an offset here.',
  past: 'What the group would read next has been deleted.',
  atStart: 'The group reads everything that is kept, beginning with what will be deleted first.',
  near: 'What the group would read next is about to be deleted.',
  caughtUp: 'The group has read everything.',
  behind: 'The hatched part is still to be read.',
}

/** As long as the eye needs to find which marker moved. */
const SHOW_MOVE_MS = 2500

export function PartitionLog({ group, topic, log, scale, tabStop }: PartitionLogProps) {
  const { partition, start, end, committed, lag } = log
  const drawn = drawLog(scale, log)
  const standing = standingOf(scale, log)
  const moved = useMovement(committed)
  const word = WORDS[standing]

  return (
    <li
      class="partition"
      data-testid={`partition-${group}-${topic}-${partition}`}
      data-committed={committed ?? ''}
      data-standing={standing}
    >
      <button
        type="button"
        class="partition-number"
        tabIndex={tabStop ? 0 : -1}
        onKeyDown={moveFocus}
        aria-label={spoken(log, standing)}
      >
        {partition}
      </button>
      <span class="log" aria-hidden="true">
        <span class="log-read" style={{ left: `${drawn.start}%`, width: `${drawn.read}%` }} />
        <span
          class="log-unread"
          style={{ left: `${drawn.end - drawn.unread}%`, width: `${drawn.unread}%` }}
        />
        {drawn.marker === null ? null : (
          <span class="marker" data-testid="marker" data-moved={moved} style={{ left: `${drawn.marker}%` }} />
        )}
      </span>
      <span class="lag" aria-hidden="true">
        <span data-testid="lag">{lag === null ? '–' : formatOffset(lag)}</span>
      </span>
      <span class="offsets" aria-hidden="true">
        <span>{formatOffset(start)}</span>
        <span class="offsets-committed">
          {committed === null ? '' : `at ${formatOffset(committed)}`}
          {word === null ? null : <strong class="standing">{word}</strong>}
        </span>
        <span>{formatOffset(end)}</span>
      </span>
      <span class="exact" aria-hidden="true">
        <span>start {start}</span>
        <span>committed {committed ?? 'never'}</span>
        <span>end {end}</span>
        <span>lag {lag ?? 'unknown'}</span>
        <em>{EXPLANATIONS[standing]}</em>
      </span>
    </li>
  )
}

function spoken({ partition, start, end, committed, lag }: PartitionScene, standing: Standing): string {
  const at = committed === null ? 'nothing committed' : `committed ${committed}, lag ${lag ?? 'unknown'}`
  return `Partition ${partition}: log from ${start} to ${end}, ${at}. ${EXPLANATIONS[standing]}`
}

function moveFocus(event: KeyboardEvent): void {
  const row = event.currentTarget instanceof HTMLElement ? event.currentTarget.closest('li') : null
  const neighbour =
    event.key === 'ArrowDown'
      ? row?.nextElementSibling
      : event.key === 'ArrowUp'
        ? row?.previousElementSibling
        : null
  const button = neighbour?.querySelector('button')
  if (!button) return
  event.preventDefault()
  button.focus()
}

/** Which way the commit went just now. */
function useMovement(committed: string | null): 'back' | 'ahead' | 'no' {
  const last = useRef(committed)
  const [moved, setMoved] = useState<'back' | 'ahead' | 'no'>('no')
  useEffect(() => {
    const way = movement(last.current, committed)
    last.current = committed
    if (way === null) return
    setMoved(way)
    const over = setTimeout(() => setMoved('no'), SHOW_MOVE_MS)
    return () => clearTimeout(over)
  }, [committed])
  return moved
}
