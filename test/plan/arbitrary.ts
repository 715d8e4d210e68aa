/** Valid plans, any of them: for properties that have to hold for every plan. */
import fc from 'fast-check';
import type {
  AlertSettings,
  ClusterRequest,
  DeploymentSettings,
  GroupRequest,
  Mute,
  Plan,
  PlannedCluster,
  StorageConfig,
  VpcConfig,
} from '../../shared/core/plan/plan.ts';
import { supportedRegions } from '../../shared/core/plan/regions.ts';

/** A mapping in which keys with `undefined` are left out, as in a file. */
const some = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }, required: (keyof T & string)[]): fc.Arbitrary<T> =>
  fc.record(model, { requiredKeys: required as never }) as unknown as fc.Arbitrary<T>;

const hex = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const id = (kind: string) => fc.oneof(hex(17), hex(8)).map((h) => `${kind}-${h}`);
const name = fc
  .tuple(
    fc.constantFrom(...'abcXYZ019'),
    fc.string({ unit: fc.constantFrom(...'abcXYZ019-'), maxLength: 20 }),
    fc.constantFrom(...'abcXYZ019'),
  )
  .map((parts) => parts.join(''));
const region = fc.constantFrom(...supportedRegions.names, 'us-gov-west-1', 'cn-north-1', 'us-isob-east-1');
const account = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 12, maxLength: 12 });
const partition = fc.constantFrom('aws', 'aws-cn', 'aws-us-gov');
const roleArn = fc.tuple(partition, account, name).map(([p, a, n]) => `arn:${p}:iam::${a}:role/${n}`);
const instanceType = fc.constantFrom('ml.p5.48xlarge', 'ml.p6e-gb200.36xlarge', 'ml.trn2.48xlarge', 'ml.g6e.xlarge', 'ml.z99-new.metal');
const words = fc
  .string({
    unit: fc.oneof(fc.constantFrom(...`abz 019:#'"-,[]{}!&*?|>%@\`~yesnonull.`), fc.constantFrom('ä', '日', '🚀')),
    minLength: 1,
    maxLength: 40,
  })
  .filter((text) => text.trim() !== '');

const vpc: fc.Arbitrary<VpcConfig> = fc.record({
  SecurityGroupIds: fc.uniqueArray(id('sg'), { minLength: 1, maxLength: 5 }),
  Subnets: fc.uniqueArray(id('subnet'), { minLength: 1, maxLength: 16 }),
});

const storage: fc.Arbitrary<StorageConfig> = fc.oneof(
  fc.record({
    EbsVolumeConfig: some<NonNullable<StorageConfig['EbsVolumeConfig']>>(
      { VolumeSizeInGB: fc.integer({ min: 1, max: 16384 }), VolumeKmsKeyId: hex(32), RootVolume: fc.boolean() },
      [],
    ),
  }),
  fc.record({
    FsxLustreConfig: some<NonNullable<StorageConfig['FsxLustreConfig']>>(
      {
        DnsName: id('fs').map((fs) => `${fs}.fsx.us-west-2.amazonaws.com`),
        MountName: hex(8),
        MountPath: fc.constantFrom('/fsx', '/mnt/data-1'),
      },
      ['DnsName', 'MountName'],
    ),
  }),
  fc.record({
    FsxOpenZfsConfig: some<NonNullable<StorageConfig['FsxOpenZfsConfig']>>(
      { DnsName: id('fs').map((fs) => `${fs}.fsx.us-west-2.amazonaws.com`), MountPath: fc.constant('/home') },
      ['DnsName'],
    ),
  }),
);

const lifecycle = some<NonNullable<GroupRequest['LifeCycleConfig']>>(
  {
    SourceS3Uri: name.map((n) => `s3://sagemaker-${n.toLowerCase()}/scripts`),
    OnCreate: fc.constantFrom('on_create.sh', 'on create.sh'),
    OnInitComplete: fc.constant('done.sh'),
  },
  [],
);

