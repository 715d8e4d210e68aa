import { expect } from 'vitest';
import check from '../../../shared/core/checks/fsx-same-vpc.ts';
import type { Route, Vpc } from '../../../shared/core/evaluation/facts.ts';
import { account, broken, denied, facts, groupRequest, ids, ok, plan, planned, request, subnet } from '../healthy.ts';
import { fileSystemPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const far = 'vpc-0bbb0000000000001';
const farSubnet = 'subnet-0bbb0000000000001';
const vpc = (id: string, ...ipv4: string[]): Vpc => ({ id, owner: account, state: 'available', ipv4, ipv6: [] });
const fileSystemIn = (...subnets: readonly string[]) => {
  const read = facts().fileSystems[ids.fs];
  if (!read?.ok || !read.value) throw new Error('the healthy account has a file system');
  return { fileSystems: { [ids.fs]: ok({ ...read.value, vpc: far, subnets }) } };
};
const apart = (...routes: Route[]) => {
  return {
    ...fileSystemIn(farSubnet),
    vpcs: ok([vpc(ids.vpc, '10.1.0.0/16'), vpc(far, '10.9.0.0/16')]),
    routeTables: ok([
      {
        id: ids.routeTable,
        vpc: ids.vpc,
        main: true,
        subnets: [],
        routes: [{ cidr: '10.1.0.0/16', target: 'local', state: 'active' as const }, ...routes],
      },
    ]),
  };
};
const via = (cidr: string, target: string, state: Route['state'] = 'active'): Route => ({ cidr, target, state });
const softly = [{ status: 'fail' as const, level: 'recommended' as const, resource: ids.fs }];
const fails = [{ status: 'fail' as const, level: 'required' as const, resource: ids.fs }];

table(check, [
  { name: 'does not apply without a file system', findings: [] },
  { name: 'the same VPC', plan: fileSystemPlan, findings: [{ status: 'pass', level: 'required', resource: ids.fs }] },
  {
    name: 'does not apply without a VPC',
    plan: plan(planned({ fsxLustre: [ids.fs], request: request({ VpcConfig: undefined }) })),
    findings: [],
  },
  {
    name: 'fsx-available speaks of one that does not exist',
    plan: fileSystemPlan,
    facts: { fileSystems: { [ids.fs]: ok(null) } },
    findings: [],
  },
  {
    name: 'another VPC without a route fails',
    plan: fileSystemPlan,
    facts: apart(via('0.0.0.0/0', ids.nat)),
    findings: fails,
    says: [far, ids.vpc, `0.0.0.0/0 → ${ids.nat}`],
  },
  { name: 'no route at all', plan: fileSystemPlan, facts: apart(), findings: fails, says: ['has no route to all of its addresses'] },
  {
    name: 'a peering is softer',
    plan: fileSystemPlan,
    facts: apart(via('0.0.0.0/0', ids.nat), via('10.9.0.0/16', 'pcx-0123')),
    findings: softly,
    says: ['10.9.0.0/16 → pcx-0123'],
  },
  { name: 'a transit gateway is softer', plan: fileSystemPlan, facts: apart(via('10.0.0.0/8', 'tgw-0123')), findings: softly },
  { name: 'a firewall in between is softer', plan: fileSystemPlan, facts: apart(via('10.0.0.0/8', 'vpce-0fff')), findings: softly },
  {
    name: 'a blackhole leads nowhere',
    plan: fileSystemPlan,
    facts: apart(via('10.9.0.0/16', 'pcx-0123', 'blackhole')),
    findings: fails,
    says: ['blackhole'],
  },
  {
    name: 'the narrower route wins',
    plan: fileSystemPlan,
    facts: apart(via('10.0.0.0/8', 'tgw-0123'), via('10.9.128.0/17', ids.nat)),
    findings: fails,
    says: [`10.9.128.0/17 → ${ids.nat}`],
  },
  { name: 'half of the VPC routed is not enough', plan: fileSystemPlan, facts: apart(via('10.9.0.0/17', 'pcx-0123')), findings: fails },
  {
    name: 'halves by two routes',
    plan: fileSystemPlan,
    facts: apart(via('10.9.0.0/17', 'pcx-0123'), via('10.9.128.0/17', 'pcx-0123')),
    findings: softly,
  },
  {
    name: "the file system's own subnet decides where it is visible",
    plan: fileSystemPlan,
    facts: { ...apart(via('10.9.0.0/17', 'pcx-0123')), subnets: ok([subnet(), subnet({ id: farSubnet, vpc: far, ipv4: '10.9.3.0/24' })]) },
    findings: softly,
  },
  {
    name: 'addresses that overlap with the own VPC stay within it',
    plan: fileSystemPlan,
    facts: { ...apart(via('10.0.0.0/8', 'tgw-0123')), vpcs: ok([vpc(ids.vpc, '10.1.0.0/16'), vpc(far, '10.1.0.0/16')]) },
    findings: fails,
    says: ['local'],
  },
  {
    name: 'a VPC no one can see: unevaluated',
    plan: fileSystemPlan,
    facts: { ...apart(via('10.0.0.0/8', 'tgw-0123')), vpcs: ok([vpc(ids.vpc, '10.1.0.0/16')]) },
    unevaluated: [{ level: 'required', resource: ids.fs, reason: expect.stringContaining(far) }],
  },
  {
    name: 'a route by prefix list counts by its entries',
    plan: fileSystemPlan,
    facts: {
      ...apart({ prefixList: 'pl-far', target: 'tgw-0123', state: 'active' }),
      prefixListEntries: { 'pl-far': ok(['10.9.0.0/16']) },
    },
    findings: softly,
  },
  {
    name: "a list of AWS's own leads to no VPC, whether or not its entries are known",
    plan: fileSystemPlan,
    facts: {
      ...apart({ prefixList: 'pl-ddb', target: 'vpce-0ddb', state: 'active' }),
      prefixLists: ok([{ id: 'pl-ddb', name: 'com.amazonaws.us-west-2.dynamodb' }]),
    },
    findings: fails,
  },
  {
    name: 'a route by an unreadable prefix list leaves it open',
    plan: fileSystemPlan,
    facts: {
      ...apart({ prefixList: 'pl-far', target: 'tgw-0123', state: 'active' }),
      prefixListEntries: { 'pl-far': denied('ec2:GetManagedPrefixListEntries') },
    },
    unevaluated: [{ action: 'ec2:GetManagedPrefixListEntries' }],
  },
  {
    name: 'each subnet has to have the route',
    plan: plan(
      planned({
        fsxLustre: [ids.fs],
        request: request({ VpcConfig: { SecurityGroupIds: [ids.group], Subnets: [ids.subnet, ids.subnet2] } }),
      }),
    ),
    facts: {
      ...apart(),
      subnets: ok([subnet(), subnet({ id: ids.subnet2 })]),
      routeTables: ok([
        { id: 'rtb-1', vpc: ids.vpc, main: true, subnets: [], routes: [via('10.9.0.0/16', 'pcx-0123')] },
        { id: 'rtb-2', vpc: ids.vpc, main: false, subnets: [ids.subnet2], routes: [] },
      ]),
    },
    findings: fails,
    says: ['rtb-2', ids.subnet2],
  },
  {
    name: 'only groups that mount it count',
    plan: planOf({
      InstanceGroups: [
        groupRequest({
          InstanceStorageConfigs: [{ FsxLustreConfig: { DnsName: `${ids.fs}.fsx.us-west-2.amazonaws.com`, MountName: 'abcdefgh' } }],
        }),
        groupRequest({ InstanceGroupName: 'login', OverrideVpcConfig: { SecurityGroupIds: [ids.group], Subnets: [farSubnet] } }),
      ],
    }),
    findings: [{ status: 'pass' }],
  },
  {
    name: 'the file system denied: unevaluated',
    plan: fileSystemPlan,
    facts: { fileSystems: { [ids.fs]: denied('fsx:DescribeFileSystems') } },
    unevaluated: [{ resource: ids.fs, action: 'fsx:DescribeFileSystems' }],
  },
  {
    name: 'subnets denied: unevaluated',
    plan: fileSystemPlan,
    facts: { subnets: denied('ec2:DescribeSubnets') },
    unevaluated: [{ action: 'ec2:DescribeSubnets' }],
  },
  {
    name: 'route tables denied do not matter within one VPC',
    plan: fileSystemPlan,
    facts: { routeTables: denied('ec2:DescribeRouteTables'), vpcs: denied('ec2:DescribeVpcs') },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'route tables denied matter across VPCs',
    plan: fileSystemPlan,
    facts: { ...apart(), routeTables: denied('ec2:DescribeRouteTables') },
    unevaluated: [{ action: 'ec2:DescribeRouteTables' }],
  },
  {
    name: 'where not all its subnets are visible, the blocks of its VPC count',
    plan: fileSystemPlan,
    facts: {
      ...apart(via('10.9.3.0/24', 'pcx-0123')),
      ...fileSystemIn(farSubnet, 'subnet-hidden'),
      subnets: ok([subnet(), subnet({ id: farSubnet, vpc: far, ipv4: '10.9.3.0/24' })]),
    },
    findings: fails,
  },
  {
    name: 'without any subnet of its own, the blocks of its VPC count',
    plan: fileSystemPlan,
    facts: { ...apart(via('10.9.0.0/16', 'pcx-0123')), ...fileSystemIn() },
    findings: [{ ...softly[0], remediation: { console: expect.stringContaining(`RouteTableId=${ids.routeTable}`) } }],
  },
  {
    name: 'the narrower route wins wherever its addresses lie',
    plan: fileSystemPlan,
    facts: {
      ...apart(via('10.0.0.0/8', 'tgw-0123'), via('10.200.128.0/17', ids.nat)),
      vpcs: ok([vpc(ids.vpc, '10.1.0.0/16'), vpc(far, '10.200.0.0/16')]),
    },
    findings: fails,
    says: [`10.200.128.0/17 → ${ids.nat}`],
  },
  {
    name: "a list of AWS's own is known among others",
    plan: fileSystemPlan,
    facts: {
      ...apart({ prefixList: 'pl-ddb', target: 'vpce-0ddb', state: 'active' }),
      prefixLists: ok([
        { id: 'pl-s3', name: 'com.amazonaws.us-west-2.s3' },
        { id: 'pl-ddb', name: 'com.amazonaws.us-west-2.dynamodb' },
      ]),
    },
    findings: fails,
  },
  {
    name: 'of several unreadable prefix lists the first reason counts, in whatever order they come',
    plan: fileSystemPlan,
    facts: {
      ...apart(...['pl-b', 'pl-a', 'pl-c'].map((prefixList): Route => ({ prefixList, target: 'tgw-0123', state: 'active' }))),
      prefixListEntries: { 'pl-a': broken('reason a'), 'pl-b': broken('reason b'), 'pl-c': broken('reason c') },
    },
    unevaluated: [{ reason: 'reason a' }],
  },
]);
