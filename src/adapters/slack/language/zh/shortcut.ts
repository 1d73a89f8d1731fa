// The form as it is opened from a message, in Chinese.

import type { shortcut as English } from '../en/shortcut.ts'
import { listed } from './grammar.ts'

export const shortcut: typeof English = {
  reason: firstLine => `告警：${firstLine}`,
  looking: '正在 CKafka 上查找消息中的名称…',
  found: ({ group, topics, topicsLeft }) => {
    const named = [
      ...(group === null ? [] : [`消费组 ${group}`]),
      ...(topics.length === 0 ? [] : [`主题 ${listed(topics, topicsLeft)}`]),
    ]
    return `在消息中找到：${named.join('；')}。请核对已填内容。`
  },
  nothing: instance => `消息中没有 ${instance} 上的消费组或主题。请在下面填写。`,
  noInstance: '消息没有说明是哪个实例。请在下面选择。',
  notReached: '无法向 CKafka 查询消息中的名称。请在下面填写。',
}
