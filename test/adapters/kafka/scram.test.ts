// SCRAM against the example of RFC 7677, and against servers that do not keep to it.

import { describe, expect, it } from 'vitest'
import { createScram, ScramError } from '../../../src/adapters/kafka/scram.ts'

const NONCE = 'rOprNGfwEbeRWgbNEkqO'
const FIRST = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`
const LAST = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='
const scram = () => createScram('sha256', { username: 'user', password: 'pencil' }, NONCE)
const bytes = (text: string) => Buffer.from(text, 'utf8')

describe('SCRAM', () => {
  it('says what RFC 7677 says, and takes the server that does', async () => {
    const client = scram()
    expect(client.first().toString()).toBe(`n,,n=user,r=${NONCE}`)
    expect((await client.final(bytes(FIRST))).toString()).toBe(
      `c=biws,r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    )
    expect(() => client.verify(bytes(LAST))).not.toThrow()
  })

  it('writes a name with a comma and an equals sign as the RFC has it', () => {
    const client = createScram('sha512', { username: 'a=b,c', password: 'x' }, 'n')
    expect(client.first().toString()).toBe('n,,n=a=3Db=2Cc,r=n')
  })

  it('uses a nonce once', () => {
    const credentials = { username: 'user', password: 'pencil' }
    const said = [1, 2].map(() => createScram('sha256', credentials).first().toString())
    expect(said[0]).not.toBe(said[1])
  })

  it.each([
    ['another nonce', FIRST.replace(NONCE, 'another')],
    ['our nonce alone', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['too few iterations', FIRST.replace('4096', '4095')],
    ['so many iterations that it would keep us busy', FIRST.replace('4096', '1000001')],
    ['more iterations than a number holds', FIRST.replace('4096', '99999999999999999999')],
    ['no salt', `r=${NONCE}x,i=4096`],
    ['an error', 'e=unknown-user'],
    ['nothing', ''],
    ['a flood', `r=${NONCE}${'x'.repeat(5_000)},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
  ])('does not answer a server that begins with %s', async (_, first) => {
    await expect(scram().final(bytes(first))).rejects.toThrow(ScramError)
  })

  it.each([
    ['a signature that is not its own', LAST.replace('6rri', '7rri')],
    ['half a signature', 'v=6rriTRBi23WpRR=='],
    ['an error', 'e=invalid-proof'],
    ['nothing', ''],
  ])('does not take a server that ends with %s', async (_, last) => {
    const client = scram()
    await client.final(bytes(FIRST))
    expect(() => client.verify(bytes(last))).toThrow(ScramError)
  })
})
