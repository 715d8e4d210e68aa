import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { allRunning, type Cluster, type Group, groupsInOrder, runningGroup } from '../evaluation/cluster.ts';
import type { RunningCluster } from '../evaluation/cluster-spec.ts';
import { NotEvaluatedError, outdatedFacts, requireKey, requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { moreAddresses } from '../network/address-text.ts';
import { addressesOn, loadOf, type PlacementUnit, placementUnits, takenByNode } from '../network/placement-units.ts';
import { times, total } from '../network/requirements.ts';
import { subnetOf } from '../network/resources.ts';
import { heldDemands } from '../quotas/demands.ts';
import { findQuota, quotaNames, quotaValue, raiseQuota, typeQuotaName, typeQuotaNames } from '../quotas/quotas.ts';
import { aws } from '../text/command-line.ts';
import { clusterConsole } from '../text/console-links.ts';
import { listed } from '../text/words.ts';

type ReplacementContext = CheckContext<
  'clusterNames' | 'runningClusters' | 'subnets' | 'instanceTypes' | 'interfaces' | 'quotas' | 'trainingPlans'
>;

const consequence = 'HyperPod may be unable to replace a failed node.';

const sum = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);
const namesOf = (groups: readonly Group[]): string => listed(groups.map((g) => g.name));

/** Groups with a node that could fail, as they are placed. */
const occupiedUnits = (cluster: Cluster): readonly PlacementUnit[] =>
  placementUnits(cluster)
    .map((unit) => ({ ...unit, groups: unit.groups.filter((g) => (runningGroup(cluster, g.name)?.current ?? 0) > 0) }))
    .filter((unit) => unit.groups.length > 0);

/** Addresses for successors, in addition to those of nodes still to come: too few for these are what subnet-free-ips reports. */
function evaluateAddresses(context: ReplacementContext, cluster: Cluster, id: string): CheckResult | undefined {
  const { facts } = context;
  const subnet = subnetOf(facts, id);
  if (subnet.ipv6Native) return undefined;
  const still = total(
    placementUnits(cluster)
      .filter((u) => u.subnets.includes(id))
      .map((u) => addressesOn(context, cluster, u, id)),
  );
  if (subnet.freeIpv4 < still.recommended) return undefined;
  const coming = still.required;
  const have = subnet.freeIpv4 - coming;
  const groups = occupiedUnits(cluster).flatMap((u) => (u.subnets.includes(id) ? u.groups : []));
  const taken = groups.map((g) => takenByNode(facts, cluster, g));
  const need = sum(taken.map((t) => t.addresses.recommended));
  const estimate = taken.some((t) => t.estimate) ? ' (estimate)' : '';
  const of = coming > 0 ? ' beyond those for starting nodes' : '';
  const said = `${id}: ${have} IP addresses available${of}, ${need} required${estimate} to replace one node of each group (${namesOf(groups)})`;
  const amounts = { have, need, unit: 'addresses' };
  if (have >= need) return pass(`${said}.`, amounts);
  return fail(`${said}. ${consequence}`, moreAddresses(context, cluster, subnet, need + coming), amounts);
}

/** Interfaces for successors in the zone with the least room; too few for nodes still to come are what network-interface-quota reports. */
function evaluateInterfaces(context: ReplacementContext, cluster: Cluster): CheckResult | undefined {
  const { facts, region } = context;
  const quota = findQuota(facts, 'vpc', [quotaNames.interfaces]);
  if (!quota) throw new NotEvaluatedError(`Service Quotas in ${region} does not list "${quotaNames.interfaces}"`);
  const limit = Math.floor(quotaValue(quota));
  const used = requireValue(facts.interfaces);
  const zonesOf = (unit: PlacementUnit) => sortedUnique(unit.subnets.map((id) => subnetOf(facts, id).zone));
  const occupied = occupiedUnits(cluster);
  const rooms = sortedUnique(occupied.flatMap(zonesOf)).map((zone) => {
    const here = (units: readonly PlacementUnit[]) => units.filter((u) => zonesOf(u).includes(zone)).flatMap((u) => u.groups);
    const coming = total(
      here(placementUnits(cluster))
        .map((g) => loadOf(facts, cluster, g))
        .map((l) => times(l.nodes, l.interfaces)),
    );
    const free = limit - (used.byZone[zone] ?? 0);
    return {
      zone,
      isReported: free < coming.recommended,
      have: free - coming.required,
      need: sum(here(occupied).map((g) => takenByNode(facts, cluster, g).interfaces)),
    };
  });
  if (rooms.some((r) => r.isReported)) return undefined;
  const [worst] = rooms.toSorted((a, b) => a.have - a.need - (b.have - b.need));
  if (!worst) return undefined;
  const { zone, have, need } = worst;
  const said = `${have} network interfaces available in zone ${zone} by quota, ${need} required to replace one node of each group`;
  const amounts = { have, need, unit: 'interfaces' };
  if (have >= need) return pass(`${said}.`, amounts);
  return fail(`${said}. ${consequence}`, raiseQuota(quota, limit - have + need, region), amounts);
}

/** Nodes of one type that running clusters hold; those of flexible groups only where AWS says their type. */
const heldOf = (context: ReplacementContext, type: string, spot: boolean): number =>
  sum(
    allRunning(context.facts).flatMap((c) =>
      c.groups
        .filter((g) => g.spot === spot)
        .flatMap((g) => heldDemands(c, g).map((d) => (d.types.length === 1 && d.types[0] === type ? d.nodes.recommended : 0))),
    ),
  );

