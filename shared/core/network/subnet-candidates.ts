/** What prevents the nodes of a placement unit from landing in one subnet. */

import type { CheckContext, CheckRemediation } from '../evaluation/check.ts';
import { type Cluster, ec2Type, type Group } from '../evaluation/cluster.ts';
import { type Facts, NotEvaluatedError, requireKey, requireValue, type Subnet } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { memoized, memoizedWithin } from '../evaluation/memoized.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { type Competition, competition } from '../quotas/competition.ts';
import { findQuota, quotaNames, quotaValue, raiseQuota } from '../quotas/quotas.ts';
import { listed } from '../text/words.ts';
import { earlierDemandText, fitText, moreAddresses } from './address-text.ts';
import { addressesOn, combinedNeed, earlierDemand, loadOf, type PlacementUnit, placementUnits, sameUnit } from './placement-units.ts';
import { type AmountLevel, type Requirement, times, total, typesOf, unplacedNodes } from './requirements.ts';
import { planWithCapacity, usableCapacities } from './reserved-capacity.ts';
import { subnetOf } from './resources.ts';
import { routeToS3, type s3RouteNeeds } from './s3-route.ts';

type PlacementFacts = 'subnets' | 'instanceTypes' | 'interfaces' | 'quotas' | 'offerings' | 'trainingPlans' | (typeof s3RouteNeeds)[number];

export type PlacementContext = CheckContext<PlacementFacts>;

/** What speaks against a subnet: `required` nodes could not come up there, `recommended` not all that is meant to. */
interface PlacementProblem {
  readonly level: Level;
  readonly text: string;
  readonly remediation?: CheckRemediation;
}

/** What is known of one subnet, and what could not be seen. */
export interface SubnetCandidate {
  readonly id: string;
  readonly problems: readonly PlacementProblem[];
  readonly unread: readonly NotEvaluatedError[];
}

const levelFor = (nodes: Requirement): Level => (nodes.required > 0 ? 'required' : 'recommended');

/** Whether the zone offers a type of the group. HyperPod's own offer of CPU types may differ, so those only warn. */
function offering(context: PlacementContext, cluster: Cluster, group: Group, subnet: Subnet): readonly PlacementProblem[] {
  const { facts } = context;
  const types = [...new Set(group.types.map(ec2Type))];
  const offers = requireValue(facts.offerings);
  if (types.length === 0 || types.some((t) => Object.hasOwn(offers, t) && offers[t]?.includes(subnet.zone))) return [];
  if (planWithCapacity(context, group, subnet.zone)) return [];
  const nodes = unplacedNodes(cluster, group);
  if (nodes.recommended === 0) return [];
  const accelerated = typesOf(group, requireValue(facts.instanceTypes)).every((t) => t.accelerated);
  return [
    {
      level: accelerated ? levelFor(nodes) : 'recommended',
      text: `zone ${subnet.zone} does not offer ${types.join(' or ')} (group ${group.name})`,
    },
  ];
}

/** Whether the training plan that a group names has capacity in the zone. That it exists and fits otherwise is training-plan's. */
function reserved({ facts, at }: PlacementContext, cluster: Cluster, group: Group, subnet: Subnet): readonly PlacementProblem[] {
  if (group.trainingPlan === undefined) return [];
  const plan = requireKey(facts.trainingPlans, group.trainingPlan, 'training plan');
  const zones = (plan ? usableCapacities(plan, at) : []).filter((c) => group.types.includes(c.type)).map((c) => c.zone);
  if (zones.length === 0 || zones.includes(subnet.zone)) return [];
  if (zones.includes('')) throw new NotEvaluatedError(`training plan ${group.trainingPlan} does not state the zone of its capacity`);
  const nodes = unplacedNodes(cluster, group);
  if (nodes.recommended === 0) return [];
  return [
    {
      level: levelFor(nodes),
      text: `the training plan of group ${group.name} has its capacity in ${listed(sortedUnique(zones))}, not in ${subnet.zone}`,
    },
  ];
}

