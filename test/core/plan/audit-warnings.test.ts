import { describe, expect, test } from 'vitest';
import type { Quota, Read } from '../../../shared/core/evaluation/facts.ts';
import { type AuditedRegion, auditWarnings, type PlanCoverage, planScope } from '../../../shared/core/plan/audit-warnings.ts';
import { emptyPlan, type Mute, type Plan, type PlannedCluster } from '../../../shared/core/plan/plan.ts';
import { pathText } from '../../../shared/core/plan/plan-path.ts';
import { broken, groupRequest, ok, planned, quota, request } from '../healthy.ts';
import { finding, hour, result, row, type Seen } from '../results.ts';

const [west, east] = ['us-west-2', 'us-east-1'];
const [one, other] = ['111122223333', '444455556666'];

const rows: readonly Quota[] = ['ml.p5.48xlarge', 'ml.p5en.48xlarge', 'ml.g5.xlarge'].map((type, i) =>
  quota('sagemaker', `L-${i}`, `${type} for cluster usage`, 8),
);
const audited = (account: string, region: string, seen: Seen = {}, quotas: Read<readonly Quota[]> = ok(rows)): AuditedRegion => ({
  account,
  result: { ...result(seen), region },
  facts: { quotas: { sagemaker: quotas } },
});
const said = (plan: Plan, regions: readonly AuditedRegion[], scope: PlanCoverage = planScope(plan, [one]), at = hour(8)) =>
  auditWarnings({ plan, at, audited: regions, scope }).map((w) => `${w.code} ${pathText(w.path)}: ${w.message}`);

describe('instance types', () => {
  const cluster = (type: string, more: Partial<PlannedCluster> = {}) =>
    planned({ request: request({ InstanceGroups: [groupRequest({ InstanceType: type })] }), ...more });
  const plan = (...clusters: readonly PlannedCluster[]): Plan => ({ ...emptyPlan, clusters });
  const at = 'clusters[0].request.InstanceGroups[0].InstanceType';

  test('one that no quota row names is a warning, with the nearest that one does', () => {
    expect(said(plan(cluster('ml.p5.48xlrage')), [audited(one, west)])).toEqual([
      `unknown-instance-type ${at}: expected an instance type that us-west-2 has a quota for, got "ml.p5.48xlrage" (did you mean ml.p5.48xlarge?). No quota "ml.p5.48xlrage for cluster usage" in account 111122223333.`,
    ]);
  });

  test('one like no other is one too, without a suggestion', () => {
    expect(said(plan(cluster('ml.z99.metal')), [audited(one, west)])).toEqual([
      `unknown-instance-type ${at}: expected an instance type that us-west-2 has a quota for, got "ml.z99.metal". No quota "ml.z99.metal for cluster usage" in account 111122223333.`,
    ]);
  });

  test('every type of a flexible and of a restricted group is evaluated, at its place', () => {
    const { InstanceType: _, ...group } = groupRequest();
    const both = request({
      InstanceGroups: [{ ...group, InstanceRequirements: { InstanceTypes: ['ml.p5.48xlarge', 'ml.p5en.48xlrage'] } }],
      RestrictedInstanceGroups: [groupRequest({ InstanceGroupName: 'nova', InstanceType: 'ml.g5.xlrage' })],
    });
    expect(said(plan(planned({ request: both })), [audited(one, west)]).map((line) => line.split(': ')[0])).toEqual([
      'unknown-instance-type clusters[0].request.InstanceGroups[0].InstanceRequirements.InstanceTypes[1]',
      'unknown-instance-type clusters[0].request.RestrictedInstanceGroups[0].InstanceType',
    ]);
  });

  test('several accounts without it are one warning', () => {
    const own = { ...plan(cluster('ml.p5.48xlrage')), accounts: [one, other] };
    const [line, ...more] = said(own, [audited(one, west), audited(other, west)]);
    expect(line).toContain('in accounts 111122223333, 444455556666.');
    expect(more).toEqual([]);
  });

  test.each<readonly [string, readonly Quota[]]>([
    ['of its own', rows],
    ['for Spot alone', [...rows.slice(1), quota('sagemaker', 'L-9', 'ml.p5.48xlarge for cluster spot instance usage', 8)]],
    ["under the name of AWS's slip", [...rows.slice(1), quota('sagemaker', 'L-9', 'cluster-ml-p5-48xlarge for cluster usage', 8)]],
  ])('one that has a row %s is none', (_, list) => {
    expect(said(plan(cluster('ml.p5.48xlarge')), [audited(one, west, {}, ok(list))])).toEqual([]);
  });

  test.each<readonly [string, AuditedRegion]>([
    ['were not read', audited(one, west, {}, broken())],
    ['name no type: HyperPod is not offered there', audited(one, west, {}, ok([quota('sagemaker', 'L-1', 'Training jobs', 1)]))],
    ['are of another region', audited(one, east)],
  ])('nothing is said where the quotas %s', (_, region) => {
    expect(said(plan(cluster('ml.p5.48xlrage')), [region])).toEqual([]);
  });
});

