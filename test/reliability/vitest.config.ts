import { defineConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/**
 * `npm run test:reliability`: kills, refusals, full disks and clock jumps against the real command line and handlers.
 * RELIABILITY_ROUNDS multiplies the short form that `.ci/run` runs; RELIABILITY_SEED repeats a run.
 */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/reliability/*.test.ts'],
    exclude: [],
    globalSetup: 'test/reliability/set-up.ts',
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
  },
});
