/** Deployed audits remember quotas: how much less is asked for, what is written for it, and what happens where the memory fails. */
import type { SQSBatchResponse } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isCurrent } from '../../shared/aws/quotas/quota-memory.ts';
import { changeRegion } from '../../shared/sandbox/description.ts';
import { drift } from '../../shared/sandbox/drift.ts';
import type { Fault } from '../../shared/sandbox/faults.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { account, type Deployment, deploy, home, queued, requested, storyPlan } from './deployment.ts';

/** A time from which the lists of these regions, and their defaults, stand for hours. */
const start = (() => {
  const at = (hour: number) => new Date(Date.UTC(2026, 10, 24, hour)).toISOString();
  const shelves = [home, 'us-east-1'].flatMap((region) => [{ region }, { account, region }, { account: '444455556666', region }]);
  const hour = Array.from({ length: 72 }, (_, n) => n).find((n) => shelves.every((s) => isCurrent(s, at(n), at(n + 3))));
  return Date.parse(at(hour ?? expect.fail('There are three such hours.')));
})();

let d: Deployment;
beforeEach(async () => {
  d = await deploy();
});
afterEach(() => d.close());

interface Audited {
  /** Calls of Service Quotas for SageMaker by operation. */
  readonly asked: Readonly<Record<string, number>>;
  /** Sort keys of the items that were written, without what follows a #, and their size on the wire. */
  readonly written: readonly string[];
  /** Writes of other kinds. */
  readonly others: number;
  readonly bytes: number;
  readonly line: Readonly<Record<string, unknown>>;
}

type Input = Readonly<Record<string, unknown>>;
const sortKey = (input: Input): string => ((input.Item ?? input.Key) as { readonly sk: { readonly S: string } }).sk.S;
const isQuotas = (input: Input): boolean => sortKey(input).startsWith('QUOTAS');

/** One audit, so many hours after the first, and all that came of it. */
async function audit(hour: number, more: { readonly region?: string; readonly account?: string } = {}): Promise<Audited> {
  const { region = home, ...of } = more;
  d.at(new Date(start + hour * 3_600_000).toISOString());
  const before = d.sandbox.calls.length;
  d.stub.forgetCalls();
  const done = await d.run<SQSBatchResponse>('audit', queued(requested(region, `schedule-${hour}-${region}`, of)));
  expect(done).toEqual({ batchItemFailures: [] });
  const asked = d.sandbox.calls.slice(before).filter((c) => c.service === 'servicequotas');
  const puts = d.stub.of('dynamodb:PutItem');
  const others = [...d.stub.of('dynamodb:UpdateItem'), ...d.stub.of('dynamodb:BatchWriteItem')].length;
  return {
    asked: Object.fromEntries([...Map.groupBy(asked, (c) => c.operation)].map(([operation, calls]) => [operation, calls.length])),
    written: puts.map((p) => sortKey(p).split('#')[0] ?? ''),
    others,
    bytes: puts.reduce((sum, p) => sum + Buffer.byteLength(JSON.stringify(p.Item)), 0),
    line: d.lines.filter((l) => l.message === 'audited').at(-1) ?? {},
  };
}
const findings = async () => {
  const state = await d.table.currentState({ account, region: home });
  return [...(state?.findings.values() ?? [])].map((f) => f.finding);
};

describe('the second audit of a day', () => {
  test('asks for the values of interest alone, and writes no more than what an audit without news writes', async () => {
    const first = await audit(0);
    // Eleven pages of each of SageMaker's lists, one of VPC's.
    expect(first.asked).toMatchObject({ ListServiceQuotas: 12, ListAWSDefaultServiceQuotas: 11 });
    expect(first.asked).not.toHaveProperty('GetServiceQuota');
    expect(first.line.quotas).toBe('listed: nothing is remembered; defaults listed: nothing is remembered');
    expect(first.written.filter((sk) => sk === 'QUOTAS')).toHaveLength(2);
    const seen = await findings();

    const second = await audit(1);
    expect(second.asked).toMatchObject({ ListServiceQuotas: 1 });
    expect(second.asked).not.toHaveProperty('ListAWSDefaultServiceQuotas');
    expect(second.line.quotas).toBe(`${second.asked.GetServiceQuota} read, the others as listed at ${new Date(start).toISOString()}`);
    expect(second.line.changes).toBe(0);
    expect(second.written).toEqual(['AUDIT', 'DAY', 'HEAD']);
    expect(second.others).toBe(0);
    expect(second.bytes).toBeLessThan(4096);
    expect(await findings()).toEqual(seen);
  });

  test('sees an increase that AWS granted', async () => {
    await audit(0, { region: 'us-east-1' });
    const step = drift.find((s) => s.name === 'quota-increase-approved') ?? expect.fail('The story has that step.');
    d.sandbox.setDescription(step.apply(storyAccount()));
    const { line, asked } = await audit(1, { region: 'us-east-1' });
    expect(asked).not.toHaveProperty('ListAWSDefaultServiceQuotas');
    expect(line.quotas).toMatch(/^\d+ read/);
    const [commit] = (await d.table.changesBetween({ account, region: 'us-east-1' }, {})).items;
    expect(commit?.changes).toContainEqual(
      expect.objectContaining({ kind: 'recovered', id: expect.stringContaining('instance-type-quota') }),
    );
  });

  test('of another account has its own list, and the defaults that the first one read', async () => {
    const other = '444455556666';
    d.setPlan(storyPlan({ accounts: [account, other], auditRole: { name: 'hyperpod-auditor' } }));
    await audit(0);
    const { asked, line, written } = await audit(1, { account: other });
    expect(asked).not.toHaveProperty('ListAWSDefaultServiceQuotas');
    expect(line.quotas).toBe('listed: nothing is remembered');
    expect(written.filter((sk) => sk === 'QUOTAS')).toHaveLength(1);
  });

  test('of an account where nothing is read any more does not help', async () => {
    await audit(0);
    d.sandbox.setFaults([{ on: 'servicequotas:*', kind: 'deny', region: home }]);
    await audit(1);
    const state = await d.table.currentState({ account, region: home });
    const rows = [...(state?.coverage.values() ?? [])].map((c) => c.row);
    expect(rows).toContainEqual(expect.objectContaining({ check: 'instance-type-quota', action: 'servicequotas:ListServiceQuotas' }));
    expect((await d.table.summary({ account, region: home }))?.readiness.map((r) => r.state)).toEqual(['UNKNOWN']);
  });
});

