// Where blocks stand: in a message, in a modal or on the Home tab. It decides what a click there sends, and nothing else.

import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Deed, OpenView } from '../protocol.ts'
import type { Fills } from './fills.ts'

export interface Surface {
  /** `action` is an action_id, or the visible text of a menu's option. */
  press(action: string, blockId: string): Deed
  /** Only in a modal can anything be filled. */
  form: { view: OpenView; fills: Fills } | null
}

export const SurfaceContext = createContext<Surface>({
  press: () => {
    throw new Error('these blocks stand nowhere')
  },
  form: null,
})

export const useSurface = (): Surface => useContext(SurfaceContext)
