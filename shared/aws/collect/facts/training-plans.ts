import { DescribeTrainingPlanCommand, type DescribeTrainingPlanResponse } from '@aws-sdk/client-sagemaker';
import type { TrainingPlan } from '../../../core/evaluation/facts.ts';
import { lastSegment } from '../../../core/text/words.ts';
import { AwsError, orNull, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { arnParts, isHere, namedBy, readByKey } from '../referenced.ts';
import { count, list, moment, text, texts } from '../response.ts';

function reduced(plan: DescribeTrainingPlanResponse, zoneId: (name: string) => string): TrainingPlan {
  return {
    arn: text(plan.TrainingPlanArn, 'TrainingPlanArn'),
    name: text(plan.TrainingPlanName, 'TrainingPlanName'),
    status: text(plan.Status, 'Status'),
    ...(plan.StartTime && { start: moment(plan.StartTime, 'StartTime') }),
    ...(plan.EndTime && { end: moment(plan.EndTime, 'EndTime') }),
    targets: texts(plan.TargetResources, 'TargetResources'),
    total: count(plan.TotalInstanceCount, 'TotalInstanceCount'),
    available: count(plan.AvailableInstanceCount, 'AvailableInstanceCount'),
    inUse: count(plan.InUseInstanceCount, 'InUseInstanceCount'),
    ...((plan.TotalUltraServerCount ?? 0) > 0 &&
      plan.AvailableSpareInstanceCount !== undefined && { spare: count(plan.AvailableSpareInstanceCount, 'AvailableSpareInstanceCount') }),
    capacities: (plan.ReservedCapacitySummaries ?? []).map((c) => ({
      type: text(c.InstanceType, 'InstanceType'),
      zone: c.AvailabilityZoneId ? text(c.AvailabilityZoneId, 'AvailabilityZoneId') : zoneId(text(c.AvailabilityZone, 'AvailabilityZone')),
      count: count(c.TotalInstanceCount, 'TotalInstanceCount'),
      status: text(c.Status, 'Status'),
      ...(c.StartTime && { start: moment(c.StartTime, 'StartTime') }),
      ...(c.EndTime && { end: moment(c.EndTime, 'EndTime') }),
    })),
  };
}

export default collector({
  fact: 'trainingPlans',
  grants: [
    {
      action: 'sagemaker:DescribeTrainingPlan',
      resources: (_, { partition, account }) => [`arn:${partition}:sagemaker:*:${account}:training-plan/*`],
      why: 'time, zone and free instances of the training plans that groups name',
    },
  ],
  collect: async ({ call, ...scope }) => {
    const { ids } = await namedBy(scope, (c) => c.groups.flatMap((g) => g.trainingPlan ?? []));
    const zones = ids.length > 0 ? await scope.fact('zones') : undefined;
    const zoneId = (name: string): string => {
      if (zones && !zones.ok) throw new AwsError(zones);
      return zones?.value.find((z) => z.name === name)?.id ?? name;
    };
    return readByKey(ids, async (arn) => {
      if (!isHere(scope, arn)) return { ok: false, reason: `${arn} is not of this account and region` };
      const name = lastSegment(arnParts(arn).resource);
      return tryRead(() =>
        orNull(
          async () => {
            const plan = await call('sagemaker:DescribeTrainingPlan', (sagemaker, options) =>
              sagemaker.send(new DescribeTrainingPlanCommand({ TrainingPlanName: name }), options),
            );
            list(plan.ReservedCapacitySummaries ?? [], 'ReservedCapacitySummaries');
            return reduced(plan, zoneId);
          },
          'ResourceNotFound',
          'ResourceNotFoundException',
        ),
      );
    });
  },
});
