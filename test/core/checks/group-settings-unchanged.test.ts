import { expect } from 'vitest';
import check from '../../../shared/core/checks/group-settings-unchanged.ts';
import type { RunningGroup } from '../../../shared/core/evaluation/cluster-spec.ts';
import type { GroupRequest } from '../../../shared/core/plan/plan.ts';
import { broken, denied, groupRequest, ids, ok, plan, request, running, runningGroup, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

/** One running group, made by this request. */
const runs = (made: Partial<GroupRequest> = {}, group: Partial<RunningGroup> = {}) =>
  withRunning(running({ groups: [runningGroup(group)], request: request({ InstanceGroups: [groupRequest(made)] }) }));
const planned = (...groups: readonly Partial<GroupRequest>[]) => planOf({ InstanceGroups: groups.map((one) => groupRequest(one)) });
const encrypted = (...keys: readonly string[]) => ({
  InstanceStorageConfigs: keys.map((VolumeKmsKeyId) => ({ EbsVolumeConfig: { VolumeSizeInGB: 500, VolumeKmsKeyId } })),
});
const rootAndSecondary = [
  { EbsVolumeConfig: { RootVolume: true, VolumeKmsKeyId: 'k-1' } },
  { EbsVolumeConfig: { VolumeSizeInGB: 500, VolumeKmsKeyId: 'k-2' } },
];
const flexible = (...InstanceTypes: readonly string[]) => ({ InstanceType: undefined, InstanceRequirements: { InstanceTypes } });
const same = [
  { status: 'pass', level: 'required', group: 'workers', resource: 'InstanceType' },
  { status: 'pass', resource: 'ExecutionRole' },
  { status: 'pass', resource: 'CapacityRequirements' },
] as const;
const slurm = (NodeType: string) => ({ SlurmConfig: { NodeType } });
const [p5, p5en] = ['ml.p5.48xlarge', 'ml.p5en.48xlarge'] as const;

table(check, [
  { name: 'does not apply to a cluster that does not run', findings: [] },
  { name: 'does not apply to one that only runs', plan: { ...plan(), clusters: [] }, facts: runs(), findings: [] },
  {
    name: 'does not apply while its namesake is being deleted',
    facts: withRunning(running({ status: 'Deleting' })),
    findings: [],
  },
  { name: 'passes where nothing changes', facts: runs(), findings: same },
  { name: 'evaluates what older snapshots contain', facts: withRunning(running()), findings: same },
  {
    name: 'a new group may have any settings',
    plan: planned({}, { InstanceGroupName: 'new', InstanceType: p5en, ThreadsPerCore: 1 }),
    facts: runs(),
    findings: same,
  },
  {
    name: 'fails on another instance type',
    plan: planned({ InstanceType: p5en }),
    facts: runs(),
    findings: [
      {
        status: 'fail',
        level: 'required',
        group: 'workers',
        resource: 'InstanceType',
        remediation: { command: 'aws sagemaker describe-cluster --region us-west-2 --cluster-name llm-train' },
      },
      {},
      {},
    ],
    says: [`${p5} running, ${p5en} planned`, 'According to AWS documentation'],
  },
  {
    name: 'fails where a group becomes flexible',
    plan: planned(flexible(p5)),
    facts: runs(),
    findings: [{ status: 'fail', resource: 'InstanceType' }, {}, {}],
    says: ['group workers: InstanceType running'],
  },
  {
    name: 'fails where a flexible group gets one type',
    facts: runs(flexible(p5, p5en), { types: [p5, p5en] }),
    findings: [{ status: 'fail', resource: 'InstanceType' }, {}, {}],
    says: ['group workers: InstanceRequirements running'],
  },
  {
    name: 'knows a flexible group of an older snapshot by its types',
    facts: withRunning(running({ groups: [runningGroup({ types: [p5, p5en] })] })),
    findings: [{ status: 'fail', resource: 'InstanceType' }, {}, {}],
  },
  {
    name: 'a flexible group may lose types without nodes',
    plan: planned(flexible(p5en)),
    facts: runs(flexible(p5, p5en), { types: [p5, p5en], currentByType: { [p5]: 0, [p5en]: 4 } }),
    findings: same,
  },
  {
    name: 'fails where a flexible group loses the type of its nodes',
    plan: planned(flexible(p5en)),
    facts: runs(flexible(p5, p5en), { types: [p5, p5en], currentByType: { [p5]: 1, [p5en]: 3 } }),
    findings: [{ status: 'fail', level: 'required', resource: 'InstanceType' }, {}, {}],
    says: [`nodes of ${p5} run`],
  },
  {
    name: 'fails on another execution role',
    plan: planned({ ExecutionRole: `${ids.role}2` }),
    facts: runs(),
    findings: [{}, { status: 'fail', level: 'required', resource: 'ExecutionRole' }, {}],
  },
  ...[true, false].map((isSpot) => ({
    name: `fails where ${isSpot ? 'Spot becomes on-demand' : 'on-demand becomes Spot'}`,
    plan: planned({ CapacityRequirements: isSpot ? { OnDemand: {} } : { Spot: {} } }),
    facts: runs({}, { spot: isSpot }),
    findings: [
      {},
      {},
      {
        status: 'fail' as const,
        level: 'required' as const,
        resource: 'CapacityRequirements',
        message: expect.stringContaining(isSpot ? 'Spot running, on-demand planned.' : 'on-demand running, Spot planned.'),
      },
    ],
  })),
  {
    name: 'passes the same threads, keys and node type; a key may be named by its ARN',
    plan: planned({ ThreadsPerCore: 2, ...encrypted('arn:aws:kms:us-west-2:111122223333:key/k-1'), ...slurm('Compute') }),
    facts: runs({ ThreadsPerCore: 2, ...encrypted('k-1'), ...slurm('Compute') }),
    findings: [
      ...same,
      { status: 'pass', level: 'required', resource: 'ThreadsPerCore' },
      { status: 'pass', resource: 'VolumeKmsKeyId' },
      { status: 'pass', resource: 'SlurmConfig.NodeType' },
    ],
  },
  {
    name: 'fails on other threads, keys and node types',
    plan: planned({ ThreadsPerCore: 1, ...encrypted('k-1', 'k-2'), ...slurm('Login') }),
    facts: runs({ ThreadsPerCore: 2, ...encrypted('k-1'), ...slurm('Compute') }),
    findings: [
      ...same,
      { status: 'fail', level: 'required', resource: 'ThreadsPerCore', message: expect.stringContaining('2 running, 1 planned.') },
      { status: 'fail', level: 'required', resource: 'VolumeKmsKeyId', message: expect.stringContaining('k-1 running, k-1, k-2 planned.') },
      { status: 'fail', level: 'required', resource: 'SlurmConfig.NodeType' },
    ],
  },
  {
    name: 'fails where a key moves to another volume',
    plan: planned(encrypted('k-1')),
    facts: runs({ InstanceStorageConfigs: [{ EbsVolumeConfig: { RootVolume: true, VolumeKmsKeyId: 'k-1' } }] }),
    findings: [
      ...same,
      {
        status: 'fail',
        level: 'required',
        resource: 'VolumeKmsKeyId',
        message: expect.stringContaining('k-1 on the root volume running, k-1 planned.'),
      },
    ],
  },
  {
    name: 'passes the same keys of both volumes in another order',
    plan: planned({ InstanceStorageConfigs: rootAndSecondary }),
    facts: runs({ InstanceStorageConfigs: rootAndSecondary.toReversed() }),
    findings: [...same, { status: 'pass', level: 'required', resource: 'VolumeKmsKeyId' }],
  },
  {
    name: 'fails where a setting is added',
    plan: planned({ ThreadsPerCore: 1 }),
    facts: runs(),
    findings: [...same, { status: 'fail', level: 'required', message: expect.stringContaining('none running, 1 planned.') }],
  },
  {
    name: 'is softer where the plan adds SlurmConfig to a group that has none, which depends on the image',
    plan: planned({ ...slurm('Compute') }),
    facts: runs(),
    findings: [
      ...same,
      {
        status: 'fail',
        level: 'recommended',
        resource: 'SlurmConfig.NodeType',
        message: expect.stringContaining('requires an image of January 2026 or later'),
        remediation: {
          command:
            'aws sagemaker update-cluster-software --cluster-name llm-train --instance-groups InstanceGroupName=workers --region us-west-2',
        },
      },
    ],
  },
  {
    name: 'passes where the plan adds SlurmConfig to a group with the latest image',
    plan: planned({ ...slurm('Compute') }),
    facts: runs({}, { imageStatus: 'UpToDate' }),
    findings: [...same, { status: 'pass', resource: 'SlurmConfig.NodeType' }],
  },
  {
    name: 'fails where the plan adds SlurmConfig on EKS',
    plan: planned({ ...slurm('Compute') }),
    facts: withRunning(running({ orchestrator: 'eks', groups: [runningGroup()], request: request() })),
    findings: [...same, { status: 'fail', level: 'required', resource: 'SlurmConfig.NodeType' }],
  },
  {
    name: 'is softer where the plan leaves a setting out',
    facts: runs({ ThreadsPerCore: 2 }),
    findings: [
      ...same,
      { status: 'fail', level: 'recommended', resource: 'ThreadsPerCore', message: expect.stringContaining('not set in the plan') },
    ],
  },
  {
    name: 'does not evaluate what an older snapshot does not contain',
    plan: planned({ ThreadsPerCore: 2 }),
    facts: withRunning(running()),
    findings: same,
    unevaluated: [{ group: 'workers', resource: 'ThreadsPerCore', level: 'required', reason: expect.stringContaining('older version') }],
  },
  {
    name: 'the running cluster unread: unevaluated',
    facts: { clusterNames: ok(['llm-train']), runningClusters: { 'llm-train': denied('sagemaker:DescribeCluster') } },
    unevaluated: [{ cluster: 'llm-train', level: 'required', action: 'sagemaker:DescribeCluster' }],
  },
  {
    name: 'clusters not listed: unevaluated',
    facts: { clusterNames: broken() },
    unevaluated: [{ cluster: 'llm-train', level: 'required' }, {}],
  },
]);
