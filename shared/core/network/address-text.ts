/** Sentences and remediation about a shortfall of addresses in a subnet. */

import type { CheckContext, CheckRemediation } from '../evaluation/check.ts';
import { type Cluster, runningGroup } from '../evaluation/cluster.ts';
import type { Subnet } from '../evaluation/facts.ts';
import type { Competition } from '../quotas/competition.ts';
import { aws } from '../text/command-line.ts';
import { subnetConsole } from '../text/console-links.ts';
import { listed } from '../text/words.ts';
import { fitting, type GroupLoad } from './placement-units.ts';
import type { AmountLevel } from './requirements.ts';

/** "4 nodes of workers (32 each) and 2 of login (1 each)". */
export function loadText(loads: readonly GroupLoad[], part: AmountLevel): string {
  const of = (l: GroupLoad, i: number) =>
    `${l.nodes[part]} ${i === 0 ? (l.nodes[part] === 1 ? 'node ' : 'nodes ') : ''}of ${l.group.name} (${l.addresses[part]} each)`;
  return listed(loads.filter((l) => l.nodes[part] > 0).map(of));
}

/** ", 80 of them planned earlier for a and b", or nothing. */
export const earlierDemandText = (rivals: Competition, part: AmountLevel): string =>
  rivals.amount[part] > 0 ? `, ${rivals.amount[part]} of them planned earlier for ${listed(rivals.names)}` : '';

/** How many nodes fit. Only of a single group: how several would share is not known. `room` is what is left for it. */
export function fitText(cluster: Cluster, loads: readonly GroupLoad[], part: AmountLevel, room: number): string {
  const [load, ...more] = loads.filter((l) => l.nodes[part] > 0);
  if (!load || more.length > 0) return '';
  const fit = Math.min(load.nodes[part], fitting(room, load.addresses[part]));
  if (part === 'required') return `; ${fit} of ${load.nodes.required} ${load.nodes.required === 1 ? 'node fits' : 'nodes fit'}`;
  const current = runningGroup(cluster, load.group.name)?.current ?? 0;
  const count = load.group.planned?.count;
  if (count !== undefined && current + fit < count) return `; ${cluster.name} would start with ${current + fit} of ${count} nodes`;
  return `; ${fit} of ${load.nodes.recommended} nodes fit, including headroom and growTo`;
}

/** Smallest block that holds so many addresses in addition to the five that AWS reserves; `undefined`: more than a subnet can have. */
export function smallestMask(addresses: number): number | undefined {
  const mask = 32 - Math.ceil(Math.log2(Math.max(16, addresses + 5)));
  return mask >= 16 ? mask : undefined;
}

/** The fix of too few addresses. */
export function moreAddresses(
  context: Pick<CheckContext, 'partition' | 'region'>,
  cluster: Cluster,
  subnet: Subnet,
  need: number,
): CheckRemediation {
  const mask = smallestMask(need);
  const size = mask === undefined ? 'more than a /16 holds: spread the groups over several subnets' : `a new /${mask} has them`;
  const runs = cluster.running.ok && cluster.running.value;
  const where = runs ? 'in OverrideVpcConfig of a new instance group' : 'in VpcConfig or OverrideVpcConfig';
  return {
    text: `Free addresses in ${subnet.id}, or name a subnet with ${need} available addresses (${size}) ${where}.${runs ? ' The subnets of an existing cluster or group cannot be changed.' : ''}`,
    command: aws(['ec2', 'describe-network-interfaces'], {
      region: context.region,
      filters: [{ Name: 'subnet-id', Values: [subnet.id] }],
      query: 'NetworkInterfaces[].[NetworkInterfaceId,InterfaceType,Status,Description]',
      output: 'table',
    }),
    console: subnetConsole(context, subnet.id),
  };
}
