import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type GroupMembers, groupsToKnow, rulingOn } from '../../src/request/policy.ts'
import { readPolicy } from '../../src/request/policy-file.ts'
import { EXAMPLES, type Question } from './policy-examples.ts'

describe.each(EXAMPLES)('a policy like $like', ({ file, questions }) => {
  it('can be used', () => {
    expect(readPolicy(parse(file), 'v1')).toMatchObject({ ok: true })
  })

  it.each(questions)('answers $user about $group: $answer', question => {
    const read = readPolicy(parse(file), 'v1')
    if (!read.ok) throw new Error(read.problems.join('\n'))
    const asking = askedBy(question)
    const members: GroupMembers = new Map(
      groupsToKnow(read.policy, asking).map(id => [id, question.in?.includes(id) ? [question.user] : []]),
    )
    const ruling = rulingOn(read.policy, asking, members)
    const said =
      ruling.kind === 'allowed'
        ? `allowed by ${ruling.rule.name}`
        : ruling.why === 'denied'
          ? `denied by ${ruling.rule}`
          : `refused: ${ruling.why}`
    expect(said).toBe(question.answer)
  })
})

function askedBy({ user, instance = 'ckafka-a', group, topics = ['orders'], channel = 'C0ANY' }: Question) {
  return { target: { instanceId: instance, group }, topics, requester: user, channel }
}
