import { expect } from 'vitest';
import check from '../../../shared/core/checks/cluster-size-quota.ts';
import { broken, denied, groupRequest, ok, plan, planned, quota, request, running, runningGroup, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const name = 'Maximum number instances allowed per SageMaker HyperPod cluster';
const spotName = 'Maximum number Spot instances allowed per SageMaker HyperPod cluster';
const values = (onDemand: number, spot = onDemand) => ({
  quotas: { sagemaker: ok([quota('sagemaker', 'L-2CE978FC', name, onDemand), quota('sagemaker', 'L-41BFBF41', spotName, spot)]) },
});
const spot = { CapacityRequirements: { Spot: {} } };
const groups = (...InstanceGroups: Parameters<typeof groupRequest>[0][]) =>
  planned({
    request: request({ InstanceGroups: InstanceGroups.map((g, i) => groupRequest({ InstanceGroupName: `g${i}`, ...g })) }),
  });

table(check, [
  {
    name: 'passes at the healthy default',
    findings: [{ status: 'pass', level: 'required', have: 20, need: 4, unit: 'nodes', resource: name }],
  },
  { name: 'passes when the quota is exactly the need', facts: values(4), findings: [{ status: 'pass', have: 4, need: 4 }] },
  {
    name: 'fails one below, with the request that would fix it',
    facts: values(3),
    findings: [
      {
        status: 'fail',
        level: 'required',
        have: 3,
        need: 4,
        remediation: { command: expect.stringContaining('--quota-code L-2CE978FC --desired-value 4') },
      },
    ],
  },
  {
    name: 'adds up the groups, restricted ones too',
    plan: planOf({
      InstanceGroups: [groupRequest({ InstanceCount: 12 })],
      RestrictedInstanceGroups: [groupRequest({ InstanceGroupName: 'rig', InstanceCount: 9 })],
    }),
    findings: [{ status: 'fail', have: 20, need: 21 }],
  },
  {
    name: 'judges Spot nodes by their own quota',
    plan: plan(groups({ InstanceCount: 12 }, { InstanceCount: 12, ...spot })),
    facts: values(12, 11),
    findings: [
      { resource: name, status: 'pass', need: 12 },
      { resource: spotName, status: 'fail', have: 11, need: 12 },
    ],
  },
  {
    name: 'has no on-demand finding where all is Spot',
    plan: plan(groups({ ...spot })),
    findings: [{ resource: spotName, status: 'pass' }],
  },
  {
    name: 'is softer where only MinInstanceCount fits, and says how many would start',
    plan: plan(groups({ InstanceCount: 32, MinInstanceCount: 8 })),
    facts: values(12),
    findings: [
      { status: 'fail', level: 'recommended', have: 12, need: 32, remediation: { command: expect.stringContaining('--desired-value 32') } },
    ],
    says: ['start with 12 of 32'],
  },
  {
    name: 'is softer where only headroom and growTo do not fit',
    plan: plan(planned({ headroom: 50, growTo: { workers: 14 } })),
    findings: [{ status: 'fail', level: 'recommended', have: 20, need: 21 }],
    says: ['headroom'],
  },
  {
    name: 'does not add what other clusters take',
    plan: plan(planned({ request: request({ ClusterName: 'other', InstanceGroups: [groupRequest({ InstanceCount: 15 })] }) }), planned()),
    facts: withRunning(running({ name: 'third', groups: [runningGroup({ current: 16, target: 16 })] })),
    findings: [
      { cluster: 'other', status: 'pass', need: 15 },
      { cluster: 'llm-train', status: 'pass', need: 4 },
      { cluster: 'third', status: 'pass', need: 16 },
    ],
  },
  {
    name: 'counts what runs of the same cluster, also groups that the plan does not name',
    plan: planOf({ InstanceGroups: [groupRequest({ InstanceCount: 10 })] }),
    facts: withRunning(running({ groups: [runningGroup(), runningGroup({ name: 'old', current: 2, target: 11 })] })),
    findings: [{ status: 'fail', have: 20, need: 21 }],
    says: ['6 running + 9 starting + 6 planned for llm-train'],
  },
  {
    name: 'counts nodes that run under another kind beside those planned',
    plan: plan(groups({ InstanceGroupName: 'workers', InstanceCount: 12, ...spot })),
    facts: withRunning(running()),
    findings: [{ resource: spotName, need: 12 }],
  },
  {
    name: 'counts a cluster being deleted as none',
    facts: withRunning(running({ status: 'Deleting', groups: [runningGroup({ current: 20, target: 20 })] })),
    findings: [{ status: 'pass', need: 4 }],
  },
  {
    name: 'fails a running cluster whose target is beyond the quota',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(running({ groups: [runningGroup({ current: 4, target: 21 })] })),
    findings: [{ cluster: 'llm-train', status: 'fail', level: 'required', have: 20, need: 21 }],
  },
  {
    name: 'a running cluster whose MinCount is within the quota, not its target, is softer',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(running({ groups: [runningGroup({ current: 4, min: 2, target: 21 })] })),
    findings: [{ status: 'fail', level: 'recommended', have: 20, need: 21 }],
  },
  {
    name: 'a missing row is another sentence than a value of 0',
    facts: { quotas: { sagemaker: ok([]) } },
    findings: [{ status: 'fail', level: 'required', remediation: { text: expect.any(String) } }],
    says: ['does not offer'],
  },
  {
    name: 'AutoScaling without growTo: unevaluated, not 0',
    plan: planOf({ AutoScaling: { Mode: 'Enable' } }),
    unevaluated: [{ level: 'required', resource: name, reason: expect.stringContaining('growTo.workers') }],
  },
  {
    name: 'AutoScaling with growTo: growth is recommended',
    plan: plan(planned({ request: request({ AutoScaling: { Mode: 'Enable' } }), growTo: { workers: 21 } })),
    findings: [{ status: 'fail', level: 'recommended', need: 21 }],
  },
  {
    name: 'the running cluster unread: unevaluated',
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ cluster: 'llm-train', resource: name, action: 'sagemaker:DescribeCluster' }],
  },
  {
    name: 'another running cluster unread does not matter to this one',
    facts: { clusterNames: ok(['other']), runningClusters: { other: broken() } },
    findings: [{ cluster: 'llm-train', status: 'pass' }],
    unevaluated: [{ cluster: 'other' }],
  },
  {
    name: 'quotas denied: unevaluated, with the action',
    facts: { quotas: { sagemaker: denied('servicequotas:ListServiceQuotas') } },
    unevaluated: [{ cluster: 'llm-train', resource: name, action: 'servicequotas:ListServiceQuotas' }],
  },
]);
