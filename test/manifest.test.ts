// The app manifest: what Slack's schema allows, and what the product really uses. Limits are those of the schema.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { COMMANDS, SHORTCUTS } from '../src/adapters/slack/blocks/ids.ts'
import { NEEDED_SCOPES } from '../src/adapters/slack/platform/scopes.ts'

const manifest: unknown = parse(readFileSync('manifest.yml', 'utf8'))

/** Slack refuses keys it does not know, so every object here is strict. */
const schema = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal([1, 2]), minor_version: z.int() }),
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4000),
    background_color: z.string().regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: z.string().max(80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().startsWith('/').max(32),
          description: z.string().min(1).max(2000),
          usage_hint: z.string().max(1000),
          should_escape: z.boolean(),
        }),
      )
      .max(50),
    shortcuts: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(24),
          type: z.enum(['message', 'global']),
          callback_id: z.string().min(1).max(255),
          description: z.string().max(150),
        }),
      )
      .max(10),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ bot_events: z.array(z.string()).max(100) }),
    interactivity: z.strictObject({ is_enabled: z.literal(true) }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.literal(true),
    token_rotation_enabled: z.boolean(),
  }),
})

/** Which methods of the Web API a scope is for, as the method pages say. */
const METHODS_OF: Record<string, string[]> = {
  commands: ['app.command('],
  'chat:write': ['chat.postMessage(', 'chat.update(', 'chat.postEphemeral('],
  'chat:write.public': ['chat.postMessage('],
  'files:write': ['files.getUploadURLExternal(', 'files.completeUploadExternal('],
  'files:read': ["type: 'file_input'"],
  'users:read': ['users.info('],
  'usergroups:read': ['usergroups.list(', 'usergroups.users.list('],
  'channels:history': ['conversations.history(', 'conversations.replies('],
  'groups:history': ['conversations.history(', 'conversations.replies('],
  'im:history': ['conversations.history(', 'conversations.replies('],
  'im:write': ['conversations.open('],
}
/** Any token may ask for these. */
const FREE = ['auth.test(', 'views.open(', 'views.update(', 'views.publish(']

describe('the manifest', () => {
  const read = schema.parse(manifest)
  const sources = readdirSync('src/adapters/slack', { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => readFileSync(`src/adapters/slack/${file}`, 'utf8'))
    .join('\n')

  it('has the commands that the product listens to, and no other', () => {
    const commands = read.features.slash_commands.map(({ command }) => command)
    expect(commands.sort()).toEqual(Object.values(COMMANDS).sort())
  })

  it('has the message shortcuts that the product listens to, and no other', () => {
    const { shortcuts } = read.features
    expect(shortcuts.map(({ callback_id }) => callback_id).sort()).toEqual(Object.values(SHORTCUTS).sort())
    expect(shortcuts.every(({ type }) => type === 'message')).toBe(true)
  })

  it('asks for the events that the product listens to, and no other', () => {
    const heard = [...sources.matchAll(/app\.event\('(\w+)'/g)].map(([, event]) => event)
    expect(read.settings.event_subscriptions.bot_events).toEqual(heard)
  })

  it('has a Home tab, and a place for direct messages: without it Slack refuses them', () => {
    expect(read.features.app_home).toMatchObject({ home_tab_enabled: true, messages_tab_enabled: true })
  })

  it('asks for the scopes that the doctor looks for', () => {
    expect(NEEDED_SCOPES.map(({ name }) => name)).toEqual(read.oauth_config.scopes.bot)
  })

  it('asks for no scope that nothing uses', () => {
    for (const scope of read.oauth_config.scopes.bot) {
      expect(
        METHODS_OF[scope]?.some(method => sources.includes(method)),
        scope,
      ).toBe(true)
    }
  })

  it('asks for a scope for every method that is called', () => {
    const called = [...sources.matchAll(/client\.((?:[a-z]+\.)+[a-zA-Z]+\()/g)].map(([, method]) => method)
    expect(called.length).toBeGreaterThan(5)
    const granted = [...FREE, ...read.oauth_config.scopes.bot.flatMap(scope => METHODS_OF[scope] ?? [])]
    for (const method of called) expect(granted).toContain(method)
  })
})
