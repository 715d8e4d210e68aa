import { expect } from 'vitest';
import check from '../../../shared/core/checks/zone-state.ts';
import type { Facts } from '../../../shared/core/evaluation/facts.ts';
import { broken, denied, ids, ok, plan, region, running, subnet, withRunning } from '../healthy.ts';
import { noVpcPlan, planOf, vpcConfig } from '../plans.ts';
import { table } from '../table.ts';

const [a, b] = [ids.subnet, ids.subnet2];
const zones = (...states: readonly string[]): Partial<Facts> => ({
  zones: ok(states.map((state, i) => ({ id: `usw2-az${i + 1}`, name: `us-west-2${'ab'[i]}`, state }))),
});
const inTwo = [subnet(), subnet({ id: b, zone: 'usw2-az2' })];

table(check, [
  {
    name: 'passes at the healthy default',
    findings: [{ status: 'pass', level: 'recommended', resource: 'usw2-az1' }],
    says: ['Zone usw2-az1 is available.'],
  },
  ...['impaired', 'unavailable'].map((state) => ({
    name: `${state}: recommended`,
    facts: zones(state),
    findings: [
      {
        status: 'fail' as const,
        level: 'recommended' as const,
        resource: 'usw2-az1',
        remediation: { command: `aws ec2 describe-availability-zones --region ${region} --zone-ids usw2-az1` },
      },
    ],
    says: [`Zone usw2-az1 (us-west-2a) is ${state}. Nodes in ${a} may not start.`],
  })),
  ...['information', 'constrained'].map((state) => ({
    name: `${state} passes`,
    facts: zones(state),
    findings: [{ status: 'pass' as const }],
  })),
  {
    name: 'each zone once, whatever its subnets',
    plan: planOf({ VpcConfig: vpcConfig(b, a, 'subnet-c') }),
    facts: { ...zones('available', 'impaired'), subnets: ok([...inTwo, subnet({ id: 'subnet-c', zone: 'usw2-az2' })]) },
    findings: [
      { status: 'pass', resource: 'usw2-az1' },
      { status: 'fail', resource: 'usw2-az2', message: expect.stringContaining(`${b} and subnet-c`) },
    ],
  },
  { name: 'another zone does not matter', facts: zones('available', 'unavailable'), findings: [{ status: 'pass', resource: 'usw2-az1' }] },
  {
    name: 'a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running()), ...zones('impaired') },
    findings: [{ status: 'fail', resource: 'usw2-az1' }],
  },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
  { name: 'a subnet that does not exist is left to network-resources', facts: { subnets: ok([]) }, findings: [] },
  {
    name: 'zones denied: not evaluated',
    facts: { zones: denied('ec2:DescribeAvailabilityZones') },
    unevaluated: [{ level: 'recommended', resource: 'usw2-az1', action: 'ec2:DescribeAvailabilityZones' }],
  },
  {
    name: 'a zone that is not listed: not evaluated',
    facts: { subnets: ok([subnet({ zone: 'usw2-lax1-az1' })]) },
    unevaluated: [{ resource: 'usw2-lax1-az1', reason: expect.stringContaining('does not list zone usw2-lax1-az1') }],
  },
  { name: 'subnets unreadable: not evaluated', facts: { subnets: broken() }, unevaluated: [{ level: 'recommended' }] },
]);
