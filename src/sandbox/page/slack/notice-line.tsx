// What Slack says when the app failed the person: one line, read out, and gone when they dismiss it.

import { notice } from './deeds.ts'

export function NoticeLine() {
  return (
    <div class="notice" role="status" data-testid="notice" data-shown={notice.value !== ''}>
      {notice.value !== '' && (
        <>
          <span>{notice.value}</span>
          <button
            type="button"
            class="icon-button"
            aria-label="Dismiss"
            onClick={() => {
              notice.value = ''
            }}
          >
            ×
          </button>
        </>
      )}
    </div>
  )
}
