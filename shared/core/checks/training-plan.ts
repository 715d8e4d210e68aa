import { type CheckContext, type CheckRemediation, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type Cluster, type Group, groupsInOrder, networkOf, runningGroup } from '../evaluation/cluster.ts';
import { NotEvaluatedError, requireKey, requireValue, type TrainingPlan } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { type AmountLevel, both, plannedNodes, plus, type Requirement, total, zero } from '../network/requirements.ts';
import { localZoneGroup, usableCapacities, zonesOfGroup } from '../network/reserved-capacity.ts';
import { inherits } from '../network/resources.ts';
import { regionOfArn } from '../plan/regions.ts';
import { competition, earlierClusters, noCompetition } from '../quotas/competition.ts';
import { type Demand, largestDemands, servableNodes, unlimited } from '../quotas/demands.ts';
import { partialFitText } from '../quotas/quota-usage.ts';
import { aws, type CommandLine } from '../text/command-line.ts';
import { listed } from '../text/words.ts';

type TrainingPlanContext = CheckContext<'trainingPlans' | 'subnets' | 'clusterNames' | 'runningClusters'>;

const target = 'hyperpod-cluster';

/** Nodes a group has from this training plan already, and all it is to have. */
function nodesOf(cluster: Cluster, group: Group, arn: string): { readonly has: number; readonly wants: Requirement } {
  const running = runningGroup(cluster, group.name);
  const has = running?.trainingPlan === arn ? running.current : 0;
  if (group.planned) return { has, wants: plannedNodes(cluster, group) };
  const all = Math.max(has, running?.target ?? 0);
  return { has, wants: { required: all, recommended: all } };
}

/** What a group still has to get. */
function missing(cluster: Cluster, group: Group, arn: string): Requirement {
  const { has, wants } = nodesOf(cluster, group, arn);
  return { required: Math.max(0, wants.required - has), recommended: Math.max(0, wants.recommended - has) };
}

/** Zones of the group of another cluster, whose subnets may not exist. */
function rivalZonesOf(facts: TrainingPlanContext['facts'], cluster: Cluster, group: Group): readonly string[] | undefined {
  const subnets = networkOf(cluster, group)?.subnets;
  return subnets && requireValue(facts.subnets).flatMap((s) => (subnets.includes(s.id) ? [s.zone] : []));
}

/** The reserved capacities, by their place in the plan, that have a group's type in one of these zones. */
const cells = (plan: TrainingPlan, at: string, group: Group, zones: readonly string[] | undefined): readonly string[] =>
  usableCapacities(plan, at).flatMap((c, i) => (group.types.includes(c.type) && (zones?.includes(c.zone) ?? true) ? [String(i)] : []));

/**
 * When capacity of the group's types starts, as words; `undefined`: it has. A plan may have blocks with gaps between them, and its
 * own start is that of the first: in a gap the next block decides.
 */
function startOf(plan: TrainingPlan, group: Group, at: string): string | undefined {
  const now = Date.parse(at);
  if (plan.status !== 'Scheduled' && (plan.start === undefined || Date.parse(plan.start) <= now)) return undefined;
  const next = [...usableCapacities(plan, at).flatMap((c) => (group.types.includes(c.type) ? (c.start ?? []) : [])), plan.start ?? []]
    .flat()
    .filter((start) => Date.parse(start) > now)
    .toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return next[0] ?? 'its activation';
}

/** How to get at capacity in a Local Zone that is not opted in: EC2 does not list it then, so that its name has no id. */
function closedZoneFix({ region, at }: TrainingPlanContext, plan: TrainingPlan, group: Group): CheckRemediation | undefined {
  const name = usableCapacities(plan, at).find((c) => group.types.includes(c.type) && localZoneGroup(c.zone) !== undefined)?.zone;
  if (name === undefined) return undefined;
  return {
    text: `Opt in to Local Zone ${name}, create a subnet in it, and name that subnet for group ${group.name}.`,
    command: aws(['ec2', 'modify-availability-zone-group'], {
      region,
      'group-name': localZoneGroup(name),
      'opt-in-status': 'opted-in',
    }),
  };
}

