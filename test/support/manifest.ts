// The manifest that people install, so that a test's Slack grants no more than theirs.

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

const read = parse(readFileSync('manifest.yml', 'utf8')) as {
  oauth_config: { scopes: { bot: string[] } }
  features: { slash_commands: { command: string }[]; shortcuts: { callback_id: string; name: string }[] }
}

export const SCOPES = read.oauth_config.scopes.bot
export const COMMANDS = read.features.slash_commands.map(({ command }) => command)
export const SHORTCUTS = read.features.shortcuts.map(({ callback_id, name }) => ({
  callbackId: callback_id,
  name,
}))
