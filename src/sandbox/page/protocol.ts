// What the sandbox's page and its server say to each other over one WebSocket. Shapes only, all of them plain JSON:
// the server sends the whole `Scene` after every change, the page sends `Deed`s, each answered by its number.

/** Slack's own wire shape of a block, untouched. */
export type Block = { type: string; block_id?: string } & Record<string, unknown>

export interface PersonInfo {
  id: string
  name: string
  realName: string
  /** `requester`, `approver`, `on call`, `guest`: what they are in this story, in one word for the switch. */
  part: string
}

export interface ChannelInfo {
  id: string
  name: string
  private: boolean
  /** Whether the person now playing is in it. */
  joined: boolean
}

export interface FileInfo {
  id: string
  name: string
  size: number
  /** Where the page can download it. */
  href: string
  /** Its first lines, and where all of it can be read; null when it is no text. */
  text: { lines: string[]; more: boolean; href: string } | null
  /** Where it can be seen, and what it shows; null when it is no image. */
  image: { href: string; alt: string } | null
}

export interface Message {
  ts: string
  /** Set on replies. */
  threadTs?: string
  /** User id; the bot's for Rewind. */
  user: string
  text: string
  blocks: Block[]
  files: FileInfo[]
  ephemeral: boolean
  edited: boolean
  replyCount: number
}

export interface OpenView {
  id: string
  /** Changes whenever the app draws the view anew. */
  hash: string
  title: string
  submit: string | null
  close: string | null
  blocks: Block[]
  /** `view.state.values`: block_id → action_id → Slack's value shape. */
  values: Record<string, Record<string, unknown>>
  errors: Record<string, string>
  /** How many views lie under this one. */
  depth: number
}

/** All that the person now playing can see of Slack. */
export interface SlackScene {
  me: string
  botUserId: string
  people: PersonInfo[]
  userGroups: { id: string; handle: string }[]
  channels: ChannelInfo[]
  /** Slash commands with their hints, for the composer. */
  commands: { command: string; description: string; hint: string }[]
  /** The app's message shortcuts, for the menu of a message. */
  shortcuts: { callbackId: string; name: string }[]
  /** Main pane and ephemerals, by channel id, oldest first. Direct messages are under `DM`. */
  messages: Record<string, Message[]>
  /** Replies by the parent's ts. */
  threads: Record<string, Message[]>
  /** The modal on top of this person's stack. */
  view: OpenView | null
  /** The most bytes that a file may have to be attached from here. */
  largestFile: number
  home: { blocks: Block[] } | null
  /** Whether the app is connected. */
  connected: boolean
}

export interface PartitionScene {
  partition: number
  start: string
  end: string
  /** null: never committed. Offsets are decimal text, because JavaScript's numbers lose digits. */
  committed: string | null
  lag: string | null
}

export interface ClusterScene {
  kind: 'ckafka' | 'kafka'
  /** What requests call it. */
  id: string
  name: string
  groups: {
    name: string
    state: string
    members: { clientId: string; host: string }[]
    /** Whether the page has stopped members that can be started again. */
    stopped: boolean
    /** Whether its consumers do not move on the first of its partitions. */
    stuck: boolean
    topics: { topic: string; partitions: PartitionScene[] }[]
  }[]
  topics: { name: string; partitions: number; producing: boolean }[]
  /** How many calls were to move offsets, whatever came of them. */
  resets: number
  /** The newest last, at most 60, numbered from the first of all. `answer` is one short line. */
  calls: {
    number: number
    atMs: number
    action: string
    api: string
    params: string
    answer: string
    failed: boolean
  }[]
}

/** A fault that can be switched on, and what it does in one sentence. */
export interface FaultSwitch {
  id: string
  where: 'ckafka' | 'kafka' | 'slack' | 'redis' | 'rewind'
  label: string
  says: string
  on: boolean
}

export interface Scene {
  slack: SlackScene
  /** At least one; the first is the one of the guide. */
  clusters: ClusterScene[]
  faults: FaultSwitch[]
  /** What there is to know of the run: which API of CKafka, and which delivery. */
  run: { api: string; delivery: string; firstReset: string }
  nowMs: number
}

export type Deed =
  | { do: 'become'; user: string }
  | { do: 'command'; channel: string; line: string }
  /** A message that is no command. */
  | { do: 'say'; channel: string; text: string }
  /** Fills a field as Person.fill does; `field` is its block_id. Option-valued fields are filled by the option's text. */
  | { do: 'fill'; field: string; value: string | string[] | number | null }
  /** `content` is base64. */
  | { do: 'attach'; field: string; name: string; content: string }
  /** `file` is the id that Slack gave it. */
  | { do: 'detach'; field: string; file: string }
  | { do: 'suggest'; field: string; typed: string }
  | { do: 'submit' }
  | { do: 'close'; all: boolean }
  | { do: 'pressInView'; action: string }
  | { do: 'press'; channel: string; ts: string; action: string; blockId: string }
  | { do: 'shortcut'; channel: string; ts: string; shortcut: string }
  | { do: 'openHome' }
  | { do: 'pressInHome'; action: string; blockId: string }
  /** `cluster`: its id. */
  | { do: 'members'; cluster: string; group: string; running: boolean }
  /** A few messages of every partition are read and committed. */
  | { do: 'readOn'; cluster: string; group: string }
  /** Its consumers fail on the next message of its first partition. */
  | { do: 'stick'; cluster: string; group: string; on: boolean }
  | { do: 'produce'; cluster: string; topic: string; running: boolean }
  | { do: 'fault'; id: string; on: boolean }

export type FromPage = { number: number; deed: Deed }

/** `said` is what Slack shows the person when the app failed them, e.g. operation_timeout. */
export type FromServer =
  | { kind: 'scene'; scene: Scene }
  | { kind: 'done'; number: number; said?: string; suggestions?: string[]; outcome?: string }
