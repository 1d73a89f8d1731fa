// The page in a real browser, apart from the rest because a browser takes both cores for itself: `npm run test:page`.

import { defineConfig } from 'vitest/config'
import tests from '../vitest.config.ts'

const { projects: _, ...shared } = tests.test ?? {}

export default defineConfig({ test: { ...shared, include: ['test/browser/**/*.test.ts'] } })
