// The face of the local Slack: what a test, a demo or a terminal may do with it, as a person would.
// Shapes are Slack's own wire shapes; nothing here knows about the bot that is connected.

export interface LocalSlackUser {
  id: string
  name: string
  realName: string
  /** Guests (single or multi channel) and deactivated users exist so that a bot can be tested against them. */
  kind?: 'member' | 'guest' | 'singleChannelGuest' | 'deactivated' | 'bot'
  /** Another workspace's id makes the user a stranger from a shared channel. */
  teamId?: string
  locale?: string
  tz?: string
}

export interface LocalSlackChannel {
  id: string
  name: string
  private?: boolean
  archived?: boolean
  members: string[]
  /** Whether the bot has been invited. Public channels can be posted to with chat:write.public all the same. */
  botIsMember?: boolean
}

export interface LocalSlackUserGroup {
  id: string
  handle: string
  name: string
  users: string[]
  /** Somebody has disabled it. */
  disabled?: boolean
}

/** In the menu of every message that is not only for one person. */
export interface LocalSlackShortcut {
  callbackId: string
  name: string
}

/** Where the app's slash commands, clicks and submissions are delivered. */
export type Delivery = { kind: 'socket' } | { kind: 'http'; url: () => string }

export interface LocalSlackOptions {
  /** How apps get here, where something stands before it, like `https://slack.test`: addresses that it gives are there. */
  origin?: string
  /** 0 or absent: any free port. Always on 127.0.0.1. */
  port?: number
  delivery: Delivery
  botToken: string
  appToken: string
  signingSecret: string
  /** OAuth scopes granted to the bot; a method that needs another answers missing_scope. */
  scopes: string[]
  users: LocalSlackUser[]
  channels: LocalSlackChannel[]
  userGroups: LocalSlackUserGroup[]
  /** The slash commands in the app's manifest, e.g. `/reset-offsets`. */
  commands: string[]
  /** The message shortcuts in the app's manifest. */
  shortcuts?: LocalSlackShortcut[]
  now?: () => number
  /** How long the app has for an acknowledgement: Slack's 3000 ms unless a test cannot wait for it. */
  ackTimeoutMs?: number
}

export interface SlackMessage {
  type: 'message'
  ts: string
  thread_ts?: string
  user: string
  text: string
  blocks?: SlackBlock[]
  /** What bots of older kinds hang below their text. */
  attachments?: Record<string, unknown>[]
  metadata?: { event_type: string; event_payload: Record<string, unknown> }
  files?: SlackFile[]
  /** Set for ephemeral messages: the one user who sees it. */
  ephemeralFor?: string
  channel: string
  /** "(edited)" is shown. */
  edited?: boolean
  /** A reply that is also shown in the main pane (reply_broadcast). */
  broadcast?: boolean
  /** It was deleted, and stays as the head of its thread. */
  subtype?: 'tombstone'
}

export interface SlackFile {
  id: string
  name: string
  title: string
  size: number
  mimetype: string
  /** What an image shows, for whoever cannot see it. */
  alt?: string
  /** Who uploaded it: a person, or the bot. */
  user: string
  /** Unix seconds. */
  created: number
  content: Buffer
}

/** A block as it came over the wire, after Slack's own rewriting (missing block_ids filled in). */
export type SlackBlock = { type: string; block_id?: string } & Record<string, unknown>

export interface SlackView {
  id: string
  type: 'modal' | 'home'
  callback_id: string
  title: { type: 'plain_text'; text: string }
  submit: { type: 'plain_text'; text: string } | null
  close: { type: 'plain_text'; text: string } | null
  blocks: SlackBlock[]
  private_metadata: string
  hash: string
  state: { values: Record<string, Record<string, unknown>> }
  root_view_id: string
  previous_view_id: string | null
  /** Field errors of the last refused submission, by block_id. Shown under the field. */
  errors?: Record<string, string>
}

