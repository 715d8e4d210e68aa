/** One call of every operation the sandbox account answers, and what its answer holds. What they are made against stands beside them. */
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import * as fsx from '@aws-sdk/client-fsx';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
} from '@aws-sdk/client-organizations';
import * as s3 from '@aws-sdk/client-s3';
import * as sagemaker from '@aws-sdk/client-sagemaker';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import * as quotas from '@aws-sdk/client-service-quotas';
import { GetDocumentCommand, GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { changeRegion, type Description } from '../../shared/sandbox/description.ts';
import type { Ec2Resource } from '../../shared/sandbox/service/ec2-resource.ts';
import { ec2Resources } from '../../shared/sandbox/service/ec2-resources.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { ids, kmsKeys, secrets } from '../aws/world.ts';
import { account, type Clients, otherAccount } from './clients.ts';

const trainingPlan = {
  TrainingPlanArn: `arn:aws:sagemaker:us-west-2:${account}:training-plan/p5-december`,
  TrainingPlanName: 'p5-december',
  Status: 'Scheduled',
  DurationHours: 336,
  StartTime: '2026-12-01T11:30:00.000Z',
  EndTime: '2026-12-15T11:30:00.000Z',
  TotalInstanceCount: 16,
  AvailableInstanceCount: 12,
  InUseInstanceCount: 4,
  TargetResources: ['hyperpod-cluster'],
  ReservedCapacitySummaries: [
    {
      ReservedCapacityArn: `arn:aws:sagemaker:us-west-2:${account}:reserved-capacity/1`,
      InstanceType: 'ml.p5.48xlarge',
      TotalInstanceCount: 16,
      Status: 'Scheduled',
      AvailabilityZone: 'us-west-2c',
      AvailabilityZoneId: 'usw2-az3',
    },
  ],
};

const clusterEvent = {
  EventId: '83ea0bb5-be77-45e8-a458-0a87f778a205',
  ClusterName: 'eval',
  InstanceGroupName: 'workers',
  InstanceId: 'i-0391f86fa0fe0d465',
  ResourceType: 'Instance',
  EventTime: '2026-11-20T17:20:25.000Z',
  Description: 'Instance creation failed',
  EventLevel: 'Error',
};

/** The story account, with a training plan, a key, a secret and an event of a cluster in Continuous mode. */
export const description = (): Description => {
  const planned = changeRegion(storyAccount(), account, 'us-west-2', () => ({ trainingPlans: [trainingPlan], kmsKeys, secrets }));
  return changeRegion(planned, account, 'eu-north-1', (r) => ({
    clusters: r.clusters.map((c) => ({ ...c, NodeProvisioningMode: 'Continuous' })),
    clusterEvents: [clusterEvent],
  }));
};
const west = () => {
  const region = description().accounts[account]?.regions['us-west-2'];
  if (!region) throw new Error('The story has no us-west-2.');
  return region;
};
const id = <T>(rows: readonly T[], of: (row: T) => string): string => of(rows[0] as T);

interface SampleCall {
  readonly operation: string;
  readonly region?: string;
  readonly send: (c: Clients) => Promise<object>;
  /** What the answer holds, at least. */
  readonly holds: object;
}

const role = { RoleName: 'hyperpod-nodes' };
const managed = 'arn:aws:iam::aws:policy/AmazonSageMakerClusterInstanceRolePolicy';
const bucket = 'sagemaker-ml-prod-us-west-2';
const script = { Bucket: bucket, Key: 'lifecycle/on_create.sh' };
const operators = `arn:aws:iam::${account}:role/ml-operators`;
const p5 = { ServiceCode: 'sagemaker', QuotaCode: 'L-8762A75F' };

/** A list of EC2 as a whole: every row of the description comes back. */
const listOf = ({ operation, as }: Ec2Resource<never>, rows: readonly object[]): SampleCall => {
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: tests are not bundled, and the description names the operations
  const Command = ec2[`${operation}Command` as 'DescribeVpcsCommand'];
  return { operation: `ec2:${operation}`, send: (c) => c.ec2.send(new Command({})), holds: { [as]: rows } };
};

const lists = (Object.keys(ec2Resources) as (keyof typeof ec2Resources)[])
  // Its rows are answered in part: it has a call of its own.
  .filter((name) => name !== 'prefixLists')
  .map((name) => listOf(ec2Resources[name] as Ec2Resource<never>, west()[name]));

export const sampleCalls: readonly SampleCall[] = [
  ...lists,
  {
    operation: 'ec2:DescribeRegions',
    send: (c) => c.ec2.send(new ec2.DescribeRegionsCommand({ RegionNames: ['us-west-2'] })),
    holds: { Regions: [{ RegionName: 'us-west-2', Endpoint: 'ec2.us-west-2.amazonaws.com', OptInStatus: 'opt-in-not-required' }] },
  },
  {
    operation: 'ec2:DescribeVpcBlockPublicAccessOptions',
    send: (c) => c.ec2.send(new ec2.DescribeVpcBlockPublicAccessOptionsCommand({})),
    holds: { VpcBlockPublicAccessOptions: { AwsAccountId: account, AwsRegion: 'us-west-2', InternetGatewayBlockMode: 'off' } },
  },
  {
    operation: 'ec2:DescribeAvailabilityZones',
    send: (c) => c.ec2.send(new ec2.DescribeAvailabilityZonesCommand({ ZoneIds: ['usw2-az2'] })),
    holds: { AvailabilityZones: [{ ZoneName: 'us-west-2a', ZoneId: 'usw2-az2', State: 'available', ZoneType: 'availability-zone' }] },
  },
  {
    operation: 'ec2:DescribeInstanceTypes',
    send: (c) => c.ec2.send(new ec2.DescribeInstanceTypesCommand({ InstanceTypes: ['p5.48xlarge'] })),
    holds: {
      InstanceTypes: [
        {
          InstanceType: 'p5.48xlarge',
          GpuInfo: { Gpus: [{ Name: 'H100', Count: 8 }] },
          VCpuInfo: { ValidThreadsPerCore: [1, 2] },
          ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
          NetworkInfo: {
            MaximumNetworkCards: 32,
            MaximumNetworkInterfaces: 64,
            Ipv4AddressesPerInterface: 50,
            EfaSupported: true,
            EfaInfo: { MaximumEfaInterfaces: 32 },
          },
        },
      ],
    },
  },
  {
    operation: 'ec2:DescribeInstanceTypeOfferings',
    send: (c) =>
      c.ec2.send(
        new ec2.DescribeInstanceTypeOfferingsCommand({
          LocationType: 'availability-zone-id',
          Filters: [{ Name: 'instance-type', Values: ['p5e.48xlarge'] }],
        }),
      ),
    holds: { InstanceTypeOfferings: [{ InstanceType: 'p5e.48xlarge', LocationType: 'availability-zone-id', Location: 'usw2-az3' }] },
  },
  {
    operation: 'ec2:DescribeVpcAttribute',
    send: (c) =>
      c.ec2.send(new ec2.DescribeVpcAttributeCommand({ VpcId: id(west().vpcs, (v) => v.VpcId), Attribute: 'enableDnsHostnames' })),
    holds: { EnableDnsHostnames: { Value: true } },
  },
  {
    operation: 'ec2:DescribeManagedPrefixLists',
    send: (c) =>
      c.ec2.send(
        new ec2.DescribeManagedPrefixListsCommand({ Filters: [{ Name: 'prefix-list-name', Values: ['com.amazonaws.us-west-2.s3'] }] }),
      ),
    holds: { PrefixLists: [{ PrefixListId: 'pl-68a54001', PrefixListName: 'com.amazonaws.us-west-2.s3', OwnerId: 'AWS' }] },
  },
  {
    operation: 'ec2:GetManagedPrefixListEntries',
    send: (c) => c.ec2.send(new ec2.GetManagedPrefixListEntriesCommand({ PrefixListId: 'pl-68a54001' })),
    holds: { Entries: west().prefixLists[0]?.Entries },
  },
  {
    operation: 'servicequotas:ListServiceQuotas',
    send: (c) => c.quotas.send(new quotas.ListServiceQuotasCommand({ ServiceCode: 'sagemaker', QuotaCode: 'L-8762A75F' })),
    holds: { Quotas: [{ QuotaName: 'ml.p5.48xlarge for cluster usage', Value: 32, Adjustable: true, QuotaAppliedAtLevel: 'ACCOUNT' }] },
  },
  {
    operation: 'servicequotas:ListAWSDefaultServiceQuotas',
    send: (c) => c.quotas.send(new quotas.ListAWSDefaultServiceQuotasCommand({ ServiceCode: 'ec2' })),
    holds: { Quotas: [{ QuotaCode: 'L-0263D0A3', QuotaName: 'EC2-VPC Elastic IPs', Value: 5 }] },
  },
  {
    operation: 'servicequotas:GetServiceQuota',
    send: (c) => c.quotas.send(new quotas.GetServiceQuotaCommand(p5)),
    holds: { Quota: { ...p5, Value: 32 } },
  },
  {
    operation: 'servicequotas:GetAWSDefaultServiceQuota',
    send: (c) => c.quotas.send(new quotas.GetAWSDefaultServiceQuotaCommand(p5)),
    holds: { Quota: { ...p5, Value: 0 } },
  },
  {
    operation: 'servicequotas:ListRequestedServiceQuotaChangeHistory',
    region: 'us-east-1',
    send: (c) => c.quotas.send(new quotas.ListRequestedServiceQuotaChangeHistoryCommand({ ServiceCode: 'sagemaker' })),
    holds: { RequestedQuotas: [{ ...p5, DesiredValue: 8, Status: 'CASE_OPENED', Created: new Date('2026-11-16T13:05:00Z') }] },
  },
  {
    operation: 'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota',
    send: (c) => c.quotas.send(new quotas.ListRequestedServiceQuotaChangeHistoryByQuotaCommand(p5)),
    holds: { RequestedQuotas: [{ ...p5, Status: 'APPROVED', CaseId: '176051002300417' }] },
  },
  {
    operation: 'servicequotas:RequestServiceQuotaIncrease',
    region: 'eu-north-1',
    send: (c) => c.quotas.send(new quotas.RequestServiceQuotaIncreaseCommand({ ...p5, DesiredValue: 16 })),
    holds: {
      RequestedQuota: {
        ...p5,
        DesiredValue: 16,
        Status: 'PENDING',
        Id: expect.stringMatching(/^[0-9a-f]{32}$/),
        Created: expect.any(Date),
      },
    },
  },
  {
    operation: 'sagemaker:ListClusters',
    region: 'eu-north-1',
    send: (c) => c.sagemaker.send(new sagemaker.ListClustersCommand({})),
    holds: { ClusterSummaries: [{ ClusterName: 'eval', ClusterStatus: 'InService', CreationTime: new Date('2026-08-11T06:45:00Z') }] },
  },
  {
    operation: 'sagemaker:DescribeCluster',
    region: 'eu-north-1',
    send: (c) => c.sagemaker.send(new sagemaker.DescribeClusterCommand({ ClusterName: 'eval' })),
    holds: {
      ClusterName: 'eval',
      InstanceGroups: [
        { InstanceGroupName: 'controller', CurrentCount: 1 },
        { InstanceGroupName: 'workers', InstanceType: 'ml.g5.12xlarge', CurrentCount: 4, TargetCount: 4 },
      ],
    },
  },
  {
    operation: 'sagemaker:ListClusterNodes',
    region: 'eu-north-1',
    send: (c) => c.sagemaker.send(new sagemaker.ListClusterNodesCommand({ ClusterName: 'eval' })),
    holds: {
      ClusterNodeSummaries: expect.arrayContaining([
        expect.objectContaining({
          InstanceGroupName: 'controller',
          InstanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
          InstanceStatus: { Status: 'Running' },
          LaunchTime: new Date('2026-08-11T06:45:00Z'),
        }),
      ]),
    },
  },
  {
    operation: 'sagemaker:ListClusterEvents',
    region: 'eu-north-1',
    send: (c) =>
      c.sagemaker.send(new sagemaker.ListClusterEventsCommand({ ClusterName: 'eval', EventTimeAfter: new Date('2026-11-20T17:20:24Z') })),
    holds: { Events: [{ ...clusterEvent, EventTime: new Date(clusterEvent.EventTime) }] },
  },
  {
    operation: 'sagemaker:DescribeClusterEvent',
    region: 'eu-north-1',
    send: (c) => c.sagemaker.send(new sagemaker.DescribeClusterEventCommand({ ClusterName: 'eval', EventId: clusterEvent.EventId })),
    holds: { EventDetails: { ...clusterEvent, EventTime: new Date(clusterEvent.EventTime) } },
  },
  {
    operation: 'sagemaker:DescribeTrainingPlan',
    send: (c) => c.sagemaker.send(new sagemaker.DescribeTrainingPlanCommand({ TrainingPlanName: 'p5-december' })),
    holds: {
      ...trainingPlan,
      StartTime: new Date(trainingPlan.StartTime),
      EndTime: new Date(trainingPlan.EndTime),
    },
  },
  {
    operation: 'kms:DescribeKey',
    send: (c) => c.kms.send(new kms.DescribeKeyCommand({ KeyId: ids.key })),
    holds: { KeyMetadata: { Arn: ids.key, KeyState: 'Enabled', CreationDate: new Date('2026-08-11T06:45:00Z') } },
  },
  {
    operation: 'secretsmanager:DescribeSecret',
    send: (c) => c.secretsmanager.send(new DescribeSecretCommand({ SecretId: ids.secret })),
    holds: { ARN: ids.secret, Name: 'slurm', CreatedDate: new Date('2026-08-11T06:45:00Z') },
  },
  {
    operation: 'kms:GetKeyPolicy',
    send: (c) => c.kms.send(new kms.GetKeyPolicyCommand({ KeyId: ids.key.slice(ids.key.lastIndexOf('/') + 1) })),
    holds: { Policy: JSON.stringify(kmsKeys[0]?.policy) },
  },
  {
    operation: 'kms:ListGrants',
    send: (c) => c.kms.send(new kms.ListGrantsCommand({ KeyId: ids.key, GranteePrincipal: ids.role })),
    holds: { Grants: [{ KeyId: ids.key, GranteePrincipal: ids.role }, { Constraints: { EncryptionContextSubset: { project: 'llm' } } }] },
  },
  {
    operation: 'organizations:DescribeOrganization',
    send: (c) => c.organizations.send(new DescribeOrganizationCommand({})),
    holds: { Organization: { Id: 'o-7hyperpod1', MasterAccountId: account } },
  },
  {
    operation: 'eks:ListClusters',
    region: 'us-east-1',
    send: (c) => c.eks.send(new eks.ListClustersCommand({})),
    holds: { clusters: ['llm-east'] },
  },
  {
    operation: 'eks:DescribeCluster',
    region: 'us-east-1',
    send: (c) => c.eks.send(new eks.DescribeClusterCommand({ name: 'llm-east' })),
    holds: {
      cluster: {
        name: 'llm-east',
        status: 'ACTIVE',
        createdAt: new Date('2026-10-20T07:30:00Z'),
        accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
      },
    },
  },
  {
    operation: 'eks:DescribeAddon',
    region: 'us-east-1',
    send: (c) => c.eks.send(new eks.DescribeAddonCommand({ clusterName: 'llm-east', addonName: 'vpc-cni' })),
    holds: { addon: { addonName: 'vpc-cni', addonVersion: 'v1.20.4-eksbuild.1', modifiedAt: new Date('2026-10-20T07:46:10Z') } },
  },
  {
    operation: 'cloudwatch:DescribeAlarms',
    send: (c) => c.cloudwatch.send(new DescribeAlarmsCommand({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] })),
    holds: { MetricAlarms: [], CompositeAlarms: [] },
  },
  {
    operation: 'eks:DescribeClusterVersions',
    send: (c) => c.eks.send(new eks.DescribeClusterVersionsCommand({})),
    holds: { clusterVersions: [{ clusterVersion: '1.36', versionStatus: 'STANDARD_SUPPORT' }, {}, {}, {}, {}] },
  },
  {
    operation: 'eks:ListAccessEntries',
    region: 'us-east-1',
    send: (c) => c.eks.send(new eks.ListAccessEntriesCommand({ clusterName: 'llm-east' })),
    holds: { accessEntries: [operators] },
  },
  {
    operation: 'eks:DescribeAccessEntry',
    region: 'us-east-1',
    send: (c) => c.eks.send(new eks.DescribeAccessEntryCommand({ clusterName: 'llm-east', principalArn: operators })),
    holds: { accessEntry: { clusterName: 'llm-east', principalArn: operators, type: 'STANDARD' } },
  },
  {
    operation: 'eks:ListNodegroups',
    region: 'us-east-1',
    send: (c) => c.eks.send(new eks.ListNodegroupsCommand({ clusterName: 'llm-east' })),
    holds: { nodegroups: ['system'] },
  },
  {
    operation: 'eks:DescribeNodegroup',
    region: 'us-east-1',
    send: (c) => c.eks.send(new eks.DescribeNodegroupCommand({ clusterName: 'llm-east', nodegroupName: 'system' })),
    holds: { nodegroup: { clusterName: 'llm-east', nodegroupName: 'system', nodeRole: `arn:aws:iam::${account}:role/eks-nodes` } },
  },
  {
    operation: 'fsx:DescribeFileSystems',
    send: (c) => c.fsx.send(new fsx.DescribeFileSystemsCommand({ FileSystemIds: [id(west().fileSystems, (f) => f.FileSystemId)] })),
    holds: {
      FileSystems: [
        { Lifecycle: 'AVAILABLE', CreationTime: new Date('2026-09-14T10:12:31Z'), LustreConfiguration: { MountName: 'xk3wzbev' } },
      ],
    },
  },
  {
    operation: 'ssm:GetParametersByPath',
    send: (c) => c.ssm.send(new GetParametersByPathCommand({ Path: '/aws/service/sagemaker-hyperpod/ami/x86_64', Recursive: true })),
    holds: { Parameters: expect.arrayContaining([expect.objectContaining({ Type: 'String', Version: 1 })]) },
  },
  {
    operation: 'ssm:GetDocument',
    send: (c) => c.ssm.send(new GetDocumentCommand({ Name: 'SSM-SessionManagerRunShell', DocumentFormat: 'JSON' })),
    holds: { Name: 'SSM-SessionManagerRunShell', DocumentType: 'Session', Content: expect.stringContaining('"runAsDefaultUser":"ubuntu"') },
  },
  {
    operation: 'iam:GetRole',
    send: (c) => c.iam.send(new iam.GetRoleCommand(role)),
    holds: {
      Role: {
        Arn: `arn:aws:iam::${account}:role/hyperpod-nodes`,
        AssumeRolePolicyDocument: expect.stringMatching(/^%7B%22Version%22/),
        CreateDate: expect.any(Date),
      },
    },
  },
  {
    operation: 'iam:ListAttachedRolePolicies',
    send: (c) => c.iam.send(new iam.ListAttachedRolePoliciesCommand(role)),
    holds: { AttachedPolicies: [{ PolicyName: 'AmazonSageMakerClusterInstanceRolePolicy', PolicyArn: managed }], IsTruncated: false },
  },
  {
    operation: 'iam:ListRolePolicies',
    send: (c) => c.iam.send(new iam.ListRolePoliciesCommand(role)),
    holds: { PolicyNames: ['hyperpod-vpc'], IsTruncated: false },
  },
  {
    operation: 'iam:GetRolePolicy',
    send: (c) => c.iam.send(new iam.GetRolePolicyCommand({ ...role, PolicyName: 'hyperpod-vpc' })),
    holds: { PolicyDocument: expect.stringContaining('ec2%3ACreateNetworkInterface') },
  },
  {
    operation: 'iam:GetPolicy',
    send: (c) => c.iam.send(new iam.GetPolicyCommand({ PolicyArn: managed })),
    holds: { Policy: { Arn: managed, DefaultVersionId: 'v1' } },
  },
  {
    operation: 'iam:GetPolicyVersion',
    send: (c) => c.iam.send(new iam.GetPolicyVersionCommand({ PolicyArn: managed, VersionId: 'v1' })),
    holds: { PolicyVersion: { Document: expect.stringContaining('arn%3Aaws%3As3%3A%3A%3Asagemaker-%2A'), IsDefaultVersion: true } },
  },
  {
    operation: 'iam:ListRoleTags',
    send: (c) => c.iam.send(new iam.ListRoleTagsCommand({ RoleName: 'ml-researchers' })),
    holds: {
      Tags: [
        { Key: 'SSMSessionRunAs', Value: 'researcher' },
        { Key: 'team', Value: 'ml-platform' },
      ],
    },
  },
  {
    operation: 'iam:ListUserTags',
    send: (c) => c.iam.send(new iam.ListUserTagsCommand({ UserName: 'operator' })),
    holds: { Tags: [{ Key: 'SSMSessionRunAs', Value: 'ubuntu' }] },
  },
  {
    operation: 'iam:ListAccountAliases',
    send: (c) => c.iam.send(new iam.ListAccountAliasesCommand({})),
    holds: { AccountAliases: ['ml-prod'] },
  },
  {
    operation: 'sts:GetCallerIdentity',
    send: (c) => c.sts.send(new sts.GetCallerIdentityCommand({})),
    holds: { Account: account, Arn: `arn:aws:iam::${account}:user/operator` },
  },
  {
    operation: 'sts:AssumeRole',
    send: (c) =>
      c.sts.send(new sts.AssumeRoleCommand({ RoleArn: `arn:aws:iam::${otherAccount}:role/hyperpod-auditor`, RoleSessionName: 'audit' })),
    holds: {
      AssumedRoleUser: { Arn: `arn:aws:sts::${otherAccount}:assumed-role/hyperpod-auditor/audit` },
      Credentials: { AccessKeyId: expect.stringMatching(/^ASIA/), Expiration: expect.any(Date) },
    },
  },
  {
    operation: 's3:GetObject',
    send: (c) => c.s3.send(new s3.GetObjectCommand(script)),
    holds: { ContentLength: expect.any(Number), LastModified: expect.any(Date), ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/) },
  },
  {
    operation: 's3:HeadObject',
    send: (c) => c.s3.send(new s3.HeadObjectCommand(script)),
    holds: { ContentLength: Buffer.byteLength(storyAccount().accounts[account]?.buckets[bucket]?.objects[script.Key] ?? '') },
  },
  {
    operation: 's3:HeadBucket',
    send: (c) => c.s3.send(new s3.HeadBucketCommand({ Bucket: bucket })),
    holds: { BucketRegion: 'us-west-2' },
  },
  {
    operation: 's3:ListObjectsV2',
    send: (c) => c.s3.send(new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: script.Key, MaxKeys: 1 })),
    holds: { Name: bucket, KeyCount: 1, Contents: [{ Key: script.Key, Size: expect.any(Number) }] },
  },
  {
    operation: 's3:GetBucketLocation',
    send: (c) => c.s3.send(new s3.GetBucketLocationCommand({ Bucket: bucket })),
    holds: { LocationConstraint: 'us-west-2' },
  },
  {
    operation: 's3:GetBucketPolicy',
    region: 'eu-north-1',
    send: (c) => c.s3.send(new s3.GetBucketPolicyCommand({ Bucket: 'sagemaker-ml-prod-eu-north-1' })),
    holds: { Policy: expect.stringContaining('"Sid":"NodesRead"') },
  },
  {
    operation: 'organizations:ListAccountsForParent',
    send: (c) => c.organizations.send(new ListAccountsForParentCommand({ ParentId: 'ou-7hyp-workload' })),
    holds: {
      Accounts: [
        { Id: otherAccount, Status: 'ACTIVE' },
        { Id: '777788889999', Status: 'SUSPENDED' },
      ],
    },
  },
  {
    operation: 'organizations:ListOrganizationalUnitsForParent',
    send: (c) => c.organizations.send(new ListOrganizationalUnitsForParentCommand({ ParentId: 'r-7hyp' })),
    holds: { OrganizationalUnits: [{ Id: 'ou-7hyp-workload' }] },
  },
  {
    operation: 'organizations:ListAccounts',
    send: (c) => c.organizations.send(new ListAccountsCommand({})),
    holds: {
      Accounts: [
        { Id: account, Name: 'ml-prod', Status: 'ACTIVE', JoinedTimestamp: expect.any(Date) },
        { Id: otherAccount, Status: 'ACTIVE' },
        { Id: '777788889999', Status: 'SUSPENDED' },
      ],
    },
  },
];