const lookUp = (arn: string, region: string): CommandLine =>
  aws(['sagemaker', 'describe-training-plan'], { region, 'training-plan-name': arn.split('/').at(-1) });

/** The end of the last capacity of the group's types. */
const lastEndOf = (plan: TrainingPlan, group: Group): string | undefined =>
  plan.capacities
    .flatMap((c) => (c.status !== 'Failed' && group.types.includes(c.type) ? (c.end ?? []) : []))
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);

/** Required failures that hold for any requested amount; `undefined`: none. */
function unfit(context: TrainingPlanContext, cluster: Cluster, group: Group, plan: TrainingPlan): string | undefined {
  const name = `Training plan ${plan.name}`;
  if (plan.status !== 'Active' && plan.status !== 'Scheduled') return `${name} is ${plan.status}, Active or Scheduled required`;
  if (plan.end !== undefined && Date.parse(plan.end) <= Date.parse(context.at)) return `${name} ended on ${plan.end}`;
  if (!plan.targets.includes(target)) return `${name} is for ${listed(plan.targets) || 'no target'}, ${target} required`;
  const types = sortedUnique(usableCapacities(plan, context.at).map((c) => c.type));
  if (cells(plan, context.at, group, undefined).length === 0) {
    const last = lastEndOf(plan, group);
    if (last !== undefined && Date.parse(last) <= Date.parse(context.at))
      return `${name} has no more ${group.types.join(' or ')} capacity for group ${group.name}. The last capacity ended on ${last}`;
    return `${name} reserves ${listed(types) || '0 instances'}, group ${group.name} requires ${group.types.join(' or ')}`;
  }
  const zones = zonesOfGroup(context.facts, cluster, group);
  if (cells(plan, context.at, group, zones).length > 0) return undefined;
  if (cells(plan, context.at, group, ['']).length > 0)
    throw new NotEvaluatedError(`training plan ${plan.name} does not state the zone of its capacity`);
  const reserved = sortedUnique(
    usableCapacities(plan, context.at)
      .filter((c) => group.types.includes(c.type))
      .map((c) => c.zone),
  );
  return `${name} has its capacity in ${listed(reserved)}, and the subnets of group ${group.name} are in ${listed(zones ?? [])}`;
}

/** Groups of the cluster that take from the plan before this one does. */
const siblings = (cluster: Cluster, group: Group, arn: string): readonly Group[] => {
  const groups = groupsInOrder(cluster);
  return groups.slice(0, groups.indexOf(group)).filter((g) => g.trainingPlan === arn);
};

/**
 * How many nodes the reserved capacities of the right type and zone can give this group, those it has included, once
 * those before it took theirs. Groups that inherit a subnet come up in one zone.
 */
function reachable(context: TrainingPlanContext, cluster: Cluster, group: Group, plan: TrainingPlan, part: AmountLevel): number {
  const demand = (c: Cluster, g: Group): Demand => ({
    types: cells(plan, context.at, g, rivalZonesOf(context.facts, c, g)),
    nodes: nodesOf(c, g, plan.arn).wants,
  });
  const others = [
    ...earlierClusters(context.clusters, cluster).flatMap((root) =>
      largestDemands(root.map((c) => c.groups.filter((g) => g.trainingPlan === plan.arn).map((g) => demand(c, g)))),
    ),
    ...siblings(cluster, group, plan.arn).map((g) => demand(cluster, g)),
  ];
  const room = new Map(usableCapacities(plan, context.at).map((c, i) => [String(i), c.count]));
  const zones = zonesOfGroup(context.facts, cluster, group);
  const choices = zones && inherits(group) ? zones.map((z) => [z]) : [zones];
  const nodes = { required: unlimited, recommended: unlimited };
  const left = (types: readonly string[]) => servableNodes([...others, { types, nodes }], part, room) - servableNodes(others, part, room);
  return Math.max(...choices.map((z) => left(cells(plan, context.at, group, z))));
}

