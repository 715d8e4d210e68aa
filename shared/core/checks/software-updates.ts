import { type Case, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { DeploymentConfig, GroupRequest } from '../plan/plan.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';

/**
 * The pattern of ScheduleExpression, narrower than that of EventBridge: no ranges and no lists.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-cluster-scheduledupdateconfig.html
 */
const schedulePattern =
  /^cron\((?:[0-5][0-9]|[0-9]|) (?:[01][0-9]|2[0-3]|[0-9]) (?:[1-9]|0[1-9]|[12][0-9]|3[01]|\?) (?:[1-9]|0[1-9]|1[0-2]|\*|\*\/(?:[1-9]|1[0-2])|) (?:MON|TUE|WED|THU|FRI|SAT|SUN|[1-7]|\?|L|(?:[1-7]#[1-5])|(?:[1-7]L)) (?:20[2-9][0-9]|\*|)\)$/;

/** Batches above 100 percent, by member. */
function wrongBatches(deployment: DeploymentConfig | undefined): readonly string[] {
  const { MaximumBatchSize: update, RollbackMaximumBatchSize: rollback } = deployment?.RollingUpdatePolicy ?? {};
  const named = [['MaximumBatchSize', update] as const, ['RollbackMaximumBatchSize', rollback] as const];
  return named.flatMap(([name, batch]) =>
    batch?.Type === 'CAPACITY_PERCENTAGE' && batch.Value > 100 ? [`${name} is ${batch.Value} percent, at most 100 expected`] : [],
  );
}

function* casesOf(group: GroupRequest): Iterable<Case> {
  const { InstanceGroupName: name, ScheduledUpdateConfig: schedule, AutoPatchConfig: patch } = group;
  if (schedule !== undefined)
    yield {
      group: name,
      resource: 'ScheduledUpdateConfig',
      evaluate: () => {
        const { ScheduleExpression: expression } = schedule;
        const faults = [
          ...(schedulePattern.test(expression)
            ? []
            : [`ScheduleExpression is "${expression}", a cron expression with one valid value in each of 6 fields expected`]),
          ...wrongBatches(schedule.DeploymentConfig),
        ];
        if (faults.length === 0) return pass(`Group ${name} is updated at ${expression}.`);
        return fail(`Group ${name}: ${faults.join('; ')}, according to AWS documentation.`, {
          text: 'Set the schedule to a cron expression of six fields such as cron(0 6 ? * SUN *), and batches to at most 100 percent.',
        });
      },
    };
  if (patch !== undefined)
    yield {
      group: name,
      resource: 'AutoPatchConfig',
      evaluate: () => {
        const isDrainFirst = patch.PatchingStrategy === 'DrainFirst';
        const faults = [
          ...wrongBatches(patch.DeploymentConfig),
          ...(patch.DrainPolicy !== undefined && !isDrainFirst ? ['DrainPolicy is valid with PatchingStrategy DrainFirst only'] : []),
          ...(patch.IdleWaitWindowInSeconds !== undefined && isDrainFirst
            ? ['IdleWaitWindowInSeconds applies to WhenIdle and WhenAllIdle only']
            : []),
        ];
        if (faults.length === 0) return pass(`Group ${name} is patched with strategy ${patch.PatchingStrategy}.`);
        return fail(`Group ${name}, PatchingStrategy ${patch.PatchingStrategy}: ${faults.join('; ')}.`, {
          text: 'Remove the member that the strategy does not support, or choose another PatchingStrategy.',
        });
      },
    };
}

export default clusterCheck({
  id: 'software-updates',
  level: 'recommended',
  title: 'Scheduled updates and patches have values that AWS accepts',
  rationale: 'HyperPod updates images on a cron schedule in batches of nodes, and applies patches by a strategy with its own settings.',
  applies: 'groups of planned clusters with ScheduledUpdateConfig or AutoPatchConfig',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ScheduledUpdateConfig.html',
  needs: [],
  *cases(_, { plan }) {
    if (plan) for (const group of groupsOfRequest(plan.request)) yield* casesOf(group);
  },
});
