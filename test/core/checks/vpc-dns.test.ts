import { expect } from 'vitest';
import check from '../../../shared/core/checks/vpc-dns.ts';
import { type Facts, requireValue } from '../../../shared/core/evaluation/facts.ts';
import { broken, denied, facts, groupRequest, ids, ok, plan, planned, subnet } from '../healthy.ts';
import { eksPlan, noVpcPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const dns = (support: boolean, hostnames: boolean): Partial<Facts> => ({ vpcDns: { [ids.vpc]: ok({ support, hostnames }) } });
const endpoint = (more = {}): Partial<Facts> => ({
  endpoints: ok(
    requireValue(facts().endpoints).map((e) => ({ ...e, id: 'vpce-0if', type: 'Interface' as const, privateDns: true, ...more })),
  ),
});
const shared: Partial<Facts> = { vpcs: ok([{ id: ids.vpc, owner: '999900001111', state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [] }]) };

table(check, [
  { name: 'passes with both on', findings: [{ status: 'pass', level: 'required', resource: ids.vpc }] },
  {
    name: 'fails without DNS support',
    facts: dns(false, false),
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: {
          command: `aws ec2 modify-vpc-attribute --region us-west-2 --vpc-id ${ids.vpc} --enable-dns-support '{"Value":true}'`,
        },
      },
    ],
  },
  {
    name: 'fails on EKS without hostnames, whatever endpoints there are',
    plan: eksPlan,
    facts: { ...dns(true, false), endpoints: broken() },
    findings: [{ status: 'fail', level: 'required', remediation: { command: expect.stringContaining('--enable-dns-hostnames') } }],
    says: ['EKS'],
  },
  {
    name: 'fails with FSx in the plan',
    plan: plan(planned({ fsxLustre: [ids.fs] })),
    facts: dns(true, false),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['FSx'],
  },
  {
    name: 'fails with FSx in the request',
    plan: planOf({
      InstanceGroups: [
        groupRequest({
          InstanceStorageConfigs: [{ FsxLustreConfig: { DnsName: 'fs-1.fsx.us-west-2.amazonaws.com', MountName: 'a' } }],
        }),
      ],
    }),
    facts: dns(true, false),
    findings: [{ status: 'fail', level: 'required' }],
  },
  {
    name: 'fails where an endpoint has private DNS',
    facts: { ...dns(true, false), ...endpoint() },
    findings: [{ status: 'fail', level: 'required' }],
    says: ['vpce-0if'],
  },
  {
    name: 'an endpoint of another VPC does not count',
    facts: { ...dns(true, false), ...endpoint({ vpc: 'vpc-x' }) },
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  { name: 'is softer where nothing needs hostnames', facts: dns(true, false), findings: [{ status: 'fail', level: 'recommended' }] },
  {
    name: 'endpoints that cannot be read leave the level open',
    facts: { ...dns(true, false), endpoints: denied('ec2:DescribeVpcEndpoints') },
    unevaluated: [{ level: 'required', resource: ids.vpc, action: 'ec2:DescribeVpcEndpoints' }],
  },
  {
    name: 'a shared VPC: the owner alone sees its endpoints',
    facts: { ...dns(true, false), ...shared },
    unevaluated: [{ resource: ids.vpc, reason: expect.stringContaining('999900001111') }],
  },
  {
    name: 'a shared VPC without DNS support is for its owner to fix',
    facts: { ...dns(false, false), ...shared },
    findings: [{ status: 'fail', remediation: expect.not.objectContaining({ command: expect.anything() }) }],
  },
  {
    name: 'judges each VPC that is named',
    plan: planOf({ VpcConfig: { Subnets: [ids.subnet, ids.subnet2], SecurityGroupIds: [ids.group] } }),
    facts: { subnets: ok([subnet({ id: ids.subnet2, vpc: 'vpc-x' }), subnet()]) },
    findings: [{ resource: ids.vpc }],
    unevaluated: [{ resource: 'vpc-x', reason: 'DNS setting of VPC vpc-x was not read' }],
  },
  {
    name: 'attributes denied: unevaluated',
    facts: { vpcDns: { [ids.vpc]: denied('ec2:DescribeVpcAttribute') } },
    unevaluated: [{ level: 'required', resource: ids.vpc, action: 'ec2:DescribeVpcAttribute' }],
  },
  { name: 'subnets denied: unevaluated', facts: { subnets: denied('ec2:DescribeSubnets') }, unevaluated: [{ cluster: 'llm-train' }] },
  {
    name: 'no subnet exists: unevaluated',
    facts: { subnets: ok([]) },
    unevaluated: [{ reason: expect.stringContaining('its VPC is unknown') }],
  },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
]);
