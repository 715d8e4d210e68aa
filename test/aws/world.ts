/**
 * A region in which everything that can be collected is there, and a plan that needs all of it: the story account's
 * us-west-2 with running clusters of every kind beside it. And the one way by which these tests collect.
 */
import type { CallRecord } from '../../shared/aws/client/calls.ts';
import { type AwsSettings, defaultSettings } from '../../shared/aws/client/settings.ts';
import { type Collected, type CollectOptions, collectRegion } from '../../shared/aws/collect/collect-region.ts';
import { collectors } from '../../shared/aws/collect/facts/index.ts';
import type { QuotaList, QuotaMemory } from '../../shared/aws/quotas/quota-memory.ts';
import type { FactName, Facts, Keyed, Read, Snapshot } from '../../shared/core/evaluation/facts.ts';
import { emptyPlan, type Plan, type PlannedCluster } from '../../shared/core/plan/plan.ts';
import { changeRegion, type Description, type SandboxRegion } from '../../shared/sandbox/description.ts';
import { type RecordedCall, type Sandbox, type SandboxOptions, sandboxCredentials, startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';

export const account = '111122223333';
export const otherAccount = '444455556666';
export const region = 'us-west-2';
export const ids = {
  vpc: 'vpc-09480109f8147355b',
  subnet: 'subnet-07473f8f9b086f87c',
  publicSubnet: 'subnet-0fa5c4ed570287c36',
  group: 'sg-012a6acbf19810afe',
  fs: 'fs-083b889ef6f61533d',
  bucket: 'sagemaker-ml-prod-us-west-2',
  role: `arn:aws:iam::${account}:role/hyperpod-nodes`,
  boundRole: `arn:aws:iam::${account}:role/teams/ml/bound`,
  eks: `arn:aws:eks:${region}:${account}:cluster/llm`,
  trainingPlan: `arn:aws:sagemaker:${region}:${account}:training-plan/p5-winter`,
  key: `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
  secret: `arn:aws:secretsmanager:${region}:${account}:secret:slurm-AbCdEf`,
  image: 'ami-0123456789abcdef0',
  ownList: 'pl-0aaa0000000000001',
} as const;

export const secrets: SandboxRegion['secrets'] = [{ ARN: ids.secret, Name: 'slurm', CreatedDate: '2026-08-11T06:45:00.000Z' }];

const script = { SourceS3Uri: `s3://${ids.bucket}/lifecycle`, OnCreate: 'on_create.sh' };
const network = { SecurityGroupIds: [ids.group], Subnets: [ids.subnet] };

/** An Error event, whose details are read. It is after any day on which tests run. */
const clusterEvents: SandboxRegion['clusterEvents'] = [
  {
    EventId: '83ea0bb5-be77-45e8-a458-0a87f778a205',
    ClusterName: 'eval',
    ResourceType: 'Cluster',
    EventTime: '2099-01-01T00:00:00.000Z',
    EventLevel: 'Error',
  },
];

/** What runs: one cluster of every kind of group, one on its way out. */
const clusters: SandboxRegion['clusters'] = [
  {
    ClusterArn: `arn:aws:sagemaker:${region}:${account}:cluster/aaaa1111bbbb`,
    ClusterName: 'eval',
    ClusterStatus: 'InService',
    CreationTime: '2026-08-11T06:45:00.000Z',
    NodeProvisioningMode: 'Continuous',
    VpcConfig: network,
    InstanceGroups: [
      {
        InstanceGroupName: 'controller',
        InstanceType: 'ml.m5.xlarge',
        CurrentCount: 1,
        TargetCount: 1,
        ExecutionRole: ids.role,
        LifeCycleConfig: script,
        InstanceStorageConfigs: [
          { EbsVolumeConfig: { VolumeSizeInGB: 200 } },
          { FsxLustreConfig: { DnsName: `${ids.fs}.fsx.${region}.amazonaws.com`, MountName: 'xk3wzbev', MountPath: '/fsx' } },
        ],
      },
      {
        InstanceGroupName: 'workers',
        InstanceRequirements: { CurrentInstanceTypes: ['ml.p5.48xlarge'], DesiredInstanceTypes: ['ml.p5.48xlarge', 'ml.p5en.48xlarge'] },
        InstanceTypeDetails: [{ InstanceType: 'ml.p5.48xlarge', CurrentCount: 2, ThreadsPerCore: 2 }],
        CurrentCount: 2,
        TargetCount: 3,
        ExecutionRole: ids.boundRole,
        OverrideVpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.publicSubnet] },
        CapacityRequirements: { Spot: {} },
        NetworkInterface: { InterfaceType: 'efa-only' },
      },
    ],
    RestrictedInstanceGroups: [
      {
        InstanceGroupName: 'nova',
        InstanceType: 'ml.p5.48xlarge',
        CurrentCount: 4,
        TargetCount: 4,
        ExecutionRole: ids.role,
        EnvironmentConfig: { FSxLustreConfig: { SizeInGiB: 12000, PerUnitStorageThroughput: 250 } },
      },
    ],
    RestrictedInstanceGroupsConfig: {
      SharedEnvironmentConfig: {
        CurrentFSxLustreConfig: { SizeInGiB: 1200, PerUnitStorageThroughput: 250 },
        DesiredFSxLustreConfig: { SizeInGiB: 2400, PerUnitStorageThroughput: 250 },
      },
    },
  },
  {
    ClusterArn: `arn:aws:sagemaker:${region}:${account}:cluster/cccc2222dddd`,
    ClusterName: 'old',
    ClusterStatus: 'Deleting',
    CreationTime: '2026-01-11T06:45:00.000Z',
    VpcConfig: { SecurityGroupIds: ['sg-0dead000000000001'], Subnets: ['subnet-0dead000000000001'] },
    InstanceGroups: [
      {
        InstanceGroupName: 'workers',
        InstanceType: 'ml.g5.xlarge',
        CurrentCount: 1,
        TargetCount: 0,
        ExecutionRole: `arn:aws:iam::${account}:role/gone`,
      },
    ],
  },
];

