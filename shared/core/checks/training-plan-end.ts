import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type Cluster, type Group, groupsInOrder } from '../evaluation/cluster.ts';
import { NotEvaluatedError, requireKey, requireValue, type TrainingPlan } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { zonesOfGroup } from '../network/reserved-capacity.ts';
import { planEndHours } from '../plan/plan.ts';
import { aws } from '../text/command-line.ts';
import { timeWords } from '../text/words.ts';

const hour = 3_600_000;
const adviceHours = 7 * 24;

/**
 * The end of the last block that has the group's types in a zone of its subnets; `undefined`: AWS reports none, or all blocks are
 * in other zones. Blocks may have gaps between them, so the end of one is not the end of the plan.
 */
function lastEnd(plan: TrainingPlan, group: Group, zones: readonly string[] | undefined): number | undefined {
  const blocks = plan.capacities.filter((c) => c.status !== 'Failed' && group.types.includes(c.type));
  const whole = plan.end === undefined ? undefined : Date.parse(plan.end);
  if (blocks.length === 0) return whole;
  const endOf = (within: readonly (typeof blocks)[number][]) => {
    const ends = within.flatMap((c) => (c.end === undefined ? [] : [Date.parse(c.end)]));
    return ends.length > 0 ? Math.max(...ends) : whole;
  };
  const near = blocks.filter((c) => zones?.includes(c.zone) ?? true);
  const end = near.length > 0 ? endOf(near) : undefined;
  const unknown = zones ? blocks.filter((c) => c.zone === '') : [];
  if (unknown.length > 0 && (endOf(unknown) ?? 0) > (end ?? 0))
    throw new NotEvaluatedError(`training plan ${plan.name} does not state the zone of its last capacity`);
  return end;
}

/** The level at which so many hours are too few; `undefined`: they are enough. A running cluster works until its nodes are terminated. */
function levelOf(left: number, plan: TrainingPlan, end: number, cluster: Cluster): Level | undefined {
  const { requiredHours = planEndHours.required, recommendedHours = planEndHours.recommended } = cluster.plan?.trainingPlanEnd ?? {};
  const tenth = plan.start === undefined ? recommendedHours : (end - Date.parse(plan.start)) / hour / 10;
  const running = requireValue(cluster.running);
  const isRunning = running !== null && running.status !== 'Deleting';
  if (left <= requiredHours) return isRunning ? 'recommended' : 'required';
  if (left <= Math.min(tenth, recommendedHours)) return 'recommended';
  return left <= adviceHours ? 'advice' : undefined;
}

const moment = (time: number): string => timeWords(new Date(time).toISOString());

/** Whole units, so that no more time is promised than there is. */
function durationText(hours: number): string {
  if (hours < 2) return `${Math.floor(hours * 60)} minutes`;
  return hours < 48 ? `${Math.floor(hours)} hours` : `${Math.floor(hours / 24)} days`;
}

/** HyperPod begins to terminate nodes one hour before the end. What can give no nodes at all is what training-plan reports. */
function evaluateEnd(
  context: CheckContext<'trainingPlans' | 'subnets'>,
  cluster: Cluster,
  group: Group,
  arn: string,
): CheckResult | undefined {
  if (!arn.startsWith(`arn:${context.partition}:sagemaker:${context.region}:${context.account}:`)) return undefined;
  const plan = requireKey(context.facts.trainingPlans, arn, 'training plan');
  if (!plan || (plan.status !== 'Active' && plan.status !== 'Scheduled')) return undefined;
  const end = lastEnd(plan, group, zonesOfGroup(context.facts, cluster, group));
  const now = Date.parse(context.at);
  if (end === undefined || end <= now) return undefined;
  const terminated = end - hour;
  const left = (terminated - now) / hour;
  const begins =
    left > 0
      ? `begins to terminate its nodes at ${moment(terminated)}, in ${durationText(left)}`
      : `began to terminate its nodes at ${moment(terminated)}`;
  const said = `Training plan ${plan.name} of group ${group.name} ends at ${moment(end)}. HyperPod ${begins}.`;
  const level = levelOf(left, plan, end, cluster);
  if (level === undefined) return pass(said);
  return fail(
    said,
    {
      text: `Save the work of group ${group.name} before ${moment(terminated)}. Then extend this training plan, name another, or use none.`,
      command: aws(['sagemaker', 'describe-training-plan'], { region: context.region, 'training-plan-name': plan.name }),
    },
    { level },
  );
}

export default clusterCheck({
  id: 'training-plan-end',
  level: 'required',
  levelNote:
    'required within 2 hours of the termination of nodes, unless the cluster runs; recommended in the last part of the plan; advice within 7 days',
  title: 'The training plan that a group names lasts long enough',
  rationale: 'HyperPod begins to terminate nodes one hour before the training plan ends. Work that is not saved is lost.',
  applies: 'groups that name a training plan of which AWS reports the end',
  rule: 'Compares the hours until HyperPod terminates nodes, 1 hour before the end. Required: 2. Recommended: 24, at most a tenth of the plan. Advice: 168. trainingPlanEnd of the plan sets the first two.',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingPlan.html',
  needs: ['trainingPlans', 'subnets', 'clusterNames', 'runningClusters'],
  *cases(context, cluster) {
    for (const group of groupsInOrder(cluster)) {
      const arn = group.trainingPlan;
      if (arn !== undefined) yield { group: group.name, resource: arn, evaluate: () => evaluateEnd(context, cluster, group, arn) };
    }
  },
});
