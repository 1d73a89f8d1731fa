// What `/` offers, and the hint of the command that is being written.

import { describe, expect, it } from 'vitest'
import { commandBeingWritten, commandsFor } from '../../../../src/sandbox/page/slack/commands.ts'

const commands = [
  { command: '/reset-offsets', description: 'Ask', hint: '[--group name]' },
  { command: '/offset-requests', description: 'List', hint: '[R-12]' },
]
const offered = (typed: string) => commandsFor(typed, commands).map(each => each.command)

describe('the composer', () => {
  it('offers every command for a slash', () => {
    expect(offered('/')).toEqual(['/reset-offsets', '/offset-requests'])
  })

  it('offers what starts so before what only holds it', () => {
    expect(offered('/OFFSET')).toEqual(['/offset-requests', '/reset-offsets'])
    expect(offered('/reset')).toEqual(['/reset-offsets'])
  })

  it('offers nothing in a sentence, nor once the command is written', () => {
    for (const typed of ['', 'see /reset', '/reset-offsets --group a', '/nope'])
      expect(offered(typed)).toEqual([])
  })

  it('keeps the hint of the command while its flags are typed', () => {
    expect(commandBeingWritten('/reset-offsets --gr', commands)?.hint).toBe('[--group name]')
    expect(commandBeingWritten('/reset-offsets', commands)).toBeUndefined()
    expect(commandBeingWritten('/nope --gr', commands)).toBeUndefined()
  })
})
