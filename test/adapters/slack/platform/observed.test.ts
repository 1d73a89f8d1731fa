// What calls of Slack's Web API are counted as; the words that the sources call it with are all among those that are counted.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { methodIn, outcomeOf, viewIdIn } from '../../../../src/adapters/slack/platform/observed.ts'
import { SLACK_METHODS } from '../../../../src/ports/events.ts'

it.each([
  [200, '{"ok":true,"ts":"1"}', 'ok'],
  [200, ' { "ok" : true }', 'ok'],
  [200, '{"ok":false,"error":"channel_not_found"}', 'refused'],
  [401, '{"ok":false,"error":"invalid_auth"}', 'refused'],
  [200, '{"ok":false,"error":"ratelimited"}', 'limited'],
  [429, '', 'limited'],
  [500, '{"ok":true}', 'failed'],
  [200, '<html>a proxy</html>', 'failed'],
  [404, 'not found', 'failed'],
])('counts HTTP %i with %s as %s', (status, answer, outcome) => {
  expect(outcomeOf(status, answer)).toBe(outcome)
})

it('counts a call by its method, and one that Rewind does not make as other, whatever it is', () => {
  expect(methodIn('https://slack.com/api/chat.postMessage')).toBe('chat.postMessage')
  expect(methodIn('http://127.0.0.1:9/api/views.open?a=b')).toBe('views.open')
  expect(methodIn('https://slack.com/api/U0SECRET')).toBe('other')
  expect(methodIn('https://slack.com/')).toBe('other')
})

it('knows every method that the sources call, and no other', () => {
  const folder = new URL('../../../../src/adapters/slack/', import.meta.url)
  const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n')
  const families = 'auth|chat|conversations|files|usergroups|users|views'
  const called = [...text.matchAll(new RegExp(`\\bclient\\.((?:${families})\\.[A-Za-z.]+)\\(`, 'g'))]
  const byName = [...text.matchAll(new RegExp(`'((?:${families})\\.[A-Za-z.]+)'`, 'g'))]
  const methods = new Set([...called, ...byName].map(([, method]) => method))
  expect([...methods, 'other'].sort()).toEqual([...SLACK_METHODS].sort())
})

it('reads the id of a modal that was opened, and no other text', () => {
  expect(viewIdIn('{"ok":true,"view":{"type":"modal","id":"V0123ABC"}}')).toBe('V0123ABC')
  for (const answer of ['', '<html>', 'null', '{"ok":false}', '{"view":{"id":"V1 2"}}', '{"view":{"id":7}}'])
    expect(viewIdIn(answer)).toBeNull()
})
