/** Which changes of the log Security Hub imports, and in which state. */
import { describe, expect, test } from 'vitest';
import { importsOfCommit, importsOfState, lastWords } from '../../../shared/core/alerts/security-hub-import.ts';
import { audit, finding, hour, result, row, type Seen } from '../results.ts';

const place = { account: '111122223333', alias: 'ml-prod', region: 'us-west-2' };
const hub = 'eu-west-1';
const pass = finding();
const fail = finding({ status: 'fail', remediation: { text: 'Fix it.' } });
const soft = finding({ status: 'fail', level: 'recommended', checkLevel: 'required' });
const between = (before: Seen, after: Seen) => {
  const { state } = audit(undefined, 8, result(before));
  const { commit } = audit(state, 9, result(after));
  return importsOfCommit(place, commit, hub).map((f) => [f.Compliance.Status, f.RecordState, f.UpdatedAt]);
};

describe('the changes of a commit', () => {
  test.each<[string, Seen, Seen, readonly string[][]]>([
    ['nothing new', { findings: [fail] }, { findings: [fail] }, []],
    ['a failure', { findings: [pass] }, { findings: [fail] }, [['FAILED', 'ACTIVE', hour(9)]]],
    ['a recommended failure', { findings: [pass] }, { findings: [soft] }, [['WARNING', 'ACTIVE', hour(9)]]],
    ['a failure that passes is archived', { findings: [fail] }, { findings: [pass] }, [['PASSED', 'ARCHIVED', hour(9)]]],
    ['a failure that is gone is archived', { findings: [fail] }, {}, [['NOT_AVAILABLE', 'ARCHIVED', hour(9)]]],
    ['a pass that is gone was never there', { findings: [pass] }, {}, []],
    ['a pass that is new is not imported', {}, { findings: [pass] }, []],
    ['what can no longer be evaluated', {}, { rows: [row({ resource: 'sg-9' })] }, [['NOT_AVAILABLE', 'ACTIVE', hour(9)]]],
    ['what is evaluated again is archived', { rows: [row({ resource: 'sg-9' })] }, {}, [['NOT_AVAILABLE', 'ARCHIVED', hour(9)]]],
  ])('%s', (_, before, after, imported) => {
    expect(between(before, after)).toEqual(imported);
  });
});

test('a finding has the hub, the account and the time at which it began', () => {
  const { state } = audit(undefined, 8, result({ findings: [fail] }));
  const { state: later } = audit(state, 9, result({ findings: [fail, finding({ resource: 'sg-2' })], rows: [row({ resource: 'sg-3' })] }));
  const imported = importsOfState(place, later, hub);
  expect(
    imported.map((f) => [f.ProductFields['hyperpod-auditor/resource'] ?? f.Resources[0]?.Id, f.RecordState, f.CreatedAt, f.UpdatedAt]),
  ).toEqual([
    ['sg-1', 'ACTIVE', hour(8), hour(9)],
    ['sg-3', 'ACTIVE', hour(9), hour(9)],
  ]);
  expect(new Set(imported.map((f) => f.AwsAccountId))).toEqual(new Set([place.account]));
  expect(imported.every((f) => f.ProductArn.includes(hub))).toBe(true);
});

test('of several imports of one id the last counts, in the order of the first', () => {
  const { commit } = audit(undefined, 8, result({ findings: [fail, finding({ status: 'fail', resource: 'sg-2' })] }));
  const [one, two] = importsOfCommit(place, commit, hub);
  if (!one || !two) throw new Error('two failures are two imports');
  const archived = { ...one, RecordState: 'ARCHIVED' } as const;
  expect(lastWords([one, two, archived])).toEqual([archived, two]);
});
