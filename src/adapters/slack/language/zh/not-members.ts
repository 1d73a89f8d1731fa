// What somebody is told, in Chinese, who may not use Rewind.

import type { notMembers as English } from '../en/not-members.ts'

export const notMembers: typeof English = {
  guest: '本工作区的访客不能使用 Rewind。请让正式成员的同事代为操作。本次未做任何操作。',
  stranger:
    '只有安装了 Rewind 的工作区的成员才能使用它，而你属于其他工作区。请联系该工作区的同事。本次未做任何操作。',
  bot: '机器人不能使用 Rewind：每次重置都必须有人负责。本次未做任何操作。',
  deactivated: '此账号已停用，不能使用 Rewind。本次未做任何操作。',
  notKnown:
    '请稍候：Slack 尚未告知你的身份，因此未显示任何内容，也未做任何操作。请重试。如果一直如此，请告知 Rewind 的安装者：可能缺少 users:read 权限。',
  close: '关闭',
  title: '未执行',
}
