/** Planned scope against answered scope. */
import { describe, expect, test } from 'vitest';
import type { AccountResult } from '../../../shared/core/evaluation/finding.ts';
import {
  describeSelection,
  plannedWithout,
  type Selection,
  scopeOf,
  selectedRegions,
  selectFrom,
} from '../../../shared/core/evaluation/scope.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import { planned as plannedCluster, plan as planOf, request } from '../healthy.ts';
import { finding, result, row } from '../results.ts';

const [a, b, c] = ['111122223333', '444455556666', '999999999999'] as const;
const cluster = (name: string, region: string) => plannedCluster({ region, request: request({ ClusterName: name }) });
const plan: Plan = planOf(cluster('llm-train', 'us-west-2'), cluster('llm-train-east', 'us-east-1'));
const at = (account: string, ...regions: readonly string[]) => regions.map((region) => ({ account, region }));

describe('the accounts and regions that a result has to name', () => {
  const missing = (region: string) => ({ region, missing: `${region} is not in this snapshot` });
  const noAccount = (account: string, region: string) => ({ region, missing: `account ${account} is not in this snapshot` });
  test.each<[string, Partial<Plan>, Selection, ReturnType<typeof at>, ReturnType<typeof scopeOf>]>([
    [
      'all are there',
      {},
      {},
      at(a, 'us-west-2', 'us-east-1'),
      [{ account: a, planned: true, regions: [{ region: 'us-west-2' }, { region: 'us-east-1' }] }],
    ],
    [
      'a planned region is missing',
      {},
      {},
      at(a, 'us-west-2'),
      [{ account: a, planned: true, regions: [{ region: 'us-west-2' }, missing('us-east-1')] }],
    ],
    [
      'a listed region without clusters is missing',
      { regions: ['eu-west-1'], clusters: [] },
      {},
      at(a, 'us-west-2'),
      [{ account: a, planned: true, regions: [{ region: 'us-west-2' }, missing('eu-west-1')] }],
    ],
    [
      'a listed account is missing',
      { accounts: [a, c] },
      {},
      at(a, 'us-west-2', 'us-east-1'),
      [
        { account: a, planned: true, regions: [{ region: 'us-west-2' }, { region: 'us-east-1' }] },
        { account: c, planned: true, regions: [noAccount(c, 'us-west-2'), noAccount(c, 'us-east-1')] },
      ],
    ],
    [
      'a listed account is missing and the plan names no region: those of the others',
      { accounts: [a, c], clusters: [] },
      {},
      at(a, 'us-west-2'),
      [
        { account: a, planned: true, regions: [{ region: 'us-west-2' }] },
        { account: c, planned: true, regions: [noAccount(c, 'us-west-2')] },
      ],
    ],
    [
      'accounts that the plan does not list are named, and nothing is planned there',
      { accounts: [c] },
      {},
      at(a, 'us-west-2'),
      [
        { account: a, planned: false, regions: [{ region: 'us-west-2' }] },
        { account: c, planned: true, regions: [noAccount(c, 'us-west-2'), noAccount(c, 'us-east-1')] },
      ],
    ],
    [
      'an organization: every account that is there',
      { accounts: 'organization' },
      {},
      [...at(a, 'us-west-2', 'us-east-1'), ...at(b, 'us-west-2')],
      [
        { account: a, planned: true, regions: [{ region: 'us-west-2' }, { region: 'us-east-1' }] },
        { account: b, planned: true, regions: [{ region: 'us-west-2' }, missing('us-east-1')] },
      ],
    ],
    [
      'a plan without regions: whatever is there',
      { clusters: [] },
      {},
      at(a, 'eu-west-1'),
      [{ account: a, planned: true, regions: [{ region: 'eu-west-1' }] }],
    ],
    [
      'a selected region',
      {},
      { regions: ['us-east-1'] },
      at(a, 'us-west-2', 'us-east-1'),
      [{ account: a, planned: true, regions: [{ region: 'us-east-1' }] }],
    ],
    [
      'a selected region that is missing, planned or not',
      {},
      { regions: ['us-east-1', 'eu-west-1'] },
      at(a, 'us-west-2'),
      [{ account: a, planned: true, regions: [missing('us-east-1'), missing('eu-west-1')] }],
    ],
    [
      'a selected account',
      { accounts: [a, b] },
      { accounts: [b] },
      at(a, 'us-west-2'),
      [{ account: b, planned: true, regions: [noAccount(b, 'us-west-2'), noAccount(b, 'us-east-1')] }],
    ],
    [
      'a selected cluster: where it is planned',
      {},
      { clusters: ['llm-train-east'] },
      at(a, 'us-west-2'),
      [{ account: a, planned: true, regions: [{ region: 'us-west-2' }, missing('us-east-1')] }],
    ],
    ['nothing that was selected', {}, { accounts: [b] }, at(a, 'us-west-2'), []],
  ])('%s', (_, more, selection, answered, scope) => {
    expect(scopeOf({ ...plan, ...more }, selection, answered)).toEqual(scope);
  });
});

describe('the regions that a selection asks for', () => {
  test.each<[string, Selection, readonly string[] | undefined]>([
    ['none: those of the plan', {}, ['us-west-2', 'us-east-1']],
    ['those it names, each once', { regions: ['eu-west-1', 'eu-west-1'] }, ['eu-west-1']],
    ['those of planned clusters', { clusters: ['llm-train-east'] }, ['us-east-1']],
    ['a cluster that is not planned may run in any', { clusters: ['llm-train-east', 'eval'] }, ['us-west-2', 'us-east-1']],
    ['regions before clusters', { regions: ['us-west-2'], clusters: ['llm-train-east'] }, ['us-west-2']],
  ])('%s', (_, selection, regions) => {
    expect(selectedRegions(plan, selection)).toEqual(regions);
  });
});

