// What stands on buttons, in English: Title Case there and nowhere else. A sentence that names a button takes it from here.

export const buttons = {
  review: 'Review',
  cancel: 'Cancel Request',
  askAgain: 'Ask Again',
  undo: 'Prepare Undo',
  retry: 'Retry What Failed',
  happened: 'It Happened',
  didNotHappen: 'It Did Not',
  checkAgain: 'Check Again',
  edit: 'Edit and Ask Again',
  history: 'History',
  withdraw: 'Withdraw My Approval',
  breakGlass: 'Break Glass',
  reviewAfterwards: 'Review Afterwards',
  request: 'Request a Reset',
  download: 'Download CSV',
  keepIt: 'Keep It',
}
