import { expect } from 'vitest';
import check from '../../../shared/core/checks/s3-restricted-to-vpc.ts';
import type { VpcEndpoint } from '../../../shared/core/evaluation/facts.ts';
import { account, denied, facts, groupRequest, ids, ok, plan, planned, region, subnet } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const resource = `s3://${ids.bucket}`;
const pass = { status: 'pass', level: 'advice', resource } as const;
const fail = { status: 'fail', level: 'advice', resource } as const;
const notEvaluated = { level: 'advice', resource } as const;
const document = (...statements: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const anyone = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
const healthy = facts().endpoints;
if (!healthy.ok || !healthy.value[0]) throw new Error('the healthy endpoint is missing');
const [gateway] = healthy.value as [VpcEndpoint];
const { policy: _, ...full } = gateway;
const open = { endpoints: ok([full]) };
const endpointPolicy = (...statements: readonly object[]) => ({ endpoints: ok([{ ...full, policy: document(...statements) }]) });
const bucketPolicy = (...statements: readonly object[]) => ({
  ...open,
  buckets: { [ids.bucket]: ok({ region, policy: ok(document(...statements)) }) },
});
const unless = (Condition: object) => bucketPolicy({ ...anyone, Effect: 'Deny', Condition });
const role = (Condition?: object) => ({
  ...open,
  roles: {
    [ids.role]: ok({
      arn: ids.role,
      trust: '',
      policies: [{ name: 'p', document: document({ Effect: 'Allow', Action: 's3:*', Resource: '*', ...(Condition && { Condition }) }) }],
    }),
  },
});
const byNat = {
  endpoints: ok([]),
  routeTables: ok([
    { id: 'rtb-1', vpc: ids.vpc, main: true, subnets: [], routes: [{ cidr: '0.0.0.0/0', target: ids.nat, state: 'active' as const }] },
  ]),
};

table(check, [
  {
    name: 'passes at the healthy default: the endpoint policy is narrower',
    findings: [pass],
    says: [ids.gatewayEndpoint, 'less than full access'],
  },
  {
    name: 'without scripts it does not apply',
    plan: planOf({ InstanceGroups: [groupRequest({ LifeCycleConfig: {} })] }),
  },
  { name: 'without a VPC it does not apply', plan: plan(planned({ request: { ClusterName: 'c', InstanceGroups: [groupRequest()] } })) },
  {
    name: 'full access and nothing else',
    facts: open,
    findings: [
      {
        ...fail,
        remediation: {
          command: expect.stringMatching(
            new RegExp(
              `modify-vpc-endpoint --vpc-endpoint-id ${ids.gatewayEndpoint} .*"aws:ResourceAccount":"${account}".*prod-us-west-2-starport-layer-bucket.*--region us-west-2$`,
            ),
          ),
        },
      },
    ],
    says: [ids.bucket, ids.gatewayEndpoint, ids.role],
  },
  { name: 'full access written out', facts: endpointPolicy(anyone), findings: [fail] },
  {
    name: 'full access to S3 written out',
    facts: endpointPolicy({ ...anyone, Action: 's3:*', Resource: 'arn:aws:s3:::*' }),
    findings: [fail],
  },
  {
    name: 'full access beside a narrow statement',
    facts: endpointPolicy({ ...anyone, Resource: 'arn:aws:s3:::x' }, anyone),
    findings: [fail],
  },
  {
    name: 'buckets of this account',
    facts: endpointPolicy({ ...anyone, Condition: { StringEquals: { 'aws:ResourceAccount': account } } }),
    findings: [pass],
  },
  {
    name: 'principals of the organization',
    facts: endpointPolicy({ ...anyone, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }),
    findings: [pass],
  },
  { name: 'reading only', facts: endpointPolicy({ ...anyone, Action: 's3:Get*' }), findings: [pass] },
  {
    name: 'one of two endpoints with full access is one too many',
    plan: planOf({ VpcConfig: { Subnets: [ids.subnet, ids.subnet2], SecurityGroupIds: [ids.group] } }),
    facts: {
      subnets: ok([subnet(), subnet({ id: ids.subnet2 })]),
      endpoints: ok([gateway, { ...full, id: 'vpce-2' }]),
      routeTables: ok(
        [[ids.subnet, gateway.id] as const, [ids.subnet2, 'vpce-2'] as const].map(([s, target]) => ({
          id: `rtb-${s}`,
          vpc: ids.vpc,
          main: false,
          subnets: [s],
          routes: [{ prefixList: ids.s3, target, state: 'active' as const }],
        })),
      ),
    },
    findings: [fail],
  },
  {
    name: 'no endpoint: words, no line',
    facts: byNat,
    findings: [{ ...fail, remediation: { text: expect.stringContaining('gateway endpoint') } }],
    says: ['no endpoint in the VPC'],
  },

  {
    name: 'a bucket policy bound to the VPC',
    facts: unless({ StringNotEquals: { 'aws:SourceVpc': ids.vpc } }),
    findings: [pass],
    says: ['bucket policy'],
  },
  {
    name: 'a bucket policy bound to the endpoint',
    facts: unless({ StringNotEqualsIfExists: { 'aws:SourceVpce': ids.gatewayEndpoint } }),
    findings: [pass],
  },
  { name: 'a bucket policy for any VPC binds to none', facts: unless({ Null: { 'aws:SourceVpc': 'true' } }), findings: [fail] },
  {
    name: 'a bucket policy that asks for TLS binds nothing',
    facts: unless({ Bool: { 'aws:SecureTransport': 'false' } }),
    findings: [fail],
  },
  {
    name: 'a bucket policy that allows from the VPC binds nothing, the role is granted anyway',
    facts: bucketPolicy({ ...anyone, Condition: { StringEquals: { 'aws:SourceVpc': ids.vpc } } }),
    findings: [fail],
  },
  { name: 'a bucket policy that shuts out the nodes too is no bond', facts: bucketPolicy({ ...anyone, Effect: 'Deny' }), findings: [fail] },
  {
    name: 'a bucket policy that depends on what cannot be seen',
    facts: unless({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }),
    unevaluated: [{ ...notEvaluated, reason: expect.stringContaining('aws:PrincipalOrgID') }],
  },

  { name: 'a role bound to the VPC', facts: role({ StringEquals: { 'aws:SourceVpc': ids.vpc } }), findings: [pass], says: [ids.role] },
  { name: 'a role that is not', facts: role(), findings: [fail] },
  {
    name: 'a role that may not read at all is no bond',
    facts: { ...open, roles: { [ids.role]: ok({ arn: ids.role, trust: '', policies: [] }) } },
    findings: [fail],
  },
  { name: 'a role that does not exist is none', facts: { ...open, roles: { [ids.role]: ok(null) } }, findings: [fail] },
  {
    name: 'one role of two that is not bound is one too many',
    plan: planOf({
      InstanceGroups: [groupRequest(), groupRequest({ InstanceGroupName: 'b', ExecutionRole: `arn:aws:iam::${account}:role/Z` })],
    }),
    facts: {
      ...open,
      roles: {
        ...role({ StringEquals: { 'aws:SourceVpc': ids.vpc } }).roles,
        [`arn:aws:iam::${account}:role/Z`]: ok({
          arn: `arn:aws:iam::${account}:role/Z`,
          trust: '',
          policies: [{ name: 'p', document: document({ Effect: 'Allow', Action: 's3:*', Resource: '*' }) }],
        }),
      },
    },
    findings: [fail],
  },

  {
    name: 'a bond that is seen is enough, whatever else was denied',
    facts: { buckets: { [ids.bucket]: denied('x') }, roles: { [ids.role]: denied('y') } },
    findings: [pass],
  },
  {
    name: 'a bucket bound to some VPC, and whether to this one could not be read: unevaluated',
    facts: { ...unless({ StringNotEquals: { 'aws:SourceVpc': ids.vpc } }), endpoints: denied('ec2:DescribeVpcEndpoints') },
    unevaluated: [{ ...notEvaluated, action: 'ec2:DescribeVpcEndpoints' }],
  },
  { name: 'a bucket that does not exist is not said here', facts: { ...open, buckets: { [ids.bucket]: ok(null) } } },
  {
    name: 'endpoints denied: unevaluated',
    facts: { endpoints: denied('ec2:DescribeVpcEndpoints') },
    unevaluated: [{ ...notEvaluated, action: 'ec2:DescribeVpcEndpoints' }],
  },
  {
    name: 'bucket policy denied: unevaluated',
    facts: { ...open, buckets: { [ids.bucket]: ok({ region, policy: denied('s3:GetBucketPolicy') }) } },
    unevaluated: [{ ...notEvaluated, action: 's3:GetBucketPolicy' }],
  },
  {
    name: 'bucket policy never asked for: unevaluated',
    facts: { ...open, buckets: { [ids.bucket]: ok({ region }) } },
    unevaluated: [notEvaluated],
  },
  {
    name: 'bucket never asked for: unevaluated',
    facts: { ...open, buckets: {} },
    unevaluated: [{ ...notEvaluated, reason: `bucket ${ids.bucket} was not read` }],
  },
  {
    name: 'role denied: unevaluated',
    facts: { ...open, roles: { [ids.role]: denied('iam:GetRole') } },
    unevaluated: [{ ...notEvaluated, action: 'iam:GetRole' }],
  },
  {
    name: 'role never asked for: unevaluated',
    facts: { ...open, roles: {} },
    unevaluated: [{ ...notEvaluated, reason: `role ${ids.role} was not read` }],
  },
]);
