// Simplified Chinese: the same parts as English, and nothing but them.

import type { en as English } from '../en/en.ts'
import { answers } from './answers.ts'
import { cardOn } from './card.ts'
import { causesOn } from './causes.ts'
import { CKAFKA, type ClusterInWords, KAFKA, SEVERAL } from './cluster.ts'
import { direct } from './direct.ts'
import { drift } from './drift.ts'
import { elsewhere } from './elsewhere.ts'
import { flags } from './flags.ts'
import { followUpOn } from './follow-up.ts'
import { formOn } from './form.ts'
import { glass } from './glass.ts'
import { group } from './group.ts'
import { help } from './help.ts'
import { history } from './history.ts'
import { home } from './home.ts'
import { kafkaOn } from './kafka.ts'
import { limits } from './limits.ts'
import { lists } from './lists.ts'
import { notMembers } from './not-members.ts'
import { outcomesOn } from './outcomes.ts'
import { pickersOn } from './pickers.ts'
import { picture } from './picture.ts'
import { plan } from './plan.ts'
import { groups, instances, namedTopics, problems } from './problems.ts'
import { refusals } from './refusals.ts'
import { replies } from './replies.ts'
import { reset } from './reset.ts'
import { resubmit } from './resubmit.ts'
import { resultsOn } from './results.ts'
import { review } from './review.ts'
import { shortcutOn } from './shortcut.ts'
import { states } from './states.ts'
import { times } from './times.ts'
import { votes } from './votes.ts'
import { watch } from './watch.ts'

const chinese = (on: ClusterInWords): typeof English => ({
  answers,
  card: cardOn(on),
  causes: causesOn(on),
  direct,
  drift,
  elsewhere,
  flags,
  followUp: followUpOn(on),
  form: formOn(on),
  glass,
  group,
  groups,
  instances,
  help,
  history,
  home,
  kafka: kafkaOn(on),
  limits,
  lists,
  namedTopics,
  outcomes: outcomesOn(on),
  pickers: pickersOn(on),
  picture,
  plan,
  problems,
  refusals,
  replies,
  reset,
  resubmit,
  results: resultsOn(on),
  review,
  shortcut: shortcutOn(on),
  states,
  notMembers,
  times,
  votes,
  watch,
})

/** As the cluster that is spoken of is called: CKafka, Kafka, or either. */
export const zh = chinese(CKAFKA)
export const zhOfKafka = chinese(KAFKA)
export const zhOfSeveral = chinese(SEVERAL)
