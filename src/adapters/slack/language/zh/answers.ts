// What somebody is told at once, in Chinese, when something cannot be shown or done.

import type { answers as English } from '../en/answers.ts'

export const answers: typeof English = {
  storeAway: 'Rewind 暂时无法连接数据库，这次操作可能没有保存。请稍后再试。',
  storeAwayReading: 'Redis 无法连接，没有改动任何内容。请稍后再试。',
  tooSlow: '处理超时，这次操作可能没有保存。请查看卡片，如果没有变化再点一次按钮。',
  tooSlowReading: '处理超时，没有改动任何内容。请再试一次。',
  newerVersion: '这个申请由更新版本的 Rewind 写入，或在 Redis 中被改动，当前版本无法读取。请过一分钟再试。',
  toldLater: '处理超时，这次操作可能没有保存。Rewind 查明后会发私信告诉你。',
  late: {
    saved: sentence => `刚才超时的操作已保存。${sentence}`,
    notSaved: sentence => `刚才超时的操作没有保存。${sentence}`,
    unknown: '仍不知道刚才超时的操作是否已保存。请先查看卡片，再重新提交。',
  },
  sealed:
    '处理这次操作的进程没有 AUDIT_KEY，或它的 AUDIT_KEY 无法验证记录的签封。没有执行任何操作。请联系 Rewind 的维护人员。',
  triggerGone: 'Slack 打开窗口超时，请再试一次。',
  fault: '我们这边出错了。如果已有卡片，请先看卡片再重试。',
  noSuchRequest: id => `没有 ${id} 这个申请：它的记录已丢失，卡片不再有效。请用 /reset-offsets 重新申请。`,
  exportedRequest: (id, day) =>
    `${id} 早已结束，已于 ${day}（UTC）导出并删除，因此不能在这里查看、撤销或重新申请。如需导出文件，请联系 Rewind 的维护人员。`,
  unknownRequest: id => `没有 ${id} 这个申请。输入 /offset-requests 查看进行中的申请。`,
  readingBack: id => `正在读回核对 ${id} 的位点，结果会写在消息列里。`,
  notSent: '未提交',
  notDecided: '未审批',
  notChanged: id => `${id} 未变更`,
  close: '关闭',
}
