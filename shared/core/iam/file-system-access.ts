/** Which execution roles mount FSx for Lustre file systems by the request, and whether they may describe them. */
import type { CheckContext } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import type { Role } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { lustreUses } from '../network/lustre.ts';
import { evaluateRole } from './access.ts';
import { nodeRequests } from './node-actions.ts';
import { type PolicyDecision, requireAll } from './policy-evaluation.ts';

export const describeFileSystems = 'fsx:DescribeFileSystems';

/** Each file system of FsxLustreConfig with each role that mounts it. Scripts may mount others, in a way that is not known. */
export const mountingRoles = (cluster: Cluster, region: string): readonly { readonly id: string; readonly role: string }[] =>
  lustreUses(cluster, region).flatMap(({ id, groups, mounts }) =>
    sortedUnique(groups.filter(({ name }) => mounts.some(({ group }) => group === name)).map(({ role }) => role)).map((role) => ({
      id,
      role,
    })),
  );

export function describingDecision(
  context: Pick<CheckContext, 'account' | 'partition' | 'region' | 'at' | 'organization'>,
  role: Role,
  id: string,
): PolicyDecision {
  const arn = `arn:${context.partition}:fsx:${context.region}:${context.account}:file-system/${id}`;
  return requireAll(nodeRequests([arn], context, role.arn)(describeFileSystems).map((request) => evaluateRole(role, request)));
}