const eksClusters: SandboxRegion['eksClusters'] = [
  {
    cluster: {
      name: 'llm',
      arn: ids.eks,
      status: 'ACTIVE',
      version: '1.33',
      resourcesVpcConfig: {
        subnetIds: [ids.subnet],
        securityGroupIds: [],
        clusterSecurityGroupId: ids.group,
        vpcId: ids.vpc,
        endpointPublicAccess: true,
        endpointPrivateAccess: true,
        publicAccessCidrs: ['0.0.0.0/0'],
      },
      kubernetesNetworkConfig: { ipFamily: 'ipv6' },
      accessConfig: { authenticationMode: 'API' },
    },
    addons: [{ addonName: 'vpc-cni', status: 'ACTIVE', addonVersion: 'v1.20.4-eksbuild.1' }],
    accessEntries: [
      { principalArn: `arn:aws:iam::${account}:role/admins`, type: 'STANDARD' },
      { principalArn: ids.role, type: 'HYPERPOD_LINUX' },
    ],
    nodegroups: [
      { nodegroupName: 'system', nodeRole: `arn:aws:iam::${account}:role/eks-nodes` },
      { nodegroupName: 'tools', nodeRole: `arn:aws:iam::${account}:role/eks-nodes` },
    ],
  },
];

const trainingPlans: SandboxRegion['trainingPlans'] = [
  {
    TrainingPlanArn: ids.trainingPlan,
    TrainingPlanName: 'p5-winter',
    Status: 'Active',
    StartTime: '2026-11-01T11:30:00.000Z',
    EndTime: '2027-02-01T11:30:00.000Z',
    TotalInstanceCount: 16,
    AvailableInstanceCount: 14,
    InUseInstanceCount: 2,
    TargetResources: ['hyperpod-cluster'],
    ReservedCapacitySummaries: [
      {
        ReservedCapacityArn: `arn:aws:sagemaker:${region}:${account}:reserved-capacity/r1`,
        InstanceType: 'ml.p5.48xlarge',
        TotalInstanceCount: 12,
        Status: 'Active',
        AvailabilityZone: 'us-west-2c',
        AvailabilityZoneId: 'usw2-az3',
      },
      {
        ReservedCapacityArn: `arn:aws:sagemaker:${region}:${account}:reserved-capacity/r2`,
        InstanceType: 'ml.p5.48xlarge',
        TotalInstanceCount: 4,
        Status: 'Scheduled',
        AvailabilityZone: 'us-west-2a',
        StartTime: '2026-12-20T11:30:00.000Z',
        EndTime: '2027-02-01T11:30:00.000Z',
      },
    ],
  },
];

