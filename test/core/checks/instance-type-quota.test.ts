import { describe, expect, test } from 'vitest';
import check from '../../../shared/core/checks/instance-type-quota.ts';
import { evaluate } from '../../../shared/core/evaluation/evaluate.ts';
import type { GroupRequest, PlannedCluster } from '../../../shared/core/plan/plan.ts';
import {
  broken,
  denied,
  groupRequest,
  ok,
  plan,
  planned,
  quota,
  request,
  running,
  runningGroup,
  snapshot,
  withRunning,
} from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const p5 = 'ml.p5.48xlarge for cluster usage';
const row = (type: string, value: number, more = {}) => quota('sagemaker', `L-${type}`, `${type} for cluster usage`, value, more);
const rows = (values: Record<string, number>) => ({
  quotas: { sagemaker: ok(Object.entries(values).map(([type, value]) => row(type, value))) },
});
const one = (InstanceType: string, InstanceCount: number, more: Partial<GroupRequest> = {}) =>
  groupRequest({ InstanceGroupName: `${InstanceType}-nodes`, InstanceType, InstanceCount, ...more });
const any = (InstanceTypes: string[], InstanceCount: number, more: Partial<GroupRequest> = {}) =>
  groupRequest({ InstanceGroupName: 'any', InstanceType: undefined, InstanceRequirements: { InstanceTypes }, InstanceCount, ...more });
const cluster = (ClusterName: string, InstanceGroups: GroupRequest[], more: Partial<PlannedCluster> = {}) =>
  planned({ request: request({ ClusterName, InstanceGroups }), ...more });
const spot = { CapacityRequirements: { Spot: {} } };
const request32 = { desired: 32, status: 'CASE_OPENED', created: '2026-11-01T00:00:00Z', service: 'sagemaker', name: p5 } as const;

