import { expect } from 'vitest';
import check from '../../../shared/core/checks/total-instance-quota.ts';
import type { PlannedCluster } from '../../../shared/core/plan/plan.ts';
import { broken, denied, groupRequest, ok, plan, planned, quota, request, running, runningGroup, withRunning } from '../healthy.ts';
import { table } from '../table.ts';

const name = 'Total number of instances allowed across SageMaker HyperPod clusters';
const spotName = 'Total number of Spot instances allowed across SageMaker HyperPod clusters';
const value = (onDemand: number, more = {}) => ({ quotas: { sagemaker: ok([quota('sagemaker', 'L-3308CCC7', name, onDemand, more)]) } });
const cluster = (ClusterName: string, InstanceCount: number, more: Partial<PlannedCluster> = {}, group = {}) =>
  planned({ request: request({ ClusterName, InstanceGroups: [groupRequest({ InstanceCount, ...group })] }), ...more });
const spot = { CapacityRequirements: { Spot: {} } };
const runs = (name: string, count: number, more = {}) =>
  running({ name, groups: [runningGroup({ current: count, target: count, ...more })] });

table(check, [
  {
    name: 'passes at the healthy default',
    findings: [{ status: 'pass', level: 'required', have: 30, need: 4, unit: 'nodes', resource: name }],
  },
  {
    name: 'adds what runs',
    facts: withRunning(runs('other', 27)),
    findings: [
      {
        cluster: 'llm-train',
        status: 'fail',
        level: 'required',
        have: 30,
        need: 31,
        remediation: { command: expect.stringContaining('--desired-value 31') },
      },
      { cluster: 'other', status: 'pass', have: 30, need: 27 },
    ],
    says: ['31 on-demand instances of all clusters required (27 running + 4 planned for llm-train)'],
  },
  {
    name: 'passes at exactly the quota',
    facts: withRunning(runs('other', 26)),
    findings: [{ status: 'pass', need: 30 }, { status: 'pass' }],
  },
  {
    name: 'two planned clusters compete: the first fits, the second fails and names it, so does every one after it',
    plan: plan(cluster('a', 20), cluster('b', 12), cluster('c', 1)),
    findings: [
      { cluster: 'a', status: 'pass', need: 20 },
      { cluster: 'b', status: 'fail', need: 32, message: expect.stringContaining('20 planned earlier for a') },
      { cluster: 'c', status: 'fail', need: 33, message: expect.stringContaining('32 planned earlier for a and b') },
    ],
  },
  {
    name: 'an alternative is taken out of the sum, and counts for others by its larger side',
    plan: plan(cluster('a', 10), cluster('b', 25, { alternativeTo: 'a' }), cluster('c', 6)),
    findings: [
      { cluster: 'a', need: 10 },
      { cluster: 'b', status: 'pass', need: 25 },
      { cluster: 'c', status: 'fail', need: 31 },
    ],
  },
  {
    name: 'alternatives of a cluster that is planned in another region are alternatives of one another',
    plan: plan(cluster('a', 20, { alternativeTo: 'east' }), cluster('b', 20, { alternativeTo: 'east' })),
    findings: [
      { cluster: 'a', status: 'pass' },
      { cluster: 'b', status: 'pass', need: 20 },
    ],
  },
  {
    name: 'a planned cluster that runs adds only what it misses, and needs nothing of what others ask for once it is complete',
    plan: plan(cluster('a', 40), cluster('b', 4)),
    facts: withRunning(runs('b', 4)),
    findings: [
      { cluster: 'a', status: 'fail', need: 44 },
      { cluster: 'b', status: 'pass', need: 4 },
    ],
  },
  {
    name: 'counts a target that is not reached yet, but not one of a failed cluster',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(
      running({ name: 'a', groups: [runningGroup({ target: 29 })] }),
      running({ name: 'b', status: 'Failed', groups: [runningGroup({ current: 2, target: 50 })] }),
    ),
    findings: [
      { cluster: 'a', status: 'fail', level: 'required', need: 31 },
      { cluster: 'b', status: 'fail', need: 31 },
    ],
  },
  {
    name: 'is softer where the MinCount of what runs fits, not its target',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(running({ groups: [runningGroup({ min: 2, target: 31 })] })),
    findings: [{ status: 'fail', level: 'recommended', have: 30, need: 31 }],
  },
  {
    name: 'is softer where headroom before it takes the rest',
    plan: plan(cluster('a', 20, { headroom: 40 }), cluster('b', 4)),
    findings: [
      { cluster: 'a', status: 'pass', need: 28 },
      { cluster: 'b', status: 'fail', level: 'recommended', have: 30, need: 32 },
    ],
  },
  {
    name: 'is softer where only MinInstanceCount fits',
    plan: plan(cluster('a', 20), cluster('b', 32, {}, { MinInstanceCount: 2 })),
    findings: [
      { cluster: 'a' },
      { cluster: 'b', status: 'fail', level: 'recommended', need: 52, message: expect.stringContaining('b would start with 10 of 32') },
    ],
  },
  {
    name: 'holds Spot against its own quota',
    plan: plan(cluster('a', 31, {}, spot), cluster('b', 30)),
    findings: [
      { cluster: 'a', resource: spotName, status: 'fail', need: 31 },
      { cluster: 'b', resource: name, status: 'pass', need: 30 },
    ],
  },
  {
    name: 'the default of 0 fails',
    facts: value(0, { applied: undefined, default: 0 }),
    findings: [{ status: 'fail', have: 0, need: 4 }],
  },
  { name: 'a missing row', facts: { quotas: { sagemaker: ok([]) } }, findings: [{ status: 'fail' }], says: ['does not offer'] },
  {
    name: 'any running cluster unread: unevaluated',
    facts: { clusterNames: ok(['other']), runningClusters: { other: denied('sagemaker:DescribeCluster') } },
    unevaluated: [
      { cluster: 'llm-train', level: 'required', resource: name, action: 'sagemaker:DescribeCluster' },
      { cluster: 'other', level: 'required' },
    ],
  },
  {
    name: 'clusters not listed: unevaluated',
    facts: { clusterNames: denied('sagemaker:ListClusters'), runningClusters: {} },
    unevaluated: [{ cluster: 'llm-train', resource: name, action: 'sagemaker:ListClusters' }, { action: 'sagemaker:ListClusters' }],
  },
  {
    name: 'AutoScaling without growTo hides those after it, not those before',
    plan: plan(cluster('a', 4), planned({ request: request({ ClusterName: 'b', AutoScaling: { Mode: 'Enable' } }) }), cluster('c', 4)),
    findings: [{ cluster: 'a', status: 'pass' }],
    unevaluated: [
      { cluster: 'b', reason: expect.stringContaining('growTo.workers') },
      { cluster: 'c', reason: expect.stringContaining('growTo.workers') },
    ],
  },
  { name: 'quotas unreadable: unevaluated', facts: { quotas: { sagemaker: broken() } }, unevaluated: [{ resource: name }] },
]);
