// views.*: opening, pushing, updating and publishing, judged before anything is shown.
import { textArgument } from './arguments.ts'
import { fileProblems } from './block-files.ts'
import { isObject, type Json } from './block-schema.ts'
import { objectsIn } from './fields.ts'
import { errorCodeIn, type Refusal, refuse, refuseArguments } from './message-content.ts'
import { viewOnWire } from './payloads.ts'
import type { Triggers } from './triggers.ts'
import { validateView } from './validate.ts'
import type { ViewOutcome, Views } from './views.ts'
import type { Call, Methods } from './web-api.ts'
import type { Workspace } from './workspace.ts'

export function createViewMethods(workspace: Workspace, views: Views, triggers: Triggers): Methods {
  const answer = (outcome: ViewOutcome): Json =>
    'error' in outcome
      ? refuse(outcome.error)
      : { ok: true, view: viewOnWire(workspace, outcome.view, 'without') }

  return {
    'views.open': {
      required: ['trigger_id', 'view'],
      run(args, call) {
        const trigger = triggers.look(args.trigger_id)
        if ('error' in trigger) return refuse(trigger.error)
        const refused = judgeView(args.view, 'modal', call, workspace)
        if (refused) return refused
        const outcome = views.open(trigger.userId, args.view as Json)
        if ('view' in outcome) triggers.use(String(args.trigger_id))
        return answer(outcome)
      },
    },
    'views.push': {
      required: ['trigger_id', 'view'],
      run(args, call) {
        const trigger = triggers.look(args.trigger_id)
        if ('error' in trigger) return refuse(trigger.error)
        if (!trigger.viewId) return refuse('invalid_trigger_id')
        const refused = judgeView(args.view, 'modal', call, workspace)
        if (refused) return refused
        const outcome = views.push(trigger.userId, args.view as Json)
        if ('view' in outcome) triggers.use(String(args.trigger_id))
        return answer(outcome)
      },
    },
    'views.update': {
      required: ['view'],
      run(args, call) {
        const id = textArgument(args, 'view_id')
        const externalId = textArgument(args, 'external_id')
        if (!id && !externalId) return refuseArguments(['missing required field: view_id'])
        const refused = judgeView(args.view, 'modal', call, workspace)
        if (refused) return refused
        const view = id ? views.byId(id) : views.byExternalId(externalId ?? '')
        if (view?.type !== 'modal') return refuse('not_found')
        return answer(views.update(view, args.view as Json, textArgument(args, 'hash')))
      },
    },
    'views.publish': {
      required: ['user_id', 'view'],
      run(args, call) {
        const refused = judgeView(args.view, 'home', call, workspace)
        if (refused) return refused
        const user = workspace.user(String(args.user_id))
        if (!user) return refuseArguments(['invalid `user_id` [json-pointer:/user_id]'])
        return answer(views.publish(user.id, args.view as Json, textArgument(args, 'hash')))
      },
    },
  }
}

/** Why Slack would not show this view, if it would not. */
export function judgeView(
  view: unknown,
  surface: 'modal' | 'home',
  call: Call,
  { file }: Pick<Workspace, 'file'>,
): Refusal | undefined {
  const found = validateView(view)
  const problems = found.length > 0 ? found : fileProblems(view, '/view', file)
  const code = errorCodeIn(problems)
  if (code) return refuse(code)
  if (problems.length > 0) return refuseArguments(problems)
  if (isObject(view) && view.type !== surface)
    return refuseArguments([`must be a valid view type: ${surface} [json-pointer:/view/type]`])
  // That the scope is needed is documented, how Slack says so is not: this is what it says of every other scope.
  if (hasFileInput(view) && !call.has('files:read')) return call.missing('files:read')
  return undefined
}

function hasFileInput(view: unknown): boolean {
  const blocks = isObject(view) ? objectsIn(view.blocks) : []
  return blocks.some(({ element }) => isObject(element) && element.type === 'file_input')
}
