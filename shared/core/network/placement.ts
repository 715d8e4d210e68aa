/** Evaluates whether the subnets of a placement unit can take its nodes: all that a subnet needs, tested together. */

import type { CheckRemediation, CheckResult } from '../evaluation/check.ts';
import { fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { requireValue, tryRequire } from '../evaluation/facts.ts';
import { subnetConsole } from '../text/console-links.ts';
import { listed } from '../text/words.ts';
import { fitting, type GroupLoad, loadOf, type PlacementUnit } from './placement-units.ts';
import { type AmountLevel, times, total, unplacedNodes } from './requirements.ts';
import {
  candidate,
  interfacesIn,
  interfacesOf,
  othersIn,
  type PlacementContext,
  type SubnetCandidate,
  subnetsIn,
} from './subnet-candidates.ts';
import { type ObstacleContext, obstaclesBySubnet } from './subnet-obstacles.ts';

const refused = (c: SubnetCandidate): boolean => c.problems.some((p) => p.level === 'required');
const short = (c: SubnetCandidate): boolean => c.problems.length > 0;

export const against = (c: SubnetCandidate): string => `${c.id}: ${c.problems.map((p) => p.text).join('; ')}`;

/** The remedy of what weighs most, in the order of the subnets. */
function remedy(context: PlacementContext, candidates: readonly SubnetCandidate[], subject: string): CheckRemediation {
  const problems = candidates.flatMap((c) => c.problems);
  const known = [...problems.filter((p) => p.level === 'required'), ...problems].find((p) => p.remediation)?.remediation;
  const first = candidates.find(short) ?? candidates[0];
  return (
    known ?? {
      text: `Name other subnets for ${subject}, without the problems above.`,
      ...(first && { console: subnetConsole(context, first.id) }),
    }
  );
}

/**
 * The result for a unit that lands in one of its subnets, which HyperPod chooses. Refused by all: it cannot come up. Taken
 * by some only, or short of what is recommended: recommended. Where a read failed, only what is certain all the same is
 * reported (every subnet refuses, or one takes it and another does not); else `NotEvaluatedError`.
 */
function evaluateSubnetChoice(context: PlacementContext, candidates: readonly SubnetCandidate[], subject: string): CheckResult {
  const count = candidates.length;
  const remediation = () => remedy(context, candidates, subject);
  if (candidates.every(refused)) {
    const each = candidates.map(against).join('. ');
    return fail(`0 of ${count} ${count === 1 ? 'subnet' : 'subnets'} can take ${subject}. ${each}.`, remediation(), {
      have: 0,
      need: 1,
      unit: 'subnets',
    });
  }
  const seen = candidates.filter((c) => c.unread.length === 0);
  const unknown = candidates.find((c) => !refused(c) && c.unread.length > 0)?.unread[0];
  const taking = seen.filter((c) => !refused(c));
  if (unknown && (taking.length === 0 || !candidates.some(short))) throw unknown;
  const whole = seen.filter((c) => !short(c)).map((c) => c.id);
  if (!candidates.some(short))
    return pass(`${count} of ${count} ${count === 1 ? 'subnet' : 'subnets'} can take ${subject}: ${listed(whole)}.`, {
      have: count,
      need: count,
      unit: 'subnets',
    });
  const open = candidates.filter((c) => !short(c) && c.unread.length > 0).map((c) => `${c.id}: ${c.unread[0]?.reason}`);
  const shortfalls = [...candidates.filter(short).map(against), ...open].join('. ');
  const which = whole.length > 0 ? `: ${listed(whole)}. HyperPod chooses the subnet` : '. The minimum fits';
  return fail(
    `${whole.length} of ${count} ${count === 1 ? 'subnet' : 'subnets'} can take all of ${subject}${which}. ${shortfalls}.`,
    remediation(),
    { level: 'recommended', have: whole.length, need: count, unit: 'subnets' },
  );
}

/** How many nodes of a flexible group find room in its subnets, after others took theirs. */
function poolRoom(
  context: PlacementContext,
  cluster: Cluster,
  unit: PlacementUnit,
  load: GroupLoad,
  ids: readonly string[],
  part: AmountLevel,
): number {
  const { facts } = context;
  const subnets = requireValue(facts.subnets).filter((s) => ids.includes(s.id));
  const left = (rooms: readonly number[], each: number, others: ReturnType<typeof othersIn>) =>
    rooms.reduce((sum, r) => sum + fitting(r, each), 0) - Math.ceil((others.fellows[part] + others.rivals.amount[part]) / each);
  // IPv6-native subnets have no IPv4 amounts to run out of.
  const byAddress = subnets.some((s) => s.ipv6Native)
    ? Number.POSITIVE_INFINITY
    : left(
        subnets.map((s) => s.freeIpv4),
        load.addresses[part],
        othersIn(context, cluster, unit, new Set(ids), (c, u) =>
          total(u.groups.map((g) => loadOf(facts, c, g)).map((l) => times(l.nodes, l.addresses))),
        ),
      );
  const zones = [...new Set(subnets.map((s) => s.zone))];
  const byInterface = left(
    zones.map((z) => interfacesIn(context, z).free),
    load.interfaces,
    othersIn(context, cluster, unit, subnetsIn(facts, zones), (c, u) => interfacesOf(context, c, u)),
  );
  return Math.max(0, Math.min(byAddress, byInterface));
}

/**
 * The result for a flexible group: its nodes may be spread, so the subnets add up, in whole nodes. An estimate by the
 * largest type.
 */
function evaluatePool(
  context: PlacementContext,
  cluster: Cluster,
  unit: PlacementUnit,
  candidates: readonly SubnetCandidate[],
  subject: string,
): CheckResult {
  const usable = candidates.filter((c) => !refused(c));
  const count = candidates.length;
  if (usable.length === 0) return evaluateSubnetChoice(context, candidates, subject);
  const load = total(unit.groups.map((g) => unplacedNodes(cluster, g)));
  const of = unit.groups.map((g) => loadOf(context.facts, cluster, g))[0];
  const ids = usable.map((c) => c.id);
  const room = (part: AmountLevel) => (of && load[part] > 0 ? poolRoom(context, cluster, unit, of, ids, part) : 0);
  const rooms = { required: room('required'), recommended: room('recommended') };
  const part: AmountLevel = rooms.required < load.required ? 'required' : 'recommended';
  const shortfalls = candidates.filter(short).map(against).join('. ');
  const why = shortfalls ? ` ${shortfalls}.` : '';
  if (rooms[part] < load[part] && part === 'required')
    return fail(
      `${rooms.required} of ${load.required} nodes of ${subject} fit in its subnets (estimate by the largest type).${why}`,
      poolRemedy(context, cluster, unit, ids, load.required),
      { have: rooms.required, need: load.required, unit: 'nodes' },
    );
  const unread = usable.flatMap((c) => c.unread)[0];
  if (unread) throw unread;
  const amounts = { have: rooms.recommended, need: load.recommended, unit: 'nodes' };
  if (rooms.recommended < load.recommended)
    return fail(
      `${rooms.recommended} of ${load.recommended} nodes of ${subject} fit in its subnets (estimate by the largest type).${why}`,
      poolRemedy(context, cluster, unit, ids, load.recommended),
      { level: 'recommended', ...amounts },
    );
  if (!candidates.some(short))
    return pass(
      `${rooms.recommended} of ${load.recommended} nodes of ${subject} fit in its subnets (estimate by the largest type).`,
      amounts,
    );
  const have = candidates.filter((c) => !short(c)).length;
  return fail(`${have} of ${count} subnets can take nodes of ${subject}.${why}`, remedy(context, candidates, subject), {
    level: 'recommended',
    have,
    need: count,
    unit: 'subnets',
  });
}

const poolRemedy = (
  context: PlacementContext,
  cluster: Cluster,
  unit: PlacementUnit,
  ids: readonly string[],
  nodes: number,
): CheckRemediation => ({
  text: `Add subnets to ${unit.inherited ? 'VpcConfig' : 'OverrideVpcConfig'} of ${cluster.name} until ${nodes} nodes fit, or free addresses in ${listed(ids)}.`,
  ...(ids[0] !== undefined && { console: subnetConsole(context, ids[0]) }),
});

/**
 * The result for where one unit of a cluster lands: all that a subnet has to have, tested together. What other checks report of
 * a subnet counts where a subnet falls short, or where nothing is left without it; else it would be a second finding.
 */
export function evaluatePlacement(context: PlacementContext & ObstacleContext, cluster: Cluster, unit: PlacementUnit): CheckResult {
  const own = unit.subnets.map((id) => candidate(context, cluster, unit, id));
  const obstacles = obstaclesBySubnet(context, cluster, unit.subnets);
  const together = own.map((c) => {
    const further = (obstacles.get(c.id) ?? []).map((text) => ({ level: 'required' as const, text }));
    return { ...c, problems: [...c.problems, ...further] };
  });
  const names = unit.groups.map((g) => g.name);
  const subject = `${names.length > 1 ? 'groups' : 'group'} ${listed(names)} of ${cluster.name}`;
  const resultOf = (candidates: readonly SubnetCandidate[]) =>
    unit.pool ? evaluatePool(context, cluster, unit, candidates, subject) : evaluateSubnetChoice(context, candidates, subject);
  if (own.some(short)) return resultOf(together);
  const result = tryRequire(() => resultOf(together));
  return result.ok && result.value.status === 'fail' && result.value.level === undefined ? result.value : resultOf(own);
}
