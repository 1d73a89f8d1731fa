// What stands on buttons, in Chinese. A sentence that names a button takes it from here.

import type { buttons as English } from '../en/buttons.ts'

export const buttons: typeof English = {
  review: '审批',
  cancel: '取消申请',
  askAgain: '重新申请',
  undo: '准备撤销',
  retry: '重试失败的部分',
  happened: '已生效',
  didNotHappen: '未生效',
  checkAgain: '再次核对',
  edit: '修改后重新申请',
  history: '历史',
  withdraw: '撤回我的批准',
  breakGlass: '紧急执行',
  reviewAfterwards: '事后复核',
  request: '申请重置',
  download: '下载 CSV',
  keepIt: '保留',
}
