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
import type { Approvals } from '../../../ports/approvals.ts'
import type { LongNames } from '../../../ports/chat.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { ClusterReader, InstancesRead } from '../../../ports/cluster.ts'
import type { Report } from '../../../ports/events.ts'
import type { ReadOutcome } from '../../../request/api-answer.ts'
import { asksForHelp } from '../../../request/flag-words.ts'
import { parseFlags } from '../../../request/flags.ts'
import { type Instance, isInUse, isThere } from '../../../request/group.ts'
import { nearestIn, searchesFor } from '../../../request/nearest.ts'
import { callsOf } from '../../../request/offsets-file.ts'
import type { FieldProblem, FileProblem } from '../../../request/problem.ts'
import {
  type Asked,
  parseReset,
  type ResetField,
  type ResetFields,
  splitTopics,
  type Target,
} from '../../../request/reset.ts'
import {
  ACTIONS,
  blockIdOf,
  CALLBACKS,
  COMMANDS,
  type FormMetadata,
  formMetadataSchema,
} from '../blocks/ids.ts'
import { fieldErrors } from '../blocks/text.ts'
import type { Words } from '../language/language.ts'
import type { AttachmentProblem } from '../language/problem.ts'
import { sentenceOf } from '../language/sentences.ts'
import { answering, askedInOf, inTime, parseJson, sentenceFor } from '../platform/answering.ts'
import { sentenceModal } from '../platform/sentence-views.ts'
import { inTimeOrTold, submittedInWords } from '../platform/told-later.ts'
import { instanceProblem, noSuchGroup, noSuchTopics, notSubmitted } from '../wording/words.ts'
import { abilitiesFor, listedSoon } from './abilities.ts'
import { type Attachment, type AttachmentRead, createAttachedFileReader } from './attached-file.ts'
import { type FieldSentences, problemsByBlock, readAttachment, readResetForm } from './filled.ts'
import { helpMessage } from './help.ts'
import { lookUpTopics } from './named-topics.ts'
import { compact, createOpenedForms, LOOKING, targetOf } from './opened.ts'
import { type Choices, groupChoices, instanceChoices, topicChoices, topicSearch } from './pickers.ts'
import { type KeptOffsets, keptOffsets, withSource } from './resubmit-listeners.ts'

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
  /** In the language of this person. */
  wordsFor(userId: string): Promise<Words>
}

type CommandArgs = SlackCommandMiddlewareArgs & AllMiddlewareArgs
type InputArgs = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs
type OptionsArgs = SlackOptionsMiddlewareArgs<'block_suggestion'> & AllMiddlewareArgs
type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs

/** What is typed into a picker: a name with its partitions is no longer, and it travels on as a token. */
const QUERY_MAX = 1_000
const queryIn = ({ value }: OptionsArgs['payload']) => value.slice(0, QUERY_MAX)

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
const GONE_MS = 1_000

