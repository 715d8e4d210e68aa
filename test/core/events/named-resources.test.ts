import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namingMembers, resourcesOfCall } from '../../../shared/core/events/call-resources.ts';
import { type CallSource, changeCalls } from '../../../shared/core/events/change-calls.ts';
import { resourcesOfFinding } from '../../../shared/core/events/named-resources.ts';
import { examples } from '../../helpers/examples.ts';
import { account, hostileCharacters, record } from './cloudtrail.ts';

const rules = {
  groupId: 'sg-0a1b2c3d4e5f60718',
  ipPermissions: { items: [{ ipProtocol: '-1', groups: { items: [{ groupId: 'sg-99999999' }] } }] },
};
const entry = { networkAclId: 'acl-0a1b2c3d', ruleNumber: 100, egress: true, ruleAction: 'allow', cidrBlock: '0.0.0.0/0' };
const route = { routeTableId: 'rtb-0a1b2c3d', destinationCidrBlock: '0.0.0.0/0', natGatewayId: 'nat-0a1b2c3d' };
const policyArn = `arn:aws:iam::${account}:policy/team/Nodes`;
const attached = { roleName: 'HyperPodNodes', policyArn: 'arn:aws:iam::aws:policy/AmazonSageMakerClusterInstanceRolePolicy' };
const keyId = `arn:aws:kms:us-west-2:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const quotaName = 'ml.p5.48xlarge for cluster usage';
const partOfEks = { name: 'llm', addonName: 'vpc-cni' };

type Row = readonly [call: string, request: object | null, named: readonly string[], more?: object];
/** Every call of the deployed rules: what its record holds, and what it changes. */
const rows: { readonly [source in CallSource]: readonly Row[] } = {
  'ec2.amazonaws.com': [
    ['AuthorizeSecurityGroupIngress', rules, [rules.groupId]],
    ['AuthorizeSecurityGroupEgress', rules, [rules.groupId]],
    ['RevokeSecurityGroupIngress', rules, [rules.groupId]],
    [
      'RevokeSecurityGroupEgress',
      { groupId: 'sg-0a1b2c3d', securityGroupRuleIds: { items: [{ securityGroupRuleId: 'sgr-1' }] } },
      ['sg-0a1b2c3d'],
    ],
    [
      'ModifySecurityGroupRules',
      { ModifySecurityGroupRulesRequest: { GroupId: 'sg-0a1b2c3d', SecurityGroupRule: { tag: 1, SecurityGroupRuleId: 'sgr-1' } } },
      ['sg-0a1b2c3d'],
    ],
    ['DeleteSecurityGroup', { groupId: 'sg-0a1b2c3d' }, ['sg-0a1b2c3d']],
    [
      'CreateVpcEndpoint',
      {
        CreateVpcEndpointRequest: {
          VpcId: 'vpc-0a1b2c3d',
          ServiceName: 'com.amazonaws.us-west-2.s3',
          RouteTableId: { tag: 1, content: 'rtb-0a1b2c3d' },
        },
      },
      ['vpc-0a1b2c3d', 'rtb-0a1b2c3d', 'vpce-0a1b2c3d4e5f60718'],
      { CreateVpcEndpointResponse: { vpcEndpoint: { vpcEndpointId: 'vpce-0a1b2c3d4e5f60718' } } },
    ],
    [
      'ModifyVpcEndpoint',
      {
        ModifyVpcEndpointRequest: {
          VpcEndpointId: 'vpce-0a1b2c3d',
          RemoveRouteTableId: [
            { tag: 1, content: 'rtb-1a1b2c3d' },
            { tag: 2, content: 'rtb-2a1b2c3d' },
          ],
        },
      },
      ['vpce-0a1b2c3d', 'rtb-1a1b2c3d', 'rtb-2a1b2c3d'],
    ],
    ['DeleteVpcEndpoints', { DeleteVpcEndpointsRequest: { VpcEndpointId: { tag: 1, content: 'vpce-0a1b2c3d' } } }, ['vpce-0a1b2c3d']],
    ['CreateRoute', route, ['rtb-0a1b2c3d']],
    ['ReplaceRoute', route, ['rtb-0a1b2c3d']],
    ['DeleteRoute', route, ['rtb-0a1b2c3d']],
    ['AssociateRouteTable', { routeTableId: 'rtb-0a1b2c3d', subnetId: 'subnet-0a1b2c3d' }, ['rtb-0a1b2c3d', 'subnet-0a1b2c3d']],
    ['DisassociateRouteTable', { associationId: 'rtbassoc-0a1b2c3d' }, []],
    ['ReplaceRouteTableAssociation', { associationId: 'rtbassoc-0a1b2c3d', routeTableId: 'rtb-0a1b2c3d' }, ['rtb-0a1b2c3d']],
    ['DeleteRouteTable', { routeTableId: 'rtb-0a1b2c3d' }, ['rtb-0a1b2c3d']],
    [
      'CreateNatGateway',
      { CreateNatGatewayRequest: { SubnetId: 'subnet-0a1b2c3d', AllocationId: 'eipalloc-1' } },
      ['nat-0a1b2c3d'],
      { CreateNatGatewayResponse: { natGateway: { natGatewayId: 'nat-0a1b2c3d', subnetId: 'subnet-0a1b2c3d' } } },
    ],
    ['DeleteNatGateway', { DeleteNatGatewayRequest: { NatGatewayId: 'nat-0a1b2c3d' } }, ['nat-0a1b2c3d']],
    [
      'ModifyVpcBlockPublicAccessOptions',
      { ModifyVpcBlockPublicAccessOptionsRequest: { InternetGatewayBlockMode: 'block-bidirectional' } },
      [],
    ],
    [
      'CreateVpcBlockPublicAccessExclusion',
      { CreateVpcBlockPublicAccessExclusionRequest: { SubnetId: 'subnet-0a1b2c3d' } },
      ['subnet-0a1b2c3d'],
    ],
    ['ModifyVpcBlockPublicAccessExclusion', { ModifyVpcBlockPublicAccessExclusionRequest: { ExclusionId: 'vpcbpa-exclude-1' } }, []],
    ['DeleteVpcBlockPublicAccessExclusion', { DeleteVpcBlockPublicAccessExclusionRequest: { ExclusionId: 'vpcbpa-exclude-1' } }, []],
    ['CreateSubnet', { vpcId: 'vpc-0a1b2c3d', cidrBlock: '10.0.1.0/24' }, ['subnet-0a1b2c3d'], { subnet: { subnetId: 'subnet-0a1b2c3d' } }],
    ['DeleteSubnet', { subnetId: 'subnet-0a1b2c3d' }, ['subnet-0a1b2c3d']],
    ['ModifySubnetAttribute', { subnetId: 'subnet-0a1b2c3d', mapPublicIpOnLaunch: { value: true } }, ['subnet-0a1b2c3d']],
    ['ModifyVpcAttribute', { vpcId: 'vpc-0a1b2c3d', enableDnsSupport: { value: false } }, ['vpc-0a1b2c3d']],
    ['AssociateDhcpOptions', { dhcpOptionsId: 'dopt-0a1b2c3d', vpcId: 'vpc-0a1b2c3d' }, ['vpc-0a1b2c3d']],
    ['CreateNetworkAclEntry', entry, ['acl-0a1b2c3d']],
    ['ReplaceNetworkAclEntry', entry, ['acl-0a1b2c3d']],
    ['DeleteNetworkAclEntry', entry, ['acl-0a1b2c3d']],
    ['ReplaceNetworkAclAssociation', { associationId: 'aclassoc-1', networkAclId: 'acl-0a1b2c3d' }, ['acl-0a1b2c3d']],
    [
      'AssociateSubnetCidrBlock',
      { AssociateSubnetCidrBlockRequest: { SubnetId: 'subnet-0a1b2c3d', Ipv6CidrBlock: '2001:db8::/64' } },
      ['subnet-0a1b2c3d'],
    ],
    [
      'DisassociateSubnetCidrBlock',
      { DisassociateSubnetCidrBlockRequest: { AssociationId: 'subnet-cidr-assoc-1' } },
      ['subnet-0a1b2c3d'],
      { DisassociateSubnetCidrBlockResponse: { subnetId: 'subnet-0a1b2c3d' } },
    ],
    ['AttachInternetGateway', { internetGatewayId: 'igw-0a1b2c3d', vpcId: 'vpc-0a1b2c3d' }, ['igw-0a1b2c3d', 'vpc-0a1b2c3d']],
    ['DetachInternetGateway', { internetGatewayId: 'igw-0a1b2c3d', vpcId: 'vpc-0a1b2c3d' }, ['igw-0a1b2c3d', 'vpc-0a1b2c3d']],
    [
      'ModifyManagedPrefixList',
      { ModifyManagedPrefixListRequest: { PrefixListId: 'pl-0a1b2c3d', AddEntry: { tag: 1, Cidr: '10.0.0.0/8' } } },
      ['pl-0a1b2c3d'],
    ],
  ],
  'ssm.amazonaws.com': changeCalls['ssm.amazonaws.com'].map(
    (call): Row => [call, { name: 'SSM-SessionManagerRunShell' }, ['document/ssm-sessionmanagerrunshell']],
  ),
  'iam.amazonaws.com': [
    ['TagRole', { roleName: 'HyperPodNodes', tags: [{ key: 'SSMSessionRunAs', value: 'alice' }] }, ['role/hyperpodnodes']],
    ['UntagRole', { roleName: 'HyperPodNodes', tagKeys: ['SSMSessionRunAs'] }, ['role/hyperpodnodes']],
    ['TagUser', { userName: 'alice', tags: [] }, ['user/alice']],
    ['UntagUser', { userName: 'alice', tagKeys: [] }, ['user/alice']],
    ['AttachRolePolicy', attached, ['role/hyperpodnodes']],
    ['DetachRolePolicy', attached, ['role/hyperpodnodes']],
    ['PutRolePolicy', { roleName: 'HyperPodNodes', policyName: 'p', policyDocument: '{}' }, ['role/hyperpodnodes']],
    ['DeleteRolePolicy', { roleName: 'HyperPodNodes', policyName: 'p' }, ['role/hyperpodnodes']],
    ['CreatePolicyVersion', { policyArn, policyDocument: '{}', setAsDefault: true }, ['policy/nodes']],
    ['SetDefaultPolicyVersion', { policyArn, versionId: 'v2' }, ['policy/nodes']],
    ['CreateRole', { roleName: 'HyperPodNodes', assumeRolePolicyDocument: '{}' }, ['role/hyperpodnodes']],
    ['UpdateAssumeRolePolicy', { roleName: 'HyperPodNodes', policyDocument: '{}' }, ['role/hyperpodnodes']],
    ['PutRolePermissionsBoundary', { roleName: 'HyperPodNodes', permissionsBoundary: policyArn }, ['role/hyperpodnodes']],
    ['DeleteRolePermissionsBoundary', { roleName: 'HyperPodNodes' }, ['role/hyperpodnodes']],
    ['DeleteRole', { roleName: 'HyperPodNodes' }, ['role/hyperpodnodes']],
  ],
  'fsx.amazonaws.com': [
    [
      'CreateFileSystem',
      { fileSystemType: 'LUSTRE', subnetIds: ['subnet-0a1b2c3d'] },
      ['fs-0123456789abcdef0'],
      { fileSystem: { fileSystemId: 'fs-0123456789abcdef0' } },
    ],
    ['UpdateFileSystem', { fileSystemId: 'fs-0123456789abcdef0' }, ['fs-0123456789abcdef0']],
    ['DeleteFileSystem', { fileSystemId: 'fs-0123456789abcdef0' }, ['fs-0123456789abcdef0']],
  ],
  's3.amazonaws.com': changeCalls['s3.amazonaws.com'].map(
    (call): Row => [call, { bucketName: 'sagemaker-scripts', Host: 's3.amazonaws.com' }, ['bucket/sagemaker-scripts']],
  ),
  'eks.amazonaws.com': [
    ['CreateCluster', { name: 'llm', roleArn: `arn:aws:iam::${account}:role/eks` }, ['eks/llm']],
    ['UpdateClusterConfig', { name: 'llm', resourcesVpcConfig: { endpointPublicAccess: false } }, ['eks/llm']],
    ['UpdateClusterVersion', { name: 'llm', version: '1.34' }, ['eks/llm']],
    ['DeleteCluster', { name: 'llm' }, ['eks/llm']],
    ['CreateAddon', partOfEks, ['eks/llm']],
    ['UpdateAddon', partOfEks, ['eks/llm']],
    ['DeleteAddon', partOfEks, ['eks/llm']],
    ['CreateAccessEntry', { clusterName: 'llm', principalArn: `arn:aws:iam::${account}:role/nodes` }, ['eks/llm']],
    ['DeleteAccessEntry', { clusterName: 'llm', principalArn: `arn:aws:iam::${account}:role/nodes` }, ['eks/llm']],
    ['CreateNodegroup', { clusterName: 'llm', nodegroupName: 'system' }, ['eks/llm']],
    ['DeleteNodegroup', { clusterName: 'llm', nodegroupName: 'system' }, ['eks/llm']],
  ],
  'sagemaker.amazonaws.com': [
    ...changeCalls['sagemaker.amazonaws.com'].slice(0, 10).map((call): Row => [call, { clusterName: 'llm-train' }, ['cluster/llm-train']]),
    ['CreateTrainingPlan', { trainingPlanName: 'july', trainingPlanOfferingId: 'tpo-1' }, ['training-plan/july']],
    ['ExtendTrainingPlan', { trainingPlanExtensionOfferingId: 'tpeo-1' }, []],
  ],
  'kms.amazonaws.com': changeCalls['kms.amazonaws.com'].map((call): Row => [call, { keyId }, ['key/1234abcd-12ab-34cd-56ef-1234567890ab']]),
  'servicequotas.amazonaws.com': [
    [
      'RequestServiceQuotaIncrease',
      { serviceCode: 'sagemaker', quotaCode: 'L-8762A75F', desiredValue: 8 },
      [`quota/${quotaName}`],
      { requestedQuota: { quotaCode: 'L-8762A75F', quotaName, desiredValue: 8, status: 'PENDING' } },
    ],
  ],
};

describe.each(Object.keys(rows) as CallSource[])('%s', (source) => {
  const cases = rows[source].map(([call, request, named, answer]) => ({ call, request, named, answer }));
  test.each(cases)('$call', ({ call, request: requestParameters, named, answer: responseElements }) => {
    expect(resourcesOfCall(source, call, record(source, call, { requestParameters, responseElements }))).toEqual(named);
    expect(resourcesOfCall(source, call, record(source, call))).toEqual([]);
  });
});

test("AWS's decision on a quota request names the quota", () => {
  const details = { requestId: 'cdc5f1f7', newStatus: 'CASE_CLOSED', newQuotaValue: '8.0', serviceName: 'Amazon SageMaker', quotaName };
  const made = record('servicequotas.amazonaws.com', 'UpdateServiceQuotaIncreaseRequestStatus', { serviceEventDetails: details });
  expect(resourcesOfCall('servicequotas.amazonaws.com', 'UpdateServiceQuotaIncreaseRequestStatus', made)).toEqual([`quota/${quotaName}`]);
});

test('every call of the rules says what names its resources, and the table above has it', () => {
  for (const source of Object.keys(changeCalls) as CallSource[]) {
    expect(Object.keys(namingMembers[source])).toEqual([...changeCalls[source]]);
    const tested = rows[source].map(([call]) => call);
    const left = changeCalls[source].filter((call) => !tested.includes(call));
    expect(left).toEqual(source === 'servicequotas.amazonaws.com' ? ['UpdateServiceQuotaIncreaseRequestStatus'] : []);
  }
});

describe('names', () => {
  const group = (groupId: unknown) =>
    resourcesOfCall(
      'ec2.amazonaws.com',
      'DeleteSecurityGroup',
      record('ec2.amazonaws.com', 'DeleteSecurityGroup', { requestParameters: { groupId } }),
    );
  test.each([
    ['an escape', 'sg-0a1b2c3d\u001b[2J'],
    ['a mark of direction', 'sg-0a1b2c3d\u202e'],
    ['a tag', '<script>alert(1)</script>'],
    ['a line', 'sg-0a1b2c3d\nsg-1a1b2c3d'],
    ['no id', 'default'],
    ['a number', 7],
    ['nothing', ''],
    ['a list in lists', [[['sg-0a1b2c3d']]]],
  ])('that are %s are left out', (_, value) => {
    expect(group(value)).toEqual([]);
  });
  test('of more resources than ten are left out', () => {
    const content = Array.from({ length: 25 }, (_, n) => ({ tag: n + 1, content: `vpce-0a1b2c${String(n).padStart(2, '0')}` }));
    const made = record('ec2.amazonaws.com', 'DeleteVpcEndpoints', {
      requestParameters: { DeleteVpcEndpointsRequest: { VpcEndpointId: content } },
    });
    expect(resourcesOfCall('ec2.amazonaws.com', 'DeleteVpcEndpoints', made)).toHaveLength(10);
  });
  test('of an alias of a key, and of a cluster by its ARN, are not those of findings', () => {
    const disabled = record('kms.amazonaws.com', 'DisableKey', { requestParameters: { keyId: 'alias/nodes' } });
    expect(resourcesOfCall('kms.amazonaws.com', 'DisableKey', disabled)).toEqual([]);
  });
  test('are printable, short and few, whatever a record holds', () => {
    const calls = (Object.keys(changeCalls) as CallSource[]).flatMap((source) =>
      changeCalls[source].map((call) => [source, call] as const),
    );
    const members = [
      'groupId',
      'vpcId',
      'name',
      'roleName',
      'bucketName',
      'keyId',
      'clusterName',
      'policyArn',
      'userName',
      'VpcEndpointId',
    ];
    const value = fc.oneof(
      fc.string({ unit: fc.constantFrom(...hostileCharacters), maxLength: 300 }),
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('sg-0a1b2c3d', 'nodes'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...calls),
        fc.dictionary(fc.constantFrom(...members), value),
        fc.jsonValue({ maxDepth: 2 }),
        ([source, call], requestParameters, responseElements) => {
          const names = resourcesOfCall(source, call, { requestParameters, responseElements, serviceEventDetails: responseElements });
          expect(names.length).toBeLessThanOrEqual(10);
          for (const name of names) expect(name).toMatch(/^[\w+=,.@/ ()-]{1,142}$/);
        },
      ),
      { numRuns: examples(300) },
    );
  });
});

describe('a finding is about', () => {
  test.each([
    ['a resource', { resource: 'sg-0a1b2c3d' }, ['sg-0a1b2c3d']],
    ['each of a set', { resource: 'sg-0a1b2c3d+sg-1a1b2c3d fs-0123456789abcdef0' }, ['sg-0a1b2c3d', 'sg-1a1b2c3d', 'fs-0123456789abcdef0']],
    [
      'what its message names',
      { resource: 'subnet-0a1b2c3d', message: 'Route table rtb-0a1b2c3d has no route to S3.' },
      ['subnet-0a1b2c3d', 'rtb-0a1b2c3d'],
    ],
    ['a role', { resource: `arn:aws:iam::${account}:role/team/HyperPodNodes` }, ['role/hyperpodnodes']],
    ['a key', { resource: `${keyId}#use` }, ['key/1234abcd-12ab-34cd-56ef-1234567890ab']],
    ['an EKS cluster', { resource: `arn:aws:eks:us-west-2:${account}:cluster/LLM#pods` }, ['eks/llm']],
    ['a bucket', { resource: 's3://sagemaker-scripts/on_create.sh' }, ['bucket/sagemaker-scripts']],
    ['a training plan', { resource: `arn:aws:sagemaker:us-west-2:${account}:training-plan/july` }, ['training-plan/july']],
    ['the cluster of a member', { resource: 'VpcConfig', cluster: 'LLM-train' }, ['cluster/llm-train']],
    ['no cluster of a quota', { resource: quotaName, cluster: 'llm-train' }, []],
    ['nothing', {}, []],
  ])('%s', (_, of, named) => {
    const names = [...resourcesOfFinding(of)].filter((name) => !/^(document|quota)\//.test(name));
    expect(names).toEqual(named);
  });
  test('a quota, and the document of Session Manager', () => {
    expect(resourcesOfFinding({ resource: quotaName })).toContain(`quota/${quotaName}`);
    expect(resourcesOfFinding({ resource: 'SSM-SessionManagerRunShell' })).toContain('document/ssm-sessionmanagerrunshell');
  });
});
