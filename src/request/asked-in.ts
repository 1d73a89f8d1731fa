// Where somebody stood in Slack when they asked: the channel of their command or of the button they pressed.
// It must never be taken from another request, which would let anybody ask in the name of a channel they are not in: the
// record's own `askedIn` is plain text, and does not fit where one of these is asked for.

import { z } from 'zod'

/** Null: in no channel, as on a Home tab. */
export const askedInSchema = z.string().min(1).brand<'AskedIn'>().nullable()
export type AskedIn = z.output<typeof askedInSchema>
