import { describe, expect, test } from 'vitest';
import type { RunningGroup } from '../../shared/core/evaluation/cluster-spec.ts';
import { failedRequestRules } from '../../shared/core/evaluation/evaluate-request.ts';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { planWarnings } from '../../shared/core/plan/plan-warnings.ts';
import { placeLine } from '../../shared/core/render/warnings.ts';
import { type DescribedCluster, initPlan, type PlanOrigin } from '../../shared/plan/init.ts';
import { type ParsedPlan, parsePlan } from '../../shared/plan/parse.ts';
import { formatProblems } from '../../shared/plan/problem.ts';
import { request as healthyRequest, ids } from '../core/healthy.ts';

const group = (more: Partial<RunningGroup> = {}): RunningGroup => ({
  name: 'workers',
  restricted: false,
  types: ['ml.p5.48xlarge'],
  spot: false,
  role: ids.role,
  volumesGb: [],
  fsxLustre: [],
  current: 2,
  target: 4,
  ...more,
});
const cluster = (more: Partial<DescribedCluster> = {}): DescribedCluster => ({
  name: 'llm-train',
  arn: 'arn:aws:sagemaker:us-west-2:111122223333:cluster/abc',
  status: 'InService',
  orchestrator: 'slurm',
  autoScaling: false,
  groups: [group()],
  request: {
    ClusterName: 'llm-train',
    InstanceGroups: [{ InstanceGroupName: 'workers', InstanceType: 'ml.p5.48xlarge', InstanceCount: 4, ExecutionRole: ids.role }],
  },
  ...more,
});
const rollout = {
  RollingUpdatePolicy: {
    MaximumBatchSize: { Type: 'INSTANCE_COUNT', Value: 1 },
    RollbackMaximumBatchSize: { Type: 'CAPACITY_PERCENTAGE', Value: 50 },
  },
  WaitIntervalInSeconds: 300,
  AutoRollbackConfiguration: [{ AlarmName: 'gpu-errors' }],
};
const everything = cluster({
  name: 'all-of-it',
  orchestrator: 'eks',
  autoScaling: true,
  groups: [
    group({ name: 'flexible', image: 'ami-0123456789abcdef0' }),
    group({ name: '12', image: 'ami-0aaaaaaaaaaaaaaaa' }),
    group({ name: 'nova', restricted: true }),
  ],
  request: {
    ClusterName: 'all-of-it',
    Orchestrator: { Eks: { ClusterArn: ids.eks } },
    InstanceGroups: [
      {
        InstanceGroupName: 'flexible',
        InstanceRequirements: { InstanceTypes: ['ml.p5en.48xlarge', 'ml.p5.48xlarge'] },
        InstanceCount: 4,
        MinInstanceCount: 2,
        ExecutionRole: ids.role,
        ThreadsPerCore: 2,
        LifeCycleConfig: {
          SourceS3Uri: 's3://sagemaker-lifecycle-111122223333/scripts',
          OnCreate: 'on_create.sh',
          OnInitComplete: 'done.sh',
        },
        InstanceStorageConfigs: [
          { EbsVolumeConfig: { VolumeSizeInGB: 500, VolumeKmsKeyId: 'key-1' } },
          { EbsVolumeConfig: { VolumeKmsKeyId: 'key-1', RootVolume: true } },
          { FsxLustreConfig: { DnsName: `${ids.fs}.fsx.us-west-2.amazonaws.com`, MountName: 'abcdefgh', MountPath: '/fsx' } },
          { FsxOpenZfsConfig: { DnsName: `${ids.fs}.fsx.us-west-2.amazonaws.com`, MountPath: '/home' } },
        ],
        OnStartDeepHealthChecks: ['InstanceStress', 'InstanceConnectivity'],
        OverrideVpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet2] },
        ScheduledUpdateConfig: { ScheduleExpression: 'cron(0 6 ? * SUN *)', DeploymentConfig: rollout },
        AutoPatchConfig: { PatchingStrategy: 'WhenIdle', DeploymentConfig: rollout },
        ImageId: 'ami-0123456789abcdef0',
        CapacityRequirements: { Spot: {} },
        NetworkInterface: { InterfaceType: 'efa-only' },
      },
      {
        InstanceGroupName: '12',
        KubernetesConfig: { Labels: { team: '' }, Taints: [{ Key: 'gpu', Value: 'yes', Effect: 'NoExecute' }] },
        InstanceType: 'ml.p5.48xlarge',
        InstanceCount: 4,
        ExecutionRole: ids.role,
        LifeCycleConfig: { SourceS3Uri: 's3://sagemaker-lifecycle-111122223333/scripts', OnCreate: 'on_create.sh' },
        TrainingPlanArn: 'arn:aws:sagemaker:us-west-2:111122223333:training-plan/june',
      },
    ],
    RestrictedInstanceGroups: [
      {
        InstanceGroupName: 'nova',
        InstanceType: 'ml.p5.48xlarge',
        InstanceCount: 4,
        ExecutionRole: ids.role,
        EnvironmentConfig: { FSxLustreConfig: { SizeInGiB: 2400, PerUnitStorageThroughput: 250 } },
      },
    ],
    RestrictedInstanceGroupsConfig: {
      SharedEnvironmentConfig: {
        FSxLustreDeletionPolicy: 'Keep',
        FSxLustreConfig: { SizeInGiB: 2400, PerUnitStorageThroughput: 250 },
      },
    },
    VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet] },
    NodeRecovery: 'Automatic',
    TieredStorageConfig: { Mode: 'Enable', InstanceMemoryAllocationPercentage: 20 },
    NodeProvisioningMode: 'Continuous',
    ClusterRole: ids.role,
    AutoScaling: { Mode: 'Enable', AutoScalerType: 'Karpenter' },
  },
});
const onSlurm = cluster({
  name: 'slurm',
  request: {
    ClusterName: 'slurm',
    Orchestrator: { Slurm: { SlurmConfigStrategy: 'Merge' } },
    InstanceGroups: [
      {
        InstanceGroupName: 'head',
        InstanceType: 'ml.m5.xlarge',
        InstanceCount: 1,
        ExecutionRole: ids.role,
        SlurmConfig: { NodeType: 'Controller' },
      },
      {
        InstanceGroupName: 'workers',
        InstanceType: 'ml.p5.48xlarge',
        InstanceCount: 4,
        ExecutionRole: ids.role,
        SlurmConfig: { NodeType: 'Compute', PartitionNames: ['gpu'] },
      },
    ],
  },
});