export const keyPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-7hyperpod1' } },
    },
  ],
};
const grant = (GranteePrincipal: string, more: object = {}) => ({ GranteePrincipal, Operations: ['Decrypt', 'CreateGrant'], ...more });
export const kmsKeys: SandboxRegion['kmsKeys'] = [
  {
    metadata: {
      KeyId: ids.key.slice(ids.key.lastIndexOf('/') + 1),
      Arn: ids.key,
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      CreationDate: '2026-08-11T06:45:00.000Z',
    },
    policy: keyPolicy,
    grants: [
      grant(ids.role),
      grant(ids.role, { Constraints: { EncryptionContextSubset: { project: 'llm' } } }),
      grant(`arn:aws:iam::${account}:role/other`),
    ],
  },
];

const ebs = (DeviceName: string, SnapshotId: string, Encrypted: boolean) => ({ DeviceName, Ebs: { SnapshotId, Encrypted } });
const images: SandboxRegion['images'] = [
  {
    ImageId: ids.image,
    OwnerId: account,
    State: 'available',
    Architecture: 'x86_64',
    BlockDeviceMappings: [ebs('/dev/xvda', 'snap-0aaa0000000000001', true), { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' }],
  },
];
const snapshots: SandboxRegion['snapshots'] = [
  { SnapshotId: 'snap-0aaa0000000000001', OwnerId: account, Encrypted: true, KmsKeyId: ids.key },
];

/** The description. */
export function world(change: (region: SandboxRegion) => Partial<SandboxRegion> = () => ({})): Description {
  const story = storyAccount();
  const own = story.accounts[account];
  if (!own) throw new Error('The story has its account.');
  const allow = (Action: string) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
  const iam = {
    ...own.iam,
    roles: {
      ...own.iam.roles,
      bound: {
        path: '/teams/ml/',
        trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' } }] },
        attached: [`arn:aws:iam::${account}:policy/teams/nodes`, 'arn:aws:iam::aws:policy/AmazonSageMakerClusterInstanceRolePolicy'],
        inline: { "zoë's 50% (*)": allow('s3:GetObject') },
        boundary: `arn:aws:iam::${account}:policy/fence`,
        tags: {},
      },
    },
    policies: {
      [`arn:aws:iam::${account}:policy/teams/nodes`]: allow('logs:PutLogEvents'),
      [`arn:aws:iam::${account}:policy/fence`]: allow('*'),
    },
  };
  const full: Description = { ...story, accounts: { ...story.accounts, [account]: { ...own, iam } } };
  const busy = changeRegion(full, account, region, (r) => ({
    clusters,
    clusterEvents,
    eksClusters,
    images,
    snapshots,
    kmsKeys,
    secrets,
    alarms: [{ AlarmName: 'node errors' }, { AlarmName: 'other' }],
    trainingPlans,
    blockPublicAccess: 'block-bidirectional',
    blockPublicAccessExclusions: [
      {
        ExclusionId: 'vpcbpa-exclude-0aaa0000000000001',
        ResourceArn: `arn:aws:ec2:${region}:${account}:vpc/${ids.vpc}`,
        InternetGatewayExclusionMode: 'allow-egress',
        State: 'create-complete',
      },
      {
        ExclusionId: 'vpcbpa-exclude-0aaa0000000000002',
        ResourceArn: `arn:aws:ec2:${region}:${account}:subnet/${ids.publicSubnet}`,
        InternetGatewayExclusionMode: 'allow-bidirectional',
        State: 'delete-in-progress',
      },
    ],
    quotas: {
      ...r.quotas,
      sagemaker: {
        applied: r.quotas.sagemaker?.applied ?? {},
        missing: [],
        more: [],
        defaultOnly: ['Maximum size of EBS volume in GB for a SageMaker HyperPod cluster instance'],
        broken: { 'Total number of Spot instances allowed across SageMaker HyperPod clusters': 'DEPENDENCY_THROTTLING_ERROR' },
      },
    },
    documents: {
      ...r.documents,
      'SSM-SessionManagerRunShellAsUbuntu': {
        schemaVersion: '1.0',
        sessionType: 'Standard_Stream',
        inputs: { runAsEnabled: true, runAsDefaultUser: 'ubuntu' },
      },
    },
    prefixLists: [
      ...r.prefixLists,
      { PrefixListId: ids.ownList, PrefixListName: 'offices', OwnerId: account, Entries: [{ Cidr: '192.0.2.0/24' }] },
    ],
    securityGroups: r.securityGroups.map((g) =>
      g.GroupId === ids.group
        ? {
            ...g,
            IpPermissions: [
              ...g.IpPermissions,
              {
                IpProtocol: 'tcp',
                FromPort: 22,
                ToPort: 22,
                UserIdGroupPairs: [],
                IpRanges: [{ CidrIp: '192.0.2.7/32' }],
                Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32' }],
                PrefixListIds: [{ PrefixListId: ids.ownList }],
              },
            ],
          }
        : g,
    ),
  }));
  return changeRegion(busy, account, region, change);
}

const groupOf = (more: object) => ({
  InstanceGroupName: 'workers',
  InstanceType: 'ml.p5.48xlarge',
  InstanceCount: 4,
  ExecutionRole: ids.role,
  LifeCycleConfig: script,
  ...more,
});

/** A plan that needs every collector and every action of each. */
export const everything: Plan = {
  ...emptyPlan,
  accounts: [account, otherAccount],
  auditRole: { name: 'hyperpod-auditor' },
  clusters: [
    {
      region,
      fsxLustre: [ids.fs],
      runAs: {
        expected: true,
        principals: [
          `arn:aws:iam::${account}:role/ml-researchers`,
          `arn:aws:sts::${account}:assumed-role/ml-researchers/ada`,
          `arn:aws:iam::${account}:user/operator`,
        ],
      },
      request: {
        ClusterName: 'on-eks',
        Orchestrator: { Eks: { ClusterArn: ids.eks } },
        VpcConfig: network,
        InstanceGroups: [
          groupOf({
            ImageId: ids.image,
            ScheduledUpdateConfig: {
              ScheduleExpression: 'cron(0 6 ? * SUN *)',
              DeploymentConfig: { AutoRollbackConfiguration: [{ AlarmName: 'node errors' }] },
            },
            TrainingPlanArn: ids.trainingPlan,
            InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 500, VolumeKmsKeyId: ids.key } }],
          }),
          groupOf({ InstanceGroupName: 'bound', ExecutionRole: ids.boundRole }),
        ],
      },
    },
    {
      region,
      newVpc: true,
      request: {
        ClusterName: 'quick',
        Orchestrator: { Slurm: { AccountingDatabase: { Endpoint: 'slurm.example.com', SecretArn: ids.secret } } },
        InstanceGroups: [groupOf({})],
      },
    },
  ],
};