const lustre = fc.record({
  SizeInGiB: fc.integer({ min: 1200, max: 100800 }),
  PerUnitStorageThroughput: fc.integer({ min: 125, max: 1000 }),
});

/** Members that the API has and no check reads: a plan has to carry them all the same. */
interface Untyped {
  readonly ThreadsPerCore?: number;
  readonly OnStartDeepHealthChecks?: readonly string[];
  readonly ImageId?: string;
  readonly KubernetesConfig?: object;
  readonly ScheduledUpdateConfig?: object;
}

function group(InstanceGroupName: string, restricted: boolean): fc.Arbitrary<GroupRequest> {
  const counts = fc
    .tuple(fc.integer({ min: 0, max: 6758 }), fc.option(fc.integer({ min: 0, max: 6758 }), { nil: undefined }))
    .map(([count, min]) => ({ InstanceCount: count, ...(min !== undefined && !restricted && { MinInstanceCount: Math.min(count, min) }) }));
  const types = fc.oneof(
    instanceType.map((InstanceType) => ({ InstanceType })),
    ...(restricted
      ? []
      : [
          fc
            .uniqueArray(instanceType, { minLength: 1, maxLength: 5 })
            .map((InstanceTypes) => ({ InstanceRequirements: { InstanceTypes } })),
        ]),
  );
  const common = {
    InstanceStorageConfigs: fc.array(storage, { maxLength: 4 }),
    TrainingPlanArn: name.map((n) => `arn:aws:sagemaker:us-west-2:123456789012:training-plan/${n}`),
    OverrideVpcConfig: vpc,
    ThreadsPerCore: fc.integer({ min: 1, max: 2 }),
    OnStartDeepHealthChecks: fc.constantFrom(['InstanceStress'], ['InstanceConnectivity', 'InstanceStress']),
    ScheduledUpdateConfig: fc.constant({
      ScheduleExpression: 'cron(0 6 ? * SUN *)',
      DeploymentConfig: { RollingUpdatePolicy: { MaximumBatchSize: { Type: 'INSTANCE_COUNT', Value: 1 } }, WaitIntervalInSeconds: 60 },
    }),
  };
  const more: fc.Arbitrary<Partial<GroupRequest & Untyped>> = restricted
    ? some({ ...common, EnvironmentConfig: fc.record({ FSxLustreConfig: lustre }) }, [])
    : some(
        {
          ...common,
          LifeCycleConfig: lifecycle,
          CapacityRequirements: fc.constantFrom({ Spot: {} }, { OnDemand: {} }, {}),
          NetworkInterface: fc.constantFrom({ InterfaceType: 'efa' as const }, { InterfaceType: 'efa-only' as const }, {}),
          ImageId: fc.constantFrom('default', 'ami-0123456789abcdef0'),
          KubernetesConfig: fc.constant({
            Labels: { team: 'ml', 'example.com/tier': '1' },
            Taints: [{ Key: 'gpu', Value: 'true', Effect: 'NoSchedule' }],
          }),
        },
        [],
      );
  return fc.tuple(counts, types, roleArn, more).map(([n, t, ExecutionRole, m]) => ({ InstanceGroupName, ExecutionRole, ...n, ...t, ...m }));
}

