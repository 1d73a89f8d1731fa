// What each setting that is set does, which settings are wrong, and which names in the environment are nearly those of
// settings. Pure. The names come from the schema of the settings; a secret is never here, since whoever reads them keeps it.

import { ALL_NAMES, type GivenSettings, SETTING_NAMES, type SettingName } from '../config-given.ts'
import { FILE_SETTINGS, type FileSetting } from '../config-secrets.ts'
import { nearestNames } from '../request/nearest.ts'
import type { Finding } from './finding.ts'

const AREA = 'Settings'

/** What follows from it, for who reads its name and value just before. */
const SAYS: Record<SettingName, string> = {
  ROLE: 'Which work this process does: the bot’s, the worker’s, or both.',
  HOST: 'The address that it listens on.',
  PORT: 'Health, Slack’s requests over HTTP and, without METRICS_PORT, the metrics are there.',
  METRICS_PORT: 'The metrics are there, and at no other port.',
  METRICS_TOKEN: 'Who asks for the metrics has to show it.',
  LOG_LEVEL: 'Less severe messages are not logged.',
  REDIS_URL: 'Everything that Rewind knows is kept there.',
  REDIS_MODE: 'Whether the addresses are those of one server, of Sentinels or of a Cluster.',
  REDIS_SENTINEL_NAME: 'What the Sentinels call the master.',
  REDIS_SENTINEL_PASSWORD: 'It is shown to the Sentinels.',
  REDIS_CA_FILE: 'Only certificates of this authority are trusted for Redis.',
  REDIS_PREFIX: 'Keys and seals are of this installation; another prefix is another installation.',
  AUDIT_KEY: 'Records and events are sealed with it, and nothing runs that is not.',
  AUDIT_KEYS_OLD: 'What they sealed still counts as sealed.',
  AUDIT_KEYS_LOST: 'Nobody has these keys any more: what is open under them is ended.',
  SLACK_BOT_TOKEN: 'Rewind posts and asks in Slack with it.',
  SLACK_APP_TOKEN: 'Slack is reached by Socket Mode; no address has to be open.',
  SLACK_SIGNING_SECRET:
    'What comes over HTTP has to be signed with it; beside SLACK_APP_TOKEN it is not used.',
  SLACK_API_URL: 'Slack is asked there, and not at slack.com.',
  CLUSTERS_FILE: 'The clusters are those of this file, and the settings of CKafka do not count.',
  CKAFKA_API: 'The API of CKafka that is spoken.',
  CKAFKA_ENDPOINT: 'The API of CKafka is asked there.',
  CKAFKA_SIGNATURE_METHOD: 'How calls of API 2.0 are signed.',
  CKAFKA_SET_OFFSETS_ACTION: 'How the write of API 2.0 is called.',
  CKAFKA_QUOTA_FACTOR: 'The documented limits of calls are multiplied by it.',
  TENCENTCLOUD_REGION: 'The instances are those of this region.',
  TENCENTCLOUD_SECRET_ID: 'CKafka is asked with this key.',
  TENCENTCLOUD_SECRET_KEY: 'Calls of CKafka are signed with it.',
  TENCENTCLOUD_SECURITY_TOKEN: 'The key is temporary, and ends with it.',
  CKAFKA_INSTANCES: 'No other instance is offered, and no other may be reset.',
  APPROVERS: 'These people and user groups decide.',
  POLICY_FILE: 'Who may do what is in this file, and nowhere else.',
  SERVICE_ACCOUNTS_FILE: 'Who asks with a token of this file asks as its service account.',
  REQUESTS_ADDRESS: 'The command requests asks the bot there; the bot itself does not use it.',
  REQUESTS_TOKEN: 'The command requests shows it to the bot; the bot itself does not use it.',
  REWIND_LANGUAGE: 'The language of what many people read.',
  PICTURES: 'Whether a plan is also shown as a picture, in its thread and in the review.',
  APPROVALS_CHANNEL: 'Cards go there, wherever somebody asks.',
  FALLBACK_CHANNEL: 'What Slack does not take elsewhere is told there.',
  REQUEST_EXPIRY: 'A request that nobody decides on expires after this time.',
  OPEN_PER_PERSON: 'The most requests of one person that may be open at once.',
  OPEN_IN_ALL: 'The most requests of everybody together that may be open at once.',
  SUBMISSIONS_A_MINUTE: 'The most requests that one person may send in a minute.',
  WORKER_CONCURRENCY: 'The most requests that one worker executes at once.',
  CALL_DEADLINE: 'A call to a cluster is given up after this time.',
  CALL_GRACE: 'An execution that nobody finished counts as unclear this long after its deadline.',
  CALL_LATE:
    'A call that nobody answered may take effect this long after its deadline; until then nothing else is written to the group.',
  WATCH: 'After a reset the group is looked at for this long, unless its rule says otherwise.',
  SKIPS_TYPED_ABOVE: 'To approve more skipped messages than this, the approver types the name of the group.',
  SKIPS_TWO_APPROVERS_ABOVE: 'More skipped messages than this need two approvers.',
  RETENTION: 'What ended so long ago is exported and then deleted.',
  RETENTION_DIRECTORY: 'Exports of what is then deleted are written there.',
  EMPTY_WAIT: 'An approved request waits this long for its group to be empty.',
  HTTPS_PROXY: 'Slack and the API of CKafka are reached through this proxy.',
  HTTP_PROXY:
    'Addresses that begin with http:// are reached through this proxy, and without HTTPS_PROXY all of Slack and CKafka.',
  NO_PROXY: 'These hosts are reached without a proxy.',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'Traces are sent to a collector there.',
  OTEL_EXPORTER_OTLP_HEADERS: 'They go with what is sent to the collector of traces.',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'How traces are written for the collector.',
  OTEL_SERVICE_NAME: 'The name of Rewind in traces.',
  OTEL_TRACES_SAMPLER: 'Which traces are kept.',
  OTEL_TRACES_SAMPLER_ARG: 'The share of traces that a sampler by ratio keeps.',
  OTEL_SDK_DISABLED: 'Where it is true, there are no traces.',
  EMPTY_HOLD: 'The group has to stay empty this long before anything is written.',
}

