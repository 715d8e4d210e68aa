/** The suites that package.json names: no test is in none of them. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;

/** Files whose properties give their number of examples themselves, the same in every suite. */
const ownCount = ['test/aws/findings/migrate.test.ts', 'test/infra/rules.test.ts'];

test('every file whose properties try a tenth of their examples tries all of them in test:properties', () => {
  // Vitest takes each argument without dashes in front as a part of a path.
  const [, argumentsOf = ''] = scripts['test:properties']?.split('npm run test:file -- ') ?? [];
  const parts = argumentsOf
    .replaceAll(/--project \S+/g, '')
    .split(' ')
    .filter(Boolean);
  const files = globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
    /from '(fast-check|.*\/examples\.ts)'/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => !ownCount.includes(file) && !parts.some((part) => file.includes(part)))).toEqual([]);
});
