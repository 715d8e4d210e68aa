/** The JSON form of a change: every member that programs may rely on, and none that has no value. */
import { describe, expect, test } from 'vitest';
import { dataOf, failureData } from '../../../shared/core/alerts/alert-data.ts';
import type { Change, CoverageChange, FindingRecord, ReadinessChange } from '../../../shared/core/history/log.ts';
import { finding, hour, row } from '../results.ts';

const remediation = { text: 'Fix it.', command: 'aws ec2 fix', console: 'https://example.com' } as const;
const record = (more: Parameters<typeof finding>[0] = {}): FindingRecord => ({
  finding: finding(more),
  firstSeen: hour(1),
  since: hour(2),
  lastChanged: hour(2),
});
const change = { kind: 'regressed', cause: 'account' } as const;
const ofFinding = (more: Parameters<typeof finding>[0]): Change => ({ ...change, of: 'finding', id: finding().id, after: record(more) });
const place = { check: 'efa-self-traffic', cluster: 'llm-train', resource: 'sg-1' };
const now = { level: 'required', status: 'pass', message: 'sg-1 was read.', since: hour(2) };
const failing = { ...now, status: 'fail' };
const coverage: Omit<CoverageChange, 'after'> = { of: 'coverage', kind: 'unseen', cause: 'account', id: finding().id };
const readiness: Omit<ReadinessChange, 'before' | 'after'> = { ...change, of: 'readiness', id: 'llm-train', because: [finding().id] };
const state = { state: 'BLOCKED', since: hour(2) } as const;

describe('a change', () => {
  test.each<[string, Change, object]>([
    ['a pass', ofFinding({}), { ...place, ...now }],
    ['a pass with a fix', ofFinding({ remediation }), { ...place, ...now }],
    ['an amount', ofFinding({ have: 1, need: 2, unit: 'nodes' }), { ...place, ...now, have: 1, need: 2, unit: 'nodes' }],
    ['a watched value', ofFinding({ watched: 'value=8' }), { ...place, ...now, watched: 'value=8' }],
    ['a failure', ofFinding({ status: 'fail' }), { ...place, ...failing }],
    ['a failure with a fix', ofFinding({ status: 'fail', remediation: { text: 'Fix it.' } }), { ...place, ...failing, fix: 'Fix it.' }],
    [
      'a failure with a command and a page',
      ofFinding({ status: 'fail', remediation }),
      { ...place, ...failing, fix: 'Fix it.', command: 'aws ec2 fix', console: 'https://example.com' },
    ],
    [
      'a finding that is gone',
      { of: 'finding', ...change, id: finding().id, before: { status: 'fail', level: 'required', since: hour(1), have: 1 } },
      { ...place, before: { status: 'fail', level: 'required', since: hour(1) } },
    ],
    ['a coverage row that is gone', coverage, place],
    [
      'a coverage row',
      { ...coverage, after: { row: row(), since: hour(2) } },
      { ...place, level: 'required', since: hour(2), reason: 'access denied' },
    ],
    [
      'a coverage row with an action',
      { ...coverage, after: { row: row({ action: 'ec2:DescribeVpcs' }), since: hour(2) } },
      { ...place, level: 'required', since: hour(2), reason: 'access denied', action: 'ec2:DescribeVpcs' },
    ],
    [
      'a new cluster',
      { ...readiness, after: { ...state, cluster: 'llm-train', running: false, planned: true } },
      { cluster: 'llm-train', status: 'BLOCKED', since: hour(2), because: [finding().id] },
    ],
    [
      'a cluster that is gone',
      { ...readiness, before: state },
      { cluster: 'llm-train', before: { status: 'BLOCKED', since: hour(2) }, because: [finding().id] },
    ],
  ])('%s', (_, of, data) => {
    expect(dataOf(of, undefined)).toStrictEqual({ of: of.of, kind: of.kind, cause: of.cause, id: of.id, ...data });
  });
});

test('a failure that is no change has the same members', () => {
  expect(failureData(record({ status: 'fail' }))).toStrictEqual({ id: finding().id, ...place, ...failing });
});
