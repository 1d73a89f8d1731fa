// Simplified Chinese: the same parts as English, and nothing but them.

import type { en as English } from '../en/en.ts'
import { answers } from './answers.ts'
import { card } from './card.ts'
import { causes } from './causes.ts'
import { direct } from './direct.ts'
import { drift } from './drift.ts'
import { elsewhere } from './elsewhere.ts'
import { flags } from './flags.ts'
import { followUp } from './follow-up.ts'
import { form } from './form.ts'
import { glass } from './glass.ts'
import { group } from './group.ts'
import { history } from './history.ts'
import { home } from './home.ts'
import { kafka } from './kafka.ts'
import { limits } from './limits.ts'
import { lists } from './lists.ts'
import { notMembers } from './not-members.ts'
import { outcomes } from './outcomes.ts'
import { pickers } from './pickers.ts'
import { plan } from './plan.ts'
import { groups, problems } from './problems.ts'
import { refusals } from './refusals.ts'
import { replies } from './replies.ts'
import { reset } from './reset.ts'
import { resubmit } from './resubmit.ts'
import { results } from './results.ts'
import { review } from './review.ts'
import { shortcut } from './shortcut.ts'
import { states } from './states.ts'
import { times } from './times.ts'
import { votes } from './votes.ts'

export const zh: typeof English = {
  answers,
  card,
  causes,
  direct,
  drift,
  elsewhere,
  flags,
  followUp,
  form,
  glass,
  group,
  groups,
  history,
  home,
  kafka,
  limits,
  lists,
  outcomes,
  pickers,
  plan,
  problems,
  refusals,
  replies,
  reset,
  resubmit,
  results,
  review,
  shortcut,
  states,
  notMembers,
  times,
  votes,
}
