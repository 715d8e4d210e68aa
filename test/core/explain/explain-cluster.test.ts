import { describe, expect, test } from 'vitest';
import type { ClusterEvents, Finding, RegionResult, Unevaluated } from '../../../shared/core/evaluation/finding.ts';
import { explainFailures, failuresOf, passedChecks, timesNeeded } from '../../../shared/core/explain/explain-cluster.ts';

const finding = (check: string, more: Partial<Finding> = {}): Finding => ({
  id: `${check}/llm-train/-/x`,
  check,
  checkLevel: 'required',
  level: 'required',
  status: 'fail',
  cluster: 'llm-train',
  resource: 'x',
  title: check,
  message: `${check} fails.`,
  reference: 'https://docs.aws.amazon.com/',
  ...more,
});
const row = (check: string, more: Partial<Unevaluated> = {}): Unevaluated => ({
  check,
  level: 'required',
  reason: 'access denied',
  ...more,
});
const result = (findings: readonly Finding[], unevaluated: readonly Unevaluated[] = []): RegionResult => ({
  region: 'us-west-2',
  state: 'audited',
  coverage: { evaluated: findings.length, unevaluated },
  readiness: [],
  findings,
});

const at = (minute: number) => `2026-11-20T17:${String(minute).padStart(2, '0')}:00.000Z`;
const capacity = '"We currently do not have sufficient capacity to launch new ml.p5.48xlarge instances. Please try again."';
const created = '"Instance creation in Cluster llm-train and InstanceGroup workers failed"';
const error = (minute: number, more: Partial<ClusterEvents['errors'][number]> = {}): ClusterEvents['errors'][number] => ({
  time: at(minute),
  group: 'workers',
  text: created,
  ...more,
});
const events = (...errors: ClusterEvents['errors']): ClusterEvents => ({ cluster: 'llm-train', errors });
const explain = (reported: ClusterEvents, now?: RegionResult, before?: RegionResult) =>
  explainFailures({ cluster: 'llm-train', failures: failuresOf(reported), ...(now && { now }), at: () => before });

describe('what a cluster reports', () => {
  test('is in the order in which it happened, and what has no time comes last', () => {
    const reported = {
      ...events(error(9, { text: '"second"' }), error(3, { text: '"first"' })),
      failure: '"third"',
      autoScalingFailure: '"a"',
    };
    expect(failuresOf(reported).map((f) => [f.of, f.text])).toEqual([
      ['event', '"first"'],
      ['event', '"second"'],
      ['autoscaling', '"a"'],
      ['cluster', '"third"'],
    ]);
  });

  test('is listed once where nodes report the same, with its times and the first nodes', () => {
    const node = (n: number) => `i-0391f86fa0fe0d46${n}`;
    const same = Array.from({ length: 8 }, (_, n) => error(20 - n, { node: node(n), text: `"Instance creation ${node(n)} failed"` }));
    expect(failuresOf(events(...same))).toEqual([
      {
        of: 'event',
        from: at(13),
        to: at(20),
        times: 8,
        group: 'workers',
        nodes: [7, 6, 5, 4, 3].map(node),
        text: `"Instance creation ${node(7)} failed"`,
      },
    ]);
  });

  test('is not the same in another group', () => {
    const reported = events(error(3), error(2, { group: 'others' }));
    expect(failuresOf(reported)).toHaveLength(2);
    expect(timesNeeded(failuresOf(reported))).toEqual([at(2), at(3)]);
  });

  test('has the one cause that is known of some; several causes are several failures', () => {
    const [efa, known] = ['"EFA health checks did not run"', capacity];
    expect(failuresOf(events(error(3), error(2, { cause: known }), error(1)))).toMatchObject([{ times: 3, from: at(1), cause: known }]);
    expect(failuresOf(events(error(4, { cause: efa }), error(3), error(2, { cause: known }), error(1)))).toMatchObject([
      { times: 2, from: at(1) },
      { times: 1, from: at(2), cause: known },
      { times: 1, from: at(4), cause: efa },
    ]);
  });
});

describe('a failure', () => {
  test('is explained by its cause before its description', () => {
    const [explained] = explain(events(error(1, { cause: capacity })), result([]));
    expect(explained?.explanation?.meaning).toMatch(/no free instances/);
    expect(explained?.checks.map((c) => c.check)).toContain('zone-offers-instance');
  });

  test('whose cause says nothing is explained by its description', () => {
    const text = '"Failed to create Customer ENI for instance in Cluster llm-train and IG workers"';
    const [explained] = explain(events(error(1, { text, cause: '"Instance creation failed in Cluster x failed"' })), result([]));
    expect(explained?.checks.map((c) => c.check)).toContain('subnet-free-ips');
  });

  test('names first what fails now, then what failed when it was reported', () => {
    const text = '"EFA health checks did not run successfully"';
    const now = result(
      [finding('network-acl'), finding('efa-self-traffic', { status: 'pass' })],
      [row('efa-single-zone', { cluster: 'llm-train' })],
    );
    const [explained] = explain(events(error(1, { text })), now, result([finding('efa-self-traffic')]));
    expect(explained?.checks.map(({ check, now: is, before }) => [check, is, before])).toEqual([
      ['network-acl', 'fail', 'not applicable'],
      ['efa-self-traffic', 'pass', 'fail'],
      ['efa-single-zone', 'not evaluated', 'not applicable'],
      ['efa-open-egress', 'not applicable', 'not applicable'],
    ]);
    expect(explained?.checks[0]?.failing.map((f) => f.message)).toEqual(['network-acl fails.']);
    expect(explained?.checks[2]?.reasons).toEqual(['access denied']);
  });

  test('has no earlier results where the log does not have that time', () => {
    const [explained] = explain(events(error(1, { cause: capacity })), result([]));
    expect(explained?.checks.every((c) => c.now === 'not applicable' && c.before === undefined)).toBe(true);
  });

  test('that AWS words in a new way is shown as it is', () => {
    expect(explain({ ...events(), failure: '"Flux capacitor missing"' }, result([]))).toEqual([
      { of: 'cluster', times: 1, nodes: [], text: '"Flux capacitor missing"', checks: [] },
    ]);
  });

  test('of one cluster is not explained by findings of another; those of the region belong to both', () => {
    const text = '"EFA health checks did not run"';
    const of = (cluster: string | undefined) => {
      const { cluster: _, ...anywhere } = finding('network-acl');
      return explain(events(error(1, { text })), result([cluster === undefined ? anywhere : { ...anywhere, cluster }]))[0]?.checks;
    };
    expect(of('other')?.every((c) => c.now === 'not applicable')).toBe(true);
    expect(of(undefined)?.[0]).toMatchObject({ check: 'network-acl', now: 'fail' });
  });

  test('without an audit has no results', () => {
    const failures = [{ of: 'message' as const, times: 1, nodes: [], text: 'EFA health checks did not run successfully' }];
    const [explained] = explainFailures({ cluster: '', failures });
    expect(explained?.checks[0]).toEqual({ check: 'efa-self-traffic', failing: [], reasons: [] });
  });
});

test('a check passes where nothing of it fails or is left out', () => {
  const now = result(
    [finding('a', { status: 'pass' }), finding('b', { status: 'pass' }), finding('b'), finding('c', { status: 'pass' })],
    [row('c', { cluster: 'llm-train' }), row('a', { cluster: 'other' })],
  );
  expect(passedChecks(now, 'llm-train')).toEqual(['a']);
});
