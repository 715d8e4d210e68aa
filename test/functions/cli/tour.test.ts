/** What a newcomer sees: `npm start`. */
import { expect, test } from 'vitest';
import { root, run } from './run.ts';

test('the tour audits, drifts, audits again, and shows the alerts', async () => {
  const { code, stdout, stderr } = await run(['tour'], { cwd: root });
  expect({ code, steps: stderr.match(/\[3\/3\]/g)?.length }).toEqual({ code: 0, steps: 2 });
  for (const words of [
    'READINESS',
    'FINDINGS',
    'COVERAGE',
    'llm-train',
    'BLOCKED',
    'Then the account drifts',
    'Subject: ',
    'npx hyperpod-auditor audit --plan my-plan.yaml',
  ])
    expect(stdout).toContain(words);
  expect(stdout.indexOf('READINESS')).toBeLessThan(stdout.indexOf('FINDINGS'));
  // The self rule that was removed is told with its way back.
  expect(stdout.slice(stdout.indexOf('The next audit'))).toContain('efa-self-traffic');
});
