// Who and what the ids in a message stand for, as Slack's client knows them. An id that nobody knows is shown as it is.

import type { LocalSlack } from './face.ts'
import type { Lookup } from './markup.ts'

export function lookupIn(
  slack: Pick<LocalSlack, 'botUserId' | 'person' | 'userGroups'>,
  appName: string,
): Lookup {
  return {
    userName(id) {
      if (id === slack.botUserId) return appName
      try {
        return slack.person(id).user.name
      } catch {
        return id
      }
    },
    groupName: id => slack.userGroups().find(group => group.id === id)?.handle ?? id,
  }
}
