import { expect } from 'vitest';
import check from '../../../shared/core/checks/fsx-available.ts';
import { broken, denied, groupRequest, ids, plan, planned, request, running, runningGroup, withRunning } from '../healthy.ts';
import { fileSystemFacts, fileSystemPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const dns = `${ids.fs}.fsx.us-west-2.amazonaws.com`;
const mounts = (...of: readonly (readonly [group: string, DnsName: string, MountName?: string])[]) =>
  planOf({
    InstanceGroups: of.map(([InstanceGroupName, DnsName, MountName = 'abcdefgh']) =>
      groupRequest({ InstanceGroupName, InstanceStorageConfigs: [{ FsxLustreConfig: { DnsName, MountName } }] }),
    ),
  });

table(check, [
  {
    name: 'a group that mounts it under two wrong names',
    plan: planOf({
      InstanceGroups: [
        groupRequest({ InstanceStorageConfigs: ['y', 'x'].map((MountName) => ({ FsxLustreConfig: { DnsName: dns, MountName } })) }),
      ],
    }),
    findings: [{ status: 'fail' }],
    says: ['group workers requests x and group workers requests y.'],
  },
  { name: 'does not apply without a file system', findings: [] },
  {
    name: 'one the plan names',
    plan: fileSystemPlan,
    findings: [{ status: 'pass', level: 'required', resource: ids.fs }],
    says: [`File system ${ids.fs} is AVAILABLE.`],
  },
  { name: 'one the request mounts', plan: mounts(['workers', dns]), findings: [{ status: 'pass', resource: ids.fs }] },
  {
    name: 'one that plan and request name, in any case, is judged once',
    plan: plan(planned({ ...mounts(['workers', dns.toUpperCase()]).clusters[0], fsxLustre: [ids.fs] })),
    findings: [{ status: 'pass', resource: ids.fs }],
  },
  {
    name: 'one a running cluster mounts',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(running({ groups: [runningGroup({ fsxLustre: [{ dnsName: dns, mountName: 'abcdefgh' }] })] })),
    findings: [{ status: 'pass', resource: ids.fs }],
  },
  {
    name: 'does not apply without a VPC',
    plan: plan(planned({ fsxLustre: [ids.fs], request: request({ VpcConfig: undefined }) })),
    findings: [],
  },
  {
    name: 'it does not exist',
    plan: fileSystemPlan,
    facts: fileSystemFacts(null),
    findings: [{ status: 'fail', level: 'required' }],
    says: ['does not exist in us-west-2'],
  },
  {
    name: 'it is no Lustre',
    plan: fileSystemPlan,
    facts: fileSystemFacts({ type: 'OPENZFS' }),
    findings: [{ status: 'fail' }],
    says: ['OPENZFS'],
  },
  {
    name: 'updating serves',
    plan: fileSystemPlan,
    facts: fileSystemFacts({ lifecycle: 'UPDATING' }),
    findings: [{ status: 'pass' }],
    says: ['UPDATING and available.'],
  },
  ...['CREATING', 'FAILED', 'DELETING', 'MISCONFIGURED', 'MISCONFIGURED_UNAVAILABLE'].map((lifecycle) => ({
    name: `${lifecycle} does not serve`,
    plan: fileSystemPlan,
    facts: fileSystemFacts({ lifecycle }),
    findings: [
      {
        status: 'fail' as const,
        level: 'required' as const,
        remediation: {
          console: expect.stringContaining(ids.fs),
          text: expect.stringContaining(lifecycle === 'CREATING' ? 'Wait until' : 'Repair the file system'),
        },
      },
    ],
    says: [lifecycle],
  })),
  {
    name: 'another mount name, naming the groups that have it',
    plan: mounts(['workers', dns], ['login', dns, 'zzzzzzzz']),
    findings: [
      { status: 'fail', remediation: { text: expect.stringContaining('Set MountName to abcdefgh in the FsxLustreConfig of login') } },
    ],
    says: ['group login requests zzzzzzzz.'],
  },
  {
    name: 'several wrong mount names, in order of their groups',
    plan: mounts(['z', dns, 'zzzzzzzz'], ['a', dns, 'yyyyyyyy'], ['right', dns]),
    findings: [{ status: 'fail', remediation: { text: expect.stringContaining('FsxLustreConfig of a and z.') } }],
    says: ['group a requests yyyyyyyy and group z requests zzzzzzzz.'],
  },
  {
    name: 'a mount name FSx does not give: unevaluated',
    plan: mounts(['workers', dns]),
    facts: fileSystemFacts({ mountName: undefined }),
    unevaluated: [{ resource: ids.fs, reason: expect.stringContaining('mount name') }],
  },
  {
    name: 'no one asks for the mount name',
    plan: fileSystemPlan,
    facts: fileSystemFacts({ mountName: undefined }),
    findings: [{ status: 'pass' }],
  },
  {
    name: 'a file system of another region',
    plan: mounts(['workers', `${ids.fs}.fsx.us-east-1.amazonaws.com`]),
    findings: [{ status: 'fail', level: 'required', resource: `${ids.fs}.fsx.us-east-1.amazonaws.com` }],
    says: ['us-east-1', 'us-west-2'],
  },
  ...['lustre.example.com', 'fs-zz.fsx.us-west-2.amazonaws.com', '10.1.2.3', `${dns}.example.com`].map((name) => ({
    name: `${name} names no file system: unevaluated`,
    plan: mounts(['workers', name]),
    unevaluated: [{ level: 'required' as const, resource: name, reason: expect.stringContaining('workers') }],
  })),
  {
    name: 'denied: unevaluated, with the action',
    plan: fileSystemPlan,
    facts: { fileSystems: { [ids.fs]: denied('fsx:DescribeFileSystems') } },
    unevaluated: [{ level: 'required', cluster: 'llm-train', resource: ids.fs, action: 'fsx:DescribeFileSystems' }],
  },
  {
    name: 'unreadable: unevaluated',
    plan: fileSystemPlan,
    facts: { fileSystems: { [ids.fs]: broken() } },
    unevaluated: [{ resource: ids.fs }],
  },
  {
    name: 'never read: unevaluated',
    plan: fileSystemPlan,
    facts: { fileSystems: {} },
    unevaluated: [{ reason: expect.stringContaining(ids.fs) }],
  },
]);
