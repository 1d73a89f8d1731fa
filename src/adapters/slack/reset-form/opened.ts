// The form as it stands open in front of somebody: opening it, and drawing it anew with what has been found out since.
// Whoever opens it must not wait for Redis or CKafka before: the trigger lives three seconds.

import type { AllMiddlewareArgs } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { z } from 'zod'
import type { LongNames } from '../../../ports/chat.ts'
import type { ClusterReader } from '../../../ports/cluster.ts'
import type { Report } from '../../../ports/events.ts'
import type { Instance } from '../../../request/group.ts'
import type { ResetFields, Target } from '../../../request/reset.ts'
import { focusedOnEmpty } from '../blocks/focus.ts'
import type { FormMetadata } from '../blocks/ids.ts'
import type { Words } from '../language/language.ts'
import { isOvertaken } from '../platform/answering.ts'
import { abilitiesFor, listedLater, listedSoon } from './abilities.ts'
import { isScopeMissing } from './attached-file.ts'
import type { GroupStatus } from './group-status.ts'
import { onlyOf, resetForm, unfilledForm } from './view.ts'

export interface OpenedFormDeps {
  reader: ClusterReader
  names: LongNames
  report: Report
  /** Those that may be reset; empty: all of the account. */
  instances: readonly Instance[]
}

type Client = AllMiddlewareArgs['client']

/** What is open: its view and hash, and what it remembers. */
export interface OpenedForm {
  viewId: string
  hash: string
  metadata: FormMetadata
}

export interface OpenedForms {
  /** Opens the form, with the group as it is now as soon as that is known. Rejects as views.open does. */
  open(
    words: Words,
    client: Client,
    triggerId: string,
    fields: ResetFields,
    metadata: FormMetadata,
  ): Promise<void>
  /**
   * Opens it with the reason alone, and `lead` over it, until `redraw` brings the other fields. Undefined: it is open,
   * and cannot be drawn anew.
   */
  openUnfilled(
    words: Words,
    client: Client,
    triggerId: string,
    lead: string,
    reason: string,
    metadata: FormMetadata,
  ): Promise<OpenedForm | undefined>
  /**
   * Draws the open form anew; with a hash only if nothing was drawn since. Returns its next hash, or undefined when a
   * newer drawing has won or the form is closed.
   */
  redraw(
    words: Words,
    client: Client,
    viewId: string,
    hash: string | undefined,
    fields: ResetFields,
    metadata: FormMetadata,
    status: GroupStatus | undefined,
  ): Promise<string | undefined>
  /**
   * Fills in the only instance that there is, once that is known and if nothing was drawn since; what was typed stays,
   * because the ids of all other fields do. Returns at once.
   */
  fillInstance(words: Words, client: Client, opened: OpenedForm, fields: ResetFields): void
  draw(
    words: Words,
    fields: ResetFields,
    metadata: FormMetadata,
    status: GroupStatus | undefined,
  ): Promise<ModalView>
  look(target: Target): Promise<GroupStatus>
}

export const LOOKING: GroupStatus = { kind: 'reading' }

