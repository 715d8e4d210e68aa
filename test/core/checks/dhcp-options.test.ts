import { expect } from 'vitest';
import check from '../../../shared/core/checks/dhcp-options.ts';
import type { Facts, Vpc } from '../../../shared/core/evaluation/facts.ts';
import { account, broken, denied, ids, ok, plan, region, running, withRunning } from '../healthy.ts';
import { eksFacts, eksPlan, interfaceEndpoint, noVpcPlan } from '../plans.ts';
import { table } from '../table.ts';

const servers = (...dnsServers: readonly string[]): Partial<Facts> => ({ dhcpOptions: ok([{ id: ids.dhcp, dnsServers }]) });
const vpc = (more: Partial<Vpc> = {}): Partial<Facts> => ({
  vpcs: ok([{ id: ids.vpc, owner: account, state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [], dhcpOptions: ids.dhcp, ...more }]),
});
const endpoint: Partial<Facts> = { endpoints: ok([interfaceEndpoint('logs')]) };
const enclosed: Partial<Facts> = {
  routeTables: ok([{ id: ids.routeTable, vpc: ids.vpc, main: true, subnets: [], routes: [] }]),
};
const own = servers('10.9.0.53', '10.9.1.53');
const fails = (level: 'recommended' | 'advice') => [{ status: 'fail' as const, level, resource: ids.vpc }];
const passes = [{ status: 'pass' as const, resource: ids.vpc }];

table(check, [
  { name: 'does not apply to Slurm without private DNS', facts: own, findings: [] },
  { name: 'does not apply without a VPC', plan: noVpcPlan, findings: [] },
  {
    name: 'EKS with other DNS servers: recommended, with the servers and what needs them',
    plan: eksPlan,
    facts: own,
    findings: [
      {
        ...fails('recommended')[0],
        remediation: { command: `aws ec2 describe-dhcp-options --region ${region} --dhcp-options-ids ${ids.dhcp}` },
      },
    ],
    says: ['name 10.9.0.53 and 10.9.1.53, AmazonProvidedDNS expected', 'According to AWS documentation', 'EKS cluster train'],
  },
  {
    name: 'EKS without private access needs no private DNS',
    plan: eksPlan,
    facts: { ...own, ...eksFacts({ endpoint: { privateAccess: false, publicCidrs: ['0.0.0.0/0'] } }) },
    findings: [],
  },
  {
    name: 'endpoints with private DNS and no way out: recommended',
    facts: { ...own, ...endpoint, ...enclosed },
    findings: fails('recommended'),
  },
  { name: 'endpoints with private DNS behind NAT: advice', facts: { ...own, ...endpoint }, findings: fails('advice'), says: ['vpce-logs'] },
  {
    name: 'endpoints without private DNS do not matter',
    facts: { ...own, endpoints: ok([interfaceEndpoint('logs', { privateDns: false })]) },
    findings: [],
  },
  { name: 'AmazonProvidedDNS passes', plan: eksPlan, findings: passes },
  { name: 'AmazonProvidedDNS among others passes', plan: eksPlan, facts: servers('10.9.0.53', 'AmazonProvidedDNS'), findings: passes },
  { name: 'its link-local address passes', plan: eksPlan, facts: servers('169.254.169.253'), findings: passes },
  { name: 'its address in the VPC passes', plan: eksPlan, facts: servers('10.1.0.2'), findings: passes },
  { name: "another VPC's does not", plan: eksPlan, facts: servers('10.2.0.2'), findings: fails('recommended') },
  {
    name: 'a VPC without DHCP options passes, and nothing else is read',
    plan: eksPlan,
    facts: { ...vpc({ dhcpOptions: 'default' }), dhcpOptions: broken() },
    findings: passes,
    says: ['has no DHCP options'],
  },
  {
    name: 'a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running()), ...own, ...endpoint },
    findings: fails('advice'),
  },
  {
    name: 'DHCP options denied: not evaluated',
    plan: eksPlan,
    facts: { dhcpOptions: denied('ec2:DescribeDhcpOptions') },
    unevaluated: [{ level: 'recommended', resource: ids.vpc, action: 'ec2:DescribeDhcpOptions' }],
  },
  {
    name: 'facts of an older version: not evaluated',
    plan: eksPlan,
    facts: { vpcs: ok([{ id: ids.vpc, owner: account, state: 'available', ipv4: ['10.1.0.0/16'], ipv6: [] }]) },
    unevaluated: [{ reason: `the DHCP options of ${ids.vpc} were not read` }],
  },
  {
    name: 'options that are not listed, as in a shared VPC: not evaluated',
    plan: eksPlan,
    facts: { ...vpc({ owner: '999900001111' }), dhcpOptions: ok([]) },
    unevaluated: [{ reason: expect.stringContaining(`DHCP options ${ids.dhcp} are not visible`) }],
  },
  { name: 'options without DNS servers: not evaluated', plan: eksPlan, facts: servers(), unevaluated: [{ resource: ids.vpc }] },
  {
    name: 'a shared VPC on Slurm: only its owner sees endpoints',
    facts: { ...vpc({ owner: '999900001111' }), ...own, ...endpoint },
    findings: [],
  },
  {
    name: 'endpoints denied: not evaluated',
    facts: { endpoints: denied('ec2:DescribeVpcEndpoints') },
    unevaluated: [{ level: 'recommended', action: 'ec2:DescribeVpcEndpoints' }],
  },
]);
