// Takes the README's screenshots, and nothing else: `npm run screenshots`.

import { defineConfig } from 'vitest/config'
import { BUILT } from '../support/built.ts'
import { ALL } from '../vitest.config.ts'

const { exclude: _, ...shared } = ALL

export default defineConfig({
  plugins: [BUILT],
  test: { ...shared, include: ['test/browser/screenshots.ts'] },
})