export function createOpenedForms({ reader, names, report, instances }: OpenedFormDeps): OpenedForms {
  /** As it was heard last where it does not come in time: it hardly ever changes, and what is chosen is checked when it is sent. */
  let heard = instances

  async function listedNow(): Promise<readonly Instance[]> {
    const listed = await listedSoon(reader, instances)
    if (listed !== null) heard = listed
    return listed ?? heard
  }

  async function openForm(
    words: Words,
    client: Client,
    triggerId: string,
    asked: FormMetadata,
    view: (metadata: FormMetadata) => ModalView | Promise<ModalView>,
  ): Promise<OpenedForm | undefined> {
    const { metadata, answer } = await drawn(words, asked, async latest =>
      called(client, 'views.open', {
        trigger_id: triggerId,
        view: JSON.stringify(begun(await view(latest), latest)),
      }),
    )
    const { id, hash } = answer.view ?? {}
    return id === undefined || hash === undefined ? undefined : { viewId: id, hash, metadata }
  }

  async function redraw(
    words: Words,
    client: Client,
    viewId: string,
    hash: string | undefined,
    fields: ResetFields,
    metadata: FormMetadata,
    status: GroupStatus | undefined,
  ): Promise<string | undefined> {
    const { instance, group } = fields
    const update = async (latest: FormMetadata) =>
      called(client, 'views.update', {
        view_id: viewId,
        view: JSON.stringify(await draw(words, fields, latest, status)),
        ...(hash === undefined ? {} : { hash }),
      })
    try {
      const { answer } = await drawn(words, { ...metadata, ...compact({ instance, group }) }, update)
      return answer.view?.hash
    } catch (error) {
      if (!isOvertaken(error)) report({ event: 'fault', where: 'form update', error })
      return undefined
    }
  }

  async function draw(
    words: Words,
    fields: ResetFields,
    metadata: FormMetadata,
    status: GroupStatus | undefined,
    known?: readonly Instance[],
  ): Promise<ModalView> {
    const [can, listed] = await Promise.all([abilitiesFor(reader, fields.instance), known ?? listedNow()])
    const fillsNow = known === undefined && fields.instance === undefined && onlyOf(listed) !== undefined
    return resetForm(words, fields, {
      ...{ instances, listed, names, can },
      metadata: fillsNow ? withFilled(metadata) : metadata,
      ...(status === undefined ? {} : { status }),
    })
  }

  /** Without its scope Slack refuses any form with a field for a file: then it is shown without, and says why. */
  async function drawn<T>(
    words: Words,
    metadata: FormMetadata,
    show: (metadata: FormMetadata) => Promise<T>,
  ): Promise<{ metadata: FormMetadata; answer: T }> {
    try {
      return { metadata, answer: await show(metadata) }
    } catch (error) {
      if (metadata.files === 'refused' || !isScopeMissing(error)) throw error
      report({ event: 'fault', where: 'field for a file', error })
      const without: FormMetadata = {
        ...metadata,
        files: 'refused',
        notes: [words.problems.filesScopeMissing({ kind: 'filesScopeMissing' }), ...metadata.notes],
      }
      return { metadata: without, answer: await show(without) }
    }
  }

  /** Nobody waits for it, and it does nothing to a form that has been drawn since: who drew that fills it. */
  function fillInstance(words: Words, client: Client, opened: OpenedForm, asked: ResetFields): void {
    const { viewId, hash } = opened
    const metadata = withFilled(opened.metadata)
    async function fill(): Promise<void> {
      const listed = await listedLater(reader, instances)
      if (listed !== null) heard = listed
      const fields = withOnly(asked, listed ?? [])
      if (fields.instance === undefined) return
      const target = targetOf(fields)
      const status = target === null ? undefined : LOOKING
      const next = await redraw(words, client, viewId, hash, fields, metadata, status)
      if (target === null || next === undefined) return
      await redraw(words, client, viewId, next, fields, metadata, await look(target))
    }
    if (asked.instance === undefined)
      void fill().catch(error => report({ event: 'fault', where: 'form update', error }))
  }

  async function look(target: Target): Promise<GroupStatus> {
    const [group, positions] = await Promise.all([reader.group(target), reader.positions(target)])
    return { kind: 'seen', group, positions }
  }

  return {
    async open(words, client, triggerId, asked, metadata) {
      const known = heard
      const atFirst = withOnly(asked, known)
      const status = targetOf(atFirst) === null ? undefined : LOOKING
      const opened = await openForm(words, client, triggerId, metadata, latest =>
        draw(words, atFirst, latest, status, known),
      )
      if (opened === undefined) return
      const fields = withOnly(asked, await listedNow())
      const target = targetOf(fields)
      if (target === null && fields.instance === atFirst.instance) {
        fillInstance(words, client, opened, fields)
        return
      }
      const seen = target === null ? undefined : await look(target)
      const drawnAs = fields.instance === atFirst.instance ? opened.metadata : withFilled(opened.metadata)
      await redraw(words, client, opened.viewId, opened.hash, fields, drawnAs, seen)
    },
    fillInstance,
    openUnfilled: (words, client, triggerId, lead, reason, metadata) =>
      openForm(words, client, triggerId, metadata, latest => unfilledForm(words, lead, reason, latest)),
    redraw,
    draw,
    look,
  }
}

/** Where there is one instance, it is chosen already, and the group is looked up there. */
function withOnly(fields: ResetFields, listed: readonly Instance[]): ResetFields {
  const instance = fields.instance ?? onlyOf(listed)?.id
  return instance === undefined ? fields : { ...fields, instance }
}

/** In a form that is open already; what is filled in before it opens needs no other block. */
function withFilled(metadata: FormMetadata): FormMetadata {
  return { ...metadata, filled: 'instance' }
}

/** What could not be used is read before anything is typed. */
function begun(view: ModalView, { notes }: FormMetadata): ModalView {
  return notes.length > 0 ? view : focusedOnEmpty(view)
}

/** Slack has opened it, whatever else it says: a view that cannot be read is open, and is not drawn anew. */
const answerSchema = z.object({ view: z.object({ id: z.string(), hash: z.string() }).optional() }).catch({})

/**
 * Slack's client goes through each object it is given, down to the last block, to hide tokens in a log that is switched
 * off; text it leaves as it is. With fifty people at once that is a tenth of the time (measured).
 */
async function called(client: Client, method: 'views.open' | 'views.update', args: Record<string, string>) {
  return answerSchema.parse(await client.apiCall(method, args))
}

export function targetOf({ instance, group }: ResetFields): Target | null {
  return instance === undefined || group === undefined
    ? null
    : { instanceId: instance.trim(), group: group.trim() }
}

export function compact<T extends Record<string, string | undefined>>(
  values: T,
): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string
  }
}
