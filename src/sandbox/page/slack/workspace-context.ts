// The workspace as the person now playing sees it, handed to every part of the pane that has to name somebody.

import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { SlackScene } from '../protocol.ts'

export interface Workspace {
  slack: SlackScene
  nowMs: number
}

export const WorkspaceContext = createContext<Workspace | null>(null)

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext)
  if (workspace === null) throw new Error('nothing can be drawn outside the Slack pane')
  return workspace
}
