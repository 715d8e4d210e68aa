/**
 * A healthy account and plan, so that a case writes only what differs from it: region us-west-2, one planned cluster
 * `llm-train` with a group `workers` of 4 ml.p5.48xlarge in one private subnet; nothing runs. `eks: true` puts it on EKS.
 */
import type { RunningCluster, RunningGroup } from '../../shared/core/evaluation/cluster-spec.ts';
import {
  type Facts,
  type InstanceType,
  type Read,
  type SecurityGroup,
  type Snapshot,
  type Subnet,
  unreadSnapshot,
} from '../../shared/core/evaluation/facts.ts';
import { type ClusterRequest, emptyPlan, type GroupRequest, type Plan, type PlannedCluster } from '../../shared/core/plan/plan.ts';
import policies from '../../shared/sandbox/data/policies.json' with { type: 'json' };

export const account = '111122223333';
export const region = 'us-west-2';
export const at = '2026-11-20T08:00:00.000Z';
export const ids = {
  vpc: 'vpc-0aaa0000000000001',
  dhcp: 'dopt-0aaa0000000000001',
  subnet: 'subnet-0aaa0000000000001',
  subnet2: 'subnet-0aaa0000000000002',
  group: 'sg-0aaa0000000000001',
  eksGroup: 'sg-0eee0000000000001',
  routeTable: 'rtb-0aaa0000000000001',
  mainRouteTable: 'rtb-0aaa0000000000000',
  s3: 'pl-68a54001',
  gatewayEndpoint: 'vpce-0aaa0000000000001',
  acl: 'acl-0aaa0000000000001',
  nat: 'nat-0aaa0000000000001',
  fs: 'fs-0aaa0000000000001',
  fsGroup: 'sg-0fff0000000000001',
  role: `arn:aws:iam::${account}:role/HyperPodNode`,
  eks: `arn:aws:eks:${region}:${account}:cluster/train`,
  bucket: 'sagemaker-lifecycle-111122223333',
  script: 's3://sagemaker-lifecycle-111122223333/scripts/on_create.sh',
} as const;

export const ok = <T>(value: T): Read<T> => ({ ok: true, value });
export const denied = (action: string): Read<never> => ({ ok: false, reason: 'access denied', action });
export const broken = (reason = 'the service did not answer in time'): Read<never> => ({ ok: false, reason });

const type = (networkCards: number, ipv4PerInterface: number, maxEfa: number, accelerated: boolean): InstanceType => ({
  networkCards,
  ipv4PerInterface,
  efa: maxEfa > 0,
  maxEfa,
  accelerated,
  validThreads: [1, 2],
  architectures: ['x86_64'],
});
export const instanceTypes = {
  'p5.48xlarge': type(32, 50, 32, true),
  'p5.4xlarge': type(1, 30, 1, true),
  'p5en.48xlarge': type(16, 50, 16, true),
  'p4d.24xlarge': type(4, 50, 4, true),
  'trn1.32xlarge': type(8, 50, 8, true),
  'g5.xlarge': type(1, 15, 0, true),
  'g5.8xlarge': type(1, 30, 1, true),
  'm5.xlarge': type(1, 15, 0, false),
  'm5.4xlarge': type(1, 30, 0, false),
} as const;

export const quota = (service: string, code: string, name: string, applied: number, more = {}) => ({
  service,
  code,
  name,
  applied,
  default: 0,
  adjustable: true,
  level: 'ACCOUNT' as const,
  ...more,
});

export const groupRequest = (more: Partial<GroupRequest> = {}): GroupRequest => ({
  InstanceGroupName: 'workers',
  InstanceCount: 4,
  InstanceType: 'ml.p5.48xlarge',
  ExecutionRole: ids.role,
  LifeCycleConfig: { SourceS3Uri: `s3://${ids.bucket}/scripts`, OnCreate: 'on_create.sh' },
  InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 500 } }],
  ...more,
});

export const request = (more: Partial<ClusterRequest> = {}): ClusterRequest => ({
  ClusterName: 'llm-train',
  InstanceGroups: [groupRequest()],
  VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet] },
  ...more,
});