/** One planned cluster that differs from the plain one by its request or by what stands beside it. */
export const planOf = (request: Partial<PlannedCluster['request']>, beside: Partial<PlannedCluster> = {}): Plan => ({
  ...emptyPlan,
  clusters: [{ region, request: { ClusterName: 'plain', InstanceGroups: [groupOf({})], ...request }, ...beside }],
});
export const groupRequest = groupOf;

/** Waits that only a fault can outlast. */
export const settingsOf = (sandbox: Pick<Sandbox, 'endpoint'>, more: Partial<AwsSettings> = {}): AwsSettings => ({
  ...defaultSettings,
  endpoint: sandbox.endpoint,
  credentials: sandboxCredentials(account),
  homeRegion: region,
  maxAttempts: 2,
  maxThrottled: 2,
  requestTimeoutMs: 120_000,
  connectionTimeoutMs: 120_000,
  deadlineMs: 240_000,
  ...more,
});

/** Starts a sandbox for some work and ends it, whatever comes of that. */
export async function inSandbox<T>(options: SandboxOptions, work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await startSandbox({ description: world(), ...options });
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}

/** Remembers quotas as the findings table does, as long as a test goes on. */
export function memoryOfQuotas(): QuotaMemory {
  const kept = new Map<string, QuotaList>();
  return {
    recall: async (shelf) => kept.get(JSON.stringify(shelf)),
    store: async (shelf, list) => {
      kept.set(JSON.stringify(shelf), list);
    },
  };
}

