import { defineConfig } from 'vitest/config';

/** `npm test`: everything that needs only npm. What needs Python stands in test/emulator with a configuration of its own. */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/emulator/**', 'test/bench/**'],
    testTimeout: 60_000,
    // Several files wait for timeouts of the wire: a core less than there are would leave the machine idle.
    maxWorkers: '100%',
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
