// The page in a real browser, apart from the rest because a browser takes both cores for itself: `npm run test:page`.

import { defineConfig } from 'vitest/config'
import { BUILT } from '../support/built.ts'
import { ALL } from '../vitest.config.ts'

const { exclude: _, ...shared } = ALL

export default defineConfig({
  plugins: [BUILT],
  test: { ...shared, include: ['test/browser/**/*.test.ts'] },
})