export type SubmitOutcome =
  | { kind: 'closed' }
  | { kind: 'errors'; errors: Record<string, string> }
  | { kind: 'updated'; view: SlackView }
  | { kind: 'pushed'; view: SlackView }
  /** No answer within three seconds, or one Slack could not read: "We had some trouble connecting. Try again?" */
  | { kind: 'trouble'; message: string }

/** One human at their keyboard. Every verb goes through the protocol, never past it. */
export interface Person {
  readonly user: LocalSlackUser
  /** Types a slash command. Resolves when the app acknowledged; a late app shows the person `operation_timeout`. */
  command(channelId: string, line: string): Promise<{ ok: true } | { ok: false; message: string }>
  /** The modal on top of this person's stack, if one is open. */
  view(): SlackView | undefined
  /** Waits for a modal for which `test` holds (default: any). Throws after timeoutMs (default 10 000), saying what was there. */
  waitForView(test?: (view: SlackView) => boolean, timeoutMs?: number): Promise<SlackView>
  /**
   * Types or picks a value for the input with this block_id, action_id or visible label. Text and number inputs take
   * the text; selects, radios and checkboxes the option's visible text (several: an array); date-time pickers unix seconds.
   * An input with dispatch_action sends its block_actions payload, as Slack does, and waits for the acknowledgement.
   */
  fill(field: string, value: string | string[] | number | null): Promise<void>
  /**
   * Attaches a file to the file input found like a field of `fill`, beside those that it holds. Slack stores it at once;
   * only the app gets to see it. Throws what Slack's client says of a file it does not take: type, size, one too many.
   */
  attach(field: string, file: { name: string; content: string | Uint8Array }): Promise<SlackFile>
  /** Takes a file off again, by its id or its name. */
  detach(field: string, file: string): Promise<void>
  /** What an external select offers for the typed text (block_suggestion). */
  suggestions(field: string, typed: string): Promise<string[]>
  submit(): Promise<SubmitOutcome>
  /** Closes the top view (or, with `all`, the stack), sending view_closed where it was asked for. */
  closeView(all?: boolean): Promise<void>
  /**
   * Presses a button of the open modal by action_id or visible text. Throws when the app did not acknowledge in time,
   * where Slack shows a warning sign beside the button; so do the other presses and `fill`.
   */
  pressInView(button: string): Promise<void>
  /** Opens the app's Home tab, sending app_home_opened; resolves when the app acknowledged the event. */
  openHome(): Promise<void>
  /** What the app last published to this person's Home tab. */
  home(): SlackView | undefined
  /** `blockId`: the row that it stands in, where several have the same. */
  pressInHome(button: string, blockId?: string): Promise<void>
  /**
   * Presses a button of a message by action_id or visible text, or picks the option of a menu by its visible text; a
   * confirm dialog is answered with `confirm` (default true). The button is looked up in the message as given, which
   * is what is on the person's screen: a click can race with an update that removes the button.
   */
  press(message: SlackMessage, button: string, options?: { confirm?: boolean }): Promise<void>
  /** Writes a message, as people do and bots other than the app, whose words may hang below as attachments. */
  say(channelId: string, content: SaidContent): SlackMessage
  /**
   * Picks a message shortcut of the app, by callback_id or name, from the menu of a message. Throws when the app did not
   * acknowledge in time, where Slack shows an error; and for a message that only one person sees, which has no menu.
   */
  shortcut(message: SlackMessage, shortcut: string): Promise<void>
  /** What this person sees in a channel's main pane, ephemerals for them included, oldest first. */
  sees(channelId: string): SlackMessage[]
  seesInThread(channelId: string, threadTs: string): SlackMessage[]
  /** This person's direct messages from the bot. */
  directMessages(): SlackMessage[]
  ephemerals(): SlackMessage[]
}

export type SaidContent = Pick<SlackMessage, 'text' | 'blocks' | 'attachments' | 'thread_ts'>

