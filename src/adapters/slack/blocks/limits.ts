// Slack's size limits that the views have to respect, counted in characters as Slack counts them.
// Source: the block and view reference of docs.slack.dev. Limits on a whole message are kept by what card.ts and replies.ts show.

export const LIMITS = {
  headerText: 150,
  alertText: 200,
  viewTitle: 24,
  privateMetadata: 3000,
  messageText: 4000,
  options: 100,
  /** The pages say 150, the library's own notes 75: the stricter one. */
  optionValue: 75,
  optionText: 75,
  errorText: 2000,
} as const
