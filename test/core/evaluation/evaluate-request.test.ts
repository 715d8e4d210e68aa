import { expect, test } from 'vitest';
import { failedRequestRules } from '../../../shared/core/evaluation/evaluate-request.ts';
import type { ClusterRequest } from '../../../shared/core/plan/plan.ts';
import { account, groupRequest, ids, onEks } from '../healthy.ts';
import { planOf } from '../plans.ts';

const eks = { ...onEks, NodeProvisioningMode: 'Continuous', NodeRecovery: 'Automatic' } as const;
const autoScaling = { AutoScaling: { Mode: 'Enable' }, ClusterRole: ids.role } as const;

const trainingPlan = `arn:aws:sagemaker:us-east-1:${account}:training-plan/spring`;

test.each<{ name: string; request: Partial<ClusterRequest>; fails: readonly string[] }>([
  { name: 'a request that AWS accepts', request: { ...eks, ...autoScaling }, fails: [] },
  {
    name: 'autoscaling without node recovery',
    request: { ...eks, ...autoScaling, NodeRecovery: 'None' },
    fails: ['required autoscaling-settings NodeRecovery'],
  },
  {
    name: 'autoscaling without a cluster role',
    request: { ...eks, ...autoScaling, ClusterRole: undefined },
    fails: ['required autoscaling-settings ClusterRole'],
  },
  {
    name: 'an EKS cluster and a training plan of another region',
    request: {
      ...eks,
      Orchestrator: { Eks: { ClusterArn: ids.eks.replace('us-west-2', 'us-east-1') } },
      InstanceGroups: [groupRequest({ TrainingPlanArn: trainingPlan })],
    },
    fails: [`required request-region ${ids.eks.replace('us-west-2', 'us-east-1')}`, `required request-region ${trainingPlan}`],
  },
])('$name', ({ request, fails }) => {
  const failed = failedRequestRules(planOf(request)).map((f) => `${f.level} ${f.check} ${f.resource}`);
  expect(failed.toSorted()).toEqual(fails.toSorted());
});