const file = JSON.stringify(healthyRequest({ Orchestrator: { Eks: { ClusterArn: ids.eks } } }));
const starts: readonly (readonly [string, PlanOrigin])[] = [
  ['from nothing', { from: 'nothing' }],
  ['as an example', { from: 'example' }],
  ['as an example of a region', { from: 'example', region: 'eu-west-1' }],
  ['from a request', { from: 'request', path: 'create.json', text: file }],
  ['from a request for a region', { from: 'request', path: '../a b: #c.json', text: file, region: 'us-gov-west-1' }],
  ['from a request of nothing known', { from: 'request', path: "it's\n.json", text: '{"ClusterName":"a"}' }],
  ['from a running cluster', { from: 'running', regions: [{ region: 'us-west-2', clusters: [cluster()] }] }],
  [
    'from running clusters with all they can have',
    { from: 'running', regions: [{ region: 'us-west-2', clusters: [cluster(), everything, onSlurm] }] },
  ],
  [
    'from a region where nothing runs',
    { from: 'running', regions: [{ region: 'us-west-2', clusters: [cluster({ status: 'Deleting' })] }] },
  ],
];

const parse = (text: string, request: string): ParsedPlan =>
  parsePlan(text, { file: 'my-plan.yaml', readRequest: () => ({ ok: true, text: request }), checkIds: ['efa-open-egress'] });
