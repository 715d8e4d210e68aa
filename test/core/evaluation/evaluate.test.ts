/** How checks are run over a plan and an account: what becomes a finding, what a coverage row, what is reported of the region. */
import { describe, expect, test } from 'vitest';
import { type Case, type Check, clusterCheck, regionCheck } from '../../../shared/core/evaluation/check.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import { type Facts, NotEvaluatedError, requireValue, type Snapshot, unreadSnapshot } from '../../../shared/core/evaluation/facts.ts';
import type { Level, RegionResult } from '../../../shared/core/evaluation/finding.ts';
import {
  account,
  at,
  broken,
  denied,
  ids,
  ok,
  plan,
  planned,
  region,
  request,
  running,
  snapshot,
  subnet,
  withRunning,
} from '../healthy.ts';

const described = { level: 'required', title: 'T', rationale: 'R', applies: 'A', reference: 'https://example.com', needs: [] } as const;
const passes = () => ({ status: 'pass', message: 'Fine.' }) as const;
const fails = () => ({ status: 'fail', message: 'Broken.', remediation: { text: 'Fix it.' } }) as const;
const notEvaluated = (reason: string, action?: string) => () => {
  throw new NotEvaluatedError(reason, action);
};
const of = (id: string, ...cases: readonly Case[]): Check => clusterCheck({ ...described, id, cases: () => cases });
const ofRegion = (id: string, ...cases: readonly Case[]): Check => regionCheck({ ...described, id, cases: () => cases });
const named = (ClusterName: string, where: string = region) => planned({ region: where, request: request({ ClusterName }) });
const noClusters = { ...plan(), clusters: [] };
const findingIds = (r: RegionResult) => r.findings.map((f) => `${f.id} ${f.status}`);
const rows = (r: RegionResult) => r.coverage.unevaluated;
const states = (r: RegionResult) => r.readiness.map((c) => [c.cluster, c.state]);

/** Everything denied: the state a region is in when the credentials are good for nothing. */
const withFacts = (of: (read: 'fact' | 'key') => unknown): Snapshot => ({
  ...snapshot(),
  facts: Object.fromEntries(
    Object.entries(snapshot().facts).map(([name, fact]) => [
      name,
      typeof fact.ok === 'boolean' ? of('fact') : Object.fromEntries(Object.keys(fact).map((key) => [key, of('key')])),
    ]),
  ) as unknown as Facts,
});

describe('a verdict', () => {
  const only = (check: Check) => evaluate(plan(), snapshot(), [check]).findings[0];

  test('becomes a finding with its check beside it', () => {
    expect(only(of('a', { resource: 'r', evaluate: fails }))).toEqual({
      id: 'a/llm-train/-/r',
      check: 'a',
      checkLevel: 'required',
      level: 'required',
      cluster: 'llm-train',
      resource: 'r',
      title: 'T',
      status: 'fail',
      message: 'Broken.',
      remediation: { text: 'Fix it.' },
      reference: 'https://example.com',
    });
  });
  test('of a group names it', () => {
    expect(only(of('a', { group: 'g', resource: 'r', evaluate: passes }))).toMatchObject({ id: 'a/llm-train/g/r', group: 'g' });
  });
  test('of the region names no cluster', () => {
    const found = only(ofRegion('a', { resource: 'r', evaluate: passes }));
    expect(found).toMatchObject({ id: 'a/-/-/r' });
    expect(found).not.toHaveProperty('cluster');
  });
  test.each<[string, Case, Level]>([
    ['its own', { resource: 'r', level: 'required', evaluate: () => ({ ...fails(), level: 'recommended' }) }, 'recommended'],
    ["its case's", { resource: 'r', level: 'recommended', evaluate: fails }, 'recommended'],
    ["its check's", { resource: 'r', evaluate: fails }, 'required'],
  ])("has a level: %s, and keeps its check's", (_, one, level) => {
    expect(only(of('a', one))).toMatchObject({ level, checkLevel: 'required' });
  });
  test('that does not apply after all leaves nothing', () => {
    const result = evaluate(plan(), snapshot(), [of('a', { resource: 'r', evaluate: () => undefined })]);
    expect([result.findings, rows(result), result.coverage.evaluated]).toEqual([[], [], 0]);
  });
});

