/** Which groups have EFA, and what security groups say about it. */

import { ec2Type } from '../evaluation/cluster.ts';
import type { GroupSpec } from '../evaluation/cluster-spec.ts';
import type { Facts, GroupRule, Read, SecurityGroup } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { memoized } from '../evaluation/memoized.ts';

/**
 * How much a group depends on EFA: required where one of its types has several network cards with it, or the request
 * names an interface type; recommended where one of its types has it; `undefined` where none has. Not read where EC2
 * does not describe one of the types, unless the others settle it.
 */
export function efaLevel(group: GroupSpec, types: Facts['instanceTypes']): Read<Level | undefined> {
  if (group.interfaceType !== undefined) return { ok: true, value: 'required' };
  if (group.types.length === 0) return { ok: true, value: undefined };
  if (!types.ok) return types;
  const names = group.types.map(ec2Type);
  const known = names.flatMap((n) => types.value[n] ?? []);
  if (known.some((t) => t.efa && t.networkCards > 1)) return { ok: true, value: 'required' };
  const unknown = names.filter((n) => types.value[n] === undefined);
  if (unknown.length > 0) return { ok: false, reason: `EC2 does not describe ${unknown.join(', ')} in this region` };
  return { ok: true, value: known.some((t) => t.efa) ? 'recommended' : undefined };
}

/** Whether a rule lets everything through to or from one of these groups, naming it. Nothing less counts for EFA. */
export const opensTo = (rule: GroupRule, groups: readonly SecurityGroup[]): boolean =>
  rule.protocol === '-1' &&
  rule.groups.some((pair) => groups.some((g) => g.id === pair.id && (pair.account === undefined || pair.account === g.owner)));

/** Whether some of `groups` lets everything through to or from one of `peers`, in one direction. */
export const opens = (groups: readonly SecurityGroup[], egress: boolean, peers: readonly SecurityGroup[]): boolean =>
  groups.some((g) => g.rules.some((r) => r.egress === egress && opensTo(r, peers)));

export const directions = [
  { egress: false, way: 'in', words: 'from itself' },
  { egress: true, way: 'out', words: 'to itself' },
] as const;

/** A security group, and the directions for which it has no rule that lets everything through from or to itself. */
export interface SelfGaps {
  readonly group: SecurityGroup;
  readonly gaps: readonly (typeof directions)[number][];
}

export const selfGapsOf = (groups: readonly SecurityGroup[]): readonly SelfGaps[] => groups.map(gapsOfGroup);

const gapsOfGroup = memoized(
  (group: SecurityGroup): SelfGaps => ({ group, gaps: directions.filter((d) => !opens([group], d.egress, [group])) }),
);

/** The group that needs the fewest rules, because one with both is enough; `undefined` where one has both. */
export function groupToOpen(groups: readonly SelfGaps[]): SelfGaps | undefined {
  const [best] = groups.toSorted((a, b) => a.gaps.length - b.gaps.length || (a.group.id < b.group.id ? -1 : 1));
  return best && best.gaps.length > 0 ? best : undefined;
}