export const onEks = { Orchestrator: { Eks: { ClusterArn: ids.eks } } } as const;

export const planned = (more: Partial<PlannedCluster> = {}): PlannedCluster => ({ region, request: request(), ...more });

export const plan = (...clusters: readonly PlannedCluster[]): Plan => ({
  ...emptyPlan,
  clusters: clusters.length > 0 ? clusters : [planned()],
});

export const runningGroup = (more: Partial<RunningGroup> = {}): RunningGroup => ({
  name: 'workers',
  restricted: false,
  types: ['ml.p5.48xlarge'],
  spot: false,
  role: ids.role,
  volumesGb: [500],
  fsxLustre: [],
  lifecycle: { uri: `s3://${ids.bucket}/scripts`, onCreate: 'on_create.sh' },
  current: 4,
  target: 4,
  ...more,
});

export const running = (more: Partial<RunningCluster> = {}): RunningCluster => {
  const name = more.name ?? 'llm-train';
  return {
    name,
    arn: `arn:aws:sagemaker:${region}:${account}:cluster/${name}`,
    status: 'InService',
    orchestrator: 'slurm',
    network: { subnets: [ids.subnet], securityGroups: [ids.group] },
    autoScaling: false,
    groups: [runningGroup()],
    ...more,
  };
};

/** Facts that say these clusters run. */
export const withRunning = (...clusters: readonly RunningCluster[]): Pick<Facts, 'clusterNames' | 'runningClusters' | 'clusterNodes'> => ({
  clusterNames: ok(clusters.map((c) => c.name)),
  runningClusters: Object.fromEntries(clusters.map((c) => [c.name, ok(c)])),
  clusterNodes: Object.fromEntries(
    clusters.map((c) => [c.name, ok({ groups: Object.fromEntries(c.groups.map((g) => [g.name, { Running: g.current }])), unhealthy: [] })]),
  ),
});

export const subnet = (more: Partial<Subnet> = {}): Subnet => {
  const id = more.id ?? ids.subnet;
  return {
    id,
    arn: `arn:aws:ec2:${region}:${account}:subnet/${id}`,
    vpc: ids.vpc,
    owner: account,
    zone: 'usw2-az1',
    state: 'available',
    ipv4: '10.1.0.0/20',
    freeIpv4: 4091,
    ipv6: [],
    ipv6Native: false,
    ...more,
  };
};

export const allTraffic = { protocol: '-1', ipv4: [], ipv6: [], prefixLists: [], groups: [] } as const;

export const securityGroup = (more: Partial<SecurityGroup> = {}): SecurityGroup => {
  const id = more.id ?? ids.group;
  return {
    id,
    name: 'hyperpod',
    vpc: ids.vpc,
    owner: account,
    rules: [
      { ...allTraffic, egress: false, groups: [{ id, account }] },
      { ...allTraffic, egress: true, groups: [{ id, account }] },
      { ...allTraffic, egress: true, protocol: 'tcp', ports: { from: 443, to: 443 }, ipv4: ['10.1.0.0/16'], prefixLists: [ids.s3] },
    ],
    ...more,
  };
};

/** AWS's managed policy for nodes, as the sandbox keeps it: the real document. */
const managedPolicy = 'arn:aws:iam::aws:policy/AmazonSageMakerClusterInstanceRolePolicy';
const vpcPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:AttachNetworkInterface',
        'ec2:CreateNetworkInterface',
        'ec2:CreateNetworkInterfacePermission',
        'ec2:DeleteNetworkInterface',
        'ec2:DeleteNetworkInterfacePermission',
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeTags',
        'ec2:DescribeVpcs',
        'ec2:DetachNetworkInterface',
        'ec2:ModifyNetworkInterfaceAttribute',
        'ec2:UnassignPrivateIpAddresses',
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:GetAuthorizationToken',
        'ecr:GetDownloadUrlForLayer',
      ],
      Resource: '*',
    },
    { Effect: 'Allow', Action: 'ec2:CreateTags', Resource: 'arn:aws:ec2:*:*:network-interface/*' },
  ],
};