describe('what could not be seen', () => {
  test('hides just its case', () => {
    const result = evaluate(plan(), snapshot(), [
      of(
        'a',
        { resource: 'one', evaluate: passes },
        { group: 'g', resource: 'two', level: 'recommended', evaluate: notEvaluated('access denied', 's:Do') },
        { resource: 'three', evaluate: fails },
      ),
    ]);
    expect(findingIds(result)).toEqual(['a/llm-train/-/one pass', 'a/llm-train/-/three fail']);
    expect(rows(result)).toEqual([
      { check: 'a', level: 'recommended', cluster: 'llm-train', group: 'g', resource: 'two', reason: 'access denied', action: 's:Do' },
    ]);
    expect(result.coverage.evaluated).toBe(2);
  });
  test('hides the rest of the cases where they cannot even be listed', () => {
    const check = clusterCheck({
      ...described,
      id: 'a',
      *cases(): Iterable<Case> {
        yield { resource: 'one', evaluate: passes };
        throw new NotEvaluatedError('no list');
      },
    });
    const result = evaluate(plan(), snapshot(), [check]);
    expect(findingIds(result)).toEqual(['a/llm-train/-/one pass']);
    expect(rows(result)).toEqual([{ check: 'a', level: 'required', cluster: 'llm-train', reason: 'no list' }]);
  });
  test('names no cluster where the check is one of the region', () => {
    expect(rows(evaluate(plan(), snapshot(), [ofRegion('a', { resource: 'r', evaluate: notEvaluated('no answer') })]))).toEqual([
      { check: 'a', level: 'required', resource: 'r', reason: 'no answer' },
    ]);
  });
});

describe('a check', () => {
  test('is handed the facts it declares and no others', () => {
    const looks: unknown[] = [];
    const check = regionCheck({
      ...described,
      id: 'a',
      needs: ['subnets', 'vpcs'],
      cases(context) {
        looks.push(context);
        return [{ resource: 'r', evaluate: () => ({ status: 'pass', message: String(requireValue(context.facts.subnets).length) }) }];
      },
    });
    const result = evaluate(plan(), snapshot({ subnets: ok([subnet(), subnet({ id: ids.subnet2 })]) }), [check]);
    expect(result.findings[0]?.message).toBe('2');
    expect(looks).toMatchObject([{ account, partition: 'aws', region, at, clusters: [{ name: 'llm-train' }] }]);
    expect(looks.map((s) => Object.keys((s as { facts: object }).facts))).toEqual([['subnets', 'vpcs']]);
  });
  test('is run for each cluster in order, one of the region once', () => {
    const result = evaluate(plan(named('b'), named('a')), snapshot(withRunning(running({ name: 'z' }))), [
      of('x', { resource: 'r', evaluate: passes }),
      ofRegion('y', { resource: 'r', evaluate: passes }),
      of('w', { resource: 'r', evaluate: fails }),
    ]);
    expect(findingIds(result)).toEqual([
      'x/b/-/r pass',
      'x/a/-/r pass',
      'x/z/-/r pass',
      'y/-/-/r pass',
      'w/b/-/r fail',
      'w/a/-/r fail',
      'w/z/-/r fail',
    ]);
  });
  test('has nothing to do with clusters planned elsewhere', () => {
    const result = evaluate(plan(named('here'), named('there', 'us-east-1')), snapshot(), [of('x', { resource: 'r', evaluate: passes })]);
    expect(findingIds(result)).toEqual(['x/here/-/r pass']);
    expect(states(result)).toEqual([['here', 'READY']]);
  });
});

