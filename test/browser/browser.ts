// A headless Chromium for the tests of the page, where there is one: Debian's, or the one that CHROMIUM_PATH names.
// It must never be downloaded, reach the network, or outlive the tests.

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const DEBIANS = '/usr/bin/chromium'
const MISSING = 'Chromium is missing: apt-get install -y chromium, or set CHROMIUM_PATH.'

/** Undefined where there is none; then it has been said how to get it. */
export function findChromium(): string | undefined {
  const path = process.env.CHROMIUM_PATH || DEBIANS
  if (existsSync(path)) return path
  console.warn(MISSING)
  return undefined
}

/** Every launch has a fresh user data directory of its own, which goes when the browser is closed. */
export function launchBrowser(path: string): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    headless: true,
    args: [
      // Chromium's own sandbox does not start as root in a container, where these tests run.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
