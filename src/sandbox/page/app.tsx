// The page's frame: who you are, the guide, and the two halves side by side, or one at a time where it is narrow.
// It must never know what is inside a half.

import { signal } from '@preact/signals'
import { ClusterPane } from './cluster/cluster-pane.tsx'
import { chosen, LOST, link, perform, scene } from './connection.ts'
import { Guide, guideHidden, showGuide } from './guide.tsx'
import type { SlackScene } from './protocol.ts'
import { SlackPane } from './slack/slack-pane.tsx'
import { nextTheme, theme } from './theme.ts'

const HALVES = { slack: 'Slack', cluster: 'Cluster' } as const
type Half = keyof typeof HALVES

const shown = signal<Half>('slack')
const show = (half: Half) => {
  shown.value = half
}

export function App() {
  const now = scene.value
  if (now === null)
    return (
      <p class="app-waiting" role="status">
        {link.value === 'lost' ? LOST : 'Connecting to the demo…'}
      </p>
    )
  return (
    <div class="app">
      <button type="button" class="skip-link" onClick={toComposer}>
        To the message box
      </button>
      <header class="top-bar">
        <h1>Rewind</h1>
        <PersonSwitch slack={now.slack} />
        <p class="top-bar-state" data-state={link.value === 'open' && now.slack.connected ? 'good' : 'bad'}>
          <span role="status">{sayState(now.slack.connected)}</span>
          <span class="top-bar-run">
            {' '}
            · {now.run.delivery}, CKafka API {now.run.api}
          </span>
        </p>
        <div class="top-bar-actions">
          {guideHidden.value && (
            <button type="button" class="quiet-button" onClick={showGuide}>
              Guide
            </button>
          )}
          <button type="button" class="quiet-button" data-testid="theme" onClick={nextTheme}>
            <span class="visually-hidden">Theme: </span>
            <span aria-hidden="true">◐ </span>
            {theme.value}
          </button>
        </div>
      </header>
      <Guide scene={now} onDraft={() => show('slack')} />
      <HalfTabs />
      <main class="halves">
        {(Object.keys(HALVES) as Half[]).map(half => (
          <section
            key={half}
            id={`half-${half}`}
            class={`half half-${half}`}
            data-shown={shown.value === half ? 'yes' : 'no'}
            aria-label={HALVES[half]}
          >
            {half === 'slack' ? <SlackPane /> : <ClusterPane />}
          </section>
        ))}
      </main>
    </div>
  )
}

/** The composer is in the other half where the page is narrow. */
function toComposer(): void {
  show('slack')
  requestAnimationFrame(() => document.getElementById('composer')?.focus())
}

function sayState(connected: boolean): string {
  if (link.value !== 'open') return 'The demo has ended. Its next start begins from the beginning'
  return connected ? 'Rewind is connected' : 'Rewind is not connected'
}

function PersonSwitch({ slack }: { slack: SlackScene }) {
  return (
    <fieldset class="person-switch" data-testid="person-switch">
      <legend>You are</legend>
      <div class="person-choices">
        {slack.people.map(person => (
          <label key={person.id} class="person-choice" title={person.realName}>
            <input
              type="radio"
              name="person"
              value={person.id}
              data-testid={`person-${person.name}`}
              checked={person.id === chosen.value}
              onChange={() => void perform({ do: 'become', user: person.id })}
            />
            <span class="person-name">{person.realName.split(' ')[0]}</span>
            <span class="person-part">{person.part}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function HalfTabs() {
  const halves = Object.keys(HALVES) as Half[]
  const move = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    show(shown.value === 'slack' ? 'cluster' : 'slack')
    document.getElementById(`tab-${shown.value}`)?.focus()
  }
  return (
    <div class="half-tabs" role="tablist" aria-label="What to see" onKeyDown={move}>
      {halves.map(half => (
        <button
          key={half}
          id={`tab-${half}`}
          type="button"
          role="tab"
          data-testid={`tab-${half}`}
          aria-selected={shown.value === half}
          aria-controls={`half-${half}`}
          tabIndex={shown.value === half ? 0 : -1}
          onClick={() => show(half)}
        >
          {HALVES[half]}
        </button>
      ))}
    </div>
  )
}