function evaluateTrainingPlan(context: TrainingPlanContext, cluster: Cluster, group: Group, arn: string): CheckResult | undefined {
  const { facts, region, clusters } = context;
  // request-region reports it.
  if (group.planned && regionOfArn(arn) !== region) return undefined;
  const here = `arn:${context.partition}:sagemaker:${region}:${context.account}:`;
  if (!arn.startsWith(here))
    return fail(`Training plan ${arn} of group ${group.name} is not in account ${context.account} and region ${region}.`, {
      text: `Name a training plan of account ${context.account} in ${region}, or remove it.`,
      command: aws(['sagemaker', 'list-training-plans'], { region }),
    });
  const plan = requireKey(facts.trainingPlans, arn, 'training plan');
  const command = lookUp(arn, region);
  const other = `Name another training plan in group ${group.name}, or remove it.`;
  if (!plan)
    return fail(`Training plan ${arn} of group ${group.name} does not exist.`, {
      text: other,
      command: aws(['sagemaker', 'list-training-plans'], { region }),
    });
  const reason = unfit(context, cluster, group, plan);
  if (reason !== undefined) return fail(`${reason}.`, closedZoneFix(context, plan, group) ?? { text: other, command });
  // Until it starts nothing of it is in use, and nothing may be shown as available.
  const free = plan.status === 'Scheduled' ? Math.max(plan.available, plan.total - plan.inUse) : plan.available;
  const { has, wants } = nodesOf(cluster, group, arn);
  const own = missing(cluster, group, arn);
  const taken = (c: Cluster) => total(c.groups.filter((g) => g.trainingPlan === arn).map((g) => missing(c, g, arn)));
  const before = competition(clusters, cluster, taken);
  const others = plus(before.amount, total(siblings(cluster, group, arn).map((g) => missing(cluster, g, arn))));
  // The nodes it has are its own, however many are left for others.
  const haveOf = (part: AmountLevel) => Math.max(has, Math.min(has + free - others[part], reachable(context, cluster, group, plan, part)));
  const short = (part: AmountLevel) => haveOf(part) < wants[part];
  const part = short('required') ? 'required' : 'recommended';
  const have = haveOf(part);
  const amounts = { have, need: wants[part], unit: 'nodes' };
  const rivalNames = [...before.names, ...siblings(cluster, group, arn).map((g) => `group ${g.name}`)];
  const after = rivalNames.length > 0 ? `, after ${listed(rivalNames)}` : '';
  const said = `${have} of ${plan.total} instances of training plan ${plan.name} available for group ${group.name}${after}, ${wants[part]} required`;
  if (short(part)) {
    const use = { held: zero, before: noCompetition, own, nodes: { has: both(has), asks: Math.max(0, (group.planned?.count ?? 0) - has) } };
    return fail(
      `${said}.${part === 'recommended' ? ` ${partialFitText(cluster, use, have - has)}` : ''}`,
      {
        text: `Plan at most ${have} nodes for group ${group.name}, or purchase another training plan.`,
        command,
      },
      { level: part === 'recommended' ? 'recommended' : undefined, ...amounts },
    );
  }
  const starts = startOf(plan, group, context.at);
  if (starts !== undefined)
    return fail(
      `${said}. Available from ${starts} on.`,
      { text: `Create ${cluster.name} now, and its nodes start when ${plan.name} starts. Or wait until then.`, command },
      { level: 'recommended', ...amounts },
    );
  return pass(`${said}.`, amounts);
}

export default clusterCheck({
  id: 'training-plan',
  level: 'required',
  title: 'The training plan that a group names has the capacity for its nodes',
  rationale: 'Nodes of a group with a training plan use only its reserved capacity: its type, zone, time and count.',
  applies: 'groups that name a training plan',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingPlan.html',
  needs: ['trainingPlans', 'subnets', 'clusterNames', 'runningClusters'],
  *cases(context, cluster) {
    for (const group of groupsInOrder(cluster)) {
      const arn = group.trainingPlan;
      if (arn !== undefined) yield { group: group.name, resource: arn, evaluate: () => evaluateTrainingPlan(context, cluster, group, arn) };
    }
  },
});
