// Which instances of an account are isolated or deleted, as its listing said last. It must never refuse by what was said
// before: an instance may be in use again, and is asked about anew.
// Source: https://cloud.tencent.com/document/api/597/40835 (Status of DescribeInstances), 597/10093 (ListInstance).

import type { Instance } from '../../request/group.ts'

const GONE = new Map<string, NonNullable<Instance['gone']>>([
  ['2', 'deleting'],
  ['3', 'deleted'],
  ['5', 'isolated'],
])

/** Nothing, of a status that is not there or not known: then the API decides. */
export function goneBy(status: unknown): Pick<Instance, 'gone'> {
  const gone = GONE.get(String(status))
  return gone === undefined ? {} : { gone }
}

export interface InstanceStates {
  learn(instances: readonly Instance[]): void
  of(instanceId: string): Instance['gone']
}

/** Shared by everybody who asks the same account. */
export function keepStates(): InstanceStates {
  let gone = new Map<string, Instance['gone']>()
  return {
    learn(instances) {
      gone = new Map(instances.flatMap(each => (each.gone === undefined ? [] : [[each.id, each.gone]])))
    },
    of: instanceId => gone.get(instanceId),
  }
}
