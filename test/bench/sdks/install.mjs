// Puts the two SDKs that the client is measured against beside their lockfile, when they are not there yet. They must
// never be among the product's dependencies, nor run a script of theirs.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const names = ['qcloudapi-sdk', 'tencentcloud-sdk-nodejs-ckafka']

if (!names.every(name => existsSync(`${here}node_modules/${name}/package.json`))) {
  console.log('Installing the SDKs to measure against (npm ci in test/bench/sdks)')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', ['ci', '--prefix', here, ...flags], {
    cwd: here,
    stdio: 'inherit',
    // There npm is a script of the shell.
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error(
      'npm ci failed, as said above: check that the npm registry can be reached, then run this again.',
    )
    process.exit(1)
  }
}
