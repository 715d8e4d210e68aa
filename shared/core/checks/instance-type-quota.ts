import { amountRule, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { allRunning, type Cluster, type Group, groupsInOrder } from '../evaluation/cluster.ts';
import type { RunningGroup } from '../evaluation/cluster-spec.ts';
import { type AmountLevel, zero } from '../network/requirements.ts';
import { type Demand, servableNodes, unavoidableNodes, unlimited } from '../quotas/demands.ts';
import { evaluateQuota, existingNodes, notOffered, partialFitText, together } from '../quotas/quota-usage.ts';
import { findQuota, quotaValue, raiseQuota, requestNote, typeQuotaName, typeQuotaNames } from '../quotas/quotas.ts';
import { type Bout, contestsOf, demandOf, flexible, touch, typesOf, useOf } from '../quotas/type-competition.ts';
import { listed } from '../text/words.ts';

/** A running group's nodes of one type; all of them where AWS does not break a flexible group's nodes down. */
function nodesOfType({ types, current, currentByType }: RunningGroup, type: string): number {
  if (!types.includes(type)) return 0;
  return new Set(types).size > 1 && currentByType ? (currentByType[type] ?? 0) : current;
}

/** A type requested by name: what other clusters cannot do without on this type comes first. */
function evaluateType({ context, cluster, spot, contestOf }: Bout, type: string, groups: readonly Group[]): CheckResult {
  const { facts, region } = context;
  const quota = findQuota(facts, 'sagemaker', typeQuotaNames(type, spot));
  if (!quota) return missing(typeQuotaName(type, spot), region, cluster, groups);
  const { held, before, names, room } = contestOf([type]);
  const own = together(groups.map((g) => useOf(cluster, g)));
  const base = (part: AmountLevel) => unavoidableNodes(type, held, part, room);
  const others = (part: AmountLevel) => unavoidableNodes(type, [...held, ...before], part, room) - base(part);
  const use = {
    held: { required: base('required'), recommended: base('recommended') },
    existing: existingNodes(allRunning(facts), spot, (g) => nodesOfType(g, type)),
    before: { amount: { required: others('required'), recommended: others('recommended') }, names },
    own: own.adds,
    nodes: own,
  };
  const what = `${spot ? 'Spot ' : ''}${type} instances`;
  return evaluateQuota({ cluster, what, unit: 'nodes', use, quota, facts, region });
}

/** A group that takes whichever of its types there is: it fails only where no combination of them reaches the count. */
function evaluateFlexible({ context, cluster, spot, contestOf }: Bout, group: Group): CheckResult {
  const { facts, region } = context;
  const types = typesOf(group);
  const [row] = types.flatMap((t) => findQuota(facts, 'sagemaker', typeQuotaNames(t, spot)) ?? []);
  if (!row) return missing(typeQuotaName(types.join(' or '), spot), region, cluster, [group]);
  const { held, before, names, room } = contestOf(types);
  const { has, adds, asks } = useOf(cluster, group);
  // What it adds comes after its own cluster's groups that have no choice, and after the flexible ones that stand before it.
  const place = cluster.groups.indexOf(group);
  const siblings = cluster.groups
    .filter((g, i) => g.planned && g.spot === spot && g !== group && (!flexible(g) || i < place) && touch(g.types, new Set(room.keys())))
    .map((g) => demandOf(cluster, g));
  const left = (part: AmountLevel, served: readonly Demand[]) =>
    servableNodes([...served, { types, nodes: { required: unlimited, recommended: unlimited } }], part, room) -
    servableNodes(served, part, room);
  const others = held.filter((d) => d.own !== group.name);
  const compared = (part: AmountLevel) => ({
    have: adds[part] > 0 ? has[part] + left(part, [...held, ...before, ...siblings]) : left(part, others),
    need: has[part] + adds[part],
  });
  const [required, recommended] = [compared('required'), compared('recommended')];
  const short = required.have < required.need;
  const { have, need } = short ? required : recommended;
  const after = adds.recommended > 0 && names.length > 0 ? ` after ${listed(names)}, planned earlier` : '';
  const values = types.map((t) => `${t} ${room.get(t) ?? 0}`).join(', ');
  const said = `${need} ${spot ? 'Spot instances' : 'instances'} of any type required for group ${group.name}, ${have} available${after} (quotas: ${values}).`;
  if (have >= need) return pass(said, { have, need, unit: 'nodes' });
  const use = { held: zero, before: { amount: zero, names }, own: adds, nodes: { has, asks } };
  return fail(
    `${said}${requestNote(facts, row)}${short ? '' : ` ${partialFitText(cluster, use, have - has.recommended)}`}`,
    raiseQuota(row, Math.ceil(quotaValue(row) + recommended.need - recommended.have), region),
    { level: !short ? 'recommended' : undefined, have, need, unit: 'nodes' },
  );
}

/** Where a type has no row no node of it will ever come; a group of none is only warned. */
function missing(name: string, region: string, cluster: Cluster, groups: readonly Group[]): CheckResult {
  const wants = (g: Group) => g.planned === undefined || g.planned.count > 0 || (g.growTo ?? 0) > 0 || cluster.autoScaling;
  return notOffered(name, region, groups.some(wants) ? undefined : 'recommended');
}

export default clusterCheck({
  id: 'instance-type-quota',
  level: 'required',
  title: 'The quota of each instance type covers running and planned nodes',
  rationale:
    'Each instance type has a quota for cluster usage and another for Spot. Both are 0 until AWS grants an increase, and the nodes of all clusters share them.',
  applies: 'every instance type of a cluster; flexible groups once for all their types',
  rule: amountRule,
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  needs: ['quotas', 'quotaRequests', 'clusterNames', 'runningClusters'],
  *cases(context, cluster) {
    for (const spot of [false, true]) {
      const groups = groupsInOrder(cluster).filter((g) => g.spot === spot);
      const named = groups.filter((g) => !flexible(g));
      const bout: Bout = { context, cluster, spot, contestOf: contestsOf(context, cluster, spot) };
      for (const type of new Set(named.flatMap(typesOf)))
        yield {
          resource: typeQuotaName(type, spot),
          evaluate: () =>
            evaluateType(
              bout,
              type,
              named.filter((g) => g.types.includes(type)),
            ),
        };
      for (const group of groups.filter(flexible))
        yield {
          group: group.name,
          resource: typeQuotaName(typesOf(group).join(' or '), spot),
          evaluate: () => evaluateFlexible(bout, group),
        };
    }
  },
});
