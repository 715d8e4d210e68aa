/** Capacity that training plans reserve for groups, by zone. */
import type { GroupSpec } from '../evaluation/cluster-spec.ts';
import type { Facts, TrainingPlan } from '../evaluation/facts.ts';

/** The blocks of a plan that are or will be there. */
export const usableCapacities = (plan: TrainingPlan): TrainingPlan['capacities'] =>
  plan.capacities.filter((c) => c.status !== 'Expired' && c.status !== 'Failed');

/**
 * The training plan of a group that has capacity for it in a zone, so that the zone has its type, whether or not EC2 lists it: of
 * UltraServers in Local Zones it may not. `undefined`: none is known.
 */
export function planWithCapacity(facts: Pick<Facts, 'trainingPlans'>, group: GroupSpec, zone: string): TrainingPlan | undefined {
  const read = group.trainingPlan === undefined ? undefined : facts.trainingPlans[group.trainingPlan];
  if (!read?.ok || !read.value) return undefined;
  return usableCapacities(read.value).some((c) => c.zone === zone && group.types.includes(c.type)) ? read.value : undefined;
}

/** `us-east-1-dfw-2a` → `us-east-1-dfw-2`, the zone group of a Local Zone; `undefined` for ids and names of other zones. */
export const localZoneGroup = (name: string): string | undefined => /^([a-z]{2,}(?:-[a-z]+)+-\d-[a-z]{3}-\d+)[a-z]$/.exec(name)?.[1];
