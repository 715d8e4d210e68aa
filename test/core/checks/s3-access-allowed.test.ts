import { expect } from 'vitest';
import check from '../../../shared/core/checks/s3-access-allowed.ts';
import type { Route, RouteTable, VpcEndpoint } from '../../../shared/core/evaluation/facts.ts';
import type { ClusterRequest } from '../../../shared/core/plan/plan.ts';
import { account, broken, denied, facts, groupRequest, ids, ok, plan, planned, region, subnet } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const bucket = { resource: `s3://${ids.bucket}` } as const;
const endpoint = { resource: ids.gatewayEndpoint } as const;
const bucketPasses = { status: 'pass', level: 'required', ...bucket } as const;
const endpointPasses = { status: 'pass', level: 'required', ...endpoint } as const;
const fail = { status: 'fail', level: 'required' } as const;
const document = (...statements: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const anyone = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
const bucketPolicy = (...statements: readonly object[]) => ({
  buckets: { [ids.bucket]: ok({ region, policy: ok(document(...statements)) }) },
});
const deny = (more: object = {}) => ({ ...anyone, Effect: 'Deny', ...more });
const unless = (condition: object) => bucketPolicy(deny({ Condition: condition }));

const healthy = facts().endpoints;
if (!healthy.ok || !healthy.value[0]) throw new Error('the healthy endpoint is missing');
const [gateway] = healthy.value as [VpcEndpoint];
const { policy: _, ...open } = gateway;
const endpoints = (...list: readonly VpcEndpoint[]) => ({ endpoints: ok(list) });
const endpointPolicy = (...statements: readonly object[]) => endpoints({ ...open, policy: document(...statements) });
const byName: VpcEndpoint = { ...open, id: 'vpce-0bbb', type: 'Interface', routeTables: [], privateDns: true };
const read = {
  ...anyone,
  Action: ['s3:GetObject', 's3:ListBucket'],
  Resource: [`arn:aws:s3:::${ids.bucket}`, `arn:aws:s3:::${ids.bucket}/*`],
};

const table_ = (id: string, subnets: readonly string[], ...routes: readonly Route[]): RouteTable => ({
  id,
  vpc: ids.vpc,
  main: false,
  subnets,
  routes: [{ cidr: '10.1.0.0/16', target: 'local', state: 'active' }, ...routes],
});
const nat: Route = { cidr: '0.0.0.0/0', target: ids.nat, state: 'active' };
const toGateway: Route = { prefixList: ids.s3, target: ids.gatewayEndpoint, state: 'active' };
const routed = (...routes: readonly Route[]) => ({ routeTables: ok([table_(ids.routeTable, [ids.subnet], ...routes)]) });

const two = (more: Partial<ClusterRequest> = {}) =>
  planOf({ VpcConfig: { Subnets: [ids.subnet, ids.subnet2], SecurityGroupIds: [ids.group] }, ...more });
const twoSubnets = { subnets: ok([subnet(), subnet({ id: ids.subnet2 })]) };
const byNat = { ...twoSubnets, routeTables: ok([table_(ids.routeTable, [ids.subnet], toGateway), table_('rtb-2', [ids.subnet2], nat)]) };
const second: VpcEndpoint = { ...gateway, id: 'vpce-2', routeTables: ['rtb-2'] };
const bySecond = {
  ...twoSubnets,
  routeTables: ok([table_(ids.routeTable, [ids.subnet], toGateway), table_('rtb-2', [ids.subnet2], { ...toGateway, target: 'vpce-2' })]),
};
const noVpc = plan(planned({ request: { ClusterName: 'llm-train', InstanceGroups: [groupRequest()] } }));

table(check, [
  { name: 'passes at the healthy default', findings: [bucketPasses, endpointPasses], says: ['no bucket policy'] },
  {
    name: 'without scripts it does not apply',
    plan: planOf({ InstanceGroups: [groupRequest({ LifeCycleConfig: {} })] }),
  },
  {
    name: 'an endpoint with full access',
    facts: endpoints(open),
    findings: [
      bucketPasses,
      { ...endpointPasses, message: expect.stringContaining('no policy and allows arn:aws:iam::111122223333:role/HyperPodNode') },
    ],
  },
  { name: 'an endpoint policy for just this', facts: endpointPolicy(read), findings: [bucketPasses, endpointPasses] },
  {
    name: 'an endpoint policy for other buckets: the line keeps it and adds this one',
    facts: endpointPolicy({ ...anyone, Resource: 'arn:aws:s3:::other/*' }),
    findings: [
      bucketPasses,
      {
        ...fail,
        ...endpoint,
        remediation: {
          command: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${ids.gatewayEndpoint} --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::other/*"},{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::${ids.bucket}","arn:aws:s3:::${ids.bucket}/*"]}]}' --region us-west-2`,
        },
        message: expect.stringContaining('(0 statements allow it).'),
      },
    ],
  },
  {
    name: 'an endpoint policy that denies',
    facts: endpointPolicy(anyone, deny({ Action: 's3:GetObject' })),
    findings: [bucketPasses, { ...fail, ...endpoint, remediation: { command: expect.stringContaining('describe-vpc-endpoints') } }],
  },
  {
    name: 'an endpoint policy for objects but not the list',
    facts: endpointPolicy({ ...read, Action: 's3:GetObject' }),
    findings: [bucketPasses, { ...fail, ...endpoint, message: expect.stringContaining('s3:ListBucket') }],
  },
  {
    name: 'an endpoint policy for buckets of this account',
    facts: endpointPolicy({ ...anyone, Condition: { StringEquals: { 'aws:ResourceAccount': account } } }),
    findings: [bucketPasses, endpointPasses],
  },
  ...[
    { name: 'passes a Deny outside of the organization of the account', id: 'o-1', findings: [bucketPasses, endpointPasses] },
    { name: 'fails for a Deny outside of another organization', id: 'o-2', findings: [{ ...fail, ...bucket }, endpointPasses] },
  ].map(({ name, id, findings }) => ({
    name,
    facts: { ...unless({ StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } }), organizations: { [account]: ok(id) } },
    findings,
  })),
  {
    name: 'fails for a Deny outside of an organization in an account without one',
    facts: { ...unless({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }), organizations: { [account]: ok(null) } },
    findings: [{ ...fail, ...bucket }, endpointPasses],
  },
  ...[{}, { organizations: { [account]: denied('organizations:DescribeOrganization') } }].map((unread) => ({
    name: `is softer where the organization is unread: ${JSON.stringify(unread)}`,
    facts: { ...unless({ StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } }), ...unread },
    findings: [{ ...fail, ...bucket, level: 'recommended' as const }, endpointPasses],
    says: ['Cannot determine', 'aws:PrincipalOrgID', 'could not be read'],
  })),
  ...[undefined, 'o-1'].map((id) => ({
    name: `is softer for paths in an organization, which are not read, in an account of ${id}`,
    facts: {
      ...unless({ 'ForAllValues:StringNotLikeIfExists': { 'aws:PrincipalOrgPaths': 'o-1/*' } }),
      ...(id !== undefined && { organizations: { [account]: ok(id) } }),
    },
    findings: [{ ...fail, ...bucket, level: 'recommended' as const }, endpointPasses],
    says: ['Cannot determine', 'aws:PrincipalOrgPaths', 'could not be read'],
  })),
  {
    name: 'a Deny outside of a path, in an account without an organization: the key is absent',
    facts: { ...unless({ StringNotLike: { 'aws:PrincipalOrgPaths': 'o-1/*' } }), organizations: { [account]: ok(null) } },
    findings: [{ ...fail, ...bucket }, endpointPasses],
  },
  {
    name: 'an endpoint policy for principals of the organization',
    facts: endpointPolicy({ ...anyone, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }),
    findings: [bucketPasses, { ...fail, ...endpoint, level: 'recommended' }],
  },
  {
    name: 'a gateway endpoint that names a principal',
    facts: endpointPolicy({ ...anyone, Principal: { AWS: ids.role } }),
    findings: [bucketPasses],
    unevaluated: [{ ...endpoint, reason: expect.stringContaining('principal') }],
  },
  {
    name: 'a gateway endpoint that names it in a condition',
    facts: endpointPolicy({ ...anyone, Condition: { ArnEquals: { 'aws:PrincipalArn': ids.role } } }),
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'an endpoint policy that is not readable',
    facts: endpoints({ ...open, policy: '{' }),
    findings: [bucketPasses],
    unevaluated: [{ ...endpoint, reason: expect.stringContaining('it is not JSON') }],
  },

  {
    name: 'an interface endpoint with private DNS comes before the gateway',
    facts: endpoints({ ...gateway, policy: document() }, { ...byName, policy: document(read) }),
    findings: [bucketPasses, { status: 'pass', resource: 'vpce-0bbb' }],
  },
  {
    name: 'and its policy decides',
    facts: endpoints(open, { ...byName, policy: document() }),
    findings: [bucketPasses, { ...fail, resource: 'vpce-0bbb' }],
  },
  {
    name: 'an interface endpoint may name the role',
    facts: endpoints({ ...byName, policy: document({ ...read, Principal: { AWS: ids.role } }) }),
    findings: [bucketPasses, { status: 'pass', resource: 'vpce-0bbb' }],
  },
  {
    name: 'private DNS for inbound resolvers only: the gateway serves',
    facts: endpoints(gateway, { ...byName, policy: document(), privateDnsOnlyForInbound: true }),
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'no private DNS: the gateway serves',
    facts: endpoints(gateway, { ...byName, policy: document(), privateDns: false }),
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'endpoints of other services, other VPCs and pending ones do not count',
    facts: endpoints(
      gateway,
      { ...byName, service: 'com.amazonaws.us-west-2.s3express' },
      { ...byName, vpc: 'vpc-other' },
      { ...byName, state: 'pendingAcceptance' },
    ),
    findings: [bucketPasses, endpointPasses],
  },
  { name: 'the state in capitals counts', facts: endpoints({ ...gateway, state: 'Available' }), findings: [bucketPasses, endpointPasses] },

  { name: 'by NAT past every endpoint only the bucket is judged', facts: { ...endpoints(), ...routed(nat) }, findings: [bucketPasses] },
  {
    name: 'by the main route table',
    facts: { routeTables: ok([{ ...table_(ids.mainRouteTable, [], toGateway), main: true }]) },
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'an endpoint that is on another table than the subnet: s3-reachable reports the path',
    facts: routed(nat),
    findings: [bucketPasses],
  },
  {
    name: 'a route to the endpoint that is gone does not count',
    facts: routed(nat, { ...toGateway, state: 'blackhole' }),
    findings: [bucketPasses],
  },
  {
    name: 'a transit gateway may lead to an endpoint elsewhere: only the bucket policy is evaluated',
    facts: { ...endpoints(), ...routed({ ...nat, target: 'tgw-1' }) },
    findings: [bucketPasses],
  },
  {
    name: 'through a transit gateway, a bucket policy that depends on the endpoint: recommended, never unevaluated for ever',
    facts: { ...unless({ StringNotEquals: { 'aws:SourceVpce': 'vpce-hub' } }), ...endpoints(), ...routed({ ...nat, target: 'tgw-1' }) },
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        ...bucket,
        remediation: { command: expect.stringContaining(`get-bucket-policy --bucket ${ids.bucket}`) },
      },
    ],
    says: ['Traffic leaves the VPC', 'aws:SourceVpce'],
  },
  {
    name: 'through a transit gateway, a bucket policy that denies the role anyhow',
    facts: {
      ...unless({ StringNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/Other' } }),
      ...endpoints(),
      ...routed({ ...nat, target: 'tgw-1' }),
    },
    findings: [{ status: 'fail', level: 'required', ...bucket }],
  },
  {
    name: 'no path at all, and a bucket policy that depends on the endpoint: left to s3-reachable',
    facts: { ...unless({ StringNotEquals: { 'aws:SourceVpce': ids.gatewayEndpoint } }), ...routed() },
    findings: [bucketPasses],
  },
  {
    name: 'a path that cannot be determined: unevaluated',
    facts: { ...endpoints(), ...routed({ cidr: '52.92.0.0/16', target: 'eni-1', state: 'active' }) },
    findings: [bucketPasses],
    unevaluated: [{ resource: ids.subnet, level: 'required', reason: expect.stringContaining('cannot determine how subnet') }],
  },
  {
    name: 'no route table is visible',
    facts: { routeTables: ok([]) },
    findings: [bucketPasses],
    unevaluated: [{ resource: ids.subnet, reason: expect.stringContaining('the route table of subnet') }],
  },
  {
    name: 'a subnet that does not exist',
    facts: { subnets: ok([]) },
    findings: [bucketPasses],
    unevaluated: [{ resource: ids.subnet, reason: expect.stringContaining('does not exist') }],
  },
  {
    name: 'a shared VPC, by its subnet: the owner is named',
    facts: { subnets: ok([subnet({ owner: '999999999999' })]) },
    findings: [bucketPasses],
    unevaluated: [{ resource: ids.subnet, level: 'required', reason: expect.stringContaining('its owner, account 999999999999') }],
  },
  {
    name: 'a shared VPC, by the VPC',
    facts: { vpcs: ok([{ id: ids.vpc, owner: '999999999999', state: 'available', ipv4: [], ipv6: [] }]) },
    findings: [bucketPasses],
    unevaluated: [{ resource: ids.subnet, reason: expect.stringContaining('999999999999') }],
  },
  { name: 'without a VPC only the bucket is judged', plan: noVpc, findings: [bucketPasses] },

  {
    name: 'a bucket policy that grants to others',
    facts: bucketPolicy({ ...anyone, Principal: { AWS: '999999999999' } }),
    findings: [bucketPasses, endpointPasses],
    says: ['does not deny'],
  },
  {
    name: 'a bucket policy that denies',
    facts: bucketPolicy(deny({ Sid: 'Closed' })),
    findings: [
      {
        ...fail,
        ...bucket,
        remediation: { command: expect.stringContaining(`get-bucket-policy --bucket ${ids.bucket} --expected-bucket-owner ${account}`) },
      },
      endpointPasses,
    ],
    says: [ids.role, 'statement Closed of policy of bucket'],
  },
  {
    name: 'a bucket policy that denies others',
    facts: bucketPolicy(deny({ Principal: { AWS: 'arn:aws:iam::111122223333:role/Other' } })),
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'a bucket policy that denies writing',
    facts: bucketPolicy(deny({ Action: 's3:Put*' })),
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'a bucket policy that asks for TLS',
    facts: unless({ Bool: { 'aws:SecureTransport': 'false' } }),
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'a bucket policy that asks for TLS 1.2',
    facts: unless({ NumericLessThan: { 's3:TlsVersion': '1.2' } }),
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'a bucket policy that asks for TLS 1.3',
    facts: unless({ NumericLessThan: { 's3:TlsVersion': '1.3' } }),
    findings: [endpointPasses],
    unevaluated: [bucket],
  },
  {
    name: 'a bucket policy bound to this VPC',
    facts: unless({ StringNotEquals: { 'aws:SourceVpc': ids.vpc } }),
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'a bucket policy bound to this endpoint',
    facts: unless({ StringNotEquals: { 'aws:sourceVpce': [ids.gatewayEndpoint, 'vpce-other'] } }),
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'a bucket policy bound to another endpoint',
    facts: unless({ StringNotEquals: { 'aws:SourceVpce': 'vpce-other' } }),
    findings: [{ ...fail, ...bucket }, endpointPasses],
  },
  {
    name: 'a bucket policy bound to the endpoint that another endpoint precedes',
    facts: { ...unless({ StringNotEquals: { 'aws:SourceVpce': ids.gatewayEndpoint } }), ...endpoints(gateway, byName) },
    findings: [
      { ...fail, ...bucket },
      { status: 'pass', resource: 'vpce-0bbb' },
    ],
  },
  {
    name: 'a bucket policy bound to the VPC, but the way leads through NAT',
    facts: { ...unless({ StringNotEquals: { 'aws:SourceVpc': ids.vpc } }), ...endpoints(), ...routed(nat) },
    findings: [{ ...fail, ...bucket }],
  },
  {
    name: 'addresses are hidden behind an endpoint: a policy for an office shuts nodes out',
    facts: unless({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }),
    findings: [{ ...fail, ...bucket }, endpointPasses],
  },
  {
    name: 'unless it lets the VPC in',
    facts: unless({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' }, StringNotEquals: { 'aws:SourceVpc': ids.vpc } }),
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'by NAT the address is not known',
    facts: { ...unless({ NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }), ...endpoints(), ...routed(nat) },
    unevaluated: [{ ...bucket, level: 'required', reason: expect.stringContaining('aws:SourceIp') }],
  },
  {
    name: 'a bucket policy for the organization',
    facts: unless({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }),
    findings: [{ ...fail, ...bucket, level: 'recommended' }, endpointPasses],
  },
  {
    name: 'a bucket policy bound to a VPC, whose endpoints could not be read',
    facts: { ...unless({ StringNotEquals: { 'aws:SourceVpc': ids.vpc } }), endpoints: denied('ec2:DescribeVpcEndpoints') },
    unevaluated: [
      { ...bucket, level: 'required', action: 'ec2:DescribeVpcEndpoints' },
      { resource: ids.subnet, level: 'required', action: 'ec2:DescribeVpcEndpoints' },
    ],
  },
  {
    name: 'a bucket policy bound to a VPC, of a cluster without one',
    plan: noVpc,
    facts: unless({ StringNotEquals: { 'aws:SourceVpc': ids.vpc } }),
    unevaluated: [{ ...bucket, reason: expect.stringContaining('the network of SageMaker') }],
  },
  {
    name: 'a certain denial stands though endpoints could not be read',
    facts: { ...bucketPolicy(deny()), endpoints: denied('x') },
    findings: [{ ...fail, ...bucket }],
    unevaluated: [{ resource: ids.subnet }],
  },
  {
    name: 'a bucket policy that is not readable',
    facts: { buckets: { [ids.bucket]: ok({ region, policy: ok('{') }) } },
    findings: [endpointPasses],
    unevaluated: [bucket],
  },

  {
    name: 'from one of two subnets the bucket is out of reach: softer',
    plan: two(),
    facts: { ...byNat, ...unless({ StringEquals: { 'aws:SourceVpce': ids.gatewayEndpoint } }), ...endpoints(gateway, second), ...bySecond },
    findings: [
      { status: 'fail', level: 'recommended', ...bucket },
      { status: 'pass', resource: 'vpce-0aaa0000000000001' },
      { status: 'pass', resource: 'vpce-2' },
    ],
  },
  {
    name: 'from one of two subnets the endpoint stops it: softer',
    plan: two(),
    facts: { ...bySecond, ...endpoints(gateway, { ...second, policy: document() }) },
    findings: [bucketPasses, endpointPasses, { status: 'fail', level: 'recommended', resource: 'vpce-2' }],
  },
  {
    name: 'both endpoints stop it: required',
    plan: two(),
    facts: { ...bySecond, ...endpoints({ ...gateway, policy: document() }, { ...second, policy: document() }) },
    findings: [bucketPasses, { ...fail, ...endpoint }, { ...fail, resource: 'vpce-2' }],
  },
  {
    name: 'one subnet of two with a way that is not known',
    plan: two(),
    facts: byNat,
    findings: [bucketPasses, endpointPasses],
  },
  {
    name: 'a denial from one subnet and doubt about the other: recommended',
    plan: two(),
    facts: { ...byNat, ...unless({ StringEquals: { 'aws:SourceVpce': ids.gatewayEndpoint } }) },
    findings: [{ status: 'fail', level: 'recommended', ...bucket }, endpointPasses],
  },

  { name: 'a bucket that does not exist is not said here', facts: { buckets: { [ids.bucket]: ok(null) } }, findings: [endpointPasses] },
  {
    name: 'a role of another account is not judged here',
    plan: planOf({ InstanceGroups: [groupRequest({ ExecutionRole: 'arn:aws:iam::999999999999:role/x' })] }),
  },
  {
    name: 'bucket policy denied: an explicit Deny may stand there',
    facts: { buckets: { [ids.bucket]: ok({ region, policy: denied('s3:GetBucketPolicy') }) } },
    findings: [endpointPasses],
    unevaluated: [{ ...bucket, level: 'required', action: 's3:GetBucketPolicy' }],
  },
  {
    name: 'bucket policy never asked for',
    facts: { buckets: { [ids.bucket]: ok({ region }) } },
    findings: [endpointPasses],
    unevaluated: [{ ...bucket, reason: `the policy of bucket ${ids.bucket} was not read` }],
  },
  {
    name: 'bucket unreadable',
    facts: { buckets: { [ids.bucket]: broken() } },
    findings: [endpointPasses],
    unevaluated: [{ ...bucket, reason: 'the service did not answer in time' }],
  },
  {
    name: 'endpoints denied: unevaluated for each subnet',
    plan: two(),
    facts: { ...twoSubnets, endpoints: denied('ec2:DescribeVpcEndpoints') },
    findings: [bucketPasses],
    unevaluated: [{ resource: ids.subnet, action: 'ec2:DescribeVpcEndpoints' }, { resource: ids.subnet2 }],
  },
  {
    name: 'subnets denied',
    facts: { subnets: denied('ec2:DescribeSubnets') },
    findings: [bucketPasses],
    unevaluated: [{ resource: ids.subnet, action: 'ec2:DescribeSubnets' }],
  },
  {
    name: 'route tables denied matter to a gateway endpoint',
    facts: { routeTables: denied('ec2:DescribeRouteTables') },
    findings: [bucketPasses],
    unevaluated: [{ resource: ids.subnet, action: 'ec2:DescribeRouteTables' }],
  },
  {
    name: 'route tables do not matter to an interface endpoint',
    facts: { ...endpoints(byName), routeTables: denied('x') },
    findings: [bucketPasses, { status: 'pass', resource: 'vpce-0bbb' }],
  },
  { name: 'owners unread: the subnet tells', facts: { vpcs: denied('x') }, findings: [bucketPasses, endpointPasses] },
]);
