import { defineConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/** `npm run test:browser`: the page in a real browser, which the set-up installs where it is missing. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/browser/**/*.test.ts'],
    exclude: [],
    globalSetup: ['test/browser/set-up.ts'],
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
