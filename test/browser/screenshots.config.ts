// Takes the README's screenshots, and nothing else: `npm run screenshots`.

import { defineConfig } from 'vitest/config'
import tests from '../vitest.config.ts'

export default defineConfig({
  test: { ...tests.test, include: ['test/browser/screenshots.ts'], exclude: [] },
})