function request(ClusterName: string): fc.Arbitrary<ClusterRequest> {
  const groups = fc.uniqueArray(name, { minLength: 1, maxLength: 4 }).chain((names) =>
    fc.integer({ min: 0, max: names.length }).chain((plain) =>
      fc.record({
        InstanceGroups: fc.tuple(...names.slice(0, plain).map((n) => group(n, false))),
        RestrictedInstanceGroups: fc.tuple(...names.slice(plain).map((n) => group(n, true))),
      }),
    ),
  );
  const more = some<Partial<ClusterRequest> & { Tags?: object; NodeRecovery?: string; TieredStorageConfig?: object; ClusterRole?: string }>(
    {
      VpcConfig: vpc,
      Orchestrator: fc.oneof(
        fc.constantFrom({ Slurm: {} }, { Slurm: { SlurmConfigStrategy: 'Managed' } }),
        name.map((n) => ({ Eks: { ClusterArn: `arn:aws:eks:us-west-2:123456789012:cluster/${n}` } })),
      ),
      RestrictedInstanceGroupsConfig: fc.record({
        SharedEnvironmentConfig: fc.record({
          FSxLustreDeletionPolicy: fc.constantFrom('Keep', 'DeleteIfNotUsed'),
          FSxLustreConfig: lustre,
        }),
      }),
      NodeProvisioningMode: fc.constant('Continuous' as const),
      AutoScaling: fc.constantFrom({ Mode: 'Enable' as const, AutoScalerType: 'Karpenter' }, { Mode: 'Disable' as const }),
      Tags: fc.uniqueArray(
        fc.record({ Key: fc.constantFrom('team', 'cost center', 'größe', 'a:b'), Value: fc.constantFrom('', '007', 'yes', 'ml = 1') }),
        { selector: (tag) => tag.Key, maxLength: 4 },
      ),
      NodeRecovery: fc.constantFrom('Automatic', 'None'),
      TieredStorageConfig: fc.constant({ Mode: 'Enable', InstanceMemoryAllocationPercentage: 20 }),
      ClusterRole: roleArn,
    },
    [],
  );
  return fc.tuple(groups, more).map(([{ InstanceGroups, RestrictedInstanceGroups }, m]) => ({
    ClusterName,
    // The API takes no empty list of groups.
    ...(InstanceGroups.length > 0 && { InstanceGroups }),
    ...(RestrictedInstanceGroups.length > 0 && { RestrictedInstanceGroups }),
    ...m,
  }));
}

const groupsOf = (r: ClusterRequest) =>
  [...(r.InstanceGroups ?? []), ...(r.RestrictedInstanceGroups ?? [])].map((g) => g.InstanceGroupName);

/** Clusters with names of their own; each may be an alternative to one before it. */
const clusters: fc.Arbitrary<readonly PlannedCluster[]> = fc.uniqueArray(name, { maxLength: 4 }).chain((names) =>
  fc.tuple(
    ...names.map((clusterName, i) =>
      request(clusterName).chain((r) =>
        some<PlannedCluster>(
          {
            region,
            request: fc.constant(r),
            ...(i > 0 && { alternativeTo: fc.constantFrom(...names.slice(0, i)) }),
            fsxLustre: fc.uniqueArray(id('fs'), { maxLength: 3 }),
            runAs: some<NonNullable<PlannedCluster['runAs']>>(
              { expected: fc.boolean(), principals: fc.uniqueArray(roleArn, { maxLength: 2 }) },
              [],
            ),
            ipv6Pods: fc.boolean(),
            headroom: fc.integer({ min: 0, max: 1000 }),
            growTo: fc.dictionary(fc.constantFrom(...groupsOf(r)), fc.integer({ min: 0, max: 6758 }), { noNullPrototype: true }),
            newVpc: fc.boolean(),
          } as never,
          ['region', 'request'],
        ),
      ),
    ),
  ),
);

const mute = some<Mute>(
  {
    check: fc.constantFrom('efa-open-egress', 'vpc-dns', 'subnet-size'),
    cluster: fc.constantFrom('llm-*', '*', 'llm-train'),
    resource: fc.constantFrom('sg-*', 'sg-0123456789abcdef0'),
    region,
    account,
    reason: words,
    owner: words,
    until: fc
      .date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
      .map((d) => d.toISOString().slice(0, 10)),
  },
  ['check', 'reason', 'owner', 'until'],
);

