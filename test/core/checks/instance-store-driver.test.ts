import { expect } from 'vitest';
import check from '../../../shared/core/checks/instance-store-driver.ts';
import { broken, denied, ids, ok, plan, running, withRunning } from '../healthy.ts';
import { eksPlan } from '../plans.ts';
import { table } from '../table.ts';

const driver = 'aws-ec2-local-instance-store-csi-driver';
const installed = { instanceStoreAddons: { [ids.eks]: ok({ version: 'v1.0.0-eksbuild.1', status: 'ACTIVE' }) } };

table(check, [
  { name: 'passes at the healthy default', plan: eksPlan, findings: [{ status: 'pass', level: 'recommended', resource: ids.eks }] },
  { name: 'Slurm: does not apply' },
  {
    name: 'the add-on is there: the line deletes it',
    plan: eksPlan,
    facts: installed,
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        resource: ids.eks,
        remediation: {
          text: expect.stringContaining('Then replace the nodes'),
          command: `aws eks delete-addon --cluster-name train --addon-name ${driver} --region us-west-2`,
        },
      },
    ],
    says: [`${driver} v1.0.0-eksbuild.1 (ACTIVE)`, 'according to AWS documentation'],
  },
  {
    name: 'a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running({ orchestrator: 'eks', eksCluster: ids.eks })), ...installed },
    findings: [{ status: 'fail', cluster: 'llm-train' }],
  },
  {
    name: 'the EKS cluster is unreadable, but the add-on is there',
    plan: eksPlan,
    facts: { ...installed, eksClusters: { [ids.eks]: broken() } },
    findings: [{ status: 'fail' }],
  },
  { name: 'no such EKS cluster: eks-cluster reports it', plan: eksPlan, facts: { eksClusters: { [ids.eks]: ok(null) } }, findings: [] },
  {
    name: 'an EKS cluster that could not be read may not exist: unevaluated',
    plan: eksPlan,
    facts: { eksClusters: { [ids.eks]: broken() } },
    unevaluated: [{ level: 'recommended', resource: ids.eks }],
  },
  {
    name: 'denied: unevaluated, with the action',
    plan: eksPlan,
    facts: { instanceStoreAddons: { [ids.eks]: denied('eks:DescribeAddon') } },
    unevaluated: [{ level: 'recommended', resource: ids.eks, action: 'eks:DescribeAddon' }],
  },
]);
