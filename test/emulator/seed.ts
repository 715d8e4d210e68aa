/** What the auditor is to find on moto: made through the SDK, as someone would make it on AWS. */
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import * as ec2 from '@aws-sdk/client-ec2';
import { CreateClusterCommand, CreateNodegroupCommand, EKSClient } from '@aws-sdk/client-eks';
import { CreateFileSystemCommand, FSxClient } from '@aws-sdk/client-fsx';
import * as iam from '@aws-sdk/client-iam';
import { CreateGrantCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import * as s3 from '@aws-sdk/client-s3';
import * as sagemaker from '@aws-sdk/client-sagemaker';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateDocumentCommand, SSMClient } from '@aws-sdk/client-ssm';

/** The account that moto answers for, whatever the credentials. */
export const account = '123456789012';
export const region = 'us-west-2';
export const bucket = 'sagemaker-emulated';
export const sharedBucket = 'sagemaker-emulated-shared';
const managedPolicy = 'arn:aws:iam::aws:policy/AmazonSageMakerClusterInstanceRolePolicy';

export const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
export const vpcActions = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        'ec2:CreateNetworkInterface',
        'ec2:CreateNetworkInterfacePermission',
        'ec2:DeleteNetworkInterface',
        'ec2:DeleteNetworkInterfacePermission',
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
        'ec2:DetachNetworkInterface',
      ],
      Resource: '*',
    },
    { Effect: 'Allow', Action: 'ec2:CreateTags', Resource: 'arn:aws:ec2:*:*:network-interface/*' },
  ],
};
export const fence = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
export const allow = (action: string) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
const readable = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
export const endpointPolicy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject', 's3:ListBucket'], Resource: readable }],
};
export const bucketPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Nodes',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 's3:GetObject',
      Resource: readable,
      Condition: { Null: { 'aws:PrincipalOrgID': 'false' } },
    },
  ],
};
const script = '#!/bin/bash\r\nset -eu\r\n';

/** What came about of something, or the error that it did not. */
function made<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`moto made no ${what}.`);
  return value;
}

