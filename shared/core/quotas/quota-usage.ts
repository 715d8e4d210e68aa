/**
 * How much of a quota is spoken for, and whether a cluster still fits. What runs counts first, then the planned clusters
 * in plan order: each sees what runs, what those before it add, and what it adds itself.
 */

import { type CheckResult, compareAmount, fail } from '../evaluation/check.ts';
import { allRunning, type Cluster, type Group, runningGroup } from '../evaluation/cluster.ts';
import type { RunningCluster, RunningGroup } from '../evaluation/cluster-spec.ts';
import { type Facts, type Quota, requireValue } from '../evaluation/facts.ts';
import { memoized } from '../evaluation/memoized.ts';
import { type AmountLevel, heldNodes, plannedNodes, type Requirement, total, zero } from '../network/requirements.ts';
import { listed } from '../text/words.ts';
import { type Competition, noCompetition } from './competition.ts';
import { quotaValue, raiseQuota, requestNote } from './quotas.ts';
/** Nodes of one kind, on-demand or Spot, that all running clusters hold; `NotEvaluatedError` where one of them could not be read. */
export const heldInRegion = (facts: Pick<Facts, 'clusterNames' | 'runningClusters'>, spot: boolean): Requirement =>
  total(allRunning(facts).map((c) => heldBy(c, spot)));

/** Nodes of one kind that one running cluster holds. */
export const heldBy = (running: RunningCluster | null, spot: boolean): Requirement =>
  running ? total(running.groups.filter((g) => g.spot === spot).map((g) => heldNodes(running, g))) : zero;

/** Nodes of one kind that exist now, of what these clusters hold. `nodesOf`: which of a group's nodes count. */
export const existingNodes = (
  clusters: readonly (RunningCluster | null)[],
  spot: boolean,
  nodesOf = ({ current }: RunningGroup): number => current,
): number =>
  clusters
    .flatMap((c) => (c && c.status !== 'Deleting' ? c.groups.filter((g) => g.spot === spot) : []))
    .reduce((sum, g) => sum + nodesOf(g), 0);

/** A group's nodes: those it has, those it would add, and those it would add without headroom and growTo. */
export interface GroupUse {
  readonly has: Requirement;
  readonly adds: Requirement;
  readonly asks: number;
}

/**
 * What a planned group adds to what it holds already. Nodes of another kind (Spot for on-demand) are no part of it, and
 * `heldOf` may add which of the running group's nodes are. Nothing for a group that only runs.
 */
export function groupUse(
  cluster: Cluster,
  group: Group,
  heldOf: (running: RunningCluster, group: RunningGroup) => Requirement = heldNodes,
): GroupUse {
  const running = requireValue(cluster.running);
  const same = runningGroup(cluster, group.name);
  const has = running && same?.spot === group.spot ? heldOf(running, same) : zero;
  if (!group.planned) return { has, adds: noCompetition.amount, asks: 0 };
  const { required, recommended } = plannedNodes(cluster, group);
  const beyond = (nodes: number, part: AmountLevel) => Math.max(0, nodes - has[part]);
  return {
    has,
    adds: { required: beyond(required, 'required'), recommended: beyond(recommended, 'recommended') },
    asks: beyond(group.planned.count, 'recommended'),
  };
}

/** Several groups' use as one. */
export const together = (uses: readonly GroupUse[]): GroupUse => ({
  has: total(uses.map((u) => u.has)),
  adds: total(uses.map((u) => u.adds)),
  asks: uses.reduce((sum, u) => sum + u.asks, 0),
});

const useOfKind = (spot: boolean) =>
  memoized((cluster: Cluster): GroupUse => together(cluster.groups.filter((g) => g.spot === spot).map((g) => groupUse(cluster, g))));

const spotUse = useOfKind(true);
const onDemandUse = useOfKind(false);

/** What a cluster's groups of one kind add to that kind's quotas. */
export const clusterUse = (cluster: Cluster, spot: boolean): GroupUse => (spot ? spotUse : onDemandUse)(cluster);