const problems = (parsed: ParsedPlan): string => (parsed.ok ? '' : formatProblems(parsed.problems));
const planOf = (start: PlanOrigin) => {
  const parsed = parse(initPlan(start), start.from === 'request' ? start.text : file);
  if (!parsed.ok) throw new Error(problems(parsed));
  return parsed.plan;
};
/** Switches on every setting that is commented out, as the plan itself says one does. */
const switchedOn = (text: string): string => text.replaceAll(/^( *)#(?=[^ \n#])/gm, '$1');

describe('a first plan', () => {
  test.each(starts)('%s is valid', (_, start) => {
    expect(problems(parse(initPlan(start), start.from === 'request' ? start.text : file))).toBe('');
  });

  test.each(starts)('%s is valid with every setting switched on', (_, start) => {
    const on = switchedOn(initPlan(start));
    const parsed = parse(on, start.from === 'request' ? start.text : file);
    expect(problems(parsed)).toBe('');
    expect(parsed).toMatchObject({
      plan: {
        accounts: ['123456789012'],
        auditRole: { name: 'HyperPodAuditor' },
        mutes: [{ check: 'efa-open-egress' }],
        alerts: {
          email: ['ml-platform@example.com'],
          slack: { channel: 'C0456EFGH' },
          teams: { channel: '19:b6ef35dc342d56ba5654e6fc6d25a071@thread.tacv2' },
          minimum: 'required',
          remindAfterHours: 24,
        },
        clusters: expect.arrayContaining([expect.objectContaining({ headroom: 10, ipv6Pods: true, newVpc: true })]),
      },
    });
  });

  test.each(starts)('%s has no warning but of what the request itself says', (_, start) => {
    const parsed = parse(initPlan(start), start.from === 'request' ? start.text : file);
    if (!parsed.ok) throw new Error(problems(parsed));
    const warnings = parsed.locate(planWarnings(parsed.plan, '2026-11-30T00:00:00Z'));
    expect(warnings.filter((w) => w.file === 'my-plan.yaml').map(placeLine)).toEqual([]);
  });

  test('from nothing says what the empty plan says', () => {
    expect(planOf({ from: 'nothing' })).toEqual(emptyPlan);
  });

  test('from a request refers to the file and takes the region from its ARNs', () => {
    const text = initPlan({ from: 'request', path: 'create.json', text: file });
    expect(text).toContain('request: create.json\n');
    expect(text).toContain('#growTo: { workers: 64 }');
    expect(planOf({ from: 'request', path: 'create.json', text: file.replaceAll('us-west-2', 'eu-north-1') })).toMatchObject({
      regions: ['eu-north-1'],
      clusters: [{ region: 'eu-north-1', request: { ClusterName: 'llm-train' } }],
    });
  });

  test('from a request that names no region asks for one', () => {
    const text = initPlan({ from: 'request', path: 'create.json', text: '{"ClusterName":"a"}' });
    expect(text).toContain('No region given: replace us-west-2 with yours.');
    expect(initPlan({ from: 'request', path: 'create.json', text: '{"ClusterName":"a"}', region: 'eu-west-1' })).not.toContain('set yours');
  });

  test('from a request that cannot be read still refers to it', () => {
    const text = initPlan({ from: 'request', path: 'create.json', text: '{ "InstanceGroups": [1, {}, ' });
    expect(parse(text, '{"ClusterName":"a"}')).toMatchObject({ ok: true });
  });

  test('from running clusters would make them again, in the order of their names', () => {
    const plan = planOf({ from: 'running', regions: [{ region: 'us-west-2', clusters: [cluster(), onSlurm, everything] }] });
    expect(plan.regions).toEqual(['us-west-2']);
    expect(plan.clusters.map((c) => c.request)).toEqual([everything.request, cluster().request, onSlurm.request]);
    // AWS accepted these requests once.
    const required = failedRequestRules(plan).filter((finding) => finding.level === 'required');
    expect(required).toEqual([]);
  });

  test.each([
    ['Slurm in Continuous mode', { request: { ...healthyRequest(), NodeProvisioningMode: 'Continuous' } }, true],
    ['Slurm in another mode', {}, false],
    ['EKS', { orchestrator: 'eks' as const, request: { ...healthyRequest(), NodeProvisioningMode: 'Continuous' } }, false],
  ])('from a running cluster on %s: a comment on the accounting database', (_, more, has) => {
    const text = initPlan({ from: 'running', regions: [{ region: 'us-west-2', clusters: [cluster(more)] }] });
    expect(text.includes('# Orchestrator.Slurm.AccountingDatabase is not written here')).toBe(has);
  });

  test('from running clusters says what is not known of them', () => {
    const text = initPlan({ from: 'running', regions: [{ region: 'us-west-2', clusters: [everything] }] });
    expect(text).toContain('set growTo to the final size');
    expect(text).toContain('# Tags are not written here');
    expect(text).toContain('DrainPolicy and IdleWaitWindowInSeconds are not written');
    expect(text).toContain('# Group 12 runs image ami-0aaaaaaaaaaaaaaaa');
    expect(text).not.toContain('Group flexible runs image');
  });

  test('from a running cluster leaves out storage whose deletion policy is unknown', () => {
    const SharedEnvironmentConfig = { FSxLustreConfig: { SizeInGiB: 2400, PerUnitStorageThroughput: 250 } };
    const shared = cluster({ request: { ...cluster().request, RestrictedInstanceGroupsConfig: { SharedEnvironmentConfig } } });
    const origin = { from: 'running', regions: [{ region: 'us-west-2', clusters: [shared] }] } as const;
    expect(planOf(origin).clusters.map((c) => c.request)).toEqual([cluster().request]);
    expect(initPlan(origin)).toContain('its FSxLustreDeletionPolicy is unknown');
  });

  test('from a region where nothing runs says so', () => {
    expect(initPlan({ from: 'running', regions: [{ region: 'us-west-2', clusters: [] }] })).toContain('No cluster runs in us-west-2 yet.');
  });
});