describe('readiness', () => {
  test('is reported of planned clusters and of those that only run, each from what it is about', () => {
    const check = clusterCheck({
      ...described,
      id: 'x',
      cases: (_, cluster) => [{ resource: 'r', evaluate: cluster.name === 'b' ? fails : passes }],
    });
    const runs = withRunning(running({ name: 'b' }), running({ name: 'z' }));
    expect(evaluate(plan(named('a'), named('b')), snapshot(runs), [check]).readiness).toEqual([
      { cluster: 'a', planned: true, running: false, state: 'READY', because: [] },
      { cluster: 'b', planned: true, running: true, state: 'BLOCKED', because: ['x/b/-/r'] },
      { cluster: 'z', planned: false, running: true, state: 'READY', because: [] },
    ]);
  });
  test('of every cluster bears what is said of the region, in the order of the checks', () => {
    const result = evaluate(plan(named('a'), named('b')), snapshot(), [
      ofRegion('first', { resource: 'r', evaluate: fails }),
      of('then', { resource: 'r', evaluate: fails }),
      ofRegion('last', { resource: 'r', evaluate: fails }),
    ]);
    expect(result.readiness.map((c) => c.because)).toEqual([
      ['first/-/-/r', 'then/a/-/r', 'last/-/-/r'],
      ['first/-/-/r', 'then/b/-/r', 'last/-/-/r'],
    ]);
    const unread = evaluate(plan(named('a'), named('b')), snapshot(), [
      ofRegion('x', { resource: 'r', evaluate: notEvaluated('no answer') }),
    ]);
    expect(states(unread)).toEqual([
      ['a', 'UNKNOWN'],
      ['b', 'UNKNOWN'],
    ]);
  });
  test('the healthy account is ready, by every check there is', () => {
    const result = evaluate(plan(), snapshot());
    expect(result.readiness).toEqual([{ cluster: 'llm-train', planned: true, running: false, state: 'READY', because: [] }]);
    expect(result.state).toBe('audited');
    expect(result.findings.length).toBeGreaterThan(20);
  });
});