const SHOWN = 120

/** @param problems and `notices` as the start has them; `named` the variables that other settings refer to */
export function settingsFindings(
  { settings, others }: GivenSettings,
  {
    problems,
    notices,
    named,
  }: { problems: readonly string[]; notices: readonly string[]; named: readonly string[] },
): Finding[] {
  const advice = 'docs/settings.md has every setting.'
  const wrong = new Set(problems.map(each => /^[A-Z0-9_]+/.exec(each)?.[0]))
  return [
    ...settings
      .filter(({ name }) => !wrong.has(name))
      .map(
        ({ name, value }): Finding => ({
          ...{ area: AREA, what: name, level: 'ok' },
          found: `${value === null ? 'It is set.' : `It is ${clipped(value)}.`} ${consequence(name)}`,
        }),
      ),
    ...problems.map(
      (problem): Finding => ({
        ...{ area: AREA, what: 'a problem', level: 'failure', advice },
        found: `${problem}. Rewind does not start.`,
      }),
    ),
    ...notices.map(
      (found): Finding => ({ area: AREA, what: 'a notice', found: ended(found), level: 'warning' }),
    ),
    ...others
      .filter(name => !named.includes(name))
      .flatMap(name => {
        const inFile = SETTING_NAMES.find(each => isOfItself(each) && name === `${each}_FILE`)
        if (inFile !== undefined) return [notInFile(name, inFile)]
        const meant = meantBy(name)
        return meant === undefined ? [] : [unknownName(name, meant)]
      }),
  ]
}

function consequence(name: SettingName | FileSetting): string {
  return isFileSetting(name)
    ? `${name.replace(/_FILE$/, '')} is read from there, once, at the start.`
    : SAYS[name]
}

function isFileSetting(name: SettingName | FileSetting): name is FileSetting {
  return FILE_SETTINGS.some(each => each === name)
}

function unknownName(name: string, meant: string): Finding {
  return {
    ...{ area: AREA, what: clipped(name), level: 'warning' },
    found: 'Rewind has no such setting, so that it has no effect.',
    advice: `Rename it if ${meant} is meant.`,
  }
}

/** Not one that any program may have, like PORT. */
function isOfItself(name: string): boolean {
  return name.includes('_') || name.length >= LONG_ENOUGH
}

function notInFile(name: string, setting: string): Finding {
  return {
    ...{ area: AREA, what: name, level: 'warning' },
    found: 'Rewind has no such setting, so that it has no effect: only secrets may be in files.',
    advice: `Set ${setting} itself.`,
  }
}

/** A slip of the finger in a name that is long enough to be known by it. */
const LONG_ENOUGH = 8
const NEAR = 0.15
const MOST_LONGER = 2

/** Undefined: an environment holds much that is none of ours. */
function meantBy(name: string): string | undefined {
  const bare = bareOf(name)
  const same = ALL_NAMES.find(each => bareOf(each) === bare)
  if (same !== undefined) return same.includes('_') ? same : undefined
  const near = ALL_NAMES.filter(
    each => each.length >= LONG_ENOUGH && Math.abs(each.length - name.length) <= MOST_LONGER,
  )
  const [nearest] = nearestNames(name, near, NEAR)
  return near.find(each => each === nearest)
}

function bareOf(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '')
}

function clipped(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
