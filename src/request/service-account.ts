// Who asks without being a person: a CI job or a script, under a name that only the policy and the settings give. It may ask
// where a rule names it and cancel what it has asked for; it decides on nothing. Pure.

/** Lower case, digits and hyphens: nothing that Slack or a shell reads as markup. No id of Slack's has a colon. */
const SERVICE_ACCOUNT = /^svc:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export function isServiceAccount(id: string): boolean {
  return SERVICE_ACCOUNT.test(id)
}