test('a day later both lists are read and written once more', async () => {
  await audit(0);
  const { line, written, asked } = await audit(24);
  expect(line.quotas).toBe('listed: the day is over; defaults listed: the day is over');
  expect(asked).toMatchObject({ ListServiceQuotas: 12, ListAWSDefaultServiceQuotas: 11 });
  expect(written.filter((sk) => sk === 'QUOTAS')).toHaveLength(2);
});

describe('the list is read in full, and the results are the same, where', () => {
  const deny = (on: string): Fault => ({ on, kind: 'deny', region: home });

  test('single quotas may not be read, as where an account’s role is older than the auditor', async () => {
    await audit(0);
    const seen = await findings();
    d.sandbox.setFaults([deny('servicequotas:GetServiceQuota')]);
    const { asked, line, written } = await audit(1);
    expect(asked).toMatchObject({ ListServiceQuotas: 12 });
    // The first refusal ends it; others may be on their way by then.
    expect(asked.GetServiceQuota).toBeGreaterThan(0);
    expect(line.quotas).toBe('listed: servicequotas:GetServiceQuota: access denied (AccessDeniedException)');
    expect(written).toEqual(['AUDIT', 'DAY', 'HEAD']);
    expect(await findings()).toEqual(seen);
  });

  test('a type is planned that is new in the region', async () => {
    const types = ['ml.p5.48xlarge for cluster usage'];
    const without = changeRegion(storyAccount(), account, home, (r) => ({
      quotas: { ...r.quotas, sagemaker: { applied: {}, defaultOnly: [], broken: {}, more: [], ...r.quotas.sagemaker, missing: types } },
    }));
    d.sandbox.setDescription(without);
    await audit(0);
    expect((await d.table.summary({ account, region: home }))?.readiness.map((r) => r.state)).toEqual(['BLOCKED']);
    d.sandbox.setDescription(storyAccount());
    const { line } = await audit(1);
    expect(line.quotas).toMatch(/^listed: nothing is remembered of "ml.p5.48xlarge for cluster usage"/);
    expect((await d.table.summary({ account, region: home }))?.readiness.map((r) => r.state)).toEqual(['READY']);
  });

  test.each([
    ['the memory cannot be read', 'refuse', 'dynamodb:GetItem', 'dynamodb:GetItem: access denied (AccessDeniedException)'],
    ['the memory does not answer', 'hang', 'dynamodb:GetItem', ''],
    ['the memory is throttled', 'throttle', 'dynamodb:GetItem', ''],
  ] as const)('%s', async (_, kind, on, why) => {
    await audit(0);
    const seen = await findings();
    d.stub.setFaults([{ on, kind, when: isQuotas }]);
    const { asked, line } = await audit(1);
    expect(line.quotas).toMatch(
      /^listed: what is remembered could not be read: .+; defaults listed: what is remembered could not be read: .+$/,
    );
    expect(line.quotas).toContain(why);
    expect(asked).toMatchObject({ ListServiceQuotas: 12, ListAWSDefaultServiceQuotas: 11 });
    expect(line.changes).toBe(0);
    expect(await findings()).toEqual(seen);
  });

  test('the memory takes nothing: the audit after it lists once more', async () => {
    d.stub.setFaults([{ on: 'dynamodb:PutItem', kind: 'refuse', when: isQuotas }]);
    const { line } = await audit(0);
    expect(line.quotas).toContain('not stored: dynamodb:PutItem: access denied (AccessDeniedException)');
    d.stub.setFaults([]);
    expect((await audit(1)).line.quotas).toMatch(/^listed: nothing is remembered/);
    expect((await audit(2)).line.quotas).toMatch(/^\d+ read/);
  });
});