export interface Run {
  readonly snapshot: Snapshot;
  readonly facts: Facts;
  readonly calls: readonly CallRecord[];
  readonly notes: Collected['notes'];
  /** What arrived at the sandbox. */
  readonly arrived: readonly RecordedCall[];
}

export interface RunOptions extends SandboxOptions {
  readonly plan?: Pick<Plan, 'clusters' | 'readRunningScripts'>;
  readonly in?: string;
  readonly settings?: Partial<AwsSettings>;
  /** Only these facts, and those they rest on. */
  readonly facts?: readonly FactName[];
  readonly onProgress?: CollectOptions['onProgress'];
  readonly quotaMemory?: QuotaMemory;
}

/** Collects one region of a sandbox of its own. */
export const run = ({
  plan = everything,
  in: where = region,
  settings = {},
  quotaMemory,
  facts,
  onProgress,
  ...options
}: RunOptions = {}): Promise<Run> =>
  inSandbox(options, async (sandbox) => {
    const { snapshot, calls, notes } = await collectRegion({
      account,
      partition: 'aws',
      region: where,
      plan,
      settings: settingsOf(sandbox, settings),
      ...(quotaMemory && { quotaMemory }),
      ...(facts && { facts }),
      ...(onProgress && { onProgress }),
    });
    return { snapshot, facts: snapshot.facts, calls, notes, arrived: [...sandbox.calls] };
  });

/** The facts whose collectors may call an action. */
export const factsCalling = (action: string): readonly FactName[] =>
  Object.values(collectors).flatMap((c) => (c.grants.some((g) => g.action === action) ? [c.fact] : []));

/** Whether a fact is one that a collection of some facts was to read. */
export const isRequested = ([, fact]: readonly [string, Read<unknown> | Keyed<unknown>]): boolean =>
  fact.ok !== false || fact.reason !== notRequested;
const notRequested = 'it was not requested';

const isRead = (value: unknown): value is Read<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { readonly ok?: unknown }).ok === 'boolean';

/** The value of a read that was made. */
export function valueIn<T>(read: Read<T> | undefined): T {
  if (read?.ok) return read.value;
  throw new Error(`unread: ${read?.reason ?? 'no such key'}`);
}

/** Every single read of all facts, with its place; those inside of a value too. */
export function readsOf(facts: Facts): readonly { readonly place: string; readonly read: Read<unknown> }[] {
  return Object.entries(facts).flatMap(([fact, read]: readonly [string, Read<unknown> | Keyed<unknown>]) => {
    if (typeof read.ok === 'boolean') return [{ place: fact, read: read as Read<unknown> }];
    return Object.entries(read as Keyed<unknown>).flatMap(([key, one]) => {
      const place = `${fact}[${key}]`;
      const members = one.ok && typeof one.value === 'object' && one.value !== null ? Object.entries(one.value) : [];
      const inside = members.flatMap(([name, value]: [string, unknown]) =>
        isRead(value) ? [{ place: `${place}.${name}`, read: value }] : [],
      );
      return [{ place, read: one }, ...inside];
    });
  });
}

export const unreadPlaces = (facts: Facts): readonly string[] => readsOf(facts).flatMap(({ place, read }) => (read.ok ? [] : [place]));