async function network(client: ec2.EC2Client) {
  const zones = await client.send(new ec2.DescribeAvailabilityZonesCommand({}));
  const zoneName = (id: string) => made(zones.AvailabilityZones?.find((z) => z.ZoneId === id)?.ZoneName, `zone ${id}`);
  const vpcRow = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.1.0.0/16', AmazonProvidedIpv6CidrBlock: true }));
  const vpc = made(vpcRow.Vpc?.VpcId, 'VPC');
  const ipv6 = made(vpcRow.Vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock, 'IPv6 block');
  await client.send(new ec2.AssociateVpcCidrBlockCommand({ VpcId: vpc, CidrBlock: '100.64.0.0/16' }));
  await client.send(new ec2.ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }));
  const DhcpConfigurations = [{ Key: 'domain-name-servers', Values: ['AmazonProvidedDNS', '10.1.0.53'] }];
  const dhcpRow = await client.send(new ec2.CreateDhcpOptionsCommand({ DhcpConfigurations }));
  const dhcp = made(dhcpRow.DhcpOptions?.DhcpOptionsId, 'DHCP options');
  await client.send(new ec2.AssociateDhcpOptionsCommand({ VpcId: vpc, DhcpOptionsId: dhcp }));
  const subnet = async (CidrBlock: string, zone: string) => {
    const answer = await client.send(new ec2.CreateSubnetCommand({ VpcId: vpc, CidrBlock, AvailabilityZone: zoneName(zone) }));
    return made(answer.Subnet?.SubnetId, 'subnet');
  };
  const nodes = await subnet('10.1.0.0/24', 'usw2-az1');
  const pods = await subnet('10.1.4.0/22', 'usw2-az2');
  const open = await subnet('10.1.2.0/28', 'usw2-az1');

  const gateway = made((await client.send(new ec2.CreateInternetGatewayCommand({}))).InternetGateway?.InternetGatewayId, 'gateway');
  await client.send(new ec2.AttachInternetGatewayCommand({ VpcId: vpc, InternetGatewayId: gateway }));
  const address = made((await client.send(new ec2.AllocateAddressCommand({ Domain: 'vpc' }))).AllocationId, 'address');
  const natRow = await client.send(new ec2.CreateNatGatewayCommand({ SubnetId: open, AllocationId: address }));
  const nat = made(natRow.NatGateway?.NatGatewayId, 'NAT gateway');

  const table = async (target: ec2.CreateRouteRequest | object, ...subnets: readonly string[]) => {
    const RouteTableId = made((await client.send(new ec2.CreateRouteTableCommand({ VpcId: vpc }))).RouteTable?.RouteTableId, 'table');
    await client.send(new ec2.CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', ...target }));
    for (const SubnetId of subnets) await client.send(new ec2.AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    return RouteTableId;
  };
  const closedTable = await table({ NatGatewayId: nat }, nodes, pods);
  const openTable = await table({ GatewayId: gateway }, open);

  const listRow = await client.send(
    new ec2.CreateManagedPrefixListCommand({
      PrefixListName: 'offices',
      MaxEntries: 5,
      AddressFamily: 'IPv4',
      Entries: [{ Cidr: '192.0.2.0/24' }, { Cidr: '198.51.100.0/24', Description: 'lab' }],
    }),
  );
  const offices = made(listRow.PrefixList?.PrefixListId, 'prefix list');

  const group = async (GroupName: string) => {
    const answer = await client.send(new ec2.CreateSecurityGroupCommand({ GroupName, Description: GroupName, VpcId: vpc }));
    return made(answer.GroupId, 'security group');
  };
  const nodeGroup = await group('nodes');
  const lustreGroup = await group('lustre');
  const endpointGroup = await group('endpoints');
  const everywhere: ec2.IpPermission[] = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], Ipv6Ranges: [{ CidrIpv6: '::/0' }] }];
  const among = (...groups: readonly string[]): ec2.IpPermission[] =>
    groups.map((GroupId) => ({ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] }));
  await client.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId: nodeGroup, IpPermissions: everywhere }));
  await client.send(
    new ec2.AuthorizeSecurityGroupEgressCommand({
      GroupId: nodeGroup,
      IpPermissions: [
        ...among(nodeGroup),
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }], Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
      ],
    }),
  );
  await client.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({
      GroupId: nodeGroup,
      IpPermissions: [...among(nodeGroup), { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, PrefixListIds: [{ PrefixListId: offices }] }],
    }),
  );
  const lustre = (from: number, to: number): ec2.IpPermission => ({
    IpProtocol: 'tcp',
    FromPort: from,
    ToPort: to,
    UserIdGroupPairs: [{ GroupId: nodeGroup }, { GroupId: lustreGroup }],
  });
  await client.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: lustreGroup, IpPermissions: [lustre(988, 988), lustre(1018, 1023)] }),
  );

  const aclId = made((await client.send(new ec2.CreateNetworkAclCommand({ VpcId: vpc }))).NetworkAcl?.NetworkAclId, 'network ACL');
  const entry = (RuleNumber: number, Egress: boolean, RuleAction: 'allow' | 'deny', more: object) =>
    client.send(new ec2.CreateNetworkAclEntryCommand({ NetworkAclId: aclId, RuleNumber, Egress, RuleAction, Protocol: '-1', ...more }));
  await entry(100, false, 'allow', { CidrBlock: '0.0.0.0/0' });
  await entry(100, true, 'allow', { CidrBlock: '0.0.0.0/0' });
  await entry(90, false, 'deny', { CidrBlock: '203.0.113.0/24', Protocol: '6', PortRange: { From: 22, To: 22 } });
  const before = await client.send(new ec2.DescribeNetworkAclsCommand({ Filters: [{ Name: 'association.subnet-id', Values: [pods] }] }));
  const association = before.NetworkAcls?.[0]?.Associations?.find((a) => a.SubnetId === pods)?.NetworkAclAssociationId;
  await client.send(new ec2.ReplaceNetworkAclAssociationCommand({ AssociationId: made(association, 'association'), NetworkAclId: aclId }));

  const s3Endpoint = await client.send(
    new ec2.CreateVpcEndpointCommand({
      VpcId: vpc,
      ServiceName: `com.amazonaws.${region}.s3`,
      VpcEndpointType: 'Gateway',
      RouteTableIds: [closedTable],
      PolicyDocument: JSON.stringify(endpointPolicy),
    }),
  );
  const ssmEndpoint = await client.send(
    new ec2.CreateVpcEndpointCommand({
      VpcId: vpc,
      ServiceName: `com.amazonaws.${region}.ssm`,
      VpcEndpointType: 'Interface',
      SubnetIds: [nodes],
      SecurityGroupIds: [endpointGroup],
      PrivateDnsEnabled: true,
    }),
  );

  const face = async (SubnetId: string, ...Groups: string[]) => {
    const answer = await client.send(new ec2.CreateNetworkInterfaceCommand({ SubnetId, Groups }));
    return made(answer.NetworkInterface?.NetworkInterfaceId, 'network interface');
  };
  const faces = [await face(nodes, lustreGroup), await face(nodes, nodeGroup), await face(pods, nodeGroup)] as const;

  return {
    dhcp,
    vpc,
    ipv6,
    nodes,
    pods,
    open,
    gateway,
    nat,
    closedTable,
    openTable,
    offices,
    nodeGroup,
    lustreGroup,
    endpointGroup,
    acl: aclId,
    s3Endpoint: made(s3Endpoint.VpcEndpoint?.VpcEndpointId, 'endpoint'),
    ssmEndpoint: made(ssmEndpoint.VpcEndpoint?.VpcEndpointId, 'endpoint'),
    lustreFace: faces[0],
  };
}

