/** Which file a dashboard keeps its operator's last look in: one for each source of answers. */
import { expect, test } from 'vitest';
import { lastViewedFile } from '../../../functions/cli/last-viewed-file.ts';

const env = { XDG_STATE_HOME: '/state', AWS_REGION: 'us-east-1' };

test('next to the database of this machine', () => {
  expect(lastViewedFile({ database: '/data/findings' }, env)).toBe('/data/findings/looked');
});

test('among the state of the operator for what is asked elsewhere', () => {
  expect(lastViewedFile({ deployed: true }, env)).toMatch(/^\/state\/hyperpod-auditor\/looked-[0-9a-f]{16}$/);
  expect(lastViewedFile({ deployed: true }, {})).toContain('/.local/state/hyperpod-auditor/looked-');
});

test('each source has its own, however it is named', () => {
  const files = [
    lastViewedFile({ deployed: true }, env),
    lastViewedFile({ deployed: true }, { ...env, AWS_REGION: 'us-west-2' }),
    lastViewedFile({ deployed: true }, { ...env, AWS_PROFILE: 'other' }),
    lastViewedFile({ stack: 'Other' }, env),
    lastViewedFile({ table: 'Other' }, env),
    lastViewedFile({ url: 'https://one.example' }, env),
    lastViewedFile({ url: 'https://two.example' }, env),
  ];
  expect(new Set(files).size).toBe(files.length);
  expect(lastViewedFile({ stack: 'HyperPodAuditor', stackRegion: 'us-east-1' }, { XDG_STATE_HOME: '/state' })).toBe(files[0]);
});
