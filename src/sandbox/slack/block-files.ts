// The files that blocks show: Slack looks each of them up, and refuses the whole where it cannot show one.

import { isObject } from './block-schema.ts'
import type { SlackFile } from './face.ts'

/**
 * As real workspaces say it (slackapi/python-slack-sdk#1658, #1797): of a file that is not there, that is no image, or that
 * nobody has completed yet.
 */
export function fileProblems(
  value: unknown,
  pointer: string,
  fileOf: (id: string) => SlackFile | undefined,
): string[] {
  if (Array.isArray(value))
    return value.flatMap((each, index) => fileProblems(each, `${pointer}/${index}`, fileOf))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, inside]) => {
    if (key !== 'slack_file' || !isObject(inside)) return fileProblems(inside, `${pointer}/${key}`, fileOf)
    const file = typeof inside.id === 'string' ? fileOf(inside.id) : undefined
    return file?.mimetype.startsWith('image/') === true
      ? []
      : [`invalid slack file [json-pointer:${pointer}/${key}]`]
  })
}
