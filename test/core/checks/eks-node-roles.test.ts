import { expect } from 'vitest';
import check from '../../../shared/core/checks/eks-node-roles.ts';
import { account, broken, denied, groupRequest, ids, ok, onEks, plan, running, withRunning } from '../healthy.ts';
import { eksPlan, planOf } from '../plans.ts';
import { table } from '../table.ts';

const nodes = `arn:aws:iam::${account}:role/eks-nodes`;
const entries = (type: string, principal: string = ids.role) => ({ accessEntries: { [ids.eks]: ok([{ principal, type }]) } });
const groups = (...roles: readonly string[]) => ({
  nodeGroups: { [ids.eks]: ok(roles.map((role, i) => ({ name: `system-${i + 1}`, role }))) },
});

table(check, [
  { name: 'passes at the healthy default', plan: eksPlan, findings: [{ status: 'pass', level: 'recommended', resource: ids.role }] },
  { name: 'Slurm: does not apply' },
  {
    name: 'the entry that HyperPod creates',
    plan: eksPlan,
    facts: entries('HYPERPOD_LINUX'),
    findings: [{ status: 'pass', resource: ids.role }],
  },
  {
    name: 'an entry and node groups of other roles',
    plan: eksPlan,
    facts: { ...entries('EC2_LINUX', nodes), ...groups(nodes) },
    findings: [{ status: 'pass', resource: ids.role }],
  },
  {
    name: 'the role of a node group, with its entry: one finding, and no command that would end the node group',
    plan: eksPlan,
    facts: { ...entries('EC2_LINUX'), ...groups(nodes, ids.role) },
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        resource: ids.role,
        remediation: { text: expect.stringMatching(/^Set ExecutionRole of the groups of llm-train to another role\.$/) },
      },
    ],
    says: ['type EC2_LINUX (HYPERPOD_LINUX expected', '1 EKS node group (system-2)', 'according to AWS documentation'],
  },
  {
    name: 'the role of node groups without an entry',
    plan: eksPlan,
    facts: groups(ids.role, ids.role),
    findings: [{ status: 'fail', resource: ids.role }],
    says: ['2 EKS node groups (system-1, system-2)'],
  },
  {
    name: 'an entry with which people sign in: the line deletes it',
    plan: eksPlan,
    facts: entries('STANDARD'),
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        remediation: {
          command: `aws eks delete-access-entry --cluster-name train --principal-arn ${ids.role} --region us-west-2`,
        },
      },
    ],
    says: ['type STANDARD'],
  },
  {
    name: 'each role once',
    plan: planOf({
      ...onEks,
      InstanceGroups: [
        groupRequest({ InstanceGroupName: 'a' }),
        groupRequest({ InstanceGroupName: 'b' }),
        groupRequest({ InstanceGroupName: 'c', ExecutionRole: nodes }),
      ],
    }),
    facts: groups(nodes),
    findings: [
      { status: 'pass', resource: ids.role },
      { status: 'fail', resource: nodes },
    ],
  },
  {
    name: 'a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: { ...withRunning(running({ orchestrator: 'eks', eksCluster: ids.eks })), ...groups(ids.role) },
    findings: [{ status: 'fail', cluster: 'llm-train' }],
  },
  {
    name: 'no such EKS cluster, or none that takes entries: eks-cluster reports it',
    plan: eksPlan,
    facts: { accessEntries: { [ids.eks]: ok(null) } },
    findings: [],
  },
  {
    name: 'entries denied: unevaluated, with the action',
    plan: eksPlan,
    facts: { accessEntries: { [ids.eks]: denied('eks:ListAccessEntries') } },
    unevaluated: [{ level: 'recommended', resource: ids.role, action: 'eks:ListAccessEntries' }],
  },
  {
    name: 'node groups denied: unevaluated',
    plan: eksPlan,
    facts: { nodeGroups: { [ids.eks]: denied('eks:ListNodegroups') } },
    unevaluated: [{ level: 'recommended', resource: ids.role, action: 'eks:ListNodegroups' }],
  },
  {
    name: 'node groups unreadable, but an entry of another type: fails',
    plan: eksPlan,
    facts: { ...entries('EC2'), nodeGroups: { [ids.eks]: broken() } },
    findings: [{ status: 'fail' }],
  },
  {
    name: 'entries unreadable, but a node group has the role: fails',
    plan: eksPlan,
    facts: { ...groups(ids.role), accessEntries: { [ids.eks]: broken() } },
    findings: [{ status: 'fail' }],
  },
  {
    name: 'never read: unevaluated',
    plan: eksPlan,
    facts: { accessEntries: {}, nodeGroups: {} },
    unevaluated: [{ resource: ids.role, reason: expect.stringContaining('was not read') }],
  },
]);
