import { expect } from 'vitest';
import check from '../../../shared/core/checks/vpc-cni-version.ts';
import { broken, denied, ids, ok, plan, running, withRunning } from '../healthy.ts';
import { eksPlan } from '../plans.ts';
import { type Row, table } from '../table.ts';

const addon = (version: string) => ({ cniAddons: { [ids.eks]: ok({ version, status: 'ACTIVE' }) } });
const rows = (status: 'pass' | 'fail', ...versions: readonly string[]): Row[] =>
  versions.map((v) => ({
    name: `${v}: ${status}`,
    plan: eksPlan,
    facts: addon(v),
    findings: [{ status, level: 'recommended', resource: ids.eks }],
    says: [v, '1.18.3'],
  }));

table(check, [
  { name: 'passes at the healthy default', plan: eksPlan, findings: [{ status: 'pass', level: 'recommended', resource: ids.eks }] },
  { name: 'Slurm: does not apply' },
  ...rows('pass', 'v1.18.3-eksbuild.1', 'v1.18.3', '1.18.10-eksbuild.2', 'v1.19.0-eksbuild.1', 'v1.100.0-eksbuild.1', 'v2.0.0-eksbuild.1'),
  ...rows('fail', 'v1.18.2-eksbuild.9', 'v1.9.3-eksbuild.1', 'v1.17.99-eksbuild.1', 'v0.99.99'),
  {
    name: 'the fix names the EKS cluster',
    plan: eksPlan,
    facts: addon('v1.18.1-eksbuild.1'),
    findings: [
      {
        status: 'fail',
        remediation: {
          command: expect.stringMatching(/^aws eks update-addon --cluster-name train --addon-name vpc-cni .*--region us-west-2$/),
        },
      },
    ],
  },
  {
    name: 'a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running({ orchestrator: 'eks', eksCluster: ids.eks })), ...addon('v1.2.3') },
    findings: [{ status: 'fail', cluster: 'llm-train' }],
  },
  {
    name: 'self-managed: unevaluated',
    plan: eksPlan,
    facts: { cniAddons: { [ids.eks]: ok(null) } },
    unevaluated: [{ level: 'recommended', resource: ids.eks, reason: expect.stringContaining('self-managed') }],
  },
  {
    name: 'no version at all: unevaluated',
    plan: eksPlan,
    facts: addon('latest'),
    unevaluated: [{ reason: expect.stringContaining('latest') }],
  },
  { name: 'half a version: unevaluated', plan: eksPlan, facts: addon('v1.18'), unevaluated: [{ resource: ids.eks }] },
  { name: 'four numbers: unevaluated', plan: eksPlan, facts: addon('v1.18.3.1'), unevaluated: [{ resource: ids.eks }] },
  {
    name: 'denied: unevaluated, with the action',
    plan: eksPlan,
    facts: { cniAddons: { [ids.eks]: denied('eks:DescribeAddon') } },
    unevaluated: [{ level: 'recommended', resource: ids.eks, action: 'eks:DescribeAddon' }],
  },
  {
    name: 'unreadable: unevaluated',
    plan: eksPlan,
    facts: { cniAddons: { [ids.eks]: broken() } },
    unevaluated: [{ reason: 'the service did not answer in time' }],
  },
]);
