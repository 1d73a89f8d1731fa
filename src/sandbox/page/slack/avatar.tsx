// A person's square with their initials, or the app's own mark.

import { hueOf, initialsOf, nameOf } from './names.ts'
import { useWorkspace } from './workspace-context.ts'

export function Avatar({ user, size = 'large' }: { user: string; size?: 'large' | 'small' }) {
  const { slack } = useWorkspace()
  if (user === slack.botUserId)
    return (
      <span class={`avatar avatar-${size} avatar-app`} aria-hidden="true">
        <svg viewBox="0 0 20 20" width="60%" height="60%" aria-hidden="true">
          <path d="M10 4v12L2 10zM18 4v12l-8-6z" fill="currentColor" />
        </svg>
      </span>
    )
  return (
    <span class={`avatar avatar-${size}`} style={`--hue: ${hueOf(user)}`} aria-hidden="true">
      {initialsOf(nameOf(slack, user))}
    </span>
  )
}