describe('mutes', () => {
  const mute = (more: Partial<Mute> = {}): Mute => ({
    check: 'efa-self-traffic',
    reason: 'known',
    owner: 'network team',
    until: '2026-12-31',
    ...more,
  });
  const plan = (of: Partial<Mute> = {}, more: Partial<Plan> = {}): Plan => ({
    ...emptyPlan,
    regions: [west, east],
    mutes: [mute(of)],
    ...more,
  });
  const both = (ofWest: Seen = {}, ofEast: Seen = {}): readonly AuditedRegion[] => [audited(one, west, ofWest), audited(one, east, ofEast)];
  const nothing = (what = '') =>
    `mute-matches-nothing mutes[0]: expected a finding of efa-self-traffic${what}, got none. The mute hides nothing.`;

  test('one that matches no finding of a whole audit is a warning', () => {
    expect(said(plan(), both())).toEqual([nothing()]);
    expect(said(plan({ cluster: 'eval-*', resource: 'sg-9' }), both())).toEqual([nothing(' for cluster "eval-*", resource "sg-9"')]);
  });

  test.each<readonly [string, Seen]>([
    ['that fails', { findings: [finding({ status: 'fail' })] }],
    ['that passes', { findings: [finding()] }],
  ])('one that matches a finding %s in any region is none', (_, seen) => {
    expect(said(plan(), both(seen))).toEqual([]);
    expect(said(plan(), both({}, seen))).toEqual([]);
  });

  test('suggests the cluster or resource that was meant, of that check', () => {
    const seen = { findings: [finding({ cluster: 'llm-train', resource: 'sg-0aaa' }), finding({ check: 'vpc-dns', resource: 'sg-0aab' })] };
    expect(said(plan({ cluster: 'llm-tarin' }), both(seen))[0]).toContain('(did you mean llm-train?)');
    expect(said(plan({ resource: 'sg-0aac' }), both(seen))[0]).toContain('(did you mean sg-0aaa?)');
  });

  describe('is not called useless where not all it could match was evaluated', () => {
    test.each<readonly [string, Seen]>([
      ['a row of its check', { rows: [row()] }],
      ['a row of its check for the region', { rows: [row({ cluster: '' })] }],
      ['a region that is off', { state: 'not-enabled' }],
      ['a region that failed', { state: 'failed' }],
    ])('%s', (_, seen) => {
      expect(said(plan({ cluster: 'llm-train', resource: 'sg-1' }), both(seen))).toEqual([]);
    });

    test('a region that was not audited', () => {
      expect(said(plan(), [audited(one, west)])).toEqual([]);
      expect(said(plan({ region: east }), [audited(one, west)])).toEqual([]);
      expect(said(plan({ region: west }), [audited(one, west)])).toEqual([nothing(' for region "us-west-2"')]);
    });

    test('an account that was not audited', () => {
      const two = { accounts: [one, other] };
      expect(said(plan({}, two), both())).toEqual([]);
      expect(said(plan({ account: other }, two), both())).toEqual([]);
      expect(said(plan({ account: one }, two), both())).toEqual([nothing(' for account "111122223333"')]);
    });

    test('accounts or regions that the plan leaves to AWS', () => {
      expect(said(plan({}, { accounts: 'organization' }), both())).toEqual([]);
      const { regions: _, ...everywhere } = plan();
      expect(said(everywhere, both())).toEqual([]);
      expect(said(everywhere, both(), { accounts: [one], regions: 'audited' })).toEqual([nothing()]);
      expect(said(everywhere, [], { accounts: [one], regions: 'audited' })).toEqual([]);
    });
  });

  test('a row of another check, cluster or resource is nothing it could match', () => {
    const seen = { rows: [row({ check: 'vpc-dns' }), row({ cluster: 'eval' }), row({ cluster: 'llm-train', resource: 'sg-2' })] };
    expect(said(plan({ cluster: 'llm-*', resource: 'sg-1' }), both(seen))).toHaveLength(1);
  });

  test('one that has expired is said to have expired and no more', () => {
    expect(said(plan({ until: '2026-11-19' }), both())).toEqual([expect.stringMatching(/^mute-expired mutes\[0\]\.until: /)]);
  });

  describe('of a cluster that the plan does not have', () => {
    const withCluster = (cluster: string) => plan({ cluster }, { clusters: [planned()] });

    test('is right where that cluster runs', () => {
      expect(said(withCluster('eval'), both({ findings: [finding({ cluster: 'eval' })] }))).toEqual([]);
    });

    test('is one warning where it does not', () => {
      expect(said(withCluster('eval'), both())).toEqual([nothing(' for cluster "eval"')]);
    });

    test('keeps what the plan alone shows where it cannot be known', () => {
      expect(said(withCluster('eval'), both({ rows: [row({ cluster: '' })] }))).toEqual([
        expect.stringMatching(/^mute-outside-plan mutes\[0\]\.cluster: .*running clusters are not checked here\.$/),
      ]);
    });
  });

  test('the clock is that of the audit', () => {
    expect(said(plan({ until: '2026-11-20' }), both(), undefined, '2026-11-20T23:59:59Z')).toEqual([nothing()]);
    expect(said(plan({ until: '2026-11-20' }), both(), undefined, '2026-11-21T00:00:00Z')[0]).toContain('mute-expired');
  });
});
