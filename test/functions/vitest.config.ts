import { defineConfig } from 'vitest/config';
import base from '../vitest.config.ts';

/** `npm run test:functions`: the Lambdas over the wire, on bad days; apart from `npm test`, for most of it is waiting. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/functions/*.test.ts', 'test/infra/*.test.ts'], exclude: [] },
});
