import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalStore, openMemoryStore } from '../../shared/aws/findings/local/local-store.ts';
import type { Facts } from '../../shared/core/evaluation/facts.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import { resultOf } from '../../shared/core/history/state-result.ts';
import type { Mute, Plan } from '../../shared/core/plan/plan.ts';
import { quotaNames } from '../../shared/core/quotas/quotas.ts';
import { type AuditInput, auditRegion } from '../../shared/workflows/audit-region.ts';
import { account, denied, ok, plan, region, running, snapshot, withRunning } from '../core/healthy.ts';
import { hour } from '../core/results.ts';

let local: LocalStore;
beforeEach(async () => {
  local = await openMemoryStore({ now: () => new Date('2026-11-21T12:00:00.000Z') });
});
afterEach(() => local.close());

const place = { account, region };

/** The audit of the healthy account, but for some facts, at an hour. */
const audit = (n: number, facts: Partial<Facts> = {}, run: Partial<AuditInput> = {}) =>
  auditRegion({
    plan: plan(),
    planHash: 'plan-1',
    toolVersion: '1.0.0',
    auditId: `audit-${n}`,
    collect: async () => ({ ...snapshot(facts), factsAt: hour(n) }),
    table: local.table,
    ...run,
  });

const quotasWith = (volume: number): Partial<Facts> => {
  const { quotas } = snapshot().facts;
  const rows = quotas.sagemaker?.ok ? quotas.sagemaker.value : [];
  return { quotas: { ...quotas, sagemaker: ok(rows.map((q) => (q.name === quotaNames.volume ? { ...q, applied: volume } : q))) } };
};
const words = (changes: readonly { readonly of: string; readonly kind: string; readonly cause: string; readonly id: string }[]) =>
  changes.map((c) => `${c.kind} ${decodeURIComponent(c.id).split('/')[0]} ${c.cause}`);
const volume = (result: RegionResult) => result.findings.find((f) => f.check === 'volume-size-quota');
const sorted = (r: RegionResult): RegionResult => ({
  ...r,
  coverage: { ...r.coverage, unevaluated: r.coverage.unevaluated.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) },
  findings: r.findings.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  readiness: r.readiness.map((c) => ({ ...c, because: c.because.toSorted() })).toSorted((a, b) => (a.cluster < b.cluster ? -1 : 1)),
});

test('a first audit is a baseline, the same facts again change nothing', async () => {
  const first = await audit(8);
  expect(first.commit).toBe(1);
  expect(first.changes.length).toBeGreaterThan(first.result.findings.length);
  expect(new Set(first.changes.map((c) => c.cause))).toEqual(new Set(['baseline']));
  const second = await audit(9);
  expect(second).toMatchObject({ changes: [], snapshot: { factsAt: hour(9) } });
  expect(second.commit).toBeUndefined();
  expect(second.discarded).toBeUndefined();
  expect(second.result.findings.every((f) => f.since === hour(8))).toBe(true);
});

test('a regression and its recovery have their times, and are pending until they are notified', async () => {
  await audit(8);
  const worse = await audit(9, quotasWith(100));
  expect(words(worse.changes)).toEqual([
    'changed applied-quotas account',
    'regressed volume-size-quota account',
    'regressed llm-train account',
  ]);
  expect(volume(worse.result)).toMatchObject({ status: 'fail', since: hour(9) });
  expect(worse.result.readiness).toMatchObject([{ cluster: 'llm-train', state: 'BLOCKED', since: hour(9) }]);
  expect(await local.table.commit(place, worse.commit ?? 0)).toMatchObject({ pending: true, changes: worse.changes });
  const better = await audit(10, quotasWith(1024));
  expect(words(better.changes)).toEqual([
    'changed applied-quotas account',
    'recovered volume-size-quota account',
    'recovered llm-train account',
  ]);
  expect(better.commit).toBe(3);
});