function s3(context: PlacementContext, subnet: Subnet): readonly PlacementProblem[] {
  const route = routeToS3(context, subnet);
  return route.reach === 'none' ? [{ level: 'required', text: route.text, remediation: route.remediation }] : [];
}

/** The same cluster's other units that certainly land on the subnet: it is their only one, or their pool has no other room. */
const fellowsOn = (context: PlacementContext, cluster: Cluster, unit: PlacementUnit, subnet: string): Requirement =>
  total(
    placementUnits(cluster)
      .filter((u) => !sameUnit(u, unit) && u.subnets.includes(subnet) && (u.pool || u.subnets.length === 1))
      .map((u) => addressesOn(context, cluster, u, subnet)),
  );

export function addresses(context: PlacementContext, cluster: Cluster, unit: PlacementUnit, subnet: Subnet): readonly PlacementProblem[] {
  if (subnet.ipv6Native) return [];
  const loads = unit.groups.map((g) => loadOf(context.facts, cluster, g));
  const own = total(loads.map((l) => times(l.nodes, l.addresses)));
  if (own.recommended === 0) return [];
  const fellows = fellowsOn(context, cluster, unit, subnet.id);
  const rivals = earlierDemand(context, cluster, subnet.id);
  const need = combinedNeed(own, fellows, rivals.amount);
  const have = subnet.freeIpv4;
  const part: AmountLevel = have < need.required ? 'required' : 'recommended';
  if (have >= need[part]) return [];
  const room = have - fellows[part] - rivals.amount[part];
  const estimate = loads.some((l) => l.estimate) ? ' (estimate)' : '';
  const others = fellows[part] > 0 ? `, ${fellows[part]} of them for groups without another subnet` : '';
  return [
    {
      level: part,
      text: `${have} IP addresses available, ${need[part]} required${estimate}${others}${earlierDemandText(rivals, part)}${fitText(cluster, loads, part, room)}`,
      remediation: moreAddresses(context, cluster, subnet, need[part]),
    },
  ];
}

interface ZoneQuota {
  /** What the quota leaves of a zone. */
  readonly free: number;
  readonly remediation: (by: number) => CheckRemediation;
}

/** What the quota of network interfaces leaves in a zone; `NotEvaluatedError` where Service Quotas lists none. */
export function interfacesIn({ facts, region }: PlacementContext, zone: string): ZoneQuota {
  const quota = findQuota(facts, 'vpc', [quotaNames.interfaces]);
  if (!quota) throw new NotEvaluatedError(`Service Quotas in ${region} does not list "${quotaNames.interfaces}"`);
  const value = quotaValue(quota);
  const { byZone } = requireValue(facts.interfaces);
  return {
    free: value - (Object.hasOwn(byZone, zone) ? (byZone[zone] ?? 0) : 0),
    remediation: (by) => raiseQuota(quota, Math.ceil(value + by), region),
  };
}

export const interfacesOf = ({ facts }: PlacementContext, cluster: Cluster, unit: PlacementUnit): Requirement =>
  total(unit.groups.map((g) => loadOf(facts, cluster, g)).map((l) => times(l.nodes, l.interfaces)));

type UnitAmount = (cluster: Cluster, unit: PlacementUnit) => Requirement;

/** What a cluster's other units take that have no place outside these subnets. */
const fellowsWithin = (subnets: ReadonlySet<string>, amountOf: UnitAmount, cluster: Cluster, unit: PlacementUnit): Requirement =>
  total(
    placementUnits(cluster)
      .filter((u) => !sameUnit(u, unit) && u.subnets.every((id) => subnets.has(id)))
      .map((u) => amountOf(cluster, u)),
  );

/** What a cluster may take from these subnets. */
const demandWithin = (subnets: ReadonlySet<string>, amountOf: UnitAmount, cluster: Cluster): Requirement =>
  total(
    placementUnits(cluster)
      .filter((u) => (u.pool ? u.subnets.every((id) => subnets.has(id)) : u.subnets.some((id) => subnets.has(id))))
      .map((u) => amountOf(cluster, u)),
  );

