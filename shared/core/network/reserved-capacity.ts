/** Capacity that training plans reserve for groups, by zone. */
import { type Cluster, type Group, networkOf } from '../evaluation/cluster.ts';
import type { GroupSpec } from '../evaluation/cluster-spec.ts';
import type { Facts, TrainingPlan } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { subnetOf } from './resources.ts';

/** The blocks of a plan that are or will be there. The status of a block may still be Active after its end. */
export const usableCapacities = (plan: TrainingPlan, at: string): TrainingPlan['capacities'] =>
  plan.capacities.filter(
    (c) => c.status !== 'Expired' && c.status !== 'Failed' && (c.end === undefined || Date.parse(c.end) > Date.parse(at)),
  );

/** Zones a group may be placed in; `undefined`: it names no VPC, so any zone will do. */
export function zonesOfGroup(facts: Pick<Facts, 'subnets'>, cluster: Cluster, group: Group): readonly string[] | undefined {
  const subnets = networkOf(cluster, group)?.subnets;
  return subnets && sortedUnique(subnets.map((id) => subnetOf(facts, id).zone));
}

/**
 * The training plan of a group that has capacity for it in a zone, so that the zone has its type, whether or not EC2 lists it: of
 * UltraServers in Local Zones it may not. `undefined`: none is known.
 */
export function planWithCapacity(
  { facts, at }: { readonly facts: Pick<Facts, 'trainingPlans'>; readonly at: string },
  group: GroupSpec,
  zone: string,
): TrainingPlan | undefined {
  const read = group.trainingPlan === undefined ? undefined : facts.trainingPlans[group.trainingPlan];
  if (!read?.ok || !read.value) return undefined;
  return usableCapacities(read.value, at).some((c) => c.zone === zone && group.types.includes(c.type)) ? read.value : undefined;
}

/** `us-east-1-dfw-2a` → `us-east-1-dfw-2`, the zone group of a Local Zone; `undefined` for ids and names of other zones. */
export const localZoneGroup = (name: string): string | undefined => /^([a-z]{2,}(?:-[a-z]+)+-\d-[a-z]{3}-\d+)[a-z]$/.exec(name)?.[1];
