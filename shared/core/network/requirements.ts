/**
 * How much a cluster needs: nodes, addresses, interfaces. Rules: shared/plan/README.md, "How requirements are counted".
 */
import { type Cluster, ec2Type, type Group, runningGroup } from '../evaluation/cluster.ts';
import type { GroupSpec, RunningCluster, RunningGroup } from '../evaluation/cluster-spec.ts';
import { type InstanceType, NotEvaluatedError, requireValue } from '../evaluation/facts.ts';

/** `required` must be there for the cluster to come up, `recommended` (never less) for all that was asked for and is meant to grow. */
export interface Requirement {
  readonly required: number;
  readonly recommended: number;
}

/** The levels of amounts: nothing is counted for advice. */
export type AmountLevel = keyof Requirement;

export const zero: Requirement = { required: 0, recommended: 0 };
export const plus = (a: Requirement, b: Requirement): Requirement => ({
  required: a.required + b.required,
  recommended: a.recommended + b.recommended,
});
/** The same amount at both levels. */
export const both = (amount: number): Requirement => ({ required: amount, recommended: amount });
export const times = (a: Requirement, b: Requirement | number): Requirement => {
  const factor = typeof b === 'number' ? both(b) : b;
  return { required: a.required * factor.required, recommended: a.recommended * factor.recommended };
};
export const total = (amounts: readonly Requirement[]): Requirement => amounts.reduce(plus, zero);

const spare = (nodes: number, percent: number): number => Math.ceil((nodes * (100 + percent)) / 100);

/** Nodes a planned group asks for. `NotEvaluatedError` where an autoscaler decides and nothing says how far. */
export function plannedNodes(cluster: Cluster, group: Group): Requirement {
  const { count, min } = group.planned ?? { count: 0 };
  if (cluster.autoScaling && group.growTo === undefined)
    throw new NotEvaluatedError(`AutoScaling decides the number of nodes of group ${group.name}. Set growTo.${group.name} in the plan`);
  const required = min ?? count;
  return { required, recommended: Math.max(required, spare(Math.max(count, group.growTo ?? 0), cluster.plan?.headroom ?? 0)) };
}

/**
 * Nodes a running group counts for against quotas: none while deleting, only those that exist after a failure. With a MinCount
 * that many are required, and the rest of its target is recommended, like MinInstanceCount of a request.
 */
export function heldNodes(cluster: Pick<RunningCluster, 'status'>, { current, target, min = target }: RunningGroup): Requirement {
  if (cluster.status === 'Deleting') return zero;
  if (cluster.status === 'Failed' || cluster.status === 'RollingBack') return both(current);
  return { required: Math.max(current, Math.min(min, target)), recommended: Math.max(current, target) };
}

/**
 * Nodes that still have to find a place in a subnet: planned − current. For a group that only runs: target − current
 * (none after a failure, when only what exists counts). Room for successors of nodes is what `replacement` evaluates.
 */
export function unplacedNodes(cluster: Cluster, group: Group): Requirement {
  const running = runningGroup(cluster, group.name);
  if (group.planned) {
    const planned = plannedNodes(cluster, group);
    const current = running?.current ?? 0;
    return { required: Math.max(0, planned.required - current), recommended: Math.max(0, planned.recommended - current) };
  }
  const whole = requireValue(cluster.running);
  if (!whole || !running) return zero;
  const held = heldNodes(whole, running);
  return { required: Math.max(0, held.required - running.current), recommended: Math.max(0, held.recommended - running.current) };
}

/**
 * IPv4 addresses one node takes from its subnet. Slurm: one per network card (P5: 32). EKS: all addresses of the
 * primary interface and one per further card (P5: 81). With efa-only the further cards take none, an estimate.
 */
export function addressesPerNode(type: InstanceType, orchestrator: 'eks' | 'slurm', interfaceType?: 'efa' | 'efa-only'): number {
  const primary = orchestrator === 'eks' ? type.ipv4PerInterface : 1;
  return interfaceType === 'efa-only' ? primary : primary + type.networkCards - 1;
}

/** Network interfaces one node takes: one per card, and one more where card 0 carries an efa-only device in addition to its own. */
export function interfacesPerNode(type: InstanceType, interfaceType?: 'efa' | 'efa-only'): number {
  return type.networkCards + (interfaceType === 'efa-only' && type.efa ? 1 : 0);
}

/** Network data of each of a group's types, by `ml.` name; `NotEvaluatedError` where EC2 does not know one of them in this region. */
export function typesOf(group: GroupSpec, known: { readonly [type: string]: InstanceType }): readonly InstanceType[] {
  return group.types.map((ml) => {
    const type = known[ec2Type(ml)];
    if (!type) throw new NotEvaluatedError(`EC2 does not describe ${ec2Type(ml)} in this region`);
    return type;
  });
}
