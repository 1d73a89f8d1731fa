// What /reset-offsets help says, in Chinese.

import type { help as English } from '../en/help.ts'

export const help: typeof English = {
  title: '如何重置消费分组的位点',
  intro:
    '输入 /reset-offsets 并填写表单，也可以用 kafka-consumer-groups.sh 的参数预先填好。Rewind 会先制定计划，在有人对它作出决定之前不会重置任何位点。',
  examples: {
    earliest: '从日志开头重放一个 Topic：',
    shift: '在三个分区上回退 100 条消息：',
    duration: '所有 Topic 回到两小时前的位置：',
  },
  flagsLabel: '消费分组和 Topic：',
  strategiesLabel: '位点移到哪里（选一个）：',
  othersLabel: '另外：',
  others:
    '/offset-requests 列出申请，/offset-requests R-12 显示其中一个。任何消息的菜单里都有“Reset offsets from alert”，可根据告警填写表单。',
  docs: '其余说明见贵团队所运行的 Rewind 的 docs/use.md。',
}
