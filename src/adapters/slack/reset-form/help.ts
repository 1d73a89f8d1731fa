// What /reset-offsets help answers: three examples, the flags, and where the rest is written. Pure.

import { FLAGS_IN_HELP, STRATEGIES_IN_HELP } from '../../../request/flags.ts'
import { preformatted } from '../blocks/preformatted.ts'
import { code, line, paragraph, strong, text } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import type { Message } from '../thread/card.ts'

const EXAMPLES = {
  earliest: '/reset-offsets --group orders-billing --topic orders --to-earliest',
  shift: '/reset-offsets --group orders-billing --topic orders:0,1,2 --shift-by -100',
  duration: '/reset-offsets --group orders-billing --all-topics --by-duration PT2H',
} as const
const EXAMPLE_NAMES = ['earliest', 'shift', 'duration'] as const

export function helpMessage({ help: say }: Words): Message {
  const flags = (label: string, names: readonly string[]) =>
    line(strong(label), ...names.flatMap((name, at) => (at === 0 ? [code(name)] : [text(' '), code(name)])))
  return {
    text: say.intro,
    blocks: [
      paragraph(line(strong(say.title)), line(text(say.intro))),
      ...EXAMPLE_NAMES.flatMap(name => [
        paragraph(line(text(say.examples[name]))),
        preformatted(EXAMPLES[name]),
      ]),
      paragraph(
        flags(say.flagsLabel, FLAGS_IN_HELP),
        flags(say.strategiesLabel, STRATEGIES_IN_HELP),
        line(strong(say.othersLabel), text(say.others)),
        line(text(say.docs)),
      ),
    ],
  }
}
