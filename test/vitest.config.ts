import { defineConfig } from 'vitest/config';

/** Core tests that start a shell for each command line. */
const shells = 'test/core/text/command*.test.ts';

/** Which test files belong to which project: each file to exactly one, which test/structure holds. */
export const files = {
  /** Need nothing but code: no server, no process, no file that is written. */
  unit: { include: ['test/{core,plan,snapshot,structure}/**/*.test.ts', 'test/functions/dashboard/*-text.test.ts'], exclude: [shells] },
  /** Start the simulated account, the command line or a database. */
  wire: {
    include: ['test/{aws,query,sandbox,workflows}/**/*.test.ts', 'test/functions/{cli,dashboard,process}/*.test.ts', shells],
    exclude: ['test/functions/dashboard/*-text.test.ts'],
  },
  /** The Lambda functions and the templates that deploy them. */
  functions: { include: ['test/functions/*.test.ts', 'test/infra/*.test.ts'], exclude: [] },
  /** The page in Chromium. */
  browser: { include: ['test/browser/*.test.ts'], exclude: [] },
  /** moto and the models of botocore, in a Python environment that the set-up makes. */
  emulator: { include: ['test/emulator/*.test.ts'], exclude: [] },
  /** Kills, refusals, full disks and clock jumps. RELIABILITY_ROUNDS multiplies the rounds; RELIABILITY_SEED repeats a run. */
  reliability: { include: ['test/reliability/*.test.ts'], exclude: [] },
};

/** No test may use the AWS configuration of the machine or reach an account. */
const env = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_COLOR: '',
  FORCE_COLOR: '',
};

const project = (name: keyof typeof files, test: object = {}) => ({
  extends: true as const,
  test: { name, ...files[name], env, testTimeout: 300_000, hookTimeout: 300_000, setupFiles: ['test/helpers/fixed-seed.ts'], ...test },
});

/**
 * One project for each kind of test. `npm test` runs `unit` and `wire`; the others have scripts of their own, because they need
 * more than npm brings or take longer. To run one file: `npm run test:file test/core/network/cidr.test.ts`.
 */
export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    // Several files wait for timeouts of the network: with fewer workers than cores the machine would be idle.
    maxWorkers: '100%',
    projects: [
      // Files share a worker, and with it what they import: loading it again for each takes longer than most tests.
      project('unit', { isolate: false }),
      project('wire', { isolate: false, globalSetup: ['test/functions/cli/set-up.ts'] }),
      project('functions'),
      project('browser', { globalSetup: ['test/browser/set-up.ts'], expect: { poll: { timeout: 20_000 } } }),
      project('emulator', { globalSetup: ['test/emulator/set-up.ts'] }),
      project('reliability', { globalSetup: ['test/reliability/set-up.ts'], testTimeout: 3_600_000 }),
    ],
  },
});
