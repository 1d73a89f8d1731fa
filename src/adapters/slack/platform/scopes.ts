// The scopes that the bot token needs, and what does not work without each. A test holds it to manifest.yml, which the image
// does not have.

export interface NeededScope {
  name: string
  /** What does not work without it, as the end of "without it …". */
  without: string
  /** Rewind cannot do its work without it; else it does it with less. */
  isVital: boolean
}

export const NEEDED_SCOPES: readonly NeededScope[] = [
  { name: 'commands', without: 'nobody can use the two slash commands', isVital: true },
  { name: 'chat:write', without: 'nothing can be posted', isVital: true },
  {
    name: 'chat:write.public',
    without: 'cards go only to channels that Rewind is in',
    isVital: false,
  },
  { name: 'files:write', without: 'no plan and no result can be posted as CSV', isVital: true },
  { name: 'files:read', without: 'the form has no field for a file', isVital: false },
  { name: 'users:read', without: 'nobody is known to be a full member, so nobody may use it', isVital: true },
  {
    name: 'usergroups:read',
    without: 'nobody is let in by a user group',
    isVital: false,
  },
  {
    name: 'channels:history',
    without: 'a message whose answer was lost cannot be looked for in public channels',
    isVital: false,
  },
  {
    name: 'groups:history',
    without: 'a message whose answer was lost cannot be looked for in private channels',
    isVital: false,
  },
  {
    name: 'im:history',
    without: 'a message whose answer was lost cannot be looked for in direct messages',
    isVital: false,
  },
  { name: 'im:write', without: 'nobody can be told anything directly', isVital: false },
]
