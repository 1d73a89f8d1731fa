// What Slack does to text it is given: emoji to colons, bare links to angle brackets, a bare & escaped.
// A bot that compares what it posted with what it reads back must meet these differences here first.

// Only the emoji a work bot is likely to use; others pass unchanged.
const colons: [string, string][] = [
  ['✅', ':white_check_mark:'],
  ['❌', ':x:'],
  ['⚠️', ':warning:'],
  ['⚠', ':warning:'],
  ['⏳', ':hourglass_flowing_sand:'],
  ['⌛', ':hourglass:'],
  ['⏪', ':rewind:'],
  ['⏩', ':fast_forward:'],
  ['🔁', ':repeat:'],
  ['🔄', ':arrows_counterclockwise:'],
  ['🚫', ':no_entry_sign:'],
  ['⛔', ':no_entry:'],
  ['🔒', ':lock:'],
  ['🕒', ':clock3:'],
  ['ℹ️', ':information_source:'],
  ['🟢', ':large_green_circle:'],
  ['🟡', ':large_yellow_circle:'],
  ['🔴', ':red_circle:'],
  ['❓', ':question:'],
  ['🎉', ':tada:'],
  ['👀', ':eyes:'],
  ['👍', ':+1:'],
  ['👎', ':-1:'],
]

export function colonEmoji(text: string): string {
  return colons.reduce((out, [emoji, colon]) => out.replaceAll(emoji, colon), text)
}

/** Top-level message text and mrkdwn. */
export function rewriteMarkup(text: string): string {
  return colonEmoji(text)
    .replace(/&(?!amp;|lt;|gt;)/g, '&amp;')
    .replace(/(?<![<|\w])https?:\/\/[^\s<>|`]+/g, '<$&>')
}

/** What a person would compare: what the eye sees of either spelling. */
export function visible(text: string): string {
  return colonEmoji(text).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').trim()
}