async function identities(client: iam.IAMClient): Promise<{ readonly role: string; readonly plainRole: string }> {
  const policy = async (PolicyName: string, document: object) =>
    made((await client.send(new iam.CreatePolicyCommand({ PolicyName, PolicyDocument: JSON.stringify(document) }))).Policy?.Arn, 'policy');
  const own = await policy('nodes', allow('logs:CreateLogGroup'));
  await client.send(
    new iam.CreatePolicyVersionCommand({ PolicyArn: own, PolicyDocument: JSON.stringify(allow('logs:*')), SetAsDefault: true }),
  );
  const boundary = await policy('fence', fence);
  const role = async (RoleName: string, more: object = {}) => {
    const answer = await client.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust), ...more }));
    return made(answer.Role?.Arn, 'role');
  };
  const tags = (Value: string) => [
    { Key: 'SSMSessionRunAs', Value },
    { Key: 'team', Value: 'ml' },
  ];
  const nodes = await role('nodes', { Path: '/ml/', PermissionsBoundary: boundary, Tags: tags('ubuntu') });
  const plain = await role('plain');
  for (const PolicyArn of [managedPolicy, own]) await client.send(new iam.AttachRolePolicyCommand({ RoleName: 'nodes', PolicyArn }));
  await client.send(
    new iam.PutRolePolicyCommand({ RoleName: 'nodes', PolicyName: 'a+b=c,d@e', PolicyDocument: JSON.stringify(vpcActions) }),
  );
  await client.send(
    new iam.PutRolePolicyCommand({
      RoleName: 'nodes',
      PolicyName: 'metrics',
      PolicyDocument: JSON.stringify(allow('cloudwatch:PutMetricData')),
    }),
  );
  await client.send(new iam.CreateUserCommand({ UserName: 'ada', Tags: tags('ada') }));
  return { role: nodes, plainRole: plain };
}

/** A key whose grants, not its policy, let the role use it. */
async function volumeKey(client: KMSClient, role: string, otherRole: string): Promise<string> {
  const key = made((await client.send(new CreateKeyCommand({ KeyUsage: 'ENCRYPT_DECRYPT' }))).KeyMetadata?.Arn, 'key');
  for (const GranteePrincipal of [role, otherRole])
    await client.send(new CreateGrantCommand({ KeyId: key, GranteePrincipal, Operations: ['CreateGrant', 'DescribeKey'] }));
  return key;
}

