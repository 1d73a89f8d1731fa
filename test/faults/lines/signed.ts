// A decision as Slack would send it over signed HTTP, for anybody at all: the doors in front of it are gone round.

import type { Person, SlackView } from '../../../src/sandbox/slack/face.ts'
import { signRequest } from '../../../src/sandbox/slack/signature.ts'
import { type Product, viewText } from '../../support/product.ts'

/** The signing secret of a product that was started with HTTP delivery. */
const SECRET = 'shhh'

/** Sends what is in somebody's open modal as if this person had, and returns what they are shown. */
export async function sendAs(product: Product, { user }: Person, view: SlackView): Promise<string> {
  const { teamId } = product.slack
  const ids = { team_id: teamId, app_id: 'A0LOCALAPP', bot_id: 'B0LOCALBOT', app_installed_team_id: teamId }
  const payload = {
    type: 'view_submission',
    team: { id: teamId, domain: 'local-workspace' },
    user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId ?? teamId },
    api_app_id: ids.app_id,
    token: 'local-verification-token',
    enterprise: null,
    is_enterprise_install: false,
    trigger_id: '1.2.3',
    view: { ...view, ...ids },
    response_urls: [],
  }
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  const timestamp = Math.floor(Date.now() / 1_000)
  const answer = await fetch(`http://127.0.0.1:${product.rewind.port}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': `${timestamp}`,
      'x-slack-signature': signRequest(SECRET, timestamp, body),
    },
    body,
  })
  const said = await answer.text()
  if (!said.startsWith('{')) return said
  const shown = JSON.parse(said) as { view?: { title: SlackView['title']; blocks: SlackView['blocks'] } }
  return shown.view === undefined ? said : viewText({ ...view, ...shown.view, submit: null, errors: {} })
}
