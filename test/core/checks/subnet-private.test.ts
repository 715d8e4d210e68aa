import { expect } from 'vitest';
import check from '../../../shared/core/checks/subnet-private.ts';
import type { Facts, Route } from '../../../shared/core/evaluation/facts.ts';
import { denied, groupRequest, ids, ok, subnet } from '../healthy.ts';
import { eksPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const to = (cidr: string, target = 'igw-1', state: Route['state'] = 'active'): Route => ({ cidr, target, state });
const routes = (of: readonly Route[], more = {}): Partial<Facts> => ({
  routeTables: ok([{ id: ids.routeTable, vpc: ids.vpc, main: false, subnets: [ids.subnet], routes: of, ...more }]),
});

table(check, [
  { name: 'passes behind NAT', findings: [{ status: 'pass', level: 'recommended', resource: ids.subnet }] },
  { name: 'is required on EKS', plan: eksPlan, findings: [{ status: 'pass', level: 'required' }] },
  {
    name: 'fails on EKS with a default route to an internet gateway',
    plan: eksPlan,
    facts: routes([to('0.0.0.0/0')]),
    findings: [
      {
        status: 'fail',
        level: 'required',
        remediation: {
          command: `aws ec2 delete-route --region us-west-2 --route-table-id ${ids.routeTable} --destination-cidr-block 0.0.0.0/0`,
        },
      },
    ],
    says: [ids.subnet, ids.routeTable, '0.0.0.0/0 → igw-1'],
  },
  {
    name: 'is softer on Slurm',
    facts: routes([to('0.0.0.0/0')]),
    findings: [{ status: 'fail', level: 'recommended' }],
  },
  {
    name: 'IPv6 counts, with its own flag',
    facts: routes([to('::/0')]),
    findings: [{ status: 'fail', remediation: { command: expect.stringContaining('--destination-ipv6-cidr-block ::/0') } }],
  },
  {
    name: 'two halves count, and no single line fixes them',
    facts: routes([to('128.0.0.0/1'), to('0.0.0.0/1')]),
    findings: [{ status: 'fail', remediation: expect.not.objectContaining({ command: expect.anything() }) }],
    says: ['0.0.0.0/1 → igw-1, 128.0.0.0/1 → igw-1'],
  },
  {
    name: 'does not offer to delete a route that other subnets use',
    facts: routes([to('0.0.0.0/0')], { subnets: [ids.subnet, ids.subnet2] }),
    findings: [{ status: 'fail', remediation: expect.not.objectContaining({ command: expect.anything() }) }],
  },
  {
    name: 'the implicit main table decides where the subnet has none',
    facts: routes([to('0.0.0.0/0')], { main: true, subnets: [] }),
    findings: [{ status: 'fail' }],
    says: ['main route table'],
  },
  { name: 'a blackhole is no way in', facts: routes([to('0.0.0.0/0', 'igw-1', 'blackhole')]), findings: [{ status: 'pass' }] },
  { name: 'a route to a part of the internet is no default route', facts: routes([to('203.0.113.0/24')]), findings: [{ status: 'pass' }] },
  {
    name: 'judges subnets of overrides too',
    plan: planOf({
      InstanceGroups: [groupRequest({ OverrideVpcConfig: { Subnets: [ids.subnet2], SecurityGroupIds: [ids.group] } })],
    }),
    facts: { subnets: ok([subnet(), subnet({ id: ids.subnet2 })]) },
    findings: [{ resource: ids.subnet }, { resource: ids.subnet2 }],
  },
  {
    name: 'route tables denied: unevaluated at the level of the case',
    facts: { routeTables: denied('ec2:DescribeRouteTables') },
    unevaluated: [{ level: 'recommended', resource: ids.subnet, action: 'ec2:DescribeRouteTables' }],
  },
  {
    name: 'neither table visible on EKS: unevaluated as required',
    plan: eksPlan,
    facts: { routeTables: ok([]) },
    unevaluated: [{ level: 'required', resource: ids.subnet, reason: expect.stringContaining('are not visible') }],
  },
]);
