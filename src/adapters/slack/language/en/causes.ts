// Why something did not happen, in English, as the end of a sentence without its full stop.

import type { CauseKind } from '../../../../request/cause.ts'
import { inQuotes } from '../../blocks/text.ts'
import type { ClusterInWords } from './cluster.ts'
import { listed } from './grammar.ts'
import { goneHow } from './problems.ts'

export const causesOn = (on: ClusterInWords): Record<CauseKind, (about: readonly string[]) => string> => ({
  absentTwice: _ => 'the offsets showed twice that the call had not taken effect',
  denied: _ => 'an approver confirmed that it had not taken effect',
  forgotten: _ => 'no call of it is on record',
  restored: _ => 'Redis was restored from a backup, and whether the request has run since is not in it',
  workerStopped: _ => 'the worker has not reported in time how the call ended',
  jobsLost: _ => 'no worker could carry it out. The log of the workers says why',
  nothingReported: _ => `${on.name} answered the call, and the offsets do not confirm it yet`,
  joined: _ => `${on.name} refused the call because the group had members`,
  groupBusy: ([id = '']) => `${id} holds the same group`,
  windowClosed: _ => 'it may not run at this time',
  redisTookOver: _ =>
    'another Redis has taken over, and a call that it does not know of may still be under way',
  lookFailed: ([cause = '']) => `looking at the group before the reset: ${cause}`,
  notSent: ([cause = '']) => `not sent: ${cause}`,
  byKafka: ([cause = '']) => `read by Kafka’s own protocol: ${cause}`,
  noCredentials: ([cause = '']) => `there are no credentials for the API of CKafka: ${cause}`,
  tokenUnread: _ =>
    `Rewind could not read the token that it shows to ${on.api}: its file may be missing, or hold none`,
  noPlan: _ => 'there is no plan yet',
  planNotWhole: _ => 'the stored rows of the plan do not match its record',
  resultNotWhole: ([id = '']) => `the stored result of ${id} does not match its record`,
  targetsNotWhole: _ => 'the stored offsets are not those that were asked for',
  slowCluster: _ => `${on.name} did not answer in time`,
  offsetUnread: ([place = '']) => `the offset of ${place} could not be read`,
  policyUnread: ([rule = '']) =>
    `a user group that rule ${rule} of the policy asks about cannot be read in Slack, so whether it holds is not known`,
  noInstance: nearest =>
    nearest.length === 0
      ? 'the instance is unknown'
      : `the instance is unknown (did you mean ${nearest.join(' or ')}?)`,
  instanceGone: ([how = '']) => `the instance ${goneHow(how)}`,
  severalClusters: _ => 'two of the clusters that Rewind serves have an instance of this id',
  noGroup: nearest =>
    nearest.length === 0
      ? 'there is no such consumer group'
      : `there is no such consumer group (did you mean ${nearest.map(name => inQuotes(name)).join(' or ')}?)`,
  noOtherGroup: ([group = '']) => `there is no group ${group}`,
  tooWide: _ =>
    `the targets cannot be worked out for so many partitions, and ${on.name} can’t do this natively. Ask for fewer partitions, or for whole topics`,
  nothingCommitted: _ => 'the group has no committed offsets on any topic',
  topicUnfit: ([name = '']) => `Kafka has no topic by the name ${inQuotes(name)}. Name the topics instead`,
  partitionsMissing: ([left = '0', ...places]) =>
    left === '0'
      ? `there is no partition ${places.join(', ')}`
      : `there is no partition ${places.join(', ')} and ${left} more`,
  nothingToShift: _ => 'the group has no committed offset there that could be shifted',
  nothingMoves: ([partitions = '', ...by]) => {
    const all = partitions === '1' ? 'the partition is' : `all ${partitions} partitions are`
    if (by.length > 0)
      return `${all} already at the target: ${listed(by)} ${by.length === 1 ? 'has' : 'have'} put the offsets there since`
    return partitions === '1'
      ? `${all} already at its target, or has no offset to go to`
      : `${all} already at their target, or have no offset to go to`
  },
  otherNothingCommitted: ([group = '']) => `${group} has no committed offset on these topics`,
  topicsNotSeen: topics => `${on.name} shows no partition of ${topics.join(', ')}`,
  noAnswer: ([time = '']) => `no answer within ${time}`,
  answerStopped: ([time = '']) => `the response stalled for ${time}`,
  connectionBroke: _ => 'the connection closed before the answer was complete',
  answerTooLarge: ([what, most = '']) =>
    what === undefined
      ? 'the answer was too large to read'
      : `the answer was too large to read: it had more than ${most} ${what}`,
  answerNotHttp: _ => 'the answer was not HTTP',
  callBroke: ([code = '']) => `the call broke off (${code})`,
  noConnectionWithin: ([time = '']) => `could not connect within ${time}`,
  hostNotFound: ([code = '']) => `could not find the host (${code})`,
  noConnection: ([code = '']) => `could not connect (${code})`,
  proxyUnreached: ([place = '', code = '']) => `could not connect to the proxy ${place} (${code})`,
  proxySilent: ([place = '', time = '']) => `the proxy ${place} did not answer within ${time}`,
  proxyRefused: ([place = '', status = '']) =>
    status === '407'
      ? `the proxy ${place} wants a user and a password that it knows (HTTP 407)`
      : `the proxy ${place} made no connection: it answered with HTTP ${status}`,
  proxyBroke: ([place = '', code = '']) => `no connection could be made through the proxy ${place} (${code})`,
  connectionClosed: _ => 'this process is shutting down',
  deadlinePassed: _ => 'the deadline had passed before the call',
  budgetUsed: _ => 'Rewind has made as many API calls as its budget allows right now',
  tooManyCalls: ([code = '']) => `${on.api} takes no more calls right now (${code})`,
  maintenance: ([code = '']) => `${on.api} is under maintenance (${code})`,
  httpStatus: ([status = '']) => `${on.api} answered with HTTP ${status}`,
  notDocumented: ([problem = '']) => `the answer was not what ${on.api} documents: ${problem}`,
  repeated: ([code = '']) => `${on.api} treated the call as a duplicate (${code})`,
  apiSaid: ([code = '', message]) =>
    `${on.api} answered with code ${code}${message === undefined ? '' : `: ${message}`}`,
  listEndless: ([pages = '']) => `a list did not end after ${pages} pages`,
})
