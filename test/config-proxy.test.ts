// The settings of the proxies, as every tool reads them, and what is refused of them without showing a password.

import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'

const NEEDED = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_APP_TOKEN: 'xapp-1',
  REDIS_URL: 'redis://127.0.0.1:6379',
  TENCENTCLOUD_SECRET_ID: 'id',
  TENCENTCLOUD_SECRET_KEY: 'key',
  APPROVERS: 'U0BOB',
}
const LOOPBACK = 'localhost,127.0.0.1,[::1]'

function proxiesIn(env: Record<string, string>) {
  const read = readConfig({ ...NEEDED, ...env })
  if (!read.ok) return read.problems
  expect(read.config.slack?.proxies).toEqual(read.config.proxies)
  return read.config.proxies
}

describe('the proxies', () => {
  it.each<[Record<string, string>, unknown]>([
    [{}, null],
    [{ NO_PROXY: 'example.com' }, null],
    [{ HTTPS_PROXY: ' ' }, null],
    [{ HTTPS_PROXY: 'http://p:1' }, { https: 'http://p:1', http: null, except: LOOPBACK }],
    [{ HTTPS_PROXY: 'p.example:3128' }, { https: 'http://p.example:3128', http: null, except: LOOPBACK }],
    [{ HTTPS_PROXY: 'https://p' }, { https: 'https://p', http: null, except: LOOPBACK }],
    [{ HTTP_PROXY: 'http://p:1/' }, { https: null, http: 'http://p:1/', except: LOOPBACK }],
    [{ HTTPS_PROXY: 'http://[::1]:1' }, { https: 'http://[::1]:1', http: null, except: LOOPBACK }],
    [
      { https_proxy: 'http://small:1', HTTPS_PROXY: 'http://capital:1', no_proxy: 'a.example, .b.example' },
      { https: 'http://small:1', http: null, except: `a.example, .b.example,${LOOPBACK}` },
    ],
    [
      { https_proxy: '', HTTPS_PROXY: 'http://capital:1' },
      expect.objectContaining({ https: 'http://capital:1' }),
    ],
    [{ http_proxy: 'http://p:1', no_proxy: '*' }, null],
    [{ http_proxy: 'http://p:1', NO_PROXY: 'x, *' }, null],
    [
      { HTTPS_PROXY: 'http://me%40x:a%3Ab%23@p:1' },
      expect.objectContaining({ https: 'http://me%40x:a%3Ab%23@p:1' }),
    ],
  ])('of %j', (env, expected) => expect(proxiesIn(env)).toEqual(expected))

  it.each([
    ['socks5://me:hunter2@p:1', 'must be the address of an HTTP proxy, like http://proxy.example:3128'],
    ['ftp://p', 'must be the address of an HTTP proxy, like http://proxy.example:3128'],
    ['http://', 'must be the address of an HTTP proxy, like http://proxy.example:3128'],
    ...[
      ...['me:hunter2@', 'hunter2', 'hunter2.secret', 'xoxb-111-hunter2', 'xoxb-111-hunter2:80'],
      ...[
        'http://xoxb-111-hunter2',
        'xapp-1-hunter2:1',
        'http://AKIDhunter2:3128',
        'me:p@xoxe.xoxp-hunter2:1',
      ],
    ].map((url): [string, string] => [
      url,
      'must be the address of an HTTP proxy, with its scheme or its port, like http://proxy.example:3128',
    ]),
    ['http://p:99999', 'must be the address of an HTTP proxy, like http://proxy.example:3128'],
    [
      'http://p/hunter2',
      'must have no path, question mark or number sign: in a password they are percent-encoded',
    ],
    ['http://me:hunt?er2@p', 'must be the address of an HTTP proxy, like http://proxy.example:3128'],
    [
      'http://p?hunter2',
      'must have no path, question mark or number sign: in a password they are percent-encoded',
    ],
    ['http://me@p', 'must have a user and a password, both percent-encoded, or neither'],
    ['http://:hunter2@p', 'must have a user and a password, both percent-encoded, or neither'],
    ['http://me:%hunter2@p', 'must have a user and a password, both percent-encoded, or neither'],
    ['http://m%3Ae:hunter2@p', 'must have a user and a password, both percent-encoded, or neither'],
  ])('are not %s', (url, why) => {
    expect(proxiesIn({ HTTPS_PROXY: url })).toEqual([`HTTPS_PROXY ${why}`])
    expect(proxiesIn({ http_proxy: url })).toEqual([`HTTP_PROXY ${why}`])
  })
})
