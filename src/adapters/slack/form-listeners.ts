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
import type { Approvals, Clock, ClusterReader, LongNames, Report } from '../../ports.ts'
import type { Group, Instance } from '../../request/group.ts'
import { parseReset, type Reset, type ResetFields, splitTopics, type Target } from '../../request/reset.ts'
import type { ReadOutcome } from '../../request/result.ts'
import { answering, inTime, isOvertaken, parseJson, sentenceFor } from './answering.ts'
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
} from './pickers.ts'
import { problemsByBlock, readResetForm, resetForm } from './reset-form.ts'
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
}

type CommandArgs = SlackCommandMiddlewareArgs & AllMiddlewareArgs
type InputArgs = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs
type OptionsArgs = SlackOptionsMiddlewareArgs<'block_suggestion'> & AllMiddlewareArgs
type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs

/** A look at the group that takes longer is shown when it comes; until then the form says that it is looking. */
const QUICK_LOOK_MS = 300
/** Of the three seconds that a submission may take, so much for names that travelled as tokens, */
const NAMED_MS = 400
/** so much for looking at the group, */
const CHECK_MS = 1_000
/** so much for finding names like one that is not there, */
const NEAREST_MS = 700
/** and so much for saving it. */
const SUBMIT_MS = 1_400
const OPTIONS_MS = 2_300

export function registerFormListeners(app: App, deps: FormListenersDeps): void {
  const { approvals, reader, names, clock, report, instances } = deps

  app.command(COMMANDS.reset, async ({ ack, command, client, respond }: CommandArgs) => {
    await ack()
    await answering('reset command', report, respond, async () => {
      // The trigger lives three seconds: nothing is asked of Redis or CKafka before the form is open.
      const { fields, problems } = parseFlags(command.text, clock())
      const metadata = { askedIn: command.channel_id, notes: problems }
      const target = targetOf(fields)
      const opened = await client.views.open({
        trigger_id: command.trigger_id,
        view: resetForm(fields, {
          instances,
          names,
          metadata,
          ...(target === null ? {} : { sight: LOOKING }),
        }),
      })
      if (target === null || opened.view?.id === undefined || opened.view.hash === undefined) return
      await redraw(client, opened.view.id, opened.view.hash, fields, metadata, await look(target))
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

  app.options(ACTIONS.group, async ({ ack, payload }: OptionsArgs) => {
    const { instance } = await chosenSoFar(payload)
    await ack(
      await offered(async () => {
        if (instance === undefined) return { options: [] }
        return groupChoices(await reader.groups(instance, payload.value.trim()), payload.value, names)
      }),
    )
  })

  app.options(ACTIONS.topics, async ({ ack, payload }: OptionsArgs) => {
    const { instance, group } = await chosenSoFar(payload)
    await ack(
      await offered(async () => {
        if (instance === undefined) return { options: [] }
        const [own, all] = await Promise.all([
          group === undefined ? NOTHING : committedTopics({ instanceId: instance, group }),
          reader.topics(instance, payload.value.trim()),
        ])
        return topicChoices(own, all, payload.value, names)
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
      const parsed = parseReset(fields, { instances: instances.map(({ id }) => id) })
      const checked = parsed.ok ? await check(parsed.reset) : parsed
      if (!checked.ok) {
        const shown = view.blocks.map(block => block.block_id ?? '')
        const errors = problemsByBlock(checked.problems, shown)
        const notes = Object.values(checked.problems)
        await (errors === null
          ? ack({
              response_action: 'update',
              view: resetForm(fields, { instances, names, metadata: { ...metadata.data, notes } }),
            })
          : ack({ response_action: 'errors', errors }))
        return
      }
      if (!parsed.ok) return
      const { reset, reason } = parsed
      const { askedIn } = metadata.data
      const submittal = { reset, group: checked.group, reason, requester: body.user.id, askedIn }
      await inTime(approvals.submit({ ...submittal, submissionId: view.id }), SUBMIT_MS)
      await ack()
    } catch (error) {
      report({ event: 'fault', where: 'submit', error })
      // The form stays open with everything in it; sending it again is the same request.
      await ack({ response_action: 'errors', errors: { [blockIdOf('reason')]: sentenceFor(error) } })
    }
  })

  /** A group nobody knows is refused while the form is open; one that cannot be looked at now is looked at later. */
  async function check(
    reset: Reset,
  ): Promise<
    { ok: true; group: Group | null } | { ok: false; problems: { group?: string; instance?: string } }
  > {
    const { target } = reset
    const read = await Promise.race([reader.group(target), after<ReadOutcome<Group> | null>(CHECK_MS, null)])
    if (read?.kind === 'refused' && read.reason === 'instanceMissing') {
      return { ok: false, problems: { instance: refusalHint(read.reason) } }
    }
    if (read?.kind !== 'read') return { ok: true, group: null }
    if (read.value.state !== 'Dead') return { ok: true, group: read.value }
    const nearest = await Promise.race([nearestGroups(target), after<string[]>(NEAREST_MS, [])])
    return { ok: false, problems: { group: noSuchGroup(target, nearest) } }
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
    const context = { instances, names, metadata: { ...metadata, ...compact({ instance, group }) } }
    const view = resetForm(fields, sight === undefined ? context : { ...context, sight })
    try {
      const updated = await client.views.update({
        view_id: viewId,
        view,
        ...(hash === undefined ? {} : { hash }),
      })
      return updated.view?.hash
    } catch (error) {
      if (!isOvertaken(error)) report({ event: 'fault', where: 'form update', error })
      return undefined
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
    const { group, topics } = fields
    const topicNames = await Promise.all(splitTopics(topics ?? '').map(topic => names.nameOf(topic)))
    return {
      ...fields,
      ...(group === undefined ? {} : { group: await names.nameOf(group) }),
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
