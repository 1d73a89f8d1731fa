// The modal in which an undo or a second try is asked for, in Chinese.

import { grouped } from '../../../../request/reset.ts'
import { code, inQuotes, strong, text } from '../../blocks/text.ts'
import type { followUpOn as English } from '../en/follow-up.ts'
import { buttons } from './buttons.ts'
import type { ClusterInWords } from './cluster.ts'
import { listed, partitions } from './grammar.ts'

export const followUpOn = (on: ClusterInWords): ReturnType<typeof English> => ({
  undo: {
    title: id => `撤销 ${id}`,
    why: '为什么撤销？',
    offer: id => `恢复 ${id} 移动过的位点：`,
    several: (id, requests) =>
      `撤销 ${id} 需要 ${grouped(requests)} 个申请，因为 API 2.0 一次申请只能给所有分区发送同一个数值。请选一个；下一个请再点卡片上的${inQuotes(buttons.undo)}。`,
    impossible: '无法恢复的部分：',
    noResult: id => `${id} 没有留下结果，因此无法撤销。请${on.there}查看位点，再用 /reset-offsets 申请。`,
    notWhole: id =>
      `保存的 ${id} 的数据与其记录不一致，因此无法据此撤销。请告知 Rewind 的维护人员，并${on.there}查看位点，再用 /reset-offsets 申请。`,
    already: (id, by) => `${id} 已被 ${listed(by)} 撤销。`,
    open: (id, open) => `${listed(open)} 已在申请撤销 ${id}，尚未结束。请直接处理该申请，或等它结束。`,
    nothing: id => `${id} 没有移动任何位点，没有可恢复的内容。`,
    notExactly: id => `${id} 无法精确撤销：`,
  },
  retry: {
    title: id => `重试 ${id}`,
    why: '原因',
    offer: id => `重试 ${id} 未完成的部分：`,
    several: (id, requests) =>
      `重试 ${id} 需要 ${grouped(requests)} 个申请，因为 API 2.0 一次申请只能给所有分区发送同一个数值。请选一个；下一个请再点卡片上的${inQuotes(buttons.retry)}。`,
    impossible: '无法重试的部分：',
    noResult: id => `${id} 没有留下结果，因此无法重试。请${on.there}查看位点，再用 /reset-offsets 申请。`,
    notWhole: id =>
      `保存的 ${id} 的数据与其记录不一致，因此无法据此重试。请告知 Rewind 的维护人员，并${on.there}查看位点，再用 /reset-offsets 申请。`,
    already: (id, by) => `${listed(by)} 已重试 ${id} 未完成的部分。`,
    open: (id, open) =>
      `${listed(open)} 已在申请重试 ${id} 未完成的部分，尚未结束。请直接处理该申请，或等它结束。`,
    nothing: id => `${id} 没有可以重试的分区。`,
    notExactly: id => `${id} 无法精确重试：`,
  },
  changed: id => `打开这个窗口之后，${id} 剩余的部分有变化，因此没有提交申请。请再点一次卡片上的按钮。`,
  offered: (lead, group, strategy, count) => [
    strong(lead),
    code(group),
    text(` ${strategy}${count === null ? '' : `，${partitions(count)}`}。`),
  ],
  option: (topics, count) => `${topics}，${partitions(count)}`,
  choice: '申请哪一个',
  moreOptions: left => `… 另有 ${grouped(left)} 个，Slack 列不下。请手工申请。`,
  ofItsOwn: '这是一个独立的申请：同样要制定计划、经过审批，并核对结果。',
  because: why => `：${why}`,
  moreTopics: left => `另有 ${grouped(left)} 个 Topic。`,
  whys: {
    noCommitBefore: count => `${partitions(count)}无法恢复：之前没有已提交位点，提交后只能改写，不能去掉。`,
    severalOffsets: _count => '它的各分区原来的位点不同，而 API 2.0 只能发送一个数值。',
    partly: _count => '只有一部分没有完成，再次移动整个 Topic 会让其余分区移动两次。',
  },
  reason: (parent, id, { failed, unsure }, reason) => {
    const what = [
      ...(failed.length === 0 ? [] : [`${failed.join('；')} 失败`]),
      ...(unsure.length === 0 ? [] : [`${unsure.join('；')} 未确认`]),
    ]
    return `${parent}：${what.length === 0 ? '它没有执行' : what.join('；')}。${id} 的申请原因：${reason}`
  },
})