table(check, [
  {
    name: 'passes at the healthy default',
    findings: [{ status: 'pass', level: 'required', have: 16, need: 4, unit: 'nodes', resource: p5 }],
  },
  {
    name: 'passes when the quota is exactly the need',
    facts: rows({ 'ml.p5.48xlarge': 4 }),
    findings: [{ status: 'pass', have: 4, need: 4 }],
  },
  {
    name: 'fails one below, with the request that would fix it',
    facts: { quotas: { sagemaker: ok([quota('sagemaker', 'L-8762A75F', p5, 3)]) } },
    findings: [
      { status: 'fail', have: 3, need: 4, remediation: { command: expect.stringContaining('--quota-code L-8762A75F --desired-value 4') } },
    ],
  },
  {
    name: 'the default of 0 fails',
    facts: { quotas: { sagemaker: ok([row('ml.p5.48xlarge', 0, { applied: undefined })]) } },
    findings: [{ status: 'fail', have: 0, need: 4 }],
  },
  {
    name: 'a pending request stands beside the shortfall',
    facts: { ...rows({ 'ml.p5.48xlarge': 0 }), quotaRequests: { sagemaker: ok([{ ...request32, code: 'L-ml.p5.48xlarge' }]) } },
    findings: [{ status: 'fail' }],
    says: ['Increase to 32 requested on 2026-11-01 (CASE_OPENED).'],
  },
  {
    name: 'a missing row is another sentence than a value of 0',
    facts: rows({ 'ml.p4d.24xlarge': 8 }),
    findings: [{ status: 'fail', level: 'required', resource: p5, remediation: { text: expect.any(String) } }],
    says: ['does not offer'],
  },
  {
    name: 'a missing row only warns a group of no nodes, but not one of which none must start',
    plan: plan(cluster('a', [one('ml.x.large', 0)]), cluster('b', [one('ml.x.large', 8, { MinInstanceCount: 0 })])),
    findings: [
      { cluster: 'a', status: 'fail', level: 'recommended' },
      { cluster: 'b', status: 'fail', level: 'required' },
    ],
  },
  {
    name: 'a missing row fails a group of no nodes that is to grow, and groups of which one has nodes',
    plan: plan(
      cluster('a', [one('ml.x.large', 0)], { growTo: { 'ml.x.large-nodes': 2 } }),
      cluster('b', [one('ml.x.large', 0), one('ml.x.large', 8, { InstanceGroupName: 'more' })]),
    ),
    findings: [
      { cluster: 'a', status: 'fail', level: 'required' },
      { cluster: 'b', status: 'fail', level: 'required' },
    ],
  },
  {
    name: 'finds the row that AWS misnamed',
    plan: plan(cluster('a', [one('ml.r7i.12xlarge', 2)])),
    facts: { quotas: { sagemaker: ok([quota('sagemaker', 'L-EB92BE12', 'cluster-ml-r7i-12xlarge for cluster usage', 2)]) } },
    findings: [{ status: 'pass', have: 2, need: 2, resource: 'ml.r7i.12xlarge for cluster usage' }],
  },
  {
    name: 'adds up the groups of a type, restricted ones too, and judges each type and Spot apart',
    plan: planOf({
      InstanceGroups: [
        one('ml.p5.48xlarge', 6),
        one('ml.p4d.24xlarge', 16),
        groupRequest({ InstanceGroupName: 'spot', InstanceCount: 17, ...spot }),
      ],
      RestrictedInstanceGroups: [groupRequest({ InstanceGroupName: 'rig', InstanceCount: 11 })],
    }),
    findings: [
      { resource: p5, status: 'fail', have: 16, need: 17 },
      { resource: 'ml.p4d.24xlarge for cluster usage', status: 'pass', have: 16, need: 16 },
      { resource: 'ml.p5.48xlarge for cluster spot instance usage', status: 'fail', have: 16, need: 17 },
    ],
  },
  {
    name: 'adds what runs anywhere in the region, of this type and kind only',
    plan: plan(cluster('a', [one('ml.p5.48xlarge', 4)])),
    facts: withRunning(
      running({ name: 'b', groups: [runningGroup({ current: 8, target: 13 })] }),
      running({
        name: 'c',
        groups: [runningGroup({ current: 9, target: 9, spot: true }), runningGroup({ current: 9, target: 9, types: ['ml.p4d.24xlarge'] })],
      }),
    ),
    findings: [
      {
        cluster: 'a',
        status: 'fail',
        have: 16,
        need: 17,
        message: expect.stringContaining('17 ml.p5.48xlarge instances required (8 running + 5 starting + 4 planned for a)'),
      },
      { cluster: 'b', status: 'pass', need: 13 },
      { cluster: 'c', resource: 'ml.p4d.24xlarge for cluster usage', need: 9 },
      { cluster: 'c', resource: 'ml.p5.48xlarge for cluster spot instance usage', need: 9 },
    ],
  },
  {
    name: 'in use are the nodes that exist, of a flexible group those of the type',
    plan: plan(cluster('a', [one('ml.p5.48xlarge', 1)])),
    facts: withRunning(
      running({
        name: 'b',
        groups: [
          runningGroup({
            types: ['ml.p5.48xlarge', 'ml.p4d.24xlarge'],
            current: 5,
            target: 5,
            currentByType: { 'ml.p5.48xlarge': 2, 'ml.p4d.24xlarge': 3 },
          }),
        ],
      }),
      running({ name: 'c', status: 'Failed', groups: [runningGroup({ current: 3, target: 9 })] }),
      running({ name: 'd', status: 'Deleting', groups: [runningGroup({ current: 7, target: 7 })] }),
    ),
    findings: [{ cluster: 'a', resource: p5, message: expect.stringContaining('(5 running + 1 planned for a)') }, {}, {}],
  },
  {
    name: 'two planned clusters compete: the second fails and names the first, and so does a third',
    plan: plan(
      cluster('a', [one('ml.p5.48xlarge', 12)]),
      cluster('b', [one('ml.p5.48xlarge', 8)]),
      cluster('c', [one('ml.p5.48xlarge', 1)]),
    ),
    findings: [
      { cluster: 'a', status: 'pass', need: 12 },
      { cluster: 'b', status: 'fail', need: 20, message: expect.stringContaining('12 planned earlier for a') },
      { cluster: 'c', status: 'fail', need: 21, message: expect.stringContaining('planned earlier for a and b') },
    ],
  },
  {
    name: 'alternatives do not compete with each other, and count once for others',
    plan: plan(
      cluster('a', [one('ml.p5.48xlarge', 10)]),
      cluster('b', [one('ml.p5.48xlarge', 14)], { alternativeTo: 'a' }),
      cluster('c', [one('ml.p5.48xlarge', 2)]),
      cluster('d', [one('ml.p5.48xlarge', 1)]),
    ),
    findings: [
      { cluster: 'a', need: 10 },
      { cluster: 'b', status: 'pass', need: 14 },
      { cluster: 'c', status: 'pass', need: 16 },
      { cluster: 'd', status: 'fail', need: 17 },
    ],
  },
  {
    name: 'a plan for a cluster that already runs adds only what is missing',
    plan: plan(cluster('a', [one('ml.p5.48xlarge', 16, { InstanceGroupName: 'workers' })])),
    facts: withRunning(running({ name: 'a' })),
    findings: [{ status: 'pass', need: 16 }],
    says: ['4 running + 12 planned for a'],
  },
  {
    name: 'nodes of another type under the same name are no part of what is planned',
    plan: plan(cluster('a', [one('ml.p5.48xlarge', 4, { InstanceGroupName: 'workers' })])),
    facts: {
      ...withRunning(running({ name: 'a', groups: [runningGroup({ types: ['ml.p4d.24xlarge'] })] })),
      ...rows({ 'ml.p5.48xlarge': 3, 'ml.p4d.24xlarge': 4 }),
    },
    findings: [{ resource: p5, status: 'fail', have: 3, need: 4 }],
  },
  {
    name: 'a running cluster is held against what runs, whatever is planned',
    plan: plan(cluster('a', [one('ml.p5.48xlarge', 40)])),
    facts: withRunning(running({ name: 'b', groups: [runningGroup({ current: 16, target: 16 })] })),
    findings: [
      { cluster: 'a', status: 'fail', need: 56 },
      { cluster: 'b', status: 'pass', need: 16 },
    ],
  },
  {
    name: 'a running cluster above a lowered quota fails',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running()), ...rows({ 'ml.p5.48xlarge': 3 }) },
    findings: [{ cluster: 'llm-train', status: 'fail', level: 'required', have: 3, need: 4 }],
  },
  {
    name: 'a running cluster whose MinCount fits, not its target, is softer',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running({ groups: [runningGroup({ current: 3, min: 2, target: 4 })] })), ...rows({ 'ml.p5.48xlarge': 3 }) },
    findings: [{ cluster: 'llm-train', status: 'fail', level: 'recommended', have: 3, need: 4 }],
    says: ['4 ml.p5.48xlarge instances required (3 running + 1 starting)', 'The minimum (MinCount) fits'],
  },
  {
    name: 'a running cluster whose MinCount does not fit fails',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running({ groups: [runningGroup({ current: 1, min: 2, target: 4 })] })), ...rows({ 'ml.p5.48xlarge': 1 }) },
    findings: [{ status: 'fail', level: 'required', have: 1, need: 2 }],
  },
  {
    name: 'a running flexible group whose MinCount fits, not its target, is softer',
    plan: { ...plan(), clusters: [] },
    facts: {
      ...withRunning(running({ groups: [runningGroup({ types: ['ml.p5.48xlarge', 'ml.p4d.24xlarge'], current: 3, min: 2, target: 5 })] })),
      ...rows({ 'ml.p5.48xlarge': 3, 'ml.p4d.24xlarge': 1 }),
    },
    findings: [{ status: 'fail', level: 'recommended', have: 4, need: 5 }],
  },
  {
    name: 'a planned cluster beside the target of a running one is softer where the nodes that run leave room',
    plan: plan(cluster('a', [one('ml.p5.48xlarge', 2)])),
    facts: { ...withRunning(running({ groups: [runningGroup({ current: 3, min: 2, target: 4 })] })), ...rows({ 'ml.p5.48xlarge': 5 }) },
    findings: [
      { cluster: 'a', status: 'fail', level: 'recommended', have: 5, need: 6 },
      { cluster: 'llm-train', status: 'pass' },
    ],
  },
  {
    name: 'is softer where only MinInstanceCount fits',
    plan: plan(cluster('a', [one('ml.p5.48xlarge', 32, { MinInstanceCount: 4 })])),
    facts: rows({ 'ml.p5.48xlarge': 12 }),
    findings: [{ status: 'fail', level: 'recommended', have: 12, need: 32 }],
    says: ['start with 12 of 32'],
  },
  {
    name: 'is softer where only headroom does not fit',
    plan: plan(cluster('a', [one('ml.p5.48xlarge', 16)], { headroom: 1 })),
    findings: [{ status: 'fail', level: 'recommended', have: 16, need: 17 }],
    says: ['headroom'],
  },

  // Flexible groups.
  {
    name: 'a flexible group passes where its types together reach the count',
    plan: plan(cluster('a', [any(['ml.a', 'ml.b'], 8)])),
    facts: rows({ 'ml.a': 5, 'ml.b': 3 }),
    findings: [{ status: 'pass', group: 'any', have: 8, need: 8, unit: 'nodes', resource: 'ml.a or ml.b for cluster usage' }],
  },
  {
    name: 'a flexible group fails only where no combination reaches the count',
    plan: plan(cluster('a', [any(['ml.a', 'ml.b'], 9)])),
    facts: rows({ 'ml.a': 5, 'ml.b': 3 }),
    findings: [
      {
        status: 'fail',
        level: 'required',
        group: 'any',
        have: 8,
        need: 9,
        remediation: { command: expect.stringContaining('--quota-code L-ml.a --desired-value 6') },
      },
    ],
    says: ['ml.a 5, ml.b 3'],
  },
  {
    name: 'a type without a row gives a flexible group nothing',
    plan: plan(cluster('a', [any(['ml.x', 'ml.b'], 4)])),
    facts: rows({ 'ml.b': 3 }),
    findings: [
      { status: 'fail', have: 3, need: 4, remediation: { command: expect.stringContaining('--quota-code L-ml.b --desired-value 4') } },
    ],
  },
  {
    name: 'a flexible group none of whose types has a row',
    plan: plan(cluster('a', [any(['ml.x', 'ml.y'], 4)])),
    facts: rows({ 'ml.b': 3 }),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['ml.x or ml.y for cluster usage', 'does not offer'],
  },
  {
    name: 'a flexible group leaves a type to a group of the same cluster that has no choice, whichever stands first',
    plan: plan(cluster('a', [any(['ml.a', 'ml.b'], 4), one('ml.a', 5)])),
    facts: rows({ 'ml.a': 5, 'ml.b': 4 }),
    findings: [
      { resource: 'ml.a for cluster usage', status: 'pass', need: 5 },
      { group: 'any', status: 'pass', have: 4, need: 4 },
    ],
  },
  {
    name: 'a flexible group does not make way for Spot nodes of its types',
    plan: plan(cluster('a', [any(['ml.a', 'ml.b'], 4), one('ml.a', 2, { InstanceGroupName: 'spot', ...spot })])),
    facts: {
      quotas: { sagemaker: ok([row('ml.a', 2), row('ml.b', 2), quota('sagemaker', 'L-s', 'ml.a for cluster spot instance usage', 2)]) },
    },
    findings: [
      { group: 'any', status: 'pass', have: 4, need: 4 },
      { resource: 'ml.a for cluster spot instance usage', status: 'pass', have: 2, need: 2 },
    ],
  },
  {
    name: 'two flexible groups of a cluster: the second gets what the first cannot do without',
    plan: plan(cluster('a', [any(['ml.a', 'ml.b'], 6), any(['ml.b', 'ml.c'], 6, { InstanceGroupName: 'more' })])),
    facts: rows({ 'ml.a': 4, 'ml.b': 4, 'ml.c': 3 }),
    findings: [
      { group: 'any', status: 'pass', have: 8, need: 6 },
      { group: 'more', status: 'fail', have: 5, need: 6 },
    ],
  },
  {
    name: 'a flexible cluster before it makes way for a type as far as it can',
    plan: plan(cluster('a', [any(['ml.a', 'ml.b'], 6)]), cluster('b', [one('ml.a', 3)]), cluster('c', [one('ml.a', 1)])),
    facts: rows({ 'ml.a': 5, 'ml.b': 4 }),
    findings: [
      { cluster: 'a', status: 'pass' },
      {
        cluster: 'b',
        status: 'pass',
        have: 5,
        need: 5,
        message: expect.stringContaining('2 planned earlier for a + 3 planned for b'),
      },
      { cluster: 'c', status: 'fail', have: 5, need: 6 },
    ],
  },
  {
    name: 'nodes of a running flexible group stay what they are',
    plan: plan(cluster('b', [one('ml.a', 3)])),
    facts: {
      ...withRunning(
        running({ name: 'a', groups: [runningGroup({ types: ['ml.a', 'ml.b'], current: 4, target: 5, currentByType: { 'ml.a': 4 } })] }),
      ),
      ...rows({ 'ml.a': 6, 'ml.b': 9 }),
    },
    findings: [
      { cluster: 'b', status: 'fail', have: 6, need: 7 },
      { cluster: 'a', group: 'workers', status: 'pass', need: 5 },
    ],
  },
  {
    name: 'a running flexible group that grows in the plan',
    plan: plan(cluster('a', [any(['ml.a', 'ml.b'], 12, { InstanceGroupName: 'workers' })])),
    facts: {
      ...withRunning(
        running({ name: 'a', groups: [runningGroup({ types: ['ml.a', 'ml.b'], current: 4, target: 4, currentByType: { 'ml.a': 4 } })] }),
      ),
      ...rows({ 'ml.a': 6, 'ml.b': 5 }),
    },
    findings: [{ group: 'workers', status: 'fail', have: 11, need: 12 }],
  },
  {
    name: 'a running flexible group above lowered quotas fails, planned or not, and asking for more does not help',
    plan: plan(
      cluster('a', [any(['ml.a', 'ml.b'], 4, { InstanceGroupName: 'workers' })]),
      cluster('b', [any(['ml.a', 'ml.b'], 9, { InstanceGroupName: 'workers', MinInstanceCount: 0 })]),
    ),
    facts: {
      ...withRunning(
        ...['a', 'b', 'c'].map((name) =>
          running({ name, groups: [runningGroup({ types: ['ml.a', 'ml.b'], current: 4, target: 4, currentByType: { 'ml.a': 4 } })] }),
        ),
      ),
      ...rows({ 'ml.a': 8, 'ml.b': 3 }),
    },
    findings: [
      { cluster: 'a', status: 'fail', level: 'required', have: 3, need: 4 },
      { cluster: 'b', status: 'fail', level: 'required', have: 3, need: 4 },
      { cluster: 'c', status: 'fail', level: 'required', have: 3, need: 4 },
    ],
  },
  {
    name: 'a flexible group is softer where only MinInstanceCount fits',
    plan: plan(cluster('z', [one('ml.a', 1)]), cluster('a', [any(['ml.a', 'ml.b'], 9, { MinInstanceCount: 5 })])),
    facts: rows({ 'ml.a': 5, 'ml.b': 3 }),
    findings: [
      { cluster: 'z', status: 'pass' },
      {
        cluster: 'a',
        group: 'any',
        status: 'fail',
        level: 'recommended',
        have: 7,
        need: 9,
        message: expect.stringMatching(/after z, planned earlier.*start with 7 of 9/),
      },
    ],
  },
  {
    name: 'a list of one type, or of one twice, is no flexible group',
    plan: plan(cluster('a', [any(['ml.a', 'ml.a'], 4)])),
    facts: rows({ 'ml.a': 4 }),
    findings: [{ resource: 'ml.a for cluster usage', status: 'pass', need: 4 }],
  },

  // Blindness.
  {
    name: 'quotas denied: unevaluated, with the action',
    facts: { quotas: { sagemaker: denied('servicequotas:ListServiceQuotas') } },
    unevaluated: [{ cluster: 'llm-train', level: 'required', resource: p5, action: 'servicequotas:ListServiceQuotas' }],
  },
  {
    name: 'a row with an error is unknown, never 0',
    facts: {
      quotas: { sagemaker: ok([row('ml.p5.48xlarge', 0, { applied: undefined, default: undefined, error: 'DEPENDENCY_SERVICE_ERROR' })]) },
    },
    unevaluated: [{ resource: p5, reason: expect.stringContaining('DEPENDENCY_SERVICE_ERROR') }],
  },
  {
    name: 'any running cluster unread: unevaluated',
    facts: { clusterNames: ok(['other']), runningClusters: { other: broken() } },
    unevaluated: [{ cluster: 'llm-train', resource: p5 }, { cluster: 'other' }],
  },
  {
    name: 'a row that is missing is seen whatever runs',
    facts: { ...rows({}), clusterNames: ok(['other']), runningClusters: { other: broken() } },
    findings: [{ cluster: 'llm-train', status: 'fail' }],
    unevaluated: [{ cluster: 'other' }],
  },
  {
    name: 'AutoScaling of another type before it hides no one, of the same type it does',
    plan: plan(
      planned({ request: request({ ClusterName: 'a', InstanceGroups: [one('ml.p4d.24xlarge', 1)], AutoScaling: { Mode: 'Enable' } }) }),
      cluster('b', [one('ml.p5.48xlarge', 1)]),
      cluster('c', [one('ml.p4d.24xlarge', 1)]),
      cluster('d', [any(['ml.p4d.24xlarge', 'ml.p5.48xlarge'], 1)]),
    ),
    findings: [{ cluster: 'b', status: 'pass' }],
    unevaluated: [
      { cluster: 'a', reason: expect.stringContaining('growTo') },
      { cluster: 'c', reason: expect.stringContaining('growTo') },
      { cluster: 'd', group: 'any', reason: expect.stringContaining('growTo') },
    ],
  },
]);

