/** Why a cluster is in its state: numbers where a finding has them, else what is stored with the cluster. */
import { expect, test } from 'vitest';
import type { ClusterRow } from '../../../functions/dashboard/page/cluster-rows.ts';
import { openFindings, reasonText, shortened } from '../../../functions/dashboard/page/reason-text.ts';
import { finding } from '../../browser/report.ts';

const short = finding(1, {
  check: 'subnet-free-ips',
  resource: 'subnet-1',
  have: 251,
  need: 324,
  unit: 'addresses',
  message: '251 of 324 addresses available.',
});
const plain = finding(2);
const because = [plain, short].map((f) => ({ id: f.id, text: `${f.check} fails: ${f.resource}` }));
const row = (more: Partial<ClusterRow['cluster']>): ClusterRow => ({
  account: short.account,
  region: short.region,
  cluster: { cluster: 'x', planned: true, running: false, state: 'BLOCKED', since: short.since, because, reasons: 2, ...more },
});

test.each<[string, ClusterRow, Parameters<typeof openFindings>[0], string]>([
  ['an amount', row({}), [plain, short], 'subnet-free-ips: 251 of 324 addresses available.'],
  ['a message', row({}), [plain], 'efa-self-traffic: Security group sg-2 has no rule that lets all traffic in from itself.'],
  ['no finding that was read', row({}), [], 'efa-self-traffic fails: sg-2'],
  ['a finding of another region', row({}), [{ ...plain, region: 'us-west-2' }], 'efa-self-traffic fails: sg-2'],
  ['reasons that found no room', row({ because: [] }), [], '2 reasons, listed under Findings'],
  ['nothing that fails', row({ state: 'READY', because: [], reasons: 0 }), [], 'Every check was evaluated, none fails'],
  ['no reason', row({ state: 'UNKNOWN', because: [], reasons: 0 }), [], ''],
])('of %s', (_, cluster, findings, text) => {
  expect(reasonText(cluster, openFindings(findings))).toBe(text);
});

test('a long reason ends before a word that does not fit, so that no number is cut', () => {
  expect(shortened(`${'x'.repeat(150)} 41 available`)).toBe(`${'x'.repeat(150)} 41 available`);
  expect(shortened(`${'x'.repeat(180)} 41 available, 65000 required`)).toBe(`${'x'.repeat(180)} 41 available, …`);
});
