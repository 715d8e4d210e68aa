/** The results of all accounts and regions that a file of snapshots holds or the plan names. */
import { expect, test } from 'vitest';
import { evaluateScope } from '../../../shared/core/evaluation/evaluate-scope.ts';
import type { Snapshot } from '../../../shared/core/evaluation/facts.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import { account, planned, plan as planOf, request, running, snapshot, withRunning } from '../healthy.ts';

const [second, third] = ['444455556666', '999999999999'] as const;
const cluster = (ClusterName: string, region: string) => planned({ region, request: request({ ClusterName }) });
const plan: Plan = { ...planOf(cluster('llm-train', 'us-west-2'), cluster('east', 'us-east-1')), accounts: [account, third] };
const at = (more: Partial<Snapshot>, facts = {}): Snapshot => ({ ...snapshot(facts), ...more });
const snapshots = [
  at({ factsAt: '2026-11-20T08:00:00.000Z', alias: 'research' }),
  at({ account: second, factsAt: '2026-11-20T10:00:00.000Z' }, withRunning(running({ name: 'other' }))),
  at({ account: second, region: 'eu-west-1', factsAt: '2026-11-20T09:00:00.000Z' }),
];
const missing = (place: string) => expect.objectContaining({ reason: `${place} is not in this snapshot` });

test('every account and region has a result, those that are missing with the reason', () => {
  const { accounts, whole, selection } = evaluateScope(plan, {}, snapshots);
  expect(whole).toEqual(accounts);
  expect(selection).toBeUndefined();
  expect(
    accounts.map((a) => [a.account, a.alias, a.auditedAt, a.regions.map((r) => [r.region, r.state, ...r.readiness.map((c) => c.cluster)])]),
  ).toEqual([
    [
      account,
      'research',
      '2026-11-20T08:00:00.000Z',
      [
        ['us-west-2', 'audited', 'llm-train'],
        ['us-east-1', 'failed', 'east'],
      ],
    ],
    [
      second,
      undefined,
      '2026-11-20T10:00:00.000Z',
      [
        ['us-west-2', 'audited', 'other'],
        ['eu-west-1', 'audited'],
      ],
    ],
    [
      third,
      undefined,
      '2026-11-20T10:00:00.000Z',
      [
        ['us-west-2', 'failed', 'llm-train'],
        ['us-east-1', 'failed', 'east'],
      ],
    ],
  ]);
  expect(accounts.map((a) => Object.hasOwn(a, 'alias'))).toEqual([true, false, false]);
});

test('nothing is evaluated where the snapshots hold nothing', () => {
  const [own, , other] = evaluateScope(plan, {}, snapshots).accounts;
  const east = own?.regions[1];
  expect(east?.findings).toEqual([]);
  expect(east?.readiness).toMatchObject([{ cluster: 'east', state: 'UNKNOWN' }]);
  expect(east?.coverage.unevaluated[0]).toEqual(missing('us-east-1'));
  expect(other?.regions[0]?.coverage.unevaluated[0]).toEqual(missing(`account ${third}`));
});

test('a selection narrows the results, and the whole stays', () => {
  const { accounts, whole, selection } = evaluateScope(plan, { accounts: [second], clusters: ['other'] }, snapshots);
  expect(accounts.map((a) => [a.account, a.regions.map((r) => r.region)])).toEqual([[second, ['us-west-2']]]);
  expect(whole.map((a) => [a.account, a.regions.map((r) => r.region)])).toEqual([[second, ['us-west-2', 'eu-west-1']]]);
  expect(selection).toMatchObject({ accounts: [second], clusters: ['other'], unanswered: [] });
});

test('an account that is not in scope is named with those that are', () => {
  const { selection } = evaluateScope(plan, { accounts: ['222222222222'] }, snapshots);
  expect(selection?.unanswered[0]).toContain(`Account 222222222222 is not in scope; in scope: ${account}, ${second}, ${third}.`);
});

test('mutes hold at the time of each snapshot', () => {
  const mute = { check: 'fsx-available', reason: 'known', owner: 'ops', until: '2026-11-20' };
  const muted = (factsAt: string) => {
    const failing = { ...planOf(planned({ fsxLustre: ['fs-0bad'] })), mutes: [mute] };
    const [own] = evaluateScope(failing, {}, [at({ factsAt }, { fileSystems: { 'fs-0bad': { ok: true, value: null } } })]).accounts;
    return own?.regions[0]?.findings.filter((f) => f.check === 'fsx-available').map((f) => f.muted?.reason);
  };
  expect(muted('2026-11-20T08:00:00.000Z')).toEqual(['known']);
  expect(muted('2026-11-21T08:00:00.000Z')).toEqual([undefined]);
});