const alerts = some<AlertSettings>(
  {
    email: fc.uniqueArray(fc.constantFrom('ml-platform@example.com', 'a.b+c@example.org', 'x@y.de'), { maxLength: 3 }),
    slack: fc.constant({ workspace: 'T0123ABCD', channel: 'C0456EFGH' }),
    teams: fc.constantFrom(
      {
        tenant: 'a1b2c3d4-1111-4222-8333-0123456789ab',
        team: 'e5f6a7b8-1111-4222-8333-0123456789ab',
        channel: '19:b6ef35dc342d56ba5654e6fc6d25a071@thread.tacv2',
      },
      {
        tenant: 'A1B2C3D4-1111-4222-8333-0123456789AB',
        team: 'e5f6a7b8-1111-4222-8333-0123456789ab',
        channel: '19%3ab6ef35dc342d56ba5654e6fc6d25a071%40thread.tacv2',
      },
    ),
    webhookSecret: fc.constant('arn:aws:secretsmanager:us-west-2:123456789012:secret:chat-hook-AbCdEf'),
    pagerDutySecret: fc.constant('arn:aws:secretsmanager:us-west-2:123456789012:secret:pagerduty-AbCdEf'),
    jiraSecret: fc.constant('arn:aws:secretsmanager:us-west-2:123456789012:secret:jira-AbCdEf'),
    events: fc.boolean(),
    subscribers: fc.uniqueArray(account, { minLength: 1, maxLength: 3 }),
    minimum: fc.constantFrom('required', 'recommended'),
    remindAfterHours: fc.oneof(fc.constant(0), fc.integer({ min: 24, max: 8760 })),
    perHour: fc.integer({ min: 2, max: 1000 }),
  },
  [],
);

const deployment = some<DeploymentSettings>(
  {
    kmsKey: fc.constant('arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'),
    permissionsBoundary: fc.constant('arn:aws:iam::123456789012:policy/team/Boundary'),
    organization: fc.constant('o-a1b2c3d4e5'),
    globalEvents: fc.boolean(),
    vpc: fc.constant({ subnets: ['subnet-0a1b2c3d'], securityGroups: ['sg-0a1b2c3d4e5f67890'] }),
    name: fc.constant('LabAuditor'),
    rolePath: fc.constant('/platform/ml/'),
    tags: fc.constantFrom<Readonly<Record<string, string>>>({ 'cost-center': 'ml' }, { a: 'x', 'b:c': 'd e' }),
    cloudFormationRole: fc.constant('arn:aws:iam::123456789012:role/ops/CloudFormation'),
  },
  [],
);

/** Any valid plan, as the parser gives it. */
export const validPlan: fc.Arbitrary<Plan> = clusters.chain((planned) =>
  some<Plan>(
    {
      regions: fc.oneof(
        fc.constant('supported' as const),
        fc.uniqueArray(region, { minLength: 1, maxLength: 4 }).map((more) => [...new Set([...planned.map((c) => c.region), ...more])]),
      ),
      clusters: fc.constant(planned),
      accounts: fc.oneof(fc.constant('organization' as const), fc.uniqueArray(account, { minLength: 1, maxLength: 3 })),
      organizationAccounts: some<NonNullable<Plan['organizationAccounts']>>(
        { units: fc.constantFrom(['r-ab12'], ['ou-ab12-1a2b3c4d']), except: fc.uniqueArray(account, { minLength: 1, maxLength: 2 }) },
        [],
      ),
      auditRole: some<NonNullable<Plan['auditRole']>>({ name, externalId: fc.constantFrom('007', 'audit-7f3a', 'a:b/c') }, []),
      mutes: fc.array(mute, { maxLength: 3 }),
      schedule: fc.constantFrom('rate(1 hour)', 'rate(15 minutes)', 'cron(0/30 6-18 ? * MON-FRI *)', 'cron(0 6 L * ? 2027)'),
      retentionDays: fc.integer({ min: 1, max: 3650 }),
      alerts,
      deployment,
    },
    ['clusters', 'mutes', 'schedule', 'retentionDays', 'alerts'],
  ),
);
