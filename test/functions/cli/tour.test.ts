/** What a newcomer sees: `npm start`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, run } from './run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tour-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the tour audits, drifts, audits again, and shows the alerts', async () => {
  const { code, stdout, stderr } = await run(['tour', '--report', join(folder, 'report.html')]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const words of [
    'READINESS',
    'FINDINGS',
    'COVERAGE',
    'llm-train',
    'BLOCKED',
    'Then the account drifts',
    'Subject: ',
    'npx --no-install hyperpod-auditor audit --plan my-plan.yaml',
    'report.html',
  ])
    expect(stdout).toContain(words);
  expect(stdout.indexOf('READINESS')).toBeLessThan(stdout.indexOf('FINDINGS'));
  // One alert for each cluster whose readiness changed, as the deployed auditor publishes them.
  for (const subject of ['BLOCKED llm-train us-west-2', 'BLOCKED eval-next eu-north-1', 'UNKNOWN eval eu-north-1'])
    expect(stdout).toContain(`Subject: ${subject} (ml-prod)\n`);
  // The self rule that was removed is shown with its fix.
  expect(stdout.slice(stdout.indexOf('The next audit'))).toContain('efa-self-traffic');
});

test('the screen in the README is a real one', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const shown = /<!-- screen -->\n```text\n(.*?)\n```/s.exec(readme)?.[1]?.split('\n') ?? [];
  const { stdout } = await run(['audit', '--sandbox', '--quiet', '--database', join(folder, 'findings')]);
  const timeless = (line: string) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'TIME');
  const real = new Set(stdout.split('\n').map(timeless));
  expect(shown.length).toBeGreaterThan(20);
  expect(shown.filter((line) => line !== '  …' && !real.has(timeless(line)))).toEqual([]);
});
