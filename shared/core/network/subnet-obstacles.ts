/** Why a subnet cannot take nodes, by engines whose checks report each reason: only together may they leave no subnet. */

import type { CheckContext } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { requireKey, tryRequire } from '../evaluation/facts.ts';
import { networkAclNeeds, outwardOf } from './acl-traffic.ts';
import { apiEndpointNeeds, apiObstacle } from './api-endpoint.ts';
import { subnetOf } from './resources.ts';

export const obstacleNeeds = [...networkAclNeeds, ...apiEndpointNeeds] as const;

export type ObstacleContext = CheckContext<(typeof obstacleNeeds)[number]>;

/** The reason as a clause about the subnet; `undefined`: none. */
type ObstacleTest = (context: ObstacleContext, cluster: Cluster, subnet: string) => string | undefined;

const eksOf = ({ facts }: ObstacleContext, { eksCluster }: Cluster) =>
  eksCluster === undefined ? null : requireKey(facts.eksClusters, eksCluster, 'EKS cluster');

/** network-acl */
const closedAcl: ObstacleTest = (context, cluster, subnet) => {
  const words = outwardOf(context, cluster, subnet).blocked.flatMap((b) => (b.level === 'required' ? b.words : []));
  return words.length > 0 ? `its network ACL denies ${[...new Set(words)].join('; ')}` : undefined;
};

/** ipv6-pods */
const noIpv6: ObstacleTest = (context, cluster, subnet) =>
  eksOf(context, cluster)?.ipFamily === 'ipv6' && subnetOf(context.facts, subnet).ipv6.length === 0
    ? 'no IPv6 block, and the EKS cluster has IP family ipv6'
    : undefined;

/** eks-api-endpoint */
const noApiServer: ObstacleTest = (context, cluster, subnet) => {
  const eks = eksOf(context, cluster);
  if (!eks?.endpoint || eks.endpoint.privateAccess) return undefined;
  const obstacle = apiObstacle(context, { ...eks, endpoint: eks.endpoint }, subnet);
  return obstacle?.level === 'required' ? `no route to the API server of the EKS cluster: ${obstacle.text}` : undefined;
};

/**
 * For each subnet the reasons that its own check reports as recommended, because another subnet does not have that one. A
 * reason that all of them have is required there, and one that could not be evaluated is not evaluated there.
 */
export function obstaclesBySubnet(
  context: ObstacleContext,
  cluster: Cluster,
  subnets: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = [closedAcl, noIpv6, noApiServer]
    .map((test) =>
      subnets.map((id) => {
        const read = tryRequire(() => test(context, cluster, id));
        return read.ok ? read.value : undefined;
      }),
    )
    .filter((texts) => texts.includes(undefined));
  return new Map(subnets.map((id, i) => [id, found.flatMap((texts) => texts[i] ?? [])]));
}
