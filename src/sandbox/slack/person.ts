// One human at their keyboard: what they type and press goes through the protocol, what they see comes from the
// workspace. No verb may reach past either.
import { isObject } from './block-schema.ts'
import type { LocalSlackUser, Person, SlackMessage } from './face.ts'
import { fieldsOf } from './fields.ts'
import { createInteractions, type Outside } from './interactions.ts'
import { commandBody, eventBody, homeOpenedEvent, messageShortcutBody } from './payloads.ts'
import { createModalVerbs, pressable } from './person-modal.ts'
import { type Channel, copyMessage } from './workspace.ts'

export function createPerson(outside: Outside, user: LocalSlackUser): Person {
  const { workspace, views, triggers, responseUrls, delivery } = outside
  const interactions = createInteractions(outside, user)

  function conversation(channelId: string): Channel {
    const channel = workspace.channel(channelId)
    if (!channel) throw new Error(`there is no channel ${channelId}`)
    if (channel.kind !== 'public' && !channel.members.includes(user.id))
      throw new Error(`${user.name} cannot see ${channel.name}`)
    return channel
  }

  const seen = (channelId: string): SlackMessage[] =>
    workspace
      .messagesOf(conversation(channelId).id)
      .filter(message => message.ephemeralFor === undefined || message.ephemeralFor === user.id)

  return {
    user,
    ...createModalVerbs(outside, user, interactions),
    async command(channelId, line) {
      // A direct message can be written in before anything was said there.
      if (channelId === `D${user.id.slice(1)}`) workspace.openDm(user.id)
      const channel = conversation(channelId)
      if (!channel.members.includes(user.id) || channel.archived)
        throw new Error(`${user.name} cannot write in ${channel.name}`)
      const [, name = '', text = ''] = /^(\S+)\s?([\s\S]*)$/.exec(line.trim()) ?? []
      if (!outside.commands.includes(name)) return { ok: false, message: `${name} is not a valid command.` }
      const talk = { channelId: channel.id, userId: user.id }
      const ack = await delivery.deliver(
        'command',
        commandBody(workspace, user, channel, name, text, {
          response_url: responseUrls.issue(talk),
          trigger_id: triggers.issue({ userId: user.id }),
        }),
      )
      const failed = (error: string) => ({
        ok: false as const,
        message: `${name} failed with the error "${error}"`,
      })
      if (ack.kind === 'failed')
        return failed(ack.reason === 'timeout' ? 'operation_timeout' : 'dispatch_failed')
      if (Object.keys(ack.body).length === 0) return { ok: true }
      // An answer to the whole channel shows what was typed; one to the person alone does not.
      if (ack.body.response_type === 'in_channel')
        workspace.addMessage({ channel: channel.id, user: user.id, text: line })
      return responseUrls.show(talk, ack.body).status === 200 ? { ok: true } : failed('dispatch_failed')
    },
    async openHome() {
      const { channel } = workspace.openDm(user.id)
      const event = homeOpenedEvent(workspace, user, channel, views.home(user.id))
      await delivery.deliverEvent(eventBody(workspace, event))
    },
    async press(message, button, options = {}) {
      const channel = conversation(message.channel)
      if (message.ephemeralFor !== undefined && message.ephemeralFor !== user.id)
        throw new Error(`${user.name} cannot see this message: only ${message.ephemeralFor} can`)
      const pressed = pressable(fieldsOf(message.blocks ?? []), button, `message "${message.text}"`)
      if (isObject(pressed.field.element.confirm) && options.confirm === false) return
      const current = workspace.message(channel.id, message.ts)
      await interactions.act({ kind: 'message', message, channel, current }, pressed.field, pressed.state)
    },
    say(channelId, content) {
      const channel = conversation(channelId)
      if (!channel.members.includes(user.id) || channel.archived)
        throw new Error(`${user.name} cannot write in ${channel.name}`)
      return copyMessage(workspace.addMessage({ channel: channel.id, user: user.id, ...content }))
    },
    async shortcut(message, name) {
      const channel = conversation(message.channel)
      const shortcut = outside.shortcuts.find(each => each.callbackId === name || each.name === name)
      if (!shortcut) throw new Error(`there is no shortcut "${name}"`)
      if (message.ephemeralFor !== undefined) throw new Error('this message has no menu')
      const current = workspace.message(channel.id, message.ts) ?? message
      const ack = await delivery.deliver(
        'interactive',
        messageShortcutBody(workspace, user, channel, current, shortcut.callbackId, {
          trigger_id: triggers.issue({ userId: user.id }),
          response_url: responseUrls.issue({
            channelId: channel.id,
            userId: user.id,
            messageTs: message.ts,
          }),
        }),
      )
      if (ack.kind === 'failed')
        throw new Error(`Slack shows an error: "${shortcut.name}" was not acknowledged (${ack.reason})`)
    },
    sees: channelId =>
      seen(channelId)
        .filter(message => !message.thread_ts || message.thread_ts === message.ts || message.broadcast)
        .map(copyMessage),
    seesInThread: (channelId, threadTs) =>
      seen(channelId)
        .filter(message => message.thread_ts === threadTs && message.ts !== threadTs)
        .map(copyMessage),
    directMessages: () =>
      workspace
        .channels()
        .filter(channel => channel.imUser === user.id)
        .flatMap(channel => seen(channel.id))
        .filter(message => message.user === workspace.botUserId)
        .map(copyMessage),
    ephemerals: () =>
      workspace
        .channels()
        .flatMap(channel => workspace.messagesOf(channel.id))
        .filter(message => message.ephemeralFor === user.id)
        .map(copyMessage),
  }
}
