// The emoji a work bot is likely to use, by the names that Slack stores: for the terminal, for the page, and for what Slack
// rewrites. Any other name stays as it is written.

/** Some are drawn in colour only with the mark U+FE0F behind them. */
export const EMOJI: Record<string, string> = {
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  x: '❌',
  warning: '⚠️',
  hourglass: '⌛',
  hourglass_flowing_sand: '⏳',
  rewind: '⏪',
  fast_forward: '⏩',
  repeat: '🔁',
  arrows_counterclockwise: '🔄',
  no_entry: '⛔',
  no_entry_sign: '🚫',
  lock: '🔒',
  clock3: '🕒',
  information_source: 'ℹ️',
  large_green_circle: '🟢',
  large_yellow_circle: '🟡',
  red_circle: '🔴',
  question: '❓',
  tada: '🎉',
  eyes: '👀',
  '+1': '👍',
  '-1': '👎',
}

export function emojiNamed(name: string): string {
  return Object.hasOwn(EMOJI, name) ? (EMOJI[name] ?? '') : `:${name}:`
}

export function withEmoji(text: string): string {
  return text.replace(/:([a-z0-9_+-]+):/g, (_, name: string) => emojiNamed(name))
}
