// Slack's size limits that the views have to respect, counted in characters as Slack counts them.
// Source: the block and view reference of docs.slack.dev; the last one is undocumented (slackapi/bolt-js#2509).

export const LIMITS = {
  headerText: 150,
  sectionText: 3000,
  plainTextInput: 3000,
  viewTitle: 24,
  privateMetadata: 3000,
  messageText: 4000,
  staticOptions: 100,
  optionText: 75,
  errorText: 2000,
  tableCharacters: 10_000,
  messageBlocksCharacters: 13_200,
} as const
