// Edit and ask again: an ended request opened in the form, with everything that was asked for filled in. What is sent is
// a request of its own, which says of which one it is an edit.

import type { App } from '@slack/bolt'
import type { Approvals } from '../../../ports/approvals.ts'
import type { LongNames } from '../../../ports/chat.ts'
import type { ClusterReader } from '../../../ports/cluster.ts'
import type { Instance } from '../../../request/group.ts'
import type { FileProblem } from '../../../request/problem.ts'
import { type Asked, clip, type Target, type Targets } from '../../../request/reset.ts'
import { areOffsetsOf, fieldsOf } from '../../../request/resubmit.ts'
import { ACTIONS, type FormMetadata } from '../blocks/ids.ts'
import { askedInOf, inTime } from '../platform/answering.ts'
import { onPress, type PressDeps, pressedRequest } from '../platform/pressing.ts'
import { editLead, notEditable } from './edit-lead.ts'
import { createOpenedForms } from './opened.ts'

export interface ResubmitListenersDeps extends PressDeps {
  approvals: Approvals
  reader: ClusterReader
  names: LongNames
  instances: readonly Instance[]
}

export function registerResubmitListeners(app: App, deps: ResubmitListenersDeps): void {
  const { approvals } = deps
  const forms = createOpenedForms(deps)

  onPress(app, ACTIONS.edit, 'edit button', deps, async press => {
    const request = await pressedRequest(press, approvals)
    if (request === null) return
    const { body, client, tell } = press
    const words = await press.words
    const refused = notEditable(words, request)
    if (refused !== null) {
      await tell(refused)
      return
    }
    const isOfOffsets = request.reset.strategy.kind === 'offsets'
    const offsets = isOfOffsets ? await inTime(approvals.keepsTargets(request)) : 'kept'
    const metadata: FormMetadata = {
      askedIn: askedInOf(body),
      cardIn: request.channel,
      notes: [],
      lead: editLead(words, request, offsets),
      parent: { id: request.id, kind: 'edit' },
    }
    await forms.open(words, client, body.trigger_id, fieldsOf(request), metadata)
  })
}

const NAME_SHOWN = 60

/** Offsets are too many for a field: they stay with the request that had them, and are read when its edit is sent. */
export interface KeptOffsets {
  targets: Targets
  source: 'file' | 'undo' | 'retry'
}

/** Null: it had none, or they are not kept any more, or not as they were sent. A problem: they are another group's. */
export async function keptOffsets(
  approvals: Pick<Approvals, 'read' | 'readTargets'>,
  parent: NonNullable<FormMetadata['parent']>,
  target: Target,
): Promise<({ ok: true } & KeptOffsets) | { ok: false; problem: FileProblem } | null> {
  const request = await approvals.read(parent.id)
  if (request === undefined || request.reset.strategy.kind !== 'offsets') return null
  if (!areOffsetsOf(request, target)) {
    const { instanceId, group } = request.reset.target
    const whose = { instance: instanceId, group: clip(group, NAME_SHOWN) }
    return { ok: false, problem: { kind: 'offsetsOfAnother', id: request.id, ...whose } }
  }
  const targets = await approvals.readTargets(request)
  return targets === null ? null : { ok: true, targets, source: request.reset.strategy.source }
}

/** What was put back or tried again is still called so. */
export function withSource(asked: Asked, source: KeptOffsets['source']): Asked {
  const { reset } = asked
  return reset.strategy.kind === 'offsets'
    ? { ...asked, reset: { ...reset, strategy: { ...reset.strategy, source } } }
    : asked
}
