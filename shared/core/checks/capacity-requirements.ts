import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';

export default clusterCheck({
  id: 'capacity-requirements',
  level: 'recommended',
  title: 'A group requests Spot or on-demand capacity, not both, and no Spot group uses a training plan',
  rationale: 'CapacityRequirements names one kind of capacity. It cannot be changed later, and a training plan is reserved capacity.',
  applies: 'groups of planned clusters with CapacityRequirements',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterCapacityRequirements.html',
  needs: [],
  *cases(_, { plan }) {
    if (!plan) return;
    for (const { InstanceGroupName: name, CapacityRequirements: capacity, TrainingPlanArn: arn } of groupsOfRequest(plan.request)) {
      if (capacity === undefined) continue;
      yield {
        group: name,
        resource: 'CapacityRequirements',
        evaluate: () => {
          if (capacity.Spot && capacity.OnDemand)
            return fail(`Group ${name} requests 2 kinds of capacity (Spot and on-demand), 1 expected according to AWS documentation.`, {
              text: 'Remove Spot or OnDemand from CapacityRequirements.',
            });
          if (capacity.Spot && arn)
            return fail(`Group ${name} requests Spot capacity and uses training plan ${arn}, which is reserved capacity.`, {
              text: 'Remove CapacityRequirements.Spot or TrainingPlanArn.',
            });
          if (!capacity.Spot && !capacity.OnDemand) return undefined;
          return pass(`Group ${name} requests ${capacity.Spot ? 'Spot' : 'on-demand'} capacity.`);
        },
      };
    }
  },
});
