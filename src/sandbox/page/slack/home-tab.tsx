// The app's Home tab as it last published it. Opening it tells the app, as on Slack.

import { useEffect } from 'preact/hooks'
import { Blocks } from './blocks.tsx'
import { act } from './deeds.ts'
import { BOT_NAME } from './names.ts'
import { NoticeLine } from './notice-line.tsx'
import { SurfaceContext } from './surface.ts'
import { useWorkspace } from './workspace-context.ts'

export function HomeTab() {
  const { slack } = useWorkspace()
  useEffect(() => {
    void act({ do: 'openHome' })
  }, [slack.me])
  return (
    <div class="home" data-testid="home">
      <NoticeLine />
      {slack.home === null ? (
        <p class="messages-empty">{BOT_NAME} has published nothing here for you yet.</p>
      ) : (
        <SurfaceContext.Provider
          value={{ press: (action, blockId) => ({ do: 'pressInHome', action, blockId }), form: null }}
        >
          <Blocks blocks={slack.home.blocks} />
        </SurfaceContext.Provider>
      )}
    </div>
  )
}
