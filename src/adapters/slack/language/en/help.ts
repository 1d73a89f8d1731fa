// What /reset-offsets help says, in English.

export const help = {
  title: 'How to reset the offsets of a consumer group',
  intro:
    'Type /reset-offsets and fill in the form, or fill it in with the flags of kafka-consumer-groups.sh. Rewind makes a plan, and nothing is reset before somebody has decided on it.',
  examples: {
    earliest: 'Replay one topic from the start of its log:',
    shift: 'Go back 100 messages on three partitions:',
    duration: 'Go back to where all topics were two hours ago:',
  },
  flagsLabel: 'Which group and topics: ',
  strategiesLabel: 'Where the offsets go, one of: ',
  othersLabel: 'Also: ',
  others:
    '/offset-requests lists the requests, and /offset-requests R-12 shows one. “Reset offsets from alert” in the menu of any message fills the form in from an alert.',
  docs: 'Everything else is in docs/use.md of the Rewind that your team runs.',
}