export function registerFormListeners(app: App, deps: FormListenersDeps): void {
  const { approvals, reader, names, clock, report, instances, wordsFor } = deps
  const forms = createOpenedForms(deps)
  const { draw, look, redraw } = forms
  const readAttachedFile = createAttachedFileReader(deps)

  app.command(COMMANDS.reset, async ({ ack, command, client, respond }: CommandArgs) => {
    const wanted = wordsFor(command.user_id)
    await ack()
    await answering('reset command', report, respond, wanted, async () => {
      if (asksForHelp(command.text)) {
        await respond({ response_type: 'ephemeral', ...helpMessage(await wanted) })
        return
      }
      // The trigger lives three seconds: nothing is asked of Redis or CKafka before the form is open.
      const { fields, problems } = await flagsIn(command.text)
      const words = await wanted
      const notes = problems.map(problem => sentenceOf(words.flags, problem))
      const metadata = { askedIn: askedInOf(command), cardIn: command.channel_id, notes }
      await forms.open(words, client, command.trigger_id, fields, metadata)
    })
  })

  // What is chosen decides which fields are shown and what the pickers offer; what is typed stays, because ids do.
  for (const actionId of [ACTIONS.strategy, ACTIONS.scope, ACTIONS.instance, ACTIONS.group]) {
    app.action(actionId, async ({ ack, body, client }: InputArgs) => {
      const wanted = wordsFor(body.user.id)
      await ack()
      const { view } = body
      const metadata = formMetadataSchema.safeParse(parseJson(view?.private_metadata ?? ''))
      if (view === undefined || !metadata.success) return
      const fields = await named(readResetForm(view.state.values))
      const target = targetOf(fields)
      const looking = target === null ? Promise.resolve(undefined) : look(target)
      const words = await wanted
      const quick = await Promise.race([looking, after(QUICK_LOOK_MS, target === null ? undefined : LOOKING)])
      // No hash: what somebody has just chosen must be drawn, even when a look at the group was drawn in between.
      const hash = await redraw(words, client, view.id, undefined, fields, metadata.data, quick)
      if (hash !== undefined) {
        forms.fillInstance(words, client, { viewId: view.id, hash, metadata: metadata.data }, fields)
      }
      if (quick !== LOOKING || hash === undefined) return
      await redraw(words, client, view.id, hash, fields, metadata.data, await looking)
    })
  }

  app.options(ACTIONS.instance, async ({ ack, payload, body }: OptionsArgs) => {
    const [words, read] = await Promise.all([wordsFor(body.user.id), choosable()])
    await ack(instanceChoices(words, read, queryIn(payload), names))
  })

  for (const actionId of [ACTIONS.group, ACTIONS.otherGroup]) {
    app.options(actionId, async ({ ack, payload, body }: OptionsArgs) => {
      const [words, { instance }] = await Promise.all([wordsFor(body.user.id), chosenSoFar(payload)])
      await ack(
        await offered(async () => {
          if (instance === undefined) return { options: [] }
          const typed = queryIn(payload)
          return groupChoices(words, await reader.groups(instance, typed.trim()), typed, names)
        }),
      )
    })
  }

  app.options(ACTIONS.topics, async ({ ack, payload, body }: OptionsArgs) => {
    const [words, { instance, group }] = await Promise.all([wordsFor(body.user.id), chosenSoFar(payload)])
    await ack(
      await offered(async () => {
        if (instance === undefined) return { options: [] }
        const search = topicSearch(queryIn(payload), await abilitiesFor(reader, instance))
        const [own, all] = await Promise.all([
          group === undefined ? NOTHING : committedTopics({ instanceId: instance, group }),
          reader.topics(instance, search.name),
        ])
        return topicChoices(words, own, all, search, names)
      }),
    )
  })

  app.view(CALLBACKS.resetForm, async ({ ack, body, client, view }: SubmitArgs) => {
    const wanted = wordsFor(body.user.id)
    const metadata = formMetadataSchema.safeParse(parseJson(view.private_metadata))
    if (!metadata.success) {
      const words = await wanted
      const { notSent, fault } = words.answers
      await ack({ response_action: 'update', view: sentenceModal(words, notSent, fault) })
      return
    }
    try {
      const fields = await inTime(named(readResetForm(view.state.values)), NAMED_MS)
      const words = await wanted
      const read = await readForm(
        words,
        fields,
        readAttachment(view.state.values),
        metadata.data,
        body.user.id,
      )
      if (!read.ok) {
        const shown = view.blocks.map(block => block.block_id ?? '')
        const errors = problemsByBlock(read.problems, shown)
        const notes = Object.values(read.problems)
        await (errors === null
          ? ack({
              response_action: 'update',
              view: await draw(words, fields, { ...metadata.data, notes }, undefined),
            })
          : ack({ response_action: 'errors', errors: fieldErrors(errors) }))
        return
      }
      const { askedIn, cardIn, parent = null } = metadata.data
      const submittal = { ...read.asked, parent, requester: body.user.id, askedIn, cardIn }
      const submitted = await inTimeOrTold(
        approvals.submit({ ...submittal, submissionId: view.id }),
        { client, userId: body.user.id, words: wanted, report, where: 'submit' },
        submittedInWords,
        SUBMIT_MS,
      )
      if (submitted.kind === 'submitted') await ack()
      else {
        // The form stays open with everything in it: another group may be allowed, and soon one more request.
        const field = submitted.kind === 'notAllowed' ? 'group' : 'reason'
        const errors = { [blockIdOf(field)]: notSubmitted(words, submitted) }
        await ack({ response_action: 'errors', errors: fieldErrors(errors) })
      }
    } catch (error) {
      report({ event: 'fault', where: 'submit', error })
      // The form stays open with everything in it; sending it again is the same request.
      await ack({
        response_action: 'errors',
        errors: fieldErrors({ [blockIdOf('reason')]: sentenceFor(await wanted, error) }),
      })
    }
  })

  /** Which flags there are depends on the cluster, and that on one of them. */
  async function flagsIn(text: string) {
    const nowMs = clock()
    const read = parseFlags(text, { nowMs, writePartitions: true })
    const { writePartitions } = await abilitiesFor(reader, read.fields.instance)
    return writePartitions ? read : parseFlags(text, { nowMs, writePartitions })
  }

  /** The form as it was sent, with the content of its file; or all that is wrong with it, as far as can be told now. */
  async function readForm(
    words: Words,
    fields: ResetFields,
    attachment: Attachment | undefined,
    { files, parent, askedIn }: FormMetadata,
    userId: string,
  ): Promise<{ ok: true; asked: Asked } | { ok: false; problems: FieldSentences }> {
    if (fields.strategy === 'offsets' && files === 'refused') {
      return { ok: false, problems: sentencesOf(words, { strategy: { kind: 'filesScopeMissing' } }) }
    }
    const can = await abilitiesFor(reader, fields.instance)
    const rules = {
      instances: instances.map(({ id }) => id),
      writePartitions: can.writePartitions,
      nowMs: clock(),
    }
    const typed = parseReset(fields, rules)
    const isWrong = !typed.ok && Object.keys(typed.problems).some(field => field !== 'file')
    const isOfFile = fields.strategy === 'offsets'
    const beganMs = performance.now()
    const [file, unknown, unnamed] = await Promise.all([
      can.writePartitions ? readFile(fields, attachment, parent, { userId, askedIn }) : null,
      isWrong ? {} : checkGroups(words, fields),
      isWrong || isOfFile || !typed.ok ? null : checkTopics(words, typed.asked, CHECK_MS),
    ])
    const parsed = file?.ok ? parseReset({ ...fields, file: file.targets }, rules) : typed
    const wrong: FormProblems = { ...(parsed.ok ? {} : parsed.problems) }
    if (file?.ok === false) wrong.file = file.problem
    const problems: FieldSentences = { ...sentencesOf(words, wrong), ...unknown }
    // Which they are is known once the file is read; it all shares one time.
    const leftMs = Math.max(0, CHECK_MS - (performance.now() - beganMs))
    const ofFile =
      isOfFile && parsed.ok && Object.keys(problems).length === 0
        ? await checkTopics(words, parsed.asked, leftMs)
        : null
    if (unnamed !== null) problems.topics ??= unnamed
    if (ofFile !== null) problems.file = ofFile
    // It is there, but what to look for in it is not known yet.
    if (file === null && attachment !== undefined) delete problems.file
    return parsed.ok && Object.keys(problems).length === 0
      ? {
          ok: true,
          asked: withFile(parsed.asked, file),
        }
      : { ok: false, problems }
  }

  async function readFile(
    fields: ResetFields,
    attachment: Attachment | undefined,
    parent: FormMetadata['parent'],
    { userId, askedIn }: Pick<FormMetadata, 'askedIn'> & { userId: string },
  ): Promise<AttachmentRead | ({ ok: true } & KeptOffsets) | null> {
    const target = targetOf(fields)
    if (fields.strategy !== 'offsets' || target === null) return null
    if (attachment !== undefined) {
      const tooSoon = await approvals.fileRefusal(userId, { channel: askedIn, message: null })
      if (tooSoon !== null) return { ok: false, problem: { kind: 'tooManyFiles', ...tooSoon } }
      const listed = (await listedSoon(reader, instances)) ?? []
      const whose = { group: target.group, instance: callsOf(target.instanceId, listed) }
      return readAttachedFile(attachment, whose, FILE_MS)
    }
    return parent === undefined ? null : await inTime(keptOffsets(approvals, parent, target), FILE_MS)
  }

  async function checkGroups(words: Words, fields: ResetFields): Promise<FieldSentences> {
    const target = targetOf(fields)
    if (target === null) return {}
    const other = { instanceId: target.instanceId, group: (fields.otherGroup ?? '').trim() }
    const [group, from] = await Promise.all([
      check(words, target),
      fields.strategy === 'group' ? check(words, other, target.group) : { kind: 'fine' as const },
    ])
    return {
      ...(group.kind === 'noInstance' ? { instance: group.sentence } : {}),
      ...(group.kind === 'noGroup' ? { group: group.sentence } : {}),
      ...(from.kind === 'noGroup' ? { otherGroup: from.sentence } : {}),
    }
  }

  /** A group nobody knows is refused while the form is open; one that cannot be looked at now is looked at later. */
  async function check(
    words: Words,
    target: Target,
    notMeant?: string,
  ): Promise<{ kind: 'fine' } | { kind: 'noGroup' | 'noInstance'; sentence: string }> {
    const late = after(CHECK_MS, null)
    const read = await Promise.race([reader.group(target), late])
    if (read?.kind === 'refused' && read.reason === 'instanceMissing') {
      const cause = read.code === 'none' ? read.message : null
      return { kind: 'noInstance', sentence: instanceProblem(words, target.instanceId, cause) }
    }
    if (read?.kind !== 'read' || read.value.state !== 'Dead') return { kind: 'fine' }
    // What cannot be told now is told when it is planned.
    const kept = await Promise.race([reader.positions(target), late])
    const committed = kept?.kind === 'read' ? kept.value.map(each => each.committed) : []
    if (isThere(read.value, committed)) return { kind: 'fine' }
    const { instanceId, group } = target
    const searched = Promise.all(searchesFor(group).map(piece => reader.groups(instanceId, piece)))
    const pages = await Promise.race([searched, after<Awaited<typeof searched>>(NEAREST_MS, [])])
    const meant = nearestIn(group, pages).filter(name => name !== notMeant)
    return { kind: 'noGroup', sentence: noSuchGroup(words, target, meant) }
  }

  /** Null: all that it names is there, or that cannot be told now. */
  async function checkTopics(words: Words, { reset }: Asked, lookMs: number): Promise<string | null> {
    const patience = { look: lookMs, nearest: NEAREST_MS }
    const found = await lookUpTopics(reader, reset, (asked, otherwise, what) =>
      Promise.race([asked, after(patience[what], otherwise)]),
    )
    return noSuchTopics(words, reset.target.instanceId, found)
  }

  async function committedTopics(target: Target): Promise<ReadOutcome<string[]>> {
    const read = await reader.positions(target)
    if (read.kind !== 'read') return read
    const topics = read.value.filter(({ committed }) => committed !== null).map(({ topic }) => topic)
    return { kind: 'read', value: [...new Set(topics)] }
  }

  async function choosable(): Promise<InstancesRead> {
    const asked = reader.instances()
    if (instances.length === 0) return inUse(await asked)
    // Which of them cannot be used any more, where that is known at once.
    const read = await Promise.race([asked, after(GONE_MS, null)])
    const gone = read?.kind === 'read' ? read.value.filter(each => !isInUse(each)).map(({ id }) => id) : []
    return { kind: 'read', value: instances.filter(({ id }) => !gone.includes(id)) }
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

type FormProblems = Partial<Record<ResetField, FieldProblem | FileProblem | AttachmentProblem>>

function sentencesOf(words: Words, problems: FormProblems): FieldSentences {
  return Object.fromEntries(
    Object.entries(problems).map(([field, problem]) => [field, sentenceOf(words.problems, problem)]),
  )
}

const NOTHING: ReadOutcome<string[]> = { kind: 'read', value: [] }

function inUse(read: InstancesRead): InstancesRead {
  return read.kind === 'read' ? { ...read, value: read.value.filter(isInUse) } : read
}

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise(resolve => setTimeout(() => resolve(value), ms).unref())
}

/** What the file was, beside its offsets. */
function withFile(asked: Asked, file: AttachmentRead | ({ ok: true } & KeptOffsets) | null): Asked {
  if (file === null || !file.ok) return asked
  if ('source' in file) return withSource(asked, file.source)
  return file.leftOut === undefined ? asked : { ...asked, reset: { ...asked.reset, leftOut: file.leftOut } }
}