/** Makes everything at an endpoint and says what it is called there. */
export async function seed(endpoint: string) {
  const config = { endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'emulated' } };
  const clients = {
    ec2: new ec2.EC2Client(config),
    cloudwatch: new CloudWatchClient(config),
    eks: new EKSClient(config),
    fsx: new FSxClient(config),
    iam: new iam.IAMClient(config),
    kms: new KMSClient(config),
    organizations: new OrganizationsClient(config),
    s3: new s3.S3Client({ ...config, forcePathStyle: true }),
    sagemaker: new sagemaker.SageMakerClient(config),
    secretsmanager: new SecretsManagerClient(config),
    ssm: new SSMClient(config),
  };
  try {
    const net = await network(clients.ec2);
    await clients.cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: 'node errors',
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 1,
        MetricName: 'errors',
        Namespace: 'nodes',
        Period: 60,
        Statistic: 'Sum',
        Threshold: 1,
      }),
    );
    const { role, plainRole } = await identities(clients.iam);
    const key = await volumeKey(clients.kms, role, plainRole);
    const secret = await clients.secretsmanager.send(new CreateSecretCommand({ Name: 'slurm', SecretString: '{}' }));
    const organization = await clients.organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));

    for (const Bucket of [bucket, sharedBucket])
      await clients.s3.send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
    await clients.s3.send(new s3.PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(bucketPolicy) }));
    await clients.s3.send(new s3.PutObjectCommand({ Bucket: bucket, Key: 'life cycle/on_create.sh', Body: script }));

    await clients.ssm.send(
      new CreateDocumentCommand({
        Name: 'SSM-SessionManagerRunShell',
        DocumentType: 'Session',
        DocumentFormat: 'JSON',
        Content: JSON.stringify({
          schemaVersion: '1.0',
          sessionType: 'Standard_Stream',
          inputs: { runAsEnabled: true, runAsDefaultUser: 'ubuntu' },
        }),
      }),
    );

    const lustre = await clients.fsx.send(
      new CreateFileSystemCommand({
        FileSystemType: 'LUSTRE',
        StorageCapacity: 1200,
        StorageType: 'SSD',
        SubnetIds: [net.nodes],
        SecurityGroupIds: [net.lustreGroup],
        LustreConfiguration: { DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput: 125 },
      }),
    );

    const eks = await clients.eks.send(
      new CreateClusterCommand({
        name: 'llm',
        version: '1.33',
        roleArn: plainRole,
        resourcesVpcConfig: { subnetIds: [net.nodes, net.pods], securityGroupIds: [net.endpointGroup] },
        accessConfig: { authenticationMode: 'API' },
      }),
    );

    await clients.eks.send(
      new CreateNodegroupCommand({ clusterName: 'llm', nodegroupName: 'system', nodeRole: plainRole, subnets: [net.pods] }),
    );

    const cluster = async (ClusterName: string, InstanceCount: number, more: object = {}) => {
      const answer = await clients.sagemaker.send(
        new sagemaker.CreateClusterCommand({
          ClusterName,
          InstanceGroups: [
            {
              InstanceGroupName: 'workers',
              InstanceType: 'ml.p5.48xlarge',
              InstanceCount,
              ThreadsPerCore: 2,
              ExecutionRole: role,
              LifeCycleConfig: { SourceS3Uri: `s3://${bucket}/life cycle`, OnCreate: 'on_create.sh' },
              InstanceStorageConfigs: [{ EbsVolumeConfig: { VolumeSizeInGB: 500 } }],
            },
          ],
          ...more,
        }),
      );
      return made(answer.ClusterArn, 'HyperPod cluster');
    };
    return {
      ...net,
      role,
      plainRole,
      key,
      secret: made(secret.ARN, 'secret'),
      organization: made(organization.Organization?.Id, 'organization'),
      fileSystem: made(lustre.FileSystem?.FileSystemId, 'file system'),
      eks: made(eks.cluster?.arn, 'EKS cluster'),
      evalCluster: await cluster('eval', 2, { VpcConfig: { SecurityGroupIds: [net.nodeGroup], Subnets: [net.nodes] } }),
      bareCluster: await cluster('bare', 1),
    };
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

export type Seeded = Awaited<ReturnType<typeof seed>>;