/** Addresses or interfaces that others take from a set of subnets: fellows that have no place outside it, rivals that may come. */
export const othersIn = (
  context: PlacementContext,
  cluster: Cluster,
  unit: PlacementUnit,
  subnets: ReadonlySet<string>,
  amountOf: UnitAmount,
): { readonly fellows: Requirement; readonly rivals: Competition } => ({
  fellows: fellowsWithin(subnets, amountOf, cluster, unit),
  rivals: competition(context.clusters, cluster, (c) => demandWithin(subnets, amountOf, c)),
});

/** Ids of the subnets in these zones. */
export const subnetsIn = (facts: Pick<Facts, 'subnets'>, zones: readonly string[]): ReadonlySet<string> =>
  new Set(requireValue(facts.subnets).flatMap((s) => (zones.includes(s.zone) ? [s.id] : [])));

interface InterfaceDemand {
  readonly fellows: (cluster: Cluster, unit: PlacementUnit) => Requirement;
  readonly demand: (cluster: Cluster) => Requirement;
}

/** Interfaces that clusters take in a zone. */
const zoneInterfaces = memoized((context: PlacementContext) =>
  memoizedWithin((zone: string): InterfaceDemand => {
    const subnets = subnetsIn(context.facts, [zone]);
    const amountOf: UnitAmount = (c, u) => interfacesOf(context, c, u);
    return {
      fellows: (c, u) => fellowsWithin(subnets, amountOf, c, u),
      demand: memoizedWithin((c) => demandWithin(subnets, amountOf, c)),
    };
  }),
);

export function interfaces(context: PlacementContext, cluster: Cluster, unit: PlacementUnit, subnet: Subnet): readonly PlacementProblem[] {
  const own = interfacesOf(context, cluster, unit);
  if (own.recommended === 0) return [];
  const { free, remediation } = interfacesIn(context, subnet.zone);
  const inZone = zoneInterfaces(context)(subnet.zone);
  const fellows = inZone.fellows(cluster, unit);
  const rivals = competition(context.clusters, cluster, inZone.demand);
  const need = combinedNeed(own, fellows, rivals.amount);
  const part: AmountLevel = free < need.required ? 'required' : 'recommended';
  if (free >= need[part]) return [];
  return [
    {
      level: part,
      text: `${Math.max(0, free)} network interfaces available in zone ${subnet.zone} by quota, ${need[part]} required${earlierDemandText(rivals, part)}`,
      remediation: remediation(need.recommended - free),
    },
  ];
}

/** The subnet, if it takes nodes at all; network-resources reports one that does not. */
function availableSubnet({ facts }: PlacementContext, id: string): Subnet {
  const subnet = subnetOf(facts, id);
  if (subnet.state !== 'available') throw new NotEvaluatedError(`subnet ${id} is ${subnet.state}`);
  return subnet;
}

/**
 * All problems of one subnet. A test without its facts is recorded next to the others: a failure that was found counts,
 * whether or not the others could be evaluated.
 */
export function candidate(context: PlacementContext, cluster: Cluster, unit: PlacementUnit, id: string): SubnetCandidate {
  const problems: PlacementProblem[] = [];
  const unread: NotEvaluatedError[] = [];
  const test = <T>(look: () => T): T | undefined => {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof NotEvaluatedError)) throw error;
      unread.push(error);
      return undefined;
    }
  };
  const subnet = test(() => availableSubnet(context, id));
  if (!subnet) return { id, problems, unread };
  const tests = [
    ...(unit.pool ? [] : [() => addresses(context, cluster, unit, subnet), () => interfaces(context, cluster, unit, subnet)]),
    ...unit.groups.flatMap((g) => [() => offering(context, cluster, g, subnet), () => reserved(context, cluster, g, subnet)]),
    () => s3(context, subnet),
  ];
  for (const look of tests) problems.push(...(test(look) ?? []));
  return { id, problems, unread };
}
