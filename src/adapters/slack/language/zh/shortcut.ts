// The form as it is opened from a message, in Chinese.

import type { shortcutOn as English, NamedInMessage } from '../en/shortcut.ts'
import type { ClusterInWords } from './cluster.ts'
import { listed } from './grammar.ts'

export const shortcutOn = (on: ClusterInWords): ReturnType<typeof English> => ({
  reason: firstLine => `告警：${firstLine}`,
  looking: `正在 ${on.name}上查找消息中的名称…`,
  found: ({ group, topics, topicsLeft }) => {
    const named = [
      ...(group === null ? [] : [`消费分组 ${group}`]),
      ...(topics.length === 0 ? [] : [`Topic ${listed(topics, topicsLeft)}`]),
    ]
    return `在消息中找到：${named.join('；')}。请核对已填内容。`
  },
  rest: ({ firing, resolved, unclear }) =>
    [
      ...(named(firing) === '' ? [] : [`消息中还有其他告警：${named(firing)}。`]),
      ...(named(resolved) === '' ? [] : [`已标为恢复，未填入：${named(resolved)}。`]),
      ...(named(unclear) === '' ? [] : [`既写着告警中又写着已恢复，未填入：${named(unclear)}。`]),
    ].join(''),
  allResolved: resolved => `消息中的告警都已标为恢复：${named(resolved)}。没有填入任何内容。`,
  unclear: unclear => `消息既写着告警中，又写着已恢复：${named(unclear)}。没有填入消费分组和 Topic。`,
  groupCut: '消息中的消费分组名称不完整：已被截短，或与其他文字连在一起。没有填入消费分组和 Topic。',
  topicCut: '其中有 Topic 名称不完整，未填入。',
  onlyTopicCut: '消息中的 Topic 名称不完整：已被截短，或与其他文字连在一起。没有填入 Topic。',
  groupMissing: instance => `消息所写的消费分组不在 ${instance} 上，因此没有填入其他消费分组。`,
  nothing: instance => `消息中没有标明属于 ${instance} 的消费分组或 Topic。请在下面填写。`,
  noInstance: '消息没有说明是哪个实例。请在下面选择。',
  otherInstance: instance => `消息说的是 ${instance}，不在此处可重置的实例之中。没有填入任何内容。`,
  notReached: `无法向 ${on.name}查询消息中的名称。请在下面填写。`,
})

function named({ groups, groupsLeft, topics, topicsLeft }: NamedInMessage): string {
  const parts = [
    ...(groups.length === 0 ? [] : [`消费分组 ${listed(groups, groupsLeft)}`]),
    ...(topics.length === 0 ? [] : [`Topic ${listed(topics, topicsLeft)}`]),
  ]
  return parts.join('；')
}
