import { defineConfig } from 'vitest/config';

/** `npm test`: everything that needs only npm. What needs Python stands in test/emulator with a configuration of its own. */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/emulator/**', 'test/bench/**'],
    testTimeout: 30_000,
    // No test may lean on the machine's own AWS configuration or reach an account.
    env: {
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      NO_COLOR: '',
      FORCE_COLOR: '',
    },
  },
});