export interface ApiCall {
  /**
   * The Web API method; `upload` for bytes sent to an upload URL, `download` for a file fetched from its `url_private`
   * or `url_private_download`, `response_url` for an answer to one.
   */
  method: string
  /** Decoded: JSON arguments are objects; the token is left out. */
  args: Record<string, unknown>
  atMs: number
  /** Whether it was done; a call whose answer an injected fault swallowed after doing it counts as done. */
  ok: boolean
  error?: string
}

/** Something that a person did, on its way to the app. */
export interface SentPayload {
  kind: 'command' | 'interactive'
  userId: string
  atMs: number
  /** `timeout`, `unreachable` or `status`: Slack showed the person an error. */
  outcome: 'waiting' | 'acked' | 'timeout' | 'unreachable' | 'status'
  /**
   * The host and port of the connection it went by, which tells connections through different proxies apart. Absent
   * while it waits, and when there was none.
   */
  through?: string
}

/** How the next matching Web API calls go wrong. `times` defaults to 1; Infinity until cleared. */
export type SlackFault =
  | { kind: 'rateLimited'; retryAfterSeconds: number }
  | { kind: 'httpStatus'; status: number; afterDoingIt?: boolean }
  | { kind: 'error'; error: string }
  | { kind: 'hang'; afterDoingIt?: boolean }
  | { kind: 'cut'; afterDoingIt: boolean }
  | { kind: 'delay'; ms: number }

export interface LocalSlack {
  /** `http://127.0.0.1:<port>/api/` — give it to the bot as SLACK_API_URL. */
  readonly apiUrl: string
  readonly teamId: string
  readonly botUserId: string
  person(userId: string): Person
  /** Top-level, non-ephemeral messages of a channel that are still there, oldest first. */
  messages(channelId: string): SlackMessage[]
  /** The replies under a message (the parent is not included), oldest first. */
  thread(channelId: string, threadTs: string): SlackMessage[]
  /** Every file, posted by the bot or attached by a person, oldest first. */
  files(): SlackFile[]
  /** Every Web API call, in order. */
  calls(method?: string): ApiCall[]
  /** What one person did, or anybody, oldest first. Events and their repetitions are not in it. */
  sent(userId?: string): SentPayload[]
  /** `method` as in ApiCall, or `*` for any. */
  inject(method: string, fault: SlackFault, times?: number): void
  clearFaults(): void
  /** Archives, removes the bot, revokes the token, changes a group: the world moves on. */
  setChannel(channelId: string, change: Partial<LocalSlackChannel>): void
  setUserGroup(groupId: string, users: string[]): void
  /** As they are now. */
  userGroups(): LocalSlackUserGroup[]
  /** The bot's token is refused with this error, by default `token_revoked`, until it is restored by another installation. */
  revokeToken(error?: 'token_revoked' | 'invalid_auth' | 'account_inactive'): void
  restoreToken(): void
  /** Sends an event that is nobody's doing, such as `app_uninstalled`; resolves when the app acknowledged it. */
  tellApp(event: { type: string } & Record<string, unknown>): Promise<void>
  /**
   * An administrator deletes a message. Where it has replies a tombstone stays in its place, and its thread can be
   * written in; without any the thread is gone with it. The app is not told.
   */
  deleteMessage(channelId: string, ts: string): void
  /** Ends every Socket Mode connection: `refresh` asks the app to reconnect, as Slack does now and then; `cut` drops it. */
  disconnectApp(how: 'refresh' | 'cut'): void
  /** Answers a ping that nobody sent, on every Socket Mode connection: a sign of life. */
  pong(): void
  /** Connected Socket Mode clients. */
  connections(): number
  /** Resolves once the app can be reached (a socket said hello, or the HTTP endpoint answers). */
  waitForApp(timeoutMs?: number): Promise<void>
  /** Fires after anything a person could see has changed. Returns the unsubscribe function. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}
