import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { ec2Type, requireKnownTypes } from '../evaluation/cluster.ts';
import { requireValue } from '../evaluation/facts.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';
import { listed } from '../text/words.ts';

export default clusterCheck({
  id: 'health-checks',
  level: 'required',
  title: 'Each deep health check is requested once, and only for accelerated instance types',
  rationale: 'Deep health checks test GPUs and Trainium chips. AWS documents them only for these instance types.',
  applies: 'groups of planned clusters with OnStartDeepHealthChecks',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-resiliency-deep-health-checks.html',
  needs: ['instanceTypes'],
  *cases({ facts }, { plan, groups }) {
    if (!plan) return;
    for (const group of groupsOfRequest(plan.request)) {
      const checks = group.OnStartDeepHealthChecks ?? [];
      const types = groups.find(({ name }) => name === group.InstanceGroupName)?.types ?? [];
      if (checks.length === 0) continue;
      yield {
        group: group.InstanceGroupName,
        resource: 'OnStartDeepHealthChecks',
        evaluate: () => {
          const repeated = [...new Set(checks.filter((check, i) => checks.indexOf(check) !== i))];
          if (repeated.length > 0)
            return fail(
              `Group ${group.InstanceGroupName} names ${listed(repeated)} more than once in OnStartDeepHealthChecks, once allowed according to AWS documentation.`,
              { text: 'Name each deep health check once.' },
            );
          const known = requireValue(facts.instanceTypes);
          const without = types.filter((type) => known[ec2Type(type)]?.accelerated === false);
          if (without.length > 0)
            return fail(
              `Group ${group.InstanceGroupName} requests ${listed(checks)}, but ${listed(without)} ${without.length === 1 ? 'has' : 'have'} no GPU or Trainium.`,
              { text: 'Remove OnStartDeepHealthChecks from the group.' },
            );
          requireKnownTypes(known, types);
          return pass(`Group ${group.InstanceGroupName} requests ${listed(checks)} on ${listed(types)}.`);
        },
      };
    }
  },
});
