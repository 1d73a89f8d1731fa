// Asking for a reset: the command, the form as it is filled in, its pickers, and its submission.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  SlackActionMiddlewareArgs,
  SlackCommandMiddlewareArgs,
  SlackOptionsMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt'
import type { ModalView } from '@slack/types'
import type { Approvals, Clock, ClusterReader, LongNames, Report } from '../../ports.ts'
import type { Group, Instance } from '../../request/group.ts'
import type { FileRead } from '../../request/offsets-file.ts'
import {
  type Asked,
  type Problems,
  parseReset,
  type ResetFields,
  splitTopics,
  type Target,
} from '../../request/reset.ts'
import type { ReadOutcome } from '../../request/result.ts'
import { answering, inTime, isOvertaken, parseJson, sentenceFor } from './answering.ts'
import {
  type Attachment,
  createAttachedFileReader,
  FILES_SCOPE_MISSING,
  isScopeMissing,
} from './attached-file.ts'
import { parseFlags } from './flags.ts'
import type { GroupSight } from './group-sight.ts'
import { ACTIONS, blockIdOf, CALLBACKS, COMMANDS, type FormMetadata, formMetadataSchema } from './ids.ts'
import {
  type Choices,
  groupChoices,
  instanceChoices,
  nearestNames,
  searchPieces,
  topicChoices,
  topicSearch,
} from './pickers.ts'
import { problemsByBlock, readAttachment, readResetForm, resetForm } from './reset-form.ts'
import { sentenceModal } from './review.ts'
import { FAULT, noSuchGroup, refusalHint } from './words.ts'

export interface FormListenersDeps {
  approvals: Approvals
  reader: ClusterReader
  names: LongNames
  clock: Clock
  report: Report
  /** Those that may be reset; empty: all of the account. */
  instances: readonly Instance[]
  botToken: string
  /** Undefined: Slack's own. */
  slackApiUrl: string | undefined
}

type CommandArgs = SlackCommandMiddlewareArgs & AllMiddlewareArgs
type InputArgs = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs
type OptionsArgs = SlackOptionsMiddlewareArgs<'block_suggestion'> & AllMiddlewareArgs
type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs

/** A look at the group that takes longer is shown when it comes; until then the form says that it is looking. */
const QUICK_LOOK_MS = 300
/** Of the three seconds that a submission may take, so much for names that travelled as tokens, */
const NAMED_MS = 400
/** so much for looking at the groups, */
const CHECK_MS = 1_000
/** beside it so much for fetching the file, */
const FILE_MS = 900
/** and then either so much for finding names like one that is not there, */
const NEAREST_MS = 700
/** or so much for saving it. */
const SUBMIT_MS = 1_400
const OPTIONS_MS = 2_300

