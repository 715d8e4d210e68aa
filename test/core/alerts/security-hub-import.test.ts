/** Which changes of the log Security Hub imports, and in which state. */
import { describe, expect, test } from 'vitest';
import { importsOfCommit, importsOfState, lastWords } from '../../../shared/core/alerts/security-hub-import.ts';
import { audit, finding, hour, result, row, type Seen } from '../results.ts';

const place = { account: '111122223333', alias: 'ml-prod', region: 'us-west-2' };
const hub = { account: '999900001111', region: 'eu-west-1' };
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
  expect(imported.map((f) => [f.ProductFields['hyperpod-auditor/resource'], f.RecordState, f.CreatedAt, f.UpdatedAt])).toEqual([
    ['sg-1', 'ACTIVE', hour(8), hour(9)],
    ['sg-3', 'ACTIVE', hour(9), hour(9)],
  ]);
  expect(new Set(imported.map((f) => f.AwsAccountId))).toEqual(new Set([hub.account]));
  expect(new Set(imported.map((f) => f.ProductArn))).toEqual(
    new Set(['arn:aws:securityhub:eu-west-1:999900001111:product/999900001111/default']),
  );
});

test('of several imports of one id the last counts, in the order of the first', () => {
  const { commit } = audit(undefined, 8, result({ findings: [fail, finding({ status: 'fail', resource: 'sg-2' })] }));
  const [one, two] = importsOfCommit(place, commit, hub);
  if (!one || !two) throw new Error('two failures are two imports');
  const archived = { ...one, RecordState: 'ARCHIVED' } as const;
  expect(lastWords([one, two, archived])).toEqual([archived, two]);
});

describe('what Security Hub gets of another account', () => {
  const of = (resource: string) => {
    const { commit } = audit(undefined, 8, result({ findings: [finding({ status: 'fail', resource })] }));
    const [made] = importsOfCommit(place, commit, hub);
    return made?.Resources.map(({ Type, Id }) => `${Type} ${Id}`);
  };
  test.each([
    ['subnet-0a1b', 'AwsEc2Subnet arn:aws:ec2:us-west-2:111122223333:subnet/subnet-0a1b'],
    ['sg-0a1b', 'AwsEc2SecurityGroup arn:aws:ec2:us-west-2:111122223333:security-group/sg-0a1b'],
    ['vpc-0a1b', 'AwsEc2Vpc arn:aws:ec2:us-west-2:111122223333:vpc/vpc-0a1b'],
    ['s3://scripts/', 'AwsS3Bucket arn:aws:s3:::scripts'],
    ['arn:aws:iam::111122223333:role/Node', 'AwsIamRole arn:aws:iam::111122223333:role/Node'],
    ['ml.p5.48xlarge', 'Other ml.p5.48xlarge'],
  ])('%s is known by its account, which is a resource of its own', (resource, expected) => {
    expect(of(resource)).toEqual([expected, 'AwsAccount AWS::::Account:111122223333']);
  });
});

test('whatever a finding says, it stays within the limits of the format', () => {
  // https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
  const long = `${'x🚦'.repeat(4000)}`;
  const wide = finding({
    check: 'c'.repeat(300),
    resource: long,
    group: long,
    title: long,
    message: long,
    unit: long,
    status: 'fail',
    remediation: { text: long, command: long },
  });
  const { commit } = audit(undefined, 8, result({ findings: [wide], rows: [row({ resource: long, reason: long, action: long })] }));
  const imported = importsOfCommit({ ...place, alias: long }, commit, hub);
  expect(imported).toHaveLength(2);
  for (const f of imported) {
    expect(f.Id.length).toBeLessThanOrEqual(512);
    expect(f.GeneratorId.length).toBeLessThanOrEqual(512);
    expect(f.Title.length).toBeLessThanOrEqual(256);
    expect(f.Description.length).toBeLessThanOrEqual(1024);
    expect(f.ProductName.length).toBeLessThanOrEqual(128);
    expect(f.Types.length).toBeLessThanOrEqual(50);
    expect(f.Remediation?.Recommendation.Text.length ?? 0).toBeLessThanOrEqual(512);
    expect(f.Resources.length).toBeLessThanOrEqual(32);
    for (const { Id, Type } of f.Resources) expect([Id.length <= 512, Type.length <= 256]).toEqual([true, true]);
    const fields = Object.entries(f.ProductFields);
    expect(fields.length).toBeLessThanOrEqual(50);
    for (const [name, value] of fields) expect([name.length <= 128, value.length <= 2048]).toEqual([true, true]);
    expect(f.ProductFields['hyperpod-auditor/command']).toBeUndefined();
    expect(JSON.stringify(f).isWellFormed()).toBe(true);
    // A hundred of them are one call, which takes 6 MB.
    expect(Buffer.byteLength(JSON.stringify(f))).toBeLessThan(60_000);
  }
});
