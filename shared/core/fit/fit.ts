/**
 * Where a cluster would come up now, and what is missing elsewhere and how far: placements evaluated by the checks of every
 * audit, in words an operator can act on, and ranked.
 */

import { ec2Type } from '../evaluation/cluster.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { Snapshot } from '../evaluation/facts.ts';
import type { Finding, ReadinessState, RegionResult, Unevaluated } from '../evaluation/finding.ts';
import { emptyPlan } from '../plan/plan.ts';
import { typeQuotaNames } from '../quotas/quotas.ts';
import {
  freeNames,
  type MissingResource,
  type PlacementCandidate,
  type PlacementCandidates,
  plannedOf,
  type RequestedCluster,
  requestOf,
} from './candidates.ts';
import { fitChecks } from './fit-checks.ts';
import type { Placement, RegionFit } from './fit-result.ts';
import { type Measure, type Obstacle, obstaclesOf } from './obstacles.ts';
import { rankPlacements } from './ranking.ts';

const aboutGroups = ['efa-self-traffic', 'efa-open-egress', 'security-group-internal-traffic', 'egress-reaches-services'];

/** While a resource is missing or unread: the check that reports it, checks without a case, and checks that need it. */
const restsOn: Readonly<
  Record<MissingResource, { readonly check: string; readonly idle: readonly string[]; readonly unread: readonly string[] }>
> = {
  vpc: { check: 'network-resources', idle: [], unread: [] },
  'security-group': { check: 'network-resources', idle: aboutGroups, unread: aboutGroups },
  'eks-cluster': {
    check: 'eks-cluster',
    idle: ['eks-cluster'],
    unread: ['eks-cluster', 'eks-api-endpoint', 'vpc-cni-version', 'ipv6-pods', 'security-group-internal-traffic'],
  },
};

/** The texts of a finding with the requested name in place of the one the placement was evaluated under. */
function renamed(finding: Finding, from: string, to: string): Finding {
  const say = (text: string) => text.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to);
  const { remediation } = finding;
  return {
    ...finding,
    message: say(finding.message),
    ...(remediation && { remediation: { ...remediation, text: say(remediation.text) } }),
  };
}

const stateOf = (obstacles: readonly Obstacle[], notEvaluated: readonly Unevaluated[]): ReadinessState => {
  if (obstacles.some((l) => l.level === 'required')) return 'BLOCKED';
  if (notEvaluated.some((u) => u.level === 'required')) return 'UNKNOWN';
  return [...obstacles, ...notEvaluated].some((of) => of.level === 'recommended') ? 'AT_RISK' : 'READY';
};

function placementOf(candidate: PlacementCandidate, name: string, result: RegionResult, measure: Measure): Placement {
  const { snapshot, requested } = measure;
  const gone = [...candidate.missing, ...candidate.unread.map((b) => b.of)].map((of) => restsOn[of]);
  const mine = (x: { readonly cluster?: string }) => x.cluster === undefined || x.cluster === name;
  const failures = result.findings
    .filter((f) => f.status === 'fail' && mine(f) && !gone.some((g) => g.idle.includes(f.check)))
    .map((f) => renamed(f, name, requested.name));
  const obstacles = obstaclesOf(failures, candidate.missing, measure);
  const notEvaluated = [
    ...candidate.unread.map(
      ({ of, reason, action }): Unevaluated => ({
        check: restsOn[of].check,
        level: 'required',
        reason,
        ...(action !== undefined && { action }),
      }),
    ),
    ...result.coverage.unevaluated.filter((u) => mine(u) && !gone.some((g) => g.unread.includes(u.check))),
  ];
  const { subnet, securityGroups, eks } = candidate;
  const placeholder = `arn:${snapshot.partition}:iam::${snapshot.account}:role/YOUR-EXECUTION-ROLE`;
  return {
    region: snapshot.region,
    ...(subnet && { zone: subnet.zone, subnet: subnet.id, vpc: subnet.vpc }),
    securityGroups,
    ...(eks !== undefined && !candidate.missing.includes('eks-cluster') && { eksCluster: eks }),
    state: stateOf(obstacles, notEvaluated),
    lacks: obstacles,
    unseen: notEvaluated,
    request: requestOf(requested, candidate, requested.name, placeholder),
  };
}

function regionOf(result: RegionResult, found: PlacementCandidates, { snapshot, requested }: Measure): RegionFit {
  const { facts, region } = snapshot;
  const type = ec2Type(requested.type);
  const quotas = facts.quotas.sagemaker;
  const names = typeQuotaNames(requested.type, requested.spot);
  const row = quotas?.ok ? quotas.value.find((q) => names.includes(q.name)) : undefined;
  const value = row?.applied ?? row?.default;
  return {
    region,
    state: result.state,
    ...(result.reason !== undefined && { reason: result.reason }),
    ...(facts.offerings.ok && { zones: facts.offerings.value[type] ?? [] }),
    ...(row && value !== undefined && { quota: { name: row.name, value } }),
    ...(quotas?.ok && { offered: row !== undefined }),
    subnets: new Set(found.candidates.flatMap((c) => c.subnet?.id ?? [])).size,
    leftOut: found.leftOut,
    untried: found.untried,
  };
}

/** The region as a whole, and for each place in it the best way to use it, in no order. */
export function fitRegion(
  requested: RequestedCluster,
  found: PlacementCandidates,
  snapshot: Snapshot,
): { readonly region: RegionFit; readonly placements: readonly Placement[] } {
  const { region, facts } = snapshot;
  const measure = { requested, snapshot };
  const names = freeNames(facts.clusterNames.ok ? facts.clusterNames.value : [], found.candidates.length);
  const plan = { ...emptyPlan, clusters: plannedOf(requested, found.candidates, region, names) };
  const result = evaluate(plan, snapshot, fitChecks(requested));
  const placements = found.candidates.map((candidate, i) => placementOf(candidate, names[i] ?? '', result, measure));
  const places = Map.groupBy(placements, (p) => `${p.subnet ?? ''} ${p.eksCluster ?? ''}`);
  return {
    region: regionOf(result, found, measure),
    placements: [...places.values()].flatMap((of) => rankPlacements(of).slice(0, 1)),
  };
}