test('what cannot be read is carried over with its age and never decides', async () => {
  await audit(8, quotasWith(100));
  const withoutQuotas: Partial<Facts> = { quotas: { ...snapshot().facts.quotas, sagemaker: denied('servicequotas:ListServiceQuotas') } };
  const unread = await audit(9, withoutQuotas);
  const { result } = unread;
  expect(result.readiness).toMatchObject([{ state: 'UNKNOWN' }]);
  expect(volume(result)).toBeUndefined();
  expect(result.coverage.unevaluated).toContainEqual({
    check: 'volume-size-quota',
    level: 'required',
    cluster: 'llm-train',
    resource: quotaNames.volume,
    reason: 'access denied',
    action: 'servicequotas:ListServiceQuotas',
    since: hour(9),
    last: { status: 'fail', level: 'required', at: hour(8) },
  });
  expect(unread.changes.some((c) => c.kind === 'gone')).toBe(false);
  expect((await audit(10, withoutQuotas)).changes).toEqual([]);
  const back = await audit(11, quotasWith(100));
  expect(new Set(back.changes.map((c) => c.cause))).toEqual(new Set(['visibility']));
  expect(volume(back.result)).toMatchObject({ status: 'fail', since: hour(8) });
  expect(sorted(resultOf((await local.table.currentState(place)) ?? expect.fail('no state'), region))).toEqual(sorted(back.result));
});

test('a running cluster is UNKNOWN, not gone, when clusters cannot be listed', async () => {
  const none: Plan = { ...plan(), clusters: [] };
  await audit(8, withRunning(running({ name: 'live' })), { plan: none });
  const unread = await audit(9, { clusterNames: denied('sagemaker:ListClusters'), runningClusters: {} }, { plan: none });
  expect(unread.result.readiness).toMatchObject([{ cluster: 'live', state: 'UNKNOWN', since: hour(9) }]);
  const gone = await audit(10, {}, { plan: none });
  expect(gone.result.readiness).toEqual([]);
  expect(gone.changes).toContainEqual(expect.objectContaining({ of: 'readiness', kind: 'gone', id: 'live' }));
});

test('the state that is kept reads like the result that was reported', async () => {
  await audit(8, withRunning(running({ name: 'live' })));
  const { result } = await audit(9, {
    ...quotasWith(100),
    ...withRunning(running({ name: 'live' })),
    subnets: denied('ec2:DescribeSubnets'),
  });
  const state = await local.table.currentState(place);
  expect(state && sorted(resultOf(state, region))).toEqual(sorted(result));
});

test('a mute hides, does not fix, and its end is a change', async () => {
  const mute: Mute = { check: 'volume-*', reason: 'raised on Monday', owner: 'ml platform', until: '2026-11-20' };
  const muted = { plan: { ...plan(), mutes: [mute] } };
  await audit(8, quotasWith(100));
  const begun = await audit(9, quotasWith(100), { ...muted, planHash: 'plan-2' });
  expect(words(begun.changes)).toEqual(['muted volume-size-quota plan']);
  expect(volume(begun.result)).toMatchObject({
    status: 'fail',
    muted: { reason: 'raised on Monday', owner: 'ml platform', until: '2026-11-20' },
  });
  expect(begun.result.readiness).toMatchObject([{ state: 'BLOCKED' }]);
  const ended = await audit(24, quotasWith(100), { ...muted, planHash: 'plan-2' });
  expect(words(ended.changes)).toEqual(['unmuted volume-size-quota account']);
  expect(volume(ended.result)?.muted).toBeUndefined();
});

test('an audit that was done before or comes too late shows what it saw and writes nothing', async () => {
  await audit(8);
  await audit(10);
  expect(await audit(11, quotasWith(100), { auditId: 'audit-8' })).toMatchObject({ discarded: 'repeated', changes: [] });
  const late = await audit(9, quotasWith(100));
  expect(late).toMatchObject({ discarded: 'outdated', changes: [] });
  expect(volume(late.result)?.status).toBe('fail');
  expect((await local.table.changesBetween(place, {})).items).toHaveLength(1);
});

test('a flapping amount is debounced for the period of the schedule', async () => {
  const { subnets } = snapshot().facts;
  const few: Partial<Facts> = { subnets: subnets.ok ? ok(subnets.value.map((s) => ({ ...s, freeIpv4: 130 }))) : subnets };
  const roomy = { plan: { ...plan(), schedule: 'rate(15 minutes)', clusters: plan().clusters.map((c) => ({ ...c, headroom: 50 })) } };
  await audit(8, {}, roomy);
  const shrunk = await audit(9, few, roomy);
  expect(shrunk.changes).toContainEqual(
    expect.objectContaining({ kind: 'regressed', id: expect.stringMatching(/^subnet-free-ips/), alertAfter: '2026-11-20T09:15:00.000Z' }),
  );
});

test('facts that cannot be collected at all are the caller’s to see, and nothing is written', async () => {
  const collect = () => Promise.reject(new Error('The role cannot be assumed.'));
  await expect(audit(8, {}, { collect })).rejects.toThrow('The role cannot be assumed.');
  expect(await local.table.currentState(place)).toBeUndefined();
});