const gone = { GroupIds: ['sg-0'] };

/** Calls for what the story account's us-west-2 does not have, each with what the SDK makes of the refusal. */
export const callsForNothing: readonly (readonly [name: string, send: (c: Clients) => Promise<unknown>])[] = [
  ['InvalidGroup.NotFound', (c) => c.ec2.send(new ec2.DescribeSecurityGroupsCommand(gone))],
  ['InvalidSubnetID.NotFound', (c) => c.ec2.send(new ec2.DescribeSubnetsCommand({ SubnetIds: ['subnet-0'] }))],
  ['InvalidVpcID.NotFound', (c) => c.ec2.send(new ec2.DescribeVpcsCommand({ VpcIds: ['vpc-0'] }))],
  ['InvalidVpcID.NotFound', (c) => c.ec2.send(new ec2.DescribeVpcAttributeCommand({ VpcId: 'vpc-0', Attribute: 'enableDnsSupport' }))],
  ['InvalidRouteTableID.NotFound', (c) => c.ec2.send(new ec2.DescribeRouteTablesCommand({ RouteTableIds: ['rtb-0'] }))],
  ['InvalidDhcpOptionsID.NotFound', (c) => c.ec2.send(new ec2.DescribeDhcpOptionsCommand({ DhcpOptionsIds: ['dopt-0'] }))],
  ['NatGatewayNotFound', (c) => c.ec2.send(new ec2.DescribeNatGatewaysCommand({ NatGatewayIds: ['nat-0'] }))],
  [
    'InvalidVpcBlockPublicAccessExclusionId.NotFound',
    (c) => c.ec2.send(new ec2.DescribeVpcBlockPublicAccessExclusionsCommand({ ExclusionIds: ['vpcbpa-exclude-0'] })),
  ],
  ['InvalidNetworkAclID.NotFound', (c) => c.ec2.send(new ec2.DescribeNetworkAclsCommand({ NetworkAclIds: ['acl-0'] }))],
  ['InvalidPrefixListID.NotFound', (c) => c.ec2.send(new ec2.DescribeManagedPrefixListsCommand({ PrefixListIds: ['pl-0'] }))],
  ['InvalidPrefixListID.NotFound', (c) => c.ec2.send(new ec2.GetManagedPrefixListEntriesCommand({ PrefixListId: 'pl-0' }))],
  ['InvalidVpcEndpointId.NotFound', (c) => c.ec2.send(new ec2.DescribeVpcEndpointsCommand({ VpcEndpointIds: ['vpce-0'] }))],
  ['InvalidNetworkInterfaceID.NotFound', (c) => c.ec2.send(new ec2.DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-0'] }))],
  ['InvalidInternetGatewayID.NotFound', (c) => c.ec2.send(new ec2.DescribeInternetGatewaysCommand({ InternetGatewayIds: ['igw-0'] }))],
  ['InvalidAllocationID.NotFound', (c) => c.ec2.send(new ec2.DescribeAddressesCommand({ AllocationIds: ['eipalloc-0'] }))],
  ['InvalidInstanceType', (c) => c.ec2.send(new ec2.DescribeInstanceTypesCommand({ InstanceTypes: ['p5.48xlarge', 'trn2.48xlarge'] }))],
  ['InvalidParameterValue', (c) => c.ec2.send(new ec2.DescribeRegionsCommand({ RegionNames: ['us-west-9'] }))],
  ['InvalidParameterValue', (c) => c.ec2.send(new ec2.DescribeAvailabilityZonesCommand({ ZoneNames: ['us-west-2z'] }))],
  ['NoSuchResourceException', (c) => c.quotas.send(new quotas.ListServiceQuotasCommand({ ServiceCode: 'nothing' }))],
  ['NoSuchResourceException', (c) => c.quotas.send(new quotas.GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode: 'L-0' }))],
  ['NoSuchResourceException', (c) => c.quotas.send(new quotas.GetAWSDefaultServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode: 'L-0' }))],
  [
    'NoSuchResourceException',
    (c) => c.quotas.send(new quotas.ListRequestedServiceQuotaChangeHistoryByQuotaCommand({ ServiceCode: 'vpc', QuotaCode: 'L-0' })),
  ],
  [
    'NoSuchResourceException',
    (c) => c.quotas.send(new quotas.RequestServiceQuotaIncreaseCommand({ ServiceCode: 'vpc', QuotaCode: 'L-0', DesiredValue: 9 })),
  ],
  ['ResourceNotFound', (c) => c.sagemaker.send(new sagemaker.DescribeClusterCommand({ ClusterName: 'llm-train' }))],
  ['ResourceNotFound', (c) => c.sagemaker.send(new sagemaker.DescribeTrainingPlanCommand({ TrainingPlanName: 'none' }))],
  ['ResourceNotFoundException', (c) => c.eks.send(new eks.DescribeClusterCommand({ name: 'none' }))],
  ['ResourceNotFoundException', (c) => c.eks.send(new eks.DescribeAddonCommand({ clusterName: 'none', addonName: 'vpc-cni' }))],
  ['ResourceNotFoundException', (c) => c.secretsmanager.send(new DescribeSecretCommand({ SecretId: 'none' }))],
  ['NotFoundException', (c) => c.kms.send(new kms.DescribeKeyCommand({ KeyId: 'none' }))],
  ['ResourceNotFoundException', (c) => c.eks.send(new eks.ListNodegroupsCommand({ clusterName: 'none' }))],
  ['ResourceNotFoundException', (c) => c.eks.send(new eks.DescribeAccessEntryCommand({ clusterName: 'none', principalArn: operators }))],
  ['FileSystemNotFound', (c) => c.fsx.send(new fsx.DescribeFileSystemsCommand({ FileSystemIds: ['fs-0'] }))],
  ['InvalidDocument', (c) => c.ssm.send(new GetDocumentCommand({ Name: 'SSM-SessionManagerRunShellAsUbuntu' }))],
  ['NoSuchEntityException', (c) => c.iam.send(new iam.GetRoleCommand({ RoleName: 'none' }))],
  ['NoSuchEntityException', (c) => c.iam.send(new iam.ListUserTagsCommand({ UserName: 'none' }))],
  ['NoSuchEntityException', (c) => c.iam.send(new iam.GetRolePolicyCommand({ RoleName: 'hyperpod-nodes', PolicyName: 'none' }))],
  ['NoSuchEntityException', (c) => c.iam.send(new iam.GetPolicyCommand({ PolicyArn: 'arn:aws:iam::aws:policy/None' }))],
  [
    'NoSuchEntityException',
    (c) =>
      c.iam.send(new iam.GetPolicyVersionCommand({ PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore', VersionId: 'v9' })),
  ],
  ['NoSuchKey', (c) => c.s3.send(new s3.GetObjectCommand({ Bucket: bucket, Key: 'none' }))],
  ['NotFound', (c) => c.s3.send(new s3.HeadObjectCommand({ Bucket: bucket, Key: 'none' }))],
  ['NoSuchBucket', (c) => c.s3.send(new s3.GetBucketLocationCommand({ Bucket: 'none' }))],
  ['NotFound', (c) => c.s3.send(new s3.HeadBucketCommand({ Bucket: 'none' }))],
  ['NoSuchBucketPolicy', (c) => c.s3.send(new s3.GetBucketPolicyCommand({ Bucket: bucket }))],
];
