import { expect } from 'vitest';
import check from '../../../shared/core/checks/request-region.ts';
import { account, groupRequest, ids, onEks, plan, running, withRunning } from '../healthy.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const arn = `arn:aws:sagemaker:us-west-2:${account}:training-plan/spring`;
const elsewhere = arn.replace('us-west-2', 'us-east-1');
const eksElsewhere = ids.eks.replace('us-west-2', 'us-east-1');
const using = (...arns: readonly string[]) =>
  planOf({ InstanceGroups: arns.map((TrainingPlanArn, i) => groupRequest({ InstanceGroupName: `g${i}`, TrainingPlanArn })) });

table(check, [
  { name: 'does not apply to Slurm without a training plan', findings: [] },
  {
    name: 'does not apply to a cluster that only runs',
    plan: { ...plan(), clusters: [] },
    facts: withRunning(running({ orchestrator: 'eks', eksCluster: ids.eks })),
    findings: [],
  },
  {
    name: 'passes with an EKS cluster of the region',
    plan: planOf(onEks),
    findings: [{ status: 'pass', level: 'required', resource: ids.eks }],
  },
  {
    name: 'fails with an EKS cluster of another region',
    plan: planOf({ Orchestrator: { Eks: { ClusterArn: eksElsewhere } } }),
    findings: [
      {
        status: 'fail',
        level: 'required',
        resource: eksElsewhere,
        remediation: { command: 'aws eks list-clusters --region us-west-2' },
      },
    ],
    says: ['is in us-east-1, us-west-2 required. The cluster is planned there.'],
  },
  {
    name: 'leaves what is no ARN of an EKS cluster to eks-cluster',
    plan: planOf({ Orchestrator: { Eks: { ClusterArn: 'arn:aws:eks:x' } } }),
    findings: [],
  },
  {
    name: 'evaluates a training plan once, whatever groups name it',
    plan: using(arn, elsewhere, elsewhere, arn.replace(account, '999999999999')),
    findings: [
      {
        status: 'fail',
        level: 'required',
        resource: elsewhere,
        remediation: { command: expect.stringContaining('list-training-plans --region us-west-2') },
      },
      { status: 'pass', resource: arn },
      { status: 'pass' },
    ],
  },
]);