/** All that is to be held against a quota for one cluster. */
export interface QuotaUse {
  /** Taken by what runs. */
  readonly held: Requirement;
  /** How much of it exists now, where amounts are nodes; the rest is what running clusters still start. */
  readonly existing?: number;
  readonly before: Competition;
  readonly own: Requirement;
  /** The cluster's own nodes, where the amounts are nodes: for "would start with 12 of 32". */
  readonly nodes?: Pick<GroupUse, 'has' | 'asks'>;
}

/** A cluster that asks for nothing more needs no more than what runs. */
export function sumOf(use: QuotaUse): Requirement {
  const part = (p: AmountLevel) => use.held[p] + (use.own[p] > 0 ? use.before.amount[p] + use.own[p] : 0);
  return { required: part('required'), recommended: part('recommended') };
}

/** At most three decimals: amounts of storage are no whole numbers. */
export const formatAmount = (amount: number): string => String(Number(amount.toFixed(3)));

/** "28 Spot instances required (12 running + 4 starting + 8 planned earlier for a and b + 4 planned for llm-train)". */
function usageText({ cluster, what, use }: QuotaSentence, part: AmountLevel): string {
  const asks = use.own[part] > 0;
  const before = asks && use.before.amount[part] > 0;
  const held = use.held[part];
  const inUse = Math.min(held, use.existing ?? held);
  const parts = [
    `${formatAmount(inUse)} ${use.existing === undefined ? 'in use' : 'running'}`,
    ...(held > inUse ? [`${formatAmount(held - inUse)} starting`] : []),
    ...(before ? [`${formatAmount(use.before.amount[part])} planned earlier for ${listed(use.before.names)}`] : []),
    ...(asks ? [`${formatAmount(use.own[part])} planned for ${cluster.name}`] : []),
  ];
  return `${formatAmount(sumOf(use)[part])} ${what} required (${parts.join(' + ')})`;
}

/** Why the required part fits and the recommended does not. */
export function partialFitText(cluster: Cluster, use: QuotaUse, have: number): string {
  if (!cluster.plan) return 'The minimum (MinCount) fits; the nodes up to the target do not.';
  const { nodes } = use;
  const start =
    nodes && Math.min(nodes.asks, Math.max(use.own.required, Math.floor(have) - use.held.recommended - use.before.amount.recommended));
  if (nodes && start !== undefined && start < nodes.asks)
    return `${cluster.name} would start with ${nodes.has.recommended + start} of ${nodes.has.recommended + nodes.asks} nodes.`;
  return 'The minimum fits; the extra capacity from InstanceCount over MinInstanceCount, headroom or growTo does not.';
}

/** What the sentence about a quota names. `what` follows the number: "ml.p5.48xlarge instances". */
interface QuotaSentence {
  readonly cluster: Cluster;
  readonly what: string;
  readonly use: QuotaUse;
}

interface QuotaComparison extends QuotaSentence {
  readonly unit: string;
  readonly quota: Quota;
  readonly facts: Pick<Facts, 'quotaRequests'>;
  readonly region: string;
}

/** The result for one quota that a sum is compared with. */
export function evaluateQuota(of: QuotaComparison): CheckResult {
  const { cluster, use, quota, unit } = of;
  const have = quotaValue(quota);
  const sum = sumOf(use);
  const result = compareAmount(have, sum);
  const required = result.status === 'fail' && result.level === undefined;
  const said = `${usageText(of, required ? 'required' : 'recommended')}, quota is ${formatAmount(have)}.`;
  if (result.status === 'pass') return { ...result, unit, message: said };
  return {
    ...result,
    unit,
    message: `${said}${requestNote(of.facts, quota)}${required ? '' : ` ${partialFitText(cluster, use, have)}`}`,
    remediation: raiseQuota(quota, Math.ceil(sum.recommended), of.region),
  };
}

/** The result where Service Quotas lists no row of that name: unlike a quota of 0, it cannot be raised. */
export const notOffered = (name: string, region: string, level?: CheckResult['level']): CheckResult =>
  fail(
    `Service Quotas in ${region} does not list "${name}". HyperPod does not offer it in this region.`,
    { text: `Plan the cluster in a region where Service Quotas lists "${name}", or with another instance type.` },
    { ...(level && { level }) },
  );
