/** FSx file systems of a cluster: which ones, and which groups mount them. */

import { type Cluster, type Group, networkOf } from '../evaluation/cluster.ts';
import { byName, sortedUnique } from '../evaluation/order.ts';
import { consolePage } from '../text/console-links.ts';

/** A file system, and the groups that mount it. */
export interface LustreUse {
  readonly id: string;
  /** In order of name. All groups where the plan names it outside of the request: scripts may mount it anywhere. */
  readonly groups: readonly Group[];
  /** What the request says of it. */
  readonly mounts: readonly { readonly group: string; readonly dnsName: string; readonly mountName: string }[];
}

/** File system id and region of an FSx DNS name, `fs-….fsx.us-west-2.amazonaws.com`; `undefined` for any other name. */
export function lustreAddress(dnsName: string): { readonly id: string; readonly region: string } | undefined {
  const parts = /^(fs-[0-9a-f]+)\.fsx\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|aws\.internal)\.?$/.exec(dnsName.toLowerCase());
  return parts?.[1] !== undefined && parts[2] !== undefined ? { id: parts[1], region: parts[2] } : undefined;
}

/** File systems of a cluster that lie in a region, by id, in order of id; groups without a VPC cannot mount one. */
export function lustreUses(cluster: Cluster, region: string): readonly LustreUse[] {
  const planned = cluster.plan?.fsxLustre ?? [];
  if (planned.length === 0 && cluster.groups.every((g) => g.fsxLustre.length === 0)) return [];
  const groups = cluster.groups.filter((g) => networkOf(cluster, g)).toSorted(byName);
  const mounts = groups.flatMap((group) =>
    group.fsxLustre.flatMap((mount) => {
      const address = lustreAddress(mount.dnsName);
      return address?.region === region ? [{ ...mount, group, id: address.id }] : [];
    }),
  );
  const ids = groups.length > 0 ? sortedUnique([...planned, ...mounts.map((m) => m.id)]) : [];
  return ids.map((id) => {
    const own = mounts.filter((m) => m.id === id);
    return {
      id,
      groups: planned.includes(id) ? groups : groups.filter((g) => own.some((m) => m.group === g)),
      mounts: own.map(({ group, dnsName, mountName }) => ({ group: group.name, dnsName, mountName })),
    };
  });
}

/** All file systems that groups mount, by id, with those groups. */
export function fileSystemUses(cluster: Cluster, region: string): readonly Pick<LustreUse, 'id' | 'groups'>[] {
  const openZfs = cluster.groups
    .filter((g) => networkOf(cluster, g))
    .flatMap((group) => (group.openZfs ?? []).map((dnsName) => ({ address: lustreAddress(dnsName), group })))
    .filter(({ address }) => address?.region === region);
  const byId = Map.groupBy(openZfs, ({ address }) => address?.id ?? '');
  const lustre = lustreUses(cluster, region);
  const others = sortedUnique([...byId.keys()]).filter((id) => !lustre.some((l) => l.id === id));
  return [...lustre, ...others.map((id) => ({ id, groups: (byId.get(id) ?? []).map((u) => u.group) }))];
}

/** DNS names in the request that name no file system of this region, with the groups that give them, in order of name. */
export function otherLustre(
  cluster: Cluster,
  region: string,
): readonly { readonly dnsName: string; readonly region?: string; readonly groups: readonly string[] }[] {
  const named = cluster.groups
    .filter((g) => networkOf(cluster, g))
    .flatMap((g) => g.fsxLustre.map((m) => ({ dnsName: m.dnsName, group: g.name })))
    .filter((m) => lustreAddress(m.dnsName)?.region !== region);
  const byDns = Map.groupBy(named, (m) => m.dnsName);
  return [...byDns.keys()].toSorted().map((dnsName) => {
    const address = lustreAddress(dnsName);
    const groups = sortedUnique((byDns.get(dnsName) ?? []).map((m) => m.group));
    return { dnsName, ...(address && { region: address.region }), groups };
  });
}

/** Console address of a file system. */
export const lustreConsole = (region: string, id: string): string =>
  consolePage({ partition: 'aws', region })`fsx/home?region=${region}#file-system-details/${id}`;