describe('asking for more', () => {
  const rank = { pass: 0, advice: 1, recommended: 2, required: 3 };
  const quotas = rows({ 'ml.a': 4, 'ml.b': 3, 'ml.c': 2 });
  const verdicts = (counts: readonly number[]) =>
    evaluate(
      plan(
        cluster('a', [any(['ml.a', 'ml.b'], counts[0] ?? 0), one('ml.a', counts[1] ?? 0)]),
        cluster('b', [any(['ml.b', 'ml.c'], counts[2] ?? 0, { MinInstanceCount: Math.min(1, counts[2] ?? 0) })]),
        cluster('c', [one('ml.c', counts[3] ?? 0), any(['ml.a', 'ml.c'], 2)]),
      ),
      snapshot(quotas),
      [check],
    ).findings.map((f) => (f.status === 'pass' ? rank.pass : rank[f.level]));

  test('never improves a verdict, one own or of those after it', () => {
    const steps = [0, 1, 2, 4, 6];
    for (const w of steps)
      for (const x of steps)
        for (const y of steps)
          for (const z of steps) {
            const counts = [w, x, y, z];
            const base = verdicts(counts);
            for (const i of counts.keys()) {
              const more = verdicts(counts.with(i, (counts[i] ?? 0) + 1));
              const worse = base.every((v, at) => v <= (more[at] ?? -1));
              if (!worse) expect({ counts, i, base, more }).toBeUndefined();
            }
          }
  });
});
