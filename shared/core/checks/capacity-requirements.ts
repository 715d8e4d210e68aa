import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';

export default clusterCheck({
  id: 'capacity-requirements',
  level: 'recommended',
  title: 'A group asks for Spot or on-demand capacity, not both, and no Spot group uses a training plan',
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
            return fail(`Group ${name} asks for Spot and for on-demand capacity, 1 kind expected according to AWS documentation.`, {
              text: 'Keep Spot or OnDemand.',
            });
          if (capacity.Spot && arn)
            return fail(`Group ${name} asks for Spot capacity and uses training plan ${arn}, which is reserved capacity.`, {
              text: 'Remove CapacityRequirements.Spot or TrainingPlanArn.',
            });
          if (!capacity.Spot && !capacity.OnDemand) return undefined;
          return pass(`Group ${name} asks for ${capacity.Spot ? 'Spot' : 'on-demand'} capacity.`);
        },
      };
    }
  },
});
