import { defineConfig } from 'vitest/config';

/** `npm run test:emulator`: what is tested against moto and botocore's models, in a venv that the set-up makes. */
export default defineConfig({
  root: new URL('../..', import.meta.url).pathname,
  test: {
    include: ['test/emulator/**/*.test.ts'],
    globalSetup: ['test/emulator/set-up.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' },
  },
});
