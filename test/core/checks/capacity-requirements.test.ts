import check from '../../../shared/core/checks/capacity-requirements.ts';
import { planOfGroups } from '../plans.ts';
import { table } from '../table.ts';

const TrainingPlanArn = 'arn:aws:sagemaker:us-west-2:111122223333:training-plan/june';
const failed = [{ status: 'fail', level: 'recommended', group: 'workers', resource: 'CapacityRequirements' }] as const;

table(check, [
  { name: 'does not apply without it', findings: [] },
  { name: 'does not apply to an empty one', plan: planOfGroups({ CapacityRequirements: {} }), findings: [] },
  { name: 'passes Spot', plan: planOfGroups({ CapacityRequirements: { Spot: {} } }), findings: [{ status: 'pass' }], says: ['Spot'] },
  {
    name: 'passes on-demand with a training plan',
    plan: planOfGroups({ CapacityRequirements: { OnDemand: {} }, TrainingPlanArn }),
    findings: [{ status: 'pass' }],
  },
  { name: 'fails with both', plan: planOfGroups({ CapacityRequirements: { Spot: {}, OnDemand: {} } }), findings: failed },
  {
    name: 'fails for Spot on a training plan',
    plan: planOfGroups({ CapacityRequirements: { Spot: {} }, TrainingPlanArn }),
    findings: failed,
    says: [TrainingPlanArn],
  },
]);
