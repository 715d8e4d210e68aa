import { expect, test } from 'vitest';
import { failedRequestRules } from '../../../shared/core/evaluation/evaluate-request.ts';
import type { ClusterRequest } from '../../../shared/core/plan/plan.ts';
import { ids, onEks } from '../healthy.ts';
import { planOf } from '../plans.ts';

const eks = { ...onEks, NodeProvisioningMode: 'Continuous', NodeRecovery: 'Automatic' } as const;
const autoScaling = { AutoScaling: { Mode: 'Enable' }, ClusterRole: ids.role } as const;

test.each<{ name: string; request: Partial<ClusterRequest>; fails: readonly string[] }>([
  { name: 'a request that AWS accepts', request: { ...eks, ...autoScaling }, fails: [] },
  {
    name: 'autoscaling without node recovery',
    request: { ...eks, ...autoScaling, NodeRecovery: 'None' },
    fails: ['required autoscaling-settings NodeRecovery', 'recommended node-recovery NodeRecovery'],
  },
  {
    name: 'autoscaling without a cluster role',
    request: { ...eks, ...autoScaling, ClusterRole: undefined },
    fails: ['required autoscaling-settings ClusterRole'],
  },
])('$name', ({ request, fails }) => {
  const failed = failedRequestRules(planOf(request)).map((f) => `${f.level} ${f.check} ${f.resource}`);
  expect(failed.toSorted()).toEqual(fails.toSorted());
});