/** Quota for successors of groups that take the same types, any of them. A quota that does not cover what runs is what instance-type-quota reports. */
function evaluateTypes(context: ReplacementContext, types: readonly string[], groups: readonly Group[]): CheckResult | undefined {
  const spot = groups[0]?.spot ?? false;
  const rows = types.flatMap((type) => {
    const quota = findQuota(context.facts, 'sagemaker', typeQuotaNames(type, spot));
    return quota ? [{ quota, left: Math.floor(quotaValue(quota)) - heldOf(context, type, spot) }] : [];
  });
  const [first] = rows;
  if (!first || rows.every((r) => r.left < 0)) return undefined;
  const have = sum(rows.map((r) => Math.max(0, r.left)));
  const need = groups.length;
  const said = `${have} ${types.join(' or ')} instances available by quota, ${need} required to replace one node of each group (${namesOf(groups)})`;
  const amounts = { have, need, unit: 'nodes' };
  if (have >= need) return pass(`${said}.`, amounts);
  const to = Math.floor(quotaValue(first.quota)) + need - have;
  return fail(
    `${said}. Using the whole quota is normal. A replacement then starts only after the failed node is gone.`,
    raiseQuota(first.quota, to, context.region),
    amounts,
  );
}

/**
 * Free instances of a training plan, and of UltraServers the spare ones: AWS reserves one for each UltraServer by default
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingPlan.html). Whether the free ones include these is not
 * documented. A plan that gives nothing now is what training-plan reports.
 */
function evaluateTrainingPlan(context: ReplacementContext, arn: string, groups: readonly Group[]): CheckResult | undefined {
  const plan = requireKey(context.facts.trainingPlans, arn, 'training plan');
  if (plan?.status !== 'Active') return undefined;
  const have = Math.max(plan.available, plan.spare ?? 0);
  const need = groups.length;
  const spare = plan.spare === undefined ? '' : ` (and ${plan.spare} spare of its UltraServers)`;
  const said = `${plan.available} of ${plan.total} instances of training plan ${plan.name} available${spare}, ${need} required to replace one node of each group (${namesOf(groups)})`;
  const amounts = { have, need, unit: 'nodes' };
  if (have >= need) return pass(`${said}.`, amounts);
  return fail(
    `${said}. Using the whole plan is normal. A replacement then starts only when an instance is available.`,
    {
      text: `Leave ${need === 1 ? 'one instance' : `${need} instances`} of ${plan.name} unused if jobs cannot wait.`,
      command: aws(['sagemaker', 'describe-training-plan'], { region: context.region, 'training-plan-name': plan.name }),
    },
    amounts,
  );
}

/** In a plan node-recovery evaluates the member. */
function evaluateRecovery(context: ReplacementContext, running: RunningCluster): CheckResult | undefined {
  if (!running.request) throw new NotEvaluatedError(outdatedFacts);
  const recovery = running.request.NodeRecovery;
  if (recovery === undefined) return undefined;
  if (recovery !== 'None') return pass(`NodeRecovery of ${running.name} is ${recovery}.`);
  return fail(`NodeRecovery of ${running.name} is None. A failed node stays until an administrator replaces it.`, {
    text: 'Set NodeRecovery to Automatic, or assign the replacement of faulty nodes to an administrator.',
    command: aws(['sagemaker', 'update-cluster'], {
      region: context.region,
      'cluster-name': running.name,
      'node-recovery': 'Automatic',
    }),
    console: clusterConsole(context, running.name),
  });
}

/** Nothing is replaced in clusters that are gone or going; cluster-health reports them. */
const withoutReplacement: readonly string[] = ['Failed', 'RollingBack', 'Deleting'];

export default clusterCheck({
  id: 'replacement',
  level: 'recommended',
  levelNote: 'recommended; quotas and training plans without a free instance: advice',
  title: 'One node of each group could be replaced now',
  rationale: 'A replacement node takes IP addresses and network interfaces. Jobs that need all nodes wait for it.',
  applies: 'running clusters with nodes',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BatchReplaceClusterNodes.html',
  needs: ['clusterNames', 'runningClusters', 'subnets', 'instanceTypes', 'interfaces', 'quotas', 'trainingPlans'],
  *cases(context, cluster) {
    const running = requireValue(cluster.running);
    if (!running || withoutReplacement.includes(running.status)) return;
    const units = occupiedUnits(cluster);
    for (const id of sortedUnique(units.flatMap((u) => u.subnets)))
      yield { resource: id, evaluate: () => evaluateAddresses(context, cluster, id) };
    if (units.length > 0) yield { resource: quotaNames.interfaces, evaluate: () => evaluateInterfaces(context, cluster) };
    if (cluster.plan?.request.NodeRecovery === undefined)
      yield { resource: 'NodeRecovery', evaluate: () => evaluateRecovery(context, running) };
    const occupied = groupsInOrder(cluster).filter((g) => (runningGroup(cluster, g.name)?.current ?? 0) > 0);
    const byTypes = Map.groupBy(
      occupied.filter((g) => g.trainingPlan === undefined),
      (g) => typeQuotaName(g.types.join(' or '), g.spot),
    );
    for (const [resource, groups] of byTypes)
      yield { resource, level: 'advice', evaluate: () => evaluateTypes(context, groups[0]?.types ?? [], groups) };
    const byPlan = Map.groupBy(occupied, (g) => g.trainingPlan);
    for (const [arn, groups] of byPlan)
      if (arn !== undefined) yield { resource: arn, level: 'advice', evaluate: () => evaluateTrainingPlan(context, arn, groups) };
  },
});
