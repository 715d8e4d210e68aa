/** Finding network resources among the facts. */
import { type Cluster, type Group, networkOf } from './cluster.ts';
import { type Facts, type Subnet, see, Unseen } from './facts.ts';

/** The subnet of that id; `Unseen` where subnets could not be read or this one does not exist (network-resources says so). */
export function subnetOf(facts: Pick<Facts, 'subnets'>, id: string): Subnet {
  const subnet = see(facts.subnets).find((s) => s.id === id);
  if (!subnet) throw new Unseen(`subnet ${id} does not exist in this region`);
  return subnet;
}

/** Groups with an override place their nodes in its subnets; the others inherit one subnet of the cluster's list, together. */
export const inherits = (group: Group): boolean => group.network === undefined;

/** Every subnet id of a cluster with the groups that may be placed there. */
export function subnetsWithGroups(cluster: Cluster): ReadonlyMap<string, readonly Group[]> {
  const map = new Map<string, Group[]>();
  for (const group of cluster.groups)
    for (const id of networkOf(cluster, group)?.subnets ?? []) map.set(id, [...(map.get(id) ?? []), group]);
  return map;
}