export function registerFormListeners(app: App, deps: FormListenersDeps): void {
  const { approvals, reader, names, clock, report, instances } = deps
  const { can } = reader
  const readAttachedFile = createAttachedFileReader(deps)

  app.command(COMMANDS.reset, async ({ ack, command, client, respond }: CommandArgs) => {
    await ack()
    await answering('reset command', report, respond, async () => {
      // The trigger lives three seconds: nothing is asked of Redis or CKafka before the form is open.
      const { writePartitions } = can
      const { fields, problems } = parseFlags(command.text, { nowMs: clock(), writePartitions })
      const target = targetOf(fields)
      const sight = target === null ? undefined : LOOKING
      const open = (metadata: FormMetadata) =>
        client.views.open({ trigger_id: command.trigger_id, view: draw(fields, metadata, sight) })
      const asked = { askedIn: command.channel_id, notes: problems }
      const { metadata, answer } = await drawn(asked, open)
      if (target === null || answer.view?.id === undefined || answer.view.hash === undefined) return
      await redraw(client, answer.view.id, answer.view.hash, fields, metadata, await look(target))
    })
  })

  // What is chosen decides which fields are shown and what the pickers offer; what is typed stays, because ids do.
  for (const actionId of [ACTIONS.strategy, ACTIONS.scope, ACTIONS.instance, ACTIONS.group]) {
    app.action(actionId, async ({ ack, body, client }: InputArgs) => {
      await ack()
      const { view } = body
      const metadata = formMetadataSchema.safeParse(parseJson(view?.private_metadata ?? ''))
      if (view === undefined || !metadata.success) return
      const fields = await named(readResetForm(view.state.values))
      const target = targetOf(fields)
      const looking = target === null ? Promise.resolve(undefined) : look(target)
      const quick = await Promise.race([looking, after(QUICK_LOOK_MS, target === null ? undefined : LOOKING)])
      // No hash: what somebody has just chosen must be drawn, even when a look at the group was drawn in between.
      const hash = await redraw(client, view.id, undefined, fields, metadata.data, quick)
      if (quick !== LOOKING || hash === undefined) return
      await redraw(client, view.id, hash, fields, metadata.data, await looking)
    })
  }

  app.options(ACTIONS.instance, async ({ ack, payload }: OptionsArgs) => {
    const typed = payload.value
    await ack(instanceChoices(await choosable(), typed, names))
  })

  for (const actionId of [ACTIONS.group, ACTIONS.otherGroup]) {
    app.options(actionId, async ({ ack, payload }: OptionsArgs) => {
      const { instance } = await chosenSoFar(payload)
      await ack(
        await offered(async () => {
          if (instance === undefined) return { options: [] }
          return groupChoices(await reader.groups(instance, payload.value.trim()), payload.value, names)
        }),
      )
    })
  }

  app.options(ACTIONS.topics, async ({ ack, payload }: OptionsArgs) => {
    const { instance, group } = await chosenSoFar(payload)
    await ack(
      await offered(async () => {
        if (instance === undefined) return { options: [] }
        const search = topicSearch(payload.value, can)
        const [own, all] = await Promise.all([
          group === undefined ? NOTHING : committedTopics({ instanceId: instance, group }),
          reader.topics(instance, search.name),
        ])
        return topicChoices(own, all, search, names)
      }),
    )
  })

  app.view(CALLBACKS.resetForm, async ({ ack, body, view }: SubmitArgs) => {
    const metadata = formMetadataSchema.safeParse(parseJson(view.private_metadata))
    if (!metadata.success) {
      await ack({ response_action: 'update', view: sentenceModal('Not sent', FAULT) })
      return
    }
    try {
      const fields = await inTime(named(readResetForm(view.state.values)), NAMED_MS)
      const read = await readForm(fields, readAttachment(view.state.values), metadata.data)
      if (!read.ok) {
        const shown = view.blocks.map(block => block.block_id ?? '')
        const errors = problemsByBlock(read.problems, shown)
        const notes = Object.values(read.problems)
        await (errors === null
          ? ack({ response_action: 'update', view: draw(fields, { ...metadata.data, notes }, undefined) })
          : ack({ response_action: 'errors', errors }))
        return
      }
      const { askedIn } = metadata.data
      const submittal = { ...read.asked, parent: null, requester: body.user.id, askedIn }
      await inTime(approvals.submit({ ...submittal, submissionId: view.id }), SUBMIT_MS)
      await ack()
    } catch (error) {
      report({ event: 'fault', where: 'submit', error })
      // The form stays open with everything in it; sending it again is the same request.
      await ack({ response_action: 'errors', errors: { [blockIdOf('reason')]: sentenceFor(error) } })
    }
  })

  /** The form as it was sent, with the content of its file; or all that is wrong with it, as far as can be told now. */
  async function readForm(
    fields: ResetFields,
    attachment: Attachment | undefined,
    { files }: FormMetadata,
  ): Promise<{ ok: true; asked: Asked } | { ok: false; problems: Problems }> {
    if (fields.strategy === 'offsets' && files === 'refused') {
      return { ok: false, problems: { strategy: FILES_SCOPE_MISSING } }
    }
    const rules = {
      instances: instances.map(({ id }) => id),
      writePartitions: can.writePartitions,
      nowMs: clock(),
    }
    const typed = parseReset(fields, rules)
    const isWrong = !typed.ok && Object.keys(typed.problems).some(field => field !== 'file')
    const [file, unknown] = await Promise.all([
      readFile(fields, attachment),
      isWrong ? {} : checkGroups(fields),
    ])
    const parsed = file?.ok ? parseReset({ ...fields, file: file.targets }, rules) : typed
    const problems: Problems = { ...(parsed.ok ? {} : parsed.problems), ...unknown }
    if (file?.ok === false) problems.file = file.problem
    // It is there, but what to look for in it is not known yet.
    if (file === null && attachment !== undefined) delete problems.file
    return parsed.ok && Object.keys(problems).length === 0
      ? { ok: true, asked: parsed.asked }
      : { ok: false, problems }
  }

  async function readFile(
    { strategy, group }: ResetFields,
    attachment: Attachment | undefined,
  ): Promise<FileRead | null> {
    const wanted = strategy === 'offsets' && can.writePartitions
    if (!wanted || attachment === undefined || group === undefined) return null
    return readAttachedFile(attachment, group.trim(), FILE_MS)
  }

  async function checkGroups(fields: ResetFields): Promise<Problems> {
    const target = targetOf(fields)
    if (target === null) return {}
    const other = { instanceId: target.instanceId, group: (fields.otherGroup ?? '').trim() }
    const [group, from] = await Promise.all([
      check(target),
      fields.strategy === 'group' ? check(other, target.group) : { kind: 'fine' as const },
    ])
    return {
      ...(group.kind === 'noInstance' ? { instance: group.sentence } : {}),
      ...(group.kind === 'noGroup' ? { group: group.sentence } : {}),
      ...(from.kind === 'noGroup' ? { otherGroup: from.sentence } : {}),
    }
  }

  /** A group nobody knows is refused while the form is open; one that cannot be looked at now is looked at later. */
  async function check(
    target: Target,
    notMeant?: string,
  ): Promise<{ kind: 'fine' } | { kind: 'noGroup' | 'noInstance'; sentence: string }> {
    const read = await Promise.race([reader.group(target), after<ReadOutcome<Group> | null>(CHECK_MS, null)])
    if (read?.kind === 'refused' && read.reason === 'instanceMissing') {
      return { kind: 'noInstance', sentence: refusalHint(read.reason) }
    }
    if (read?.kind !== 'read' || read.value.state !== 'Dead') return { kind: 'fine' }
    const nearest = await Promise.race([nearestGroups(target), after<string[]>(NEAREST_MS, [])])
    const meant = nearest.filter(name => name !== notMeant)
    return { kind: 'noGroup', sentence: noSuchGroup(target, meant) }
  }

  async function nearestGroups({ instanceId, group }: Target): Promise<string[]> {
    const pages = await Promise.all(
      ['', ...searchPieces(group)].map(piece => reader.groups(instanceId, piece)),
    )
    return nearestNames(
      group,
      pages.flatMap(page => (page.kind === 'read' ? page.value.names : [])),
    )
  }

  async function look(target: Target): Promise<GroupSight> {
    const [group, positions] = await Promise.all([reader.group(target), reader.positions(target)])
    return { kind: 'seen', group, positions }
  }

  async function committedTopics(target: Target): Promise<ReadOutcome<string[]>> {
    const read = await reader.positions(target)
    if (read.kind !== 'read') return read
    const topics = read.value.filter(({ committed }) => committed !== null).map(({ topic }) => topic)
    return { kind: 'read', value: [...new Set(topics)] }
  }

  /**
   * Draws the open form anew; with a hash only if nothing was drawn since. Returns its next hash, or undefined when a
   * newer drawing has won or the form is closed.
   */
  async function redraw(
    client: AllMiddlewareArgs['client'],
    viewId: string,
    hash: string | undefined,
    fields: ResetFields,
    metadata: FormMetadata,
    sight: GroupSight | undefined,
  ): Promise<string | undefined> {
    const { instance, group } = fields
    const update = (latest: FormMetadata) =>
      client.views.update({
        view_id: viewId,
        view: draw(fields, latest, sight),
        ...(hash === undefined ? {} : { hash }),
      })
    try {
      const { answer } = await drawn({ ...metadata, ...compact({ instance, group }) }, update)
      return answer.view?.hash
    } catch (error) {
      if (!isOvertaken(error)) report({ event: 'fault', where: 'form update', error })
      return undefined
    }
  }

  function draw(fields: ResetFields, metadata: FormMetadata, sight: GroupSight | undefined): ModalView {
    return resetForm(fields, { instances, names, can, metadata, ...(sight === undefined ? {} : { sight }) })
  }

  /** Without its scope Slack refuses any form with a field for a file: then it is shown without, and says why. */
  async function drawn<T>(
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
        notes: [FILES_SCOPE_MISSING, ...metadata.notes],
      }
      return { metadata: without, answer: await show(without) }
    }
  }

  async function choosable(): Promise<ReadOutcome<Instance[]>> {
    return instances.length > 0 ? { kind: 'read', value: [...instances] } : reader.instances()
  }

  /** Which instance and group are chosen: from the form where Slack sends it along, else as last drawn. */
  async function chosenSoFar(
    payload: OptionsArgs['payload'],
  ): Promise<{ instance?: string; group?: string }> {
    const now = await named(readResetForm(payload.view?.state.values))
    const drawn = formMetadataSchema.safeParse(parseJson(payload.view?.private_metadata ?? '')).data
    const instance = now.instance ?? drawn?.instance
    return compact({ instance, group: now.group ?? drawn?.group })
  }

  /** An empty list is an answer too: without one Slack would leave the previous list on the screen. */
  async function offered(choose: () => Promise<Choices>): Promise<Choices> {
    try {
      return await inTime(choose(), OPTIONS_MS)
    } catch (error) {
      report({ event: 'fault', where: 'picker', error })
      return { options: [] }
    }
  }

  /** Long names travel as tokens. */
  async function named(fields: ResetFields): Promise<ResetFields> {
    const { group, otherGroup, topics } = fields
    const topicNames = await Promise.all(splitTopics(topics ?? '').map(topic => names.nameOf(topic)))
    return {
      ...fields,
      ...(group === undefined ? {} : { group: await names.nameOf(group) }),
      ...(otherGroup === undefined ? {} : { otherGroup: await names.nameOf(otherGroup) }),
      ...(topics === undefined ? {} : { topics: topicNames.join('\n') }),
    }
  }
}

const LOOKING: GroupSight = { kind: 'reading' }
const NOTHING: ReadOutcome<string[]> = { kind: 'read', value: [] }

function targetOf({ instance, group }: ResetFields): Target | null {
  return instance === undefined || group === undefined
    ? null
    : { instanceId: instance.trim(), group: group.trim() }
}

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise(resolve => setTimeout(() => resolve(value), ms).unref())
}

function compact<T extends Record<string, string | undefined>>(values: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string
  }
}
