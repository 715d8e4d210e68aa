import { defineConfig } from 'vitest/config';

/**
 * `npm run test:mutation`: the tables of the core in one worker, for they share nothing but code. Without the properties,
 * which run hundreds of audits, and the commands, which run in shells: they would take most of the time, and a mutant
 * should fall to a case someone can read.
 */
export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  test: {
    include: ['test/core/**/*.test.ts'],
    exclude: ['test/core/evaluation/properties.test.ts', 'test/core/text/commands.test.ts'],
    isolate: false,
    testTimeout: 60_000,
  },
});