describe('clusters that could not be read', () => {
  const checks = [of('x', { resource: 'r', evaluate: passes }), ofRegion('y', { resource: 'r', evaluate: passes })];

  test('one that runs and cannot be described is unevaluated by each check of clusters, and UNKNOWN', () => {
    const runs = { clusterNames: ok(['z']), runningClusters: { z: denied('sagemaker:DescribeCluster') } };
    const result = evaluate(plan(), snapshot(runs), checks);
    expect(findingIds(result)).toEqual(['x/llm-train/-/r pass', 'y/-/-/r pass']);
    expect(rows(result)).toEqual([
      { check: 'x', level: 'required', cluster: 'z', reason: 'access denied', action: 'sagemaker:DescribeCluster' },
    ]);
    expect(result.readiness).toEqual([
      { cluster: 'llm-train', planned: true, running: false, state: 'READY', because: [] },
      { cluster: 'z', planned: false, running: true, state: 'UNKNOWN', because: ['x/z/-/-'] },
    ]);
  });

  test('where the list is denied each check of clusters does not cover those that may run', () => {
    const runs = { clusterNames: denied('sagemaker:ListClusters'), runningClusters: {} };
    const result = evaluate(plan(), snapshot(runs), checks);
    expect(rows(result)).toEqual([{ check: 'x', level: 'required', reason: 'access denied', action: 'sagemaker:ListClusters' }]);
    expect(result.readiness).toEqual([{ cluster: 'llm-train', planned: true, running: false, state: 'UNKNOWN', because: ['x/-/-/-'] }]);
    const empty = evaluate(noClusters, snapshot(runs), checks);
    expect([rows(empty).length, empty.readiness]).toEqual([1, []]);
  });

  test('a planned one is judged all the same; whether it runs is not said', () => {
    const runs = { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': broken() } };
    const result = evaluate(plan(), snapshot(runs), checks);
    expect(findingIds(result)).toEqual(['x/llm-train/-/r pass', 'y/-/-/r pass']);
    expect(result.readiness).toMatchObject([{ cluster: 'llm-train', running: false }]);
  });
});

describe('the state of a region', () => {
  test('audited, without a reason', () => {
    const result = evaluate(plan(), snapshot());
    expect(result).toMatchObject({ region, state: 'audited' });
    expect(result).not.toHaveProperty('reason');
  });

  test('not enabled: only that is judged, though nothing else can be read', () => {
    const off = { ...withFacts(() => denied('x:Y')) };
    const result = evaluate(plan(), { ...off, facts: { ...off.facts, regionOptIn: ok('not-opted-in') } });
    expect(result).toMatchObject({ state: 'not-enabled', reason: 'the region is not enabled for this account' });
    expect(findingIds(result)).toEqual([`region-enabled/-/-/${region} fail`]);
    expect(rows(result)).toEqual([]);
    expect(states(result)).toEqual([['llm-train', 'BLOCKED']]);
  });

  test('not enabled and planned for by no one: one warning', () => {
    const result = evaluate(noClusters, snapshot({ regionOptIn: ok('not-opted-in'), ...withRunning() }));
    expect(result.findings).toMatchObject([{ check: 'region-enabled', level: 'recommended' }]);
    expect(result.readiness).toEqual([]);
  });

  test('an unread opt-in status turns nothing off', () => {
    const result = evaluate(plan(), snapshot({ regionOptIn: denied('account:GetRegionOptStatus') }));
    expect(result.state).toBe('audited');
    expect(result.findings.length).toBeGreaterThan(20);
    expect(states(result)).toEqual([['llm-train', 'UNKNOWN']]);
  });

  test('failed where nothing at all could be read, with the first reason', () => {
    const result = evaluate(
      plan(),
      withFacts((read) => broken(`no ${read}`)),
    );
    expect(result).toMatchObject({ state: 'failed', reason: 'no fact' });
    expect(states(result)).toEqual([['llm-train', 'UNKNOWN']]);
  });

  test.each<[string, Partial<Facts>]>([
    ['a whole fact', { zones: ok([]) }],
    ['one key', { quotas: { vpc: ok([]), sagemaker: broken() } }],
  ])('audited where as little as %s was read', (_, more) => {
    const all = withFacts(() => broken());
    expect(evaluate(plan(), { ...all, facts: { ...all.facts, ...more } }).state).toBe('audited');
  });
});

test('a coverage row has exactly what its case has, also where a whole region is unread', () => {
  const needy = regionCheck({ ...described, id: 'b', cases: () => [{ resource: 'u', evaluate: notEvaluated('late') }] });
  const checks = [
    of('a', { group: 'g', resource: 't', evaluate: passes }, { resource: 's', evaluate: notEvaluated('late', 'ec2:X') }),
    needy,
  ];
  const at = { level: 'required', cluster: 'llm-train' };
  expect(rows(evaluate(plan(), snapshot(), checks))).toStrictEqual([
    { check: 'a', ...at, resource: 's', reason: 'late', action: 'ec2:X' },
    { check: 'b', level: 'required', resource: 'u', reason: 'late' },
  ]);
  for (const why of [{ reason: 'closed' }, { reason: 'closed', action: 'sts:AssumeRole' }]) {
    const { findings, coverage } = evaluate(plan(), unreadSnapshot(snapshot(), why), checks);
    expect(findings).toEqual([]);
    expect(coverage.unevaluated).toStrictEqual([
      { check: 'a', ...at, group: 'g', resource: 't', ...why },
      { check: 'a', ...at, resource: 's', ...why },
      { check: 'a', level: 'required', ...why },
      { check: 'b', level: 'required', resource: 'u', ...why },
    ]);
  }
});

test('only failures count against a cluster', () => {
  const { readiness } = evaluate(plan(), snapshot(), [of('a', { resource: 'r', evaluate: passes }, { resource: 's', evaluate: fails })]);
  expect(readiness.map((r) => r.because)).toEqual([['a/llm-train/-/s']]);
});

test('the same input gives the same output', () => {
  const world = snapshot(withRunning(running({ name: 'z' })));
  expect(evaluate(plan(), world)).toEqual(evaluate(plan(), structuredClone(world)));
});

describe('a defect of one check', () => {
  const stops = () => {
    throw new TypeError('cannot read zone of undefined');
  };
  const reason = (id: string) => `a defect of this program: the check ${id} stopped with "cannot read zone of undefined"; please report it`;
  test('in one case leaves that case not evaluated, at its level, and hides no other', () => {
    const checks = [
      of('a', { resource: 'r', level: 'recommended', evaluate: stops }, { resource: 's', evaluate: fails }),
      of('b', { group: 'g', resource: 't', evaluate: stops }, { resource: 'u', evaluate: passes }),
    ];
    const result = evaluate(plan(), snapshot(), checks);
    expect(findingIds(result)).toEqual(['a/llm-train/-/s fail', 'b/llm-train/-/u pass']);
    expect(rows(result)).toEqual([
      { check: 'a', level: 'recommended', cluster: 'llm-train', resource: 'r', reason: reason('a') },
      { check: 'b', level: 'required', cluster: 'llm-train', group: 'g', resource: 't', reason: reason('b') },
    ]);
  });
  test('where it lists its cases leaves the check not evaluated, and the cluster is never READY', () => {
    const check = clusterCheck({ ...described, id: 'a', cases: stops });
    const result = evaluate(plan(), snapshot(), [check, of('b', { resource: 'r', evaluate: passes })]);
    expect(rows(result)).toEqual([{ check: 'a', level: 'required', cluster: 'llm-train', reason: reason('a') }]);
    expect(states(result)).toEqual([['llm-train', 'UNKNOWN']]);
  });
});