const of = (account: string, ...regions: readonly ReturnType<typeof result>[]): AccountResult => ({
  account,
  auditedAt: '2026-11-20T08:00:00.000Z',
  regions,
});
const named = (name: string) => ({ cluster: name, planned: true, running: false });
const west = result({
  clusters: [named('llm-train'), named('eval')],
  findings: [finding(), finding({ cluster: 'eval', status: 'fail' }), finding({ cluster: '' })],
  rows: [row({ cluster: 'eval' }), row({ cluster: '', level: 'recommended' })],
});
const empty = result({ clusters: [] });

describe('a result narrowed to a selection', () => {
  const select = (selection: Selection, ...results: readonly AccountResult[]) => selectFrom(results, plan, selection, [a, b]);

  test('nothing selected: nothing changes, and nothing is said', () => {
    const all = [of(a, west)];
    expect(select({}, ...all)).toEqual({ accounts: all });
  });

  test('clusters: what is about them and about their region, and no region without them', () => {
    const { accounts, selection } = select({ clusters: ['llm-train'] }, of(a, west, empty), of(b, empty));
    expect(accounts.map((x) => [x.account, x.regions.length])).toEqual([[a, 1]]);
    const [region] = accounts[0]?.regions ?? [];
    expect(region?.readiness.map((r) => r.cluster)).toEqual(['llm-train']);
    expect(region?.findings.map((f) => f.cluster)).toEqual(['llm-train', undefined]);
    expect(region?.coverage.evaluated).toBe(2);
    expect(region?.coverage.unevaluated.map((r) => r.cluster)).toEqual([undefined]);
    expect(selection).toEqual({ clusters: ['llm-train'], outside: { clusters: 2, regions: ['us-east-1'] }, unanswered: [] });
  });

  test('clusters: events of those alone', () => {
    const events = ['llm-train', 'other'].map((cluster) => ({ cluster, errors: [] }));
    const { accounts } = select({ clusters: ['llm-train'] }, of(a, { ...west, events }));
    expect(accounts[0]?.regions[0]?.events?.map((e) => e.cluster)).toEqual(['llm-train']);
  });

  test('planned clusters outside are counted once an account', () => {
    expect(select({ regions: ['us-west-2'] }, of(a, west)).selection?.outside).toEqual({ clusters: 2, regions: ['us-east-1'] });
    expect(select({ accounts: [a] }, of(a, west)).selection?.outside).toEqual({ clusters: 2, regions: ['us-west-2', 'us-east-1'] });
    expect(select({ accounts: [a, b] }, of(a, west)).selection?.outside).toEqual({ clusters: 0, regions: [] });
  });

  test('a selection without any cluster says so and names what is planned', () => {
    expect(select({ regions: ['eu-west-1'] }, of(a, empty)).selection?.unanswered).toEqual([
      'No planned cluster is in the selection, and none was found running there. The plan has 2: llm-train in us-west-2, llm-train-east in us-east-1.',
    ]);
  });

  test('a cluster that only runs is an answer', () => {
    const running = result({ clusters: [{ cluster: 'other', planned: false, running: true }] });
    expect(select({ regions: ['eu-west-1'] }, of(a, running)).selection?.unanswered).toEqual([]);
    expect(select({ clusters: ['other'] }, of(a, running)).selection?.unanswered).toEqual([]);
  });

  test('of several clusters, the one that is not there is named beside the answer on the others', () => {
    expect(select({ clusters: ['llm-train', 'llmtrain-east'] }, of(a, west)).selection?.unanswered).toEqual([
      'Cluster llmtrain-east is not planned in the selection, and was not found running there. Did you mean llm-train-east?',
    ]);
  });

  test('an account out of scope is named with those in scope', () => {
    expect(select({ accounts: [a, '444455556667'] }, of(a, west)).selection?.unanswered).toEqual([
      `Account 444455556667 is not in scope; in scope: ${a}, ${b}. Did you mean ${b}?`,
    ]);
  });

  test('a plan without clusters leaves a selection nothing to miss', () => {
    expect(describeSelection({ regions: ['eu-west-1'] }, { plan: { ...plan, clusters: [] }, accounts: [a], found: [] })).toEqual({
      regions: ['eu-west-1'],
      outside: { clusters: 0, regions: [] },
      unanswered: [],
    });
  });
});

describe('planned clusters without a stored state', () => {
  const stored = (account: string, region: string, ...names: readonly string[]) => ({
    account,
    region,
    clusters: names.map((name) => ({ cluster: name })),
  });
  test.each([
    ['all are stored', plan, [stored(a, 'us-west-2', 'llm-train', 'eval'), stored(a, 'us-east-1', 'llm-train-east')], []],
    ['a region was never audited', plan, [stored(a, 'us-west-2', 'llm-train')], ['llm-train-east']],
    ['a cluster was planned since', plan, [stored(a, 'us-west-2', 'eval'), stored(a, 'us-east-1', 'llm-train-east')], ['llm-train']],
    [
      'each account that is there',
      plan,
      [stored(a, 'us-west-2', 'llm-train'), stored(b, 'us-west-2')],
      ['llm-train', 'llm-train-east', 'llm-train-east'],
    ],
    ['an account of the plan', { ...plan, accounts: [c] }, [stored(a, 'us-west-2', 'llm-train')], ['llm-train', 'llm-train-east']],
    ['nothing is stored and the accounts are not known', plan, [], []],
  ])('%s', (_, of, rows, names) => {
    expect(
      plannedWithout(of, rows)
        .map((p) => p.cluster)
        .toSorted(),
    ).toEqual(names);
  });
});
