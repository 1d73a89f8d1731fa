// What somebody is told at once, in English, when something cannot be shown or done.

export const answers = {
  storeAway:
    'Rewind can’t reach its database right now, so this may not have been saved. Wait a moment and try again.',
  /** Nothing was to be written. */
  storeAwayReading: 'Redis is unreachable; nothing was changed. Wait a moment and try again.',
  tooSlow:
    'This timed out and may not have been saved. Look at the card, and press the button again if nothing has changed.',
  tooSlowReading: 'This timed out; nothing was changed. Please try again.',
  toldLater:
    'This timed out and may not have been saved. Rewind finds out, and tells you in a direct message.',
  /** In that direct message. @param sentence how the request stands, or why it was refused */
  late: {
    saved: (sentence: string) => `Your last action timed out but was saved. ${sentence}`,
    notSaved: (sentence: string) => `Your last action timed out and was not saved. ${sentence}`,
    unknown:
      'Your last action timed out, and it is still not known whether it was saved. Look at the card before you send it again.',
  },
  newerVersion:
    'A newer version of Rewind has written this request, or it was changed in Redis: this one cannot read it. Try again in a minute.',
  sealed:
    'The server that handled this has no AUDIT_KEY, or one under which the seals of the records do not hold. Nothing was done. Tell the people who run Rewind.',
  triggerGone: 'Slack took too long to open the window. Please try again.',
  fault: 'Something went wrong on our side. If there is a card, look at it before you try again.',
  /** A Redis that lost what was written last does not know the request any more. */
  noSuchRequest: (id: string) =>
    `No such request: ${id}. Its record was lost, so its card is no longer valid: ask again with /reset-offsets.`,
  /** @param day in UTC, like `2027-01-05` */
  exportedRequest: (id: string, day: string) =>
    `${id} ended long ago: it was exported and deleted on ${day} (UTC), so it cannot be shown, undone or asked for again here. Ask the people who run Rewind for the export.`,
  /** Of an id that somebody has typed. */
  unknownRequest: (id: string) => `No such request: ${id}. Type /offset-requests for the open ones.`,
  readingBack: (id: string) => `The offsets of ${id} are being read back. The thread says what they show.`,
  notSent: 'Not sent',
  notDecided: 'Not decided',
  notChanged: (id: string) => `${id} not changed`,
  close: 'Close',
}
