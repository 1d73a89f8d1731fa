// The frame of every modal in which somebody decides on a request: its title, its buttons, and which request, which plan
// and from where it was opened, which is all that comes back with what they send.

import type { KnownBlock, ModalView } from '@slack/types'
import type { Origin } from '../../../request/command.ts'
import type { RequestId } from '../../../request/request.ts'
import type { CALLBACKS } from '../blocks/ids.ts'
import { LIMITS } from '../blocks/limits.ts'
import { plain } from '../blocks/text.ts'

export interface DecisionFrame {
  callbackId: (typeof CALLBACKS)[keyof typeof CALLBACKS]
  title: string
  submit: string
  close: string
  about: { requestId: RequestId; digest: string; from: Origin }
}

export function decisionModal(
  { callbackId, title, submit, close, about }: DecisionFrame,
  blocks: KnownBlock[],
): ModalView {
  return {
    type: 'modal',
    callback_id: callbackId,
    title: plain(title, LIMITS.viewTitle),
    submit: plain(submit, LIMITS.viewTitle),
    close: plain(close, LIMITS.viewTitle),
    private_metadata: JSON.stringify(about),
    blocks,
  }
}
