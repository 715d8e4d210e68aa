/** Which file a dashboard keeps its operator's last look in: one for each source of answers. */
import { expect, test } from 'vitest';
import { lookedFile } from '../../../functions/cli/last-viewed-file.ts';

const env = { XDG_STATE_HOME: '/state', AWS_REGION: 'us-east-1' };

test('beside the database of this machine', () => {
  expect(lookedFile({ database: '/data/findings' }, env)).toBe('/data/findings/looked');
});

test('among the state of the operator for what is asked elsewhere', () => {
  expect(lookedFile({ deployed: true }, env)).toMatch(/^\/state\/hyperpod-auditor\/looked-[0-9a-f]{16}$/);
  expect(lookedFile({ deployed: true }, {})).toContain('/.local/state/hyperpod-auditor/looked-');
});

test('each source has its own, however it is named', () => {
  const files = [
    lookedFile({ deployed: true }, env),
    lookedFile({ deployed: true }, { ...env, AWS_REGION: 'us-west-2' }),
    lookedFile({ deployed: true }, { ...env, AWS_PROFILE: 'other' }),
    lookedFile({ stack: 'Other' }, env),
    lookedFile({ table: 'Other' }, env),
    lookedFile({ url: 'https://one.example' }, env),
    lookedFile({ url: 'https://two.example' }, env),
  ];
  expect(new Set(files).size).toBe(files.length);
  expect(lookedFile({ stack: 'HyperPodAuditor', home: 'us-east-1' }, { XDG_STATE_HOME: '/state' })).toBe(files[0]);
});
