/** The suites that package.json names, and how `.ci/run` adds them up. */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

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

describe('.ci/run', () => {
  const good = { success: true, numPassedTests: 3, numFailedTests: 0, testResults: [] };
  const failure = { status: 'failed', fullName: 'a name', failureMessages: ['Error: 1 is not 2'] };
  const bad = { success: false, numPassedTests: 1, numFailedTests: 1, testResults: [{ name: 'a.test.ts', assertionResults: [failure] }] };
  const unloaded = { success: false, numPassedTests: 3, numFailedTests: 0, testResults: [{ name: 'b.test.ts', message: 'no module' }] };

  test.for<[name: string, report: object | undefined, code: number | undefined, last: string, says?: string]>([
    ['tests that pass', good, 0, '3 passed, 0 failed'],
    ['a test that fails', bad, 1, '1 passed, 1 failed', 'a.test.ts: a name\nError: 1 is not 2'],
    [
      'a file that cannot be loaded',
      { ...unloaded, testResults: [{ ...unloaded.testResults[0], assertionResults: [] }] },
      1,
      '3 passed, 1 failed',
      'no module',
    ],
    ['a bad end after tests that pass', good, 1, '3 passed, 1 failed', 'one did not succeed'],
    ['a suite without a report', undefined, 1, '0 passed, 1 failed', 'one did not succeed'],
    ['a suite that never ended', undefined, undefined, '0 passed, 1 failed', 'one did not succeed'],
  ])('counts %s', ([, report, code, last, says]) => {
    const folder = mkdtempSync(join(tmpdir(), 'suites-'));
    try {
      if (report) writeFileSync(join(folder, 'one.json'), JSON.stringify(report));
      if (code !== undefined) writeFileSync(join(folder, 'one.code'), `${code}\n`);
      const { stdout, status } = spawnSync(process.execPath, [join(root, '.ci/summary.mjs'), folder, 'one'], { encoding: 'utf8' });
      expect(stdout.trimEnd().split('\n').at(-1)).toBe(last);
      expect(status).toBe(last.endsWith(' 0 failed') ? 0 : 1);
      if (says !== undefined) expect(stdout).toContain(says);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('runs every suite that the packages describe, but not the mutants', () => {
    const suites = Object.keys(scripts).filter((name) => /^test(:|$)/.test(name) && !/:(unit|watch|file|mutation)$/.test(name));
    const runs = readFileSync(join(root, '.ci/run'), 'utf8');
    expect(new Set([...runs.matchAll(/suite (test[:\w]*)/g)].map(([, name]) => name))).toEqual(new Set(suites));
    expect(runs).toContain(`summary.mjs "$reports" ${[...runs.matchAll(/suite (test[:\w]*)/g)].map(([, name]) => name).join(' ')}`);
  });
});