export const facts = (more: Partial<Facts> = {}): Facts => ({
  // A fact that the healthy account says nothing of is unread.
  ...unreadSnapshot({ account, partition: 'aws', region, factsAt: at }, { reason: 'the healthy account does not have it' }).facts,
  regionOptIn: ok('opt-in-not-required'),
  zones: ok([1, 2, 3, 4].map((n) => ({ id: `usw2-az${n}`, name: `us-west-2${'abcd'[n - 1]}`, state: 'available' }))),
  quotas: {
    sagemaker: ok([
      quota('sagemaker', 'L-8762A75F', 'ml.p5.48xlarge for cluster usage', 16),
      quota('sagemaker', 'L-F742E2D7', 'ml.p5.48xlarge for cluster spot instance usage', 16),
      quota('sagemaker', 'L-47E0BC8F', 'ml.p4d.24xlarge for cluster usage', 16),
      quota('sagemaker', 'L-2CE978FC', 'Maximum number instances allowed per SageMaker HyperPod cluster', 20),
      quota('sagemaker', 'L-41BFBF41', 'Maximum number Spot instances allowed per SageMaker HyperPod cluster', 20),
      quota('sagemaker', 'L-3308CCC7', 'Total number of instances allowed across SageMaker HyperPod clusters', 30),
      quota('sagemaker', 'L-97A2C724', 'Total number of Spot instances allowed across SageMaker HyperPod clusters', 30),
      quota('sagemaker', 'L-E13DF72A', 'Maximum size of EBS volume in GB for a SageMaker HyperPod cluster instance', 1024),
      quota(
        'sagemaker',
        'L-FC4D7F52',
        'Maximum total FSx Lustre capacity in TiB across SageMaker HyperPod restricted instance groups',
        1365,
      ),
    ]),
    vpc: ok([
      quota('vpc', 'L-DF5E4CA3', 'Network interfaces per Region', 5000),
      quota('vpc', 'L-F678F1CE', 'VPCs per Region', 5),
      quota('vpc', 'L-A4707A72', 'Internet gateways per Region', 5),
    ]),
    ec2: ok([quota('ec2', 'L-0263D0A3', 'EC2-VPC Elastic IPs', 5)]),
  },
  quotaRequests: { sagemaker: ok([]), vpc: ok([]), ec2: ok([]) },
  instanceTypes: ok(instanceTypes),
  offerings: ok(Object.fromEntries(Object.keys(instanceTypes).map((t) => [t, ['usw2-az1', 'usw2-az2']]))),
  vpcs: ok([{ id: ids.vpc, owner: account, state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [], dhcpOptions: ids.dhcp }]),
  dhcpOptions: ok([{ id: ids.dhcp, dnsServers: ['AmazonProvidedDNS'] }]),
  vpcDns: { [ids.vpc]: ok({ support: true, hostnames: true }) },
  subnets: ok([subnet()]),
  routeTables: ok([
    {
      id: ids.mainRouteTable,
      vpc: ids.vpc,
      main: true,
      subnets: [],
      routes: [{ cidr: '10.1.0.0/16', target: 'local', state: 'active' }],
    },
    {
      id: ids.routeTable,
      vpc: ids.vpc,
      main: false,
      subnets: [ids.subnet],
      routes: [
        { cidr: '10.1.0.0/16', target: 'local', state: 'active' },
        { cidr: '0.0.0.0/0', target: ids.nat, state: 'active' },
        { prefixList: ids.s3, target: ids.gatewayEndpoint, state: 'active' },
      ],
    },
  ]),
  natGateways: ok([{ id: ids.nat, vpc: ids.vpc, state: 'available', connectivity: 'public', addresses: ['203.0.113.24'] }]),
  vpcBlockPublicAccess: ok({ mode: 'off', exclusions: [] }),
  networkAcls: ok([
    {
      id: ids.acl,
      vpc: ids.vpc,
      default: true,
      subnets: [ids.subnet],
      entries: [
        { number: 100, egress: true, allow: true, protocol: '-1', cidr: '0.0.0.0/0' },
        { number: 32767, egress: true, allow: false, protocol: '-1', cidr: '0.0.0.0/0' },
        { number: 100, egress: false, allow: true, protocol: '-1', cidr: '0.0.0.0/0' },
        { number: 32767, egress: false, allow: false, protocol: '-1', cidr: '0.0.0.0/0' },
      ],
    },
  ]),
  securityGroups: ok([securityGroup()]),
  prefixLists: ok([{ id: ids.s3, name: 'com.amazonaws.us-west-2.s3' }]),
  prefixListEntries: { [ids.s3]: ok(['52.92.128.0/17', '3.5.76.0/22']) },
  endpoints: ok([
    {
      id: ids.gatewayEndpoint,
      vpc: ids.vpc,
      owner: account,
      service: 'com.amazonaws.us-west-2.s3',
      type: 'Gateway',
      state: 'available',
      routeTables: [ids.routeTable],
      subnets: [],
      groups: [],
      privateDns: false,
      privateDnsOnlyForInbound: false,
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: ['arn:aws:s3:::sagemaker-*'] }],
      }),
    },
  ]),
  interfaces: ok({ total: 12, byZone: { 'usw2-az1': 12 } }),
  newVpcUsage: {},
  ...withRunning(),
  eksClusters: {
    [ids.eks]: ok({
      arn: ids.eks,
      name: 'train',
      status: 'ACTIVE',
      version: '1.33',
      authenticationMode: 'API_AND_CONFIG_MAP',
      vpc: ids.vpc,
      subnets: [ids.subnet],
      clusterSecurityGroup: ids.group,
      securityGroups: [ids.group],
      ipFamily: 'ipv4',
      endpoint: { privateAccess: true, publicCidrs: ['0.0.0.0/0'] },
    }),
  },
  cniAddons: { [ids.eks]: ok({ version: 'v1.20.1-eksbuild.1', status: 'ACTIVE' }) },
  instanceStoreAddons: { [ids.eks]: ok(null) },
  accessEntries: { [ids.eks]: ok([]) },
  nodeGroups: { [ids.eks]: ok([]) },
  alarms: ok([]),
  kubernetesVersions: ok(['1.32', '1.33', '1.34', '1.35', '1.36'].map((version) => ({ version, status: 'STANDARD_SUPPORT' }))),
  imageVersions: ok(['1.30', '1.31', '1.32', '1.33', '1.34', '1.35', '1.36']),
  fileSystems: {
    [ids.fs]: ok({
      id: ids.fs,
      type: 'LUSTRE',
      lifecycle: 'AVAILABLE',
      vpc: ids.vpc,
      subnets: [ids.subnet],
      interfaces: ['eni-0fff0000000000001'],
      dnsName: `${ids.fs}.fsx.${region}.amazonaws.com`,
      mountName: 'abcdefgh',
      efa: false,
    }),
  },
  fileSystemGroups: { [ids.fs]: ok([ids.group]) },
  sessionDocuments: {
    'SSM-SessionManagerRunShell': ok({ runAs: true, defaultUser: 'ubuntu' }),
    'SSM-SessionManagerRunShellAsUbuntu': ok(null),
  },
  organizations: {},
  principals: {},
  roles: {
    [ids.role]: ok({
      arn: ids.role,
      trust: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      }),
      policies: [
        { name: 'AmazonSageMakerClusterInstanceRolePolicy', document: JSON.stringify(policies[managedPolicy]) },
        { name: 'hyperpod-vpc', document: JSON.stringify(vpcPolicy) },
      ],
    }),
  },
  lifecycleObjects: { [ids.script]: ok({ bytes: 812, crlf: false, shebang: true, key: null }) },
  slurmParameters: { [`s3://${ids.bucket}/scripts/provisioning_parameters.json`]: ok(null) },
  buckets: { [ids.bucket]: ok({ region, policy: ok(null) }) },
  trainingPlans: {},
  ...more,
});

export const snapshot = (more: Partial<Facts> = {}): Snapshot => ({
  schemaVersion: 1,
  account,
  partition: 'aws',
  region,
  factsAt: at,
  facts: facts(more),
});
