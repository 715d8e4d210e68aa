import { expect } from 'vitest';
import check from '../../../shared/core/checks/openzfs.ts';
import type { FileSystem, GroupRule } from '../../../shared/core/evaluation/facts.ts';
import { allTraffic, denied, groupRequest, ids, ok, plan, running, runningGroup, securityGroup, withRunning } from '../healthy.ts';
import { fileSystemFacts, fromGroup, planOf, planOfGroups, toGroup } from '../plans.ts';
import { table } from '../table.ts';

const dnsName = `${ids.fs}.fsx.us-west-2.amazonaws.com`;
const mounting = (DnsName: string) => ({ InstanceStorageConfigs: [{ FsxOpenZfsConfig: { DnsName, MountPath: '/home' } }] });
const mounted = planOfGroups(mounting(dnsName));
const openZfs = (more: Partial<FileSystem> = {}) => fileSystemFacts({ type: 'OPENZFS', mountName: undefined, ...more });
const resource = `${ids.fs} ${ids.group}`;
const fine = [
  { status: 'pass', level: 'required', resource: ids.fs },
  { status: 'pass', level: 'required', resource },
] as const;
const fails = [{ status: 'fail', level: 'required', resource: ids.fs }] as const;
const ports = (protocol: string, from: number, to = from): Partial<GroupRule> => ({ protocol, ports: { from, to } });
const nfs = [
  ports('tcp', 111),
  ports('tcp', 2049),
  ports('tcp', 20001, 20003),
  ports('udp', 111),
  ports('udp', 2049),
  ports('udp', 20001, 20003),
];
/** Nodes and file system with a security group each; `server` are its ingress rules. */
const two = (server: readonly GroupRule[], node: readonly GroupRule[] = [{ ...allTraffic, egress: true, ipv4: ['0.0.0.0/0'] }]) => ({
  ...openZfs(),
  securityGroups: ok([securityGroup({ rules: node }), securityGroup({ id: ids.fsGroup, rules: server })]),
  fileSystemGroups: { [ids.fs]: ok([ids.fsGroup]) },
});

table(check, [
  {
    name: 'in the security group of nodes that misses the rule out to itself: efa-self-traffic reports it',
    plan: mounted,
    facts: { ...openZfs(), securityGroups: ok([securityGroup({ rules: [fromGroup(ids.group)] })]) },
    findings: [fine[0]],
  },
  { name: 'does not apply without OpenZFS', findings: [] },
  {
    name: 'does not apply without a VPC',
    plan: planOf({ VpcConfig: undefined, InstanceGroups: [groupRequest(mounting(dnsName))] }),
    facts: openZfs(),
    findings: [],
  },
  { name: 'passes a file system that serves', plan: mounted, facts: openZfs(), findings: fine },
  {
    name: 'reports a file system of two groups once',
    plan: planOfGroups(mounting(dnsName), { ...mounting(dnsName), InstanceGroupName: 'login' }),
    facts: openZfs(),
    findings: [fine[0], { ...fine[1], message: expect.stringContaining('login and workers') }],
  },
  {
    name: 'evaluates a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: { ...openZfs(), ...withRunning(running({ groups: [runningGroup({ openZfs: [dnsName] })] })) },
    findings: fine,
  },
  { name: 'takes UPDATING, which serves', plan: mounted, facts: openZfs({ lifecycle: 'UPDATING' }), findings: fine },
  {
    name: 'fails where it does not exist, and leaves its ports',
    plan: mounted,
    facts: fileSystemFacts(null),
    findings: fails,
    says: ['does not exist in us-west-2'],
  },
  {
    name: 'fails where it is of another type',
    plan: mounted,
    facts: openZfs({ type: 'LUSTRE' }),
    findings: fails,
    says: ['is of type LUSTRE'],
  },
  { name: 'fails while it is created', plan: mounted, facts: openZfs({ lifecycle: 'CREATING' }), findings: fails, says: ['is CREATING'] },
  {
    name: 'fails where it is misconfigured',
    plan: mounted,
    facts: openZfs({ lifecycle: 'MISCONFIGURED' }),
    findings: fails,
    says: ['is MISCONFIGURED'],
  },
  {
    name: 'fails in another region',
    plan: planOfGroups(mounting(`${ids.fs}.fsx.us-east-1.amazonaws.com`)),
    findings: [{ status: 'fail', level: 'required', resource: `${ids.fs}.fsx.us-east-1.amazonaws.com` }],
    says: ['in us-east-1, us-west-2'],
  },
  {
    name: 'fails in another VPC without a route',
    plan: mounted,
    facts: { ...openZfs({ vpc: 'vpc-0bbb0000000000001' }) },
    findings: [{ ...fails[0] }, fine[1]],
    says: ['is in vpc-0bbb0000000000001'],
  },
  {
    name: 'passes rules for the NFS ports alone',
    plan: mounted,
    facts: two(
      nfs.map((p) => fromGroup(ids.group, p)),
      nfs.map((p) => toGroup(ids.fsGroup, p)),
    ),
    findings: fine,
  },
  ...nfs.map((missing) => ({
    name: `fails without ${missing.protocol} ${missing.ports?.from}`,
    plan: mounted,
    facts: two(nfs.filter((p) => p !== missing).map((p) => fromGroup(ids.group, p))),
    findings: [
      fine[0],
      {
        status: 'fail' as const,
        level: 'required' as const,
        resource,
        message: expect.stringContaining(`${missing.protocol} ${missing.ports?.from}`),
      },
    ],
  })),
  {
    name: 'fails where nodes may not go out',
    plan: mounted,
    facts: two(
      nfs.map((p) => fromGroup(ids.group, p)),
      [],
    ),
    findings: [fine[0], { status: 'fail', level: 'required', resource }],
  },
  {
    name: 'does not evaluate an own DNS name',
    plan: planOfGroups(mounting('fs-0123456789.example.com')),
    unevaluated: [{ level: 'required', resource: 'fs-0123456789.example.com' }],
  },
  {
    name: 'does not evaluate a file system that could not be read',
    plan: mounted,
    facts: { fileSystems: { [ids.fs]: denied('fsx:DescribeFileSystems') } },
    unevaluated: [{ resource: ids.fs, action: 'fsx:DescribeFileSystems' }, { resource }],
  },
  {
    name: 'does not evaluate ports without the security groups of the file system',
    plan: mounted,
    facts: { ...openZfs(), fileSystemGroups: { [ids.fs]: denied('ec2:DescribeNetworkInterfaces') } },
    findings: [fine[0]],
    unevaluated: [{ resource, action: 'ec2:DescribeNetworkInterfaces' }],
  },
]);
