import { defineConfig } from 'vitest/config';

/**
 * `npm test`: everything an audit at the command line rests on, with nothing but npm. The deployed part stands in
 * test/functions and test/infra, what needs Python in test/emulator, each with a configuration of its own.
 */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/emulator/**', 'test/browser/**', 'test/bench/**', 'test/reliability/**', 'test/functions/*.test.ts', 'test/infra/**'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
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
