import { expect } from 'vitest';
import check from '../../../shared/core/checks/system-pods.ts';
import { account, broken, denied, groupRequest, ids, ok, onEks, plan, running, runningGroup, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const resource = `${ids.eks}#pods`;
/** A cluster on EKS with these groups: types and counts. */
const on = (...groups: readonly (readonly [type: string, count: number])[]) =>
  planOf({
    ...onEks,
    InstanceGroups: groups.map(([InstanceType, InstanceCount], i) =>
      groupRequest({ InstanceGroupName: `group-${i}`, InstanceType, InstanceCount }),
    ),
  });
const nodeGroups = (count: number) => ({
  nodeGroups: {
    [ids.eks]: ok(Array.from({ length: count }, (_, i) => ({ name: `system-${i}`, role: `arn:aws:iam::${account}:role/eks-nodes` }))),
  },
});

table(check, [
  { name: 'Slurm: does not apply' },
  {
    name: 'p5 nodes have room: 49 pods each',
    plan: on(['ml.p5.48xlarge', 1]),
    findings: [{ status: 'pass', level: 'recommended', resource, have: 49, need: 18, unit: 'pods' }],
  },
  {
    name: 'a lone g5.xlarge takes 14 pods: recommended, as an estimate',
    plan: on(['ml.g5.xlarge', 1]),
    findings: [
      {
        status: 'fail',
        level: 'recommended',
        resource,
        have: 14,
        need: 18,
        remediation: { command: expect.stringMatching(/^aws ec2 describe-instance-types --instance-types g5\.xlarge /) },
      },
    ],
    says: ['1 node of llm-train, 18 system pods', 'estimate', 'one report'],
  },
  { name: 'two of them have room', plan: on(['ml.g5.xlarge', 2]), findings: [{ status: 'pass', have: 28, need: 24 }] },
  {
    name: 'the groups add up',
    plan: on(['ml.g5.xlarge', 1], ['ml.p5.48xlarge', 1]),
    findings: [{ status: 'pass', have: 63, need: 24 }],
  },
  {
    name: 'of a flexible group the type with the fewest pods counts',
    plan: planOf({
      ...onEks,
      InstanceGroups: [
        groupRequest({
          InstanceType: undefined,
          InstanceCount: 1,
          InstanceRequirements: { InstanceTypes: ['ml.p5.48xlarge', 'ml.g5.xlarge'] },
        }),
      ],
    }),
    findings: [{ status: 'fail', have: 14 }],
  },
  {
    name: 'node groups take the rest',
    plan: on(['ml.g5.xlarge', 1]),
    facts: nodeGroups(2),
    findings: [{ status: 'pass' }],
    says: ['The 2 node groups of EKS cluster train'],
  },
  { name: 'a group of no nodes: does not apply', plan: on(['ml.g5.xlarge', 0]), findings: [] },
  {
    name: 'autoscaling adds nodes: does not apply',
    plan: planOf({
      ...onEks,
      AutoScaling: { Mode: 'Enable', AutoScalerType: 'Karpenter' },
      InstanceGroups: [groupRequest({ InstanceType: 'ml.g5.xlarge', InstanceCount: 1 })],
    }),
    findings: [],
  },
  {
    name: 'a cluster that only runs: its target counts',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(
      running({ orchestrator: 'eks', eksCluster: ids.eks, groups: [runningGroup({ types: ['ml.g5.xlarge'], current: 1, target: 1 })] }),
    ),
    findings: [{ status: 'fail', cluster: 'llm-train', have: 14 }],
  },
  {
    name: 'no such EKS cluster: eks-cluster reports it',
    plan: on(['ml.g5.xlarge', 1]),
    facts: { eksClusters: { [ids.eks]: ok(null) } },
    findings: [],
  },
  {
    name: 'node groups denied, and little room: unevaluated',
    plan: on(['ml.g5.xlarge', 1]),
    facts: { nodeGroups: { [ids.eks]: denied('eks:ListNodegroups') } },
    unevaluated: [{ level: 'recommended', resource, action: 'eks:ListNodegroups' }],
  },
  {
    name: 'node groups denied, but room enough: passes',
    plan: on(['ml.p5.48xlarge', 1]),
    facts: { nodeGroups: { [ids.eks]: denied('eks:ListNodegroups') } },
    findings: [{ status: 'pass' }],
  },
  {
    name: 'types unreadable: unevaluated',
    plan: on(['ml.g5.xlarge', 1]),
    facts: { instanceTypes: broken() },
    unevaluated: [{ resource }],
  },
  {
    name: 'an unknown type: unevaluated',
    plan: on(['ml.p9.48xlarge', 1]),
    unevaluated: [{ resource, reason: expect.stringContaining('ml.p9.48xlarge') }],
  },
]);
