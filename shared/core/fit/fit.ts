/**
 * Where a cluster would come up now, and what is missing elsewhere and how far: placements judged by the checks of every
 * audit, in words an operator can act on, and ranked.
 */

import { checks as allChecks } from '../checks/index.ts';
import type { Check } from '../evaluation/check.ts';
import { ec2Type } from '../evaluation/cluster.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { FactName, Snapshot } from '../evaluation/facts.ts';
import type { Finding, Level, ReadinessState, RegionResult, Remediation, Result, Unevaluated } from '../evaluation/finding.ts';
import { interfacesPerNode } from '../network/requirements.ts';
import { type ClusterRequest, emptyPlan } from '../plan/plan.ts';
import { typeQuotaNames } from '../quotas/quotas.ts';
import {
  type MissingResource,
  namesBeside,
  type PlacementCandidate,
  type PlacementCandidates,
  plannedOf,
  type RequestedCluster,
  requestOf,
} from './candidates.ts';

/** What nobody asked about, and how to ask. */
export interface UncheckedPart {
  readonly what: string;
  readonly checks: readonly string[];
  /** The option that has it looked at, where there is one. */
  readonly option?: string;
}

/** What decides what is looked at. */
export type FitOptions = Pick<RequestedCluster, 'role' | 'lifecycle' | 'orchestrator'>;

/** What a placement says nothing of. Whatever rests on it is left out of the verdict, and said. */
export function uncheckedParts({ role, lifecycle, orchestrator }: FitOptions): readonly UncheckedPart[] {
  const scripts = ['lifecycle-scripts', 's3-access-allowed', 's3-restricted-to-vpc'];
  return [
    ...(role === undefined ? [{ what: 'the execution role', checks: ['execution-role'], option: '--role' }] : []),
    ...(lifecycle === undefined ? [{ what: 'lifecycle scripts', checks: scripts, option: '--lifecycle' }] : []),
    { what: 'file systems', checks: ['fsx-available', 'fsx-same-vpc', 'fsx-ports', 'fsx-same-zone'] },
    { what: 'training plans', checks: ['training-plan'] },
    ...(orchestrator === 'slurm' ? [{ what: 'a controller group beside the nodes', checks: [] }] : []),
    { what: 'principals that open sessions', checks: ['run-as-user-mapped'] },
    { what: 'whether instances are free', checks: [] },
  ];
}

/** Watches changes, and never fails: nothing that says whether a cluster would come up. */
const informational = ['applied-quotas'];

/** The checks that are asked. */
export function fitChecks(wanted: FitOptions): readonly Check[] {
  const left = [...informational, ...uncheckedParts(wanted).flatMap((n) => n.checks)];
  return allChecks.filter((c) => !left.includes(c.id));
}

/** The facts that those checks rest on. Training plans are needed by a placement only where the request names one. */
export function fitFacts(wanted: FitOptions): readonly FactName[] {
  const needed = fitChecks(wanted).flatMap((c) => c.needs);
  return [...new Set<FactName>(['regionOptIn', 'clusterNames', 'runningClusters', ...needed])].filter((name) => name !== 'trainingPlans');
}

/**
 * What stands in the way. impossible: no request helps there, the type is not offered or the quota cannot be raised (and a
 * region that is not enabled, of which nothing else is known). quota: AWS decides, and it takes days. addresses: of the subnet. setting: something of one's own.
 */
export type ObstacleKind = 'impossible' | 'quota' | 'addresses' | 'setting';

export interface Obstacle {
  readonly kind: ObstacleKind;
  readonly level: Level;
  /** The check that found it; absent where something is not there at all. */
  readonly check?: string;
  /** A few words for a table: `quota short by 16 nodes`. */
  readonly words: string;
  /** Whole sentences: names and values. */
  readonly message: string;
  /** Nodes that cannot come up for it, where it is about an amount. */
  readonly nodes?: number;
  readonly have?: number;
  readonly need?: number;
  readonly unit?: string;
  readonly remediation?: Remediation;
}

export interface Placement {
  readonly region: string;
  /** Zone id. Absent, as subnet and VPC are, where there is no subnet to put it in. */
  readonly zone?: string;
  readonly subnet?: string;
  readonly vpc?: string;
  readonly securityGroups: readonly string[];
  /** ARN of the EKS cluster; absent where none is there, and on Slurm. */
  readonly eksCluster?: string;
  /** As of a planned cluster; says nothing of what was not looked at. */
  readonly state: ReadinessState;
  /** Required ones first. */
  readonly lacks: readonly Obstacle[];
  /** What could not be judged. */
  readonly unseen: readonly Unevaluated[];
  /** Ready for `aws sagemaker create-cluster --cli-input-json`, but for what was not looked at. */
  readonly request: ClusterRequest;
}

/** What holds for a region wherever the cluster is put. */
export interface RegionFit {
  readonly region: string;
  readonly state: RegionResult['state'];
  readonly reason?: string;
  /** Zone ids that offer the type; absent where that could not be read. */
  readonly zones?: readonly string[];
  /** Nodes that the quota of the type allows, without those that run; absent where it could not be read or is not there. */
  readonly quota?: { readonly name: string; readonly value: number };
  /** Whether Service Quotas lists the type for clusters here; absent where that could not be read. */
  readonly offered?: boolean;
  /** Subnets that were judged, and how many more there are. */
  readonly subnets: number;
  readonly leftOut: number;
  /** EKS clusters that could not be read. */
  readonly untried: PlacementCandidates['untried'];
}

/** What a fit says: typed, plain JSON. */
export interface FitResult {
  readonly schemaVersion: 1;
  readonly tool: Result['tool'];
  readonly account: string;
  readonly alias?: string;
  /** When the first region's facts were begun. */
  readonly at: string;
  readonly wanted: RequestedCluster;
  readonly notLookedAt: readonly UncheckedPart[];
  /** In the order they were asked for. */
  readonly regions: readonly RegionFit[];
  /** The best first. */
  readonly placements: readonly Placement[];
}

const missingWords: Readonly<Record<MissingResource, { readonly words: string; readonly message: string; readonly text: string }>> = {
  vpc: {
    words: 'needs a VPC',
    message: 'There is no subnet to put the nodes in.',
    text: 'Make a VPC with a private subnet, a gateway endpoint for S3 on its route table, and a security group whose members may talk to one another.',
  },
  'security-group': {
    words: 'needs a security group',
    message: 'The VPC has no security group that this account can see.',
    text: 'Make a security group in the VPC that lets all traffic in from and out to itself, by group reference.',
  },
  'eks-cluster': {
    words: 'needs an EKS cluster',
    message: 'There is no EKS cluster to join the nodes to.',
    text: 'Make an EKS cluster in the VPC, with access mode API or API_AND_CONFIG_MAP, and ask again.',
  },
};

const aboutGroups = ['efa-self-traffic', 'efa-open-egress', 'security-group-internal-traffic', 'egress-reaches-services'];

/** While something is missing or unread: the check that stands for it, what has nothing to judge, and what cannot see for it. */
const restsOn: Readonly<
  Record<MissingResource, { readonly check: string; readonly idle: readonly string[]; readonly blind: readonly string[] }>
> = {
  vpc: { check: 'network-resources', idle: [], blind: [] },
  'security-group': { check: 'network-resources', idle: aboutGroups, blind: aboutGroups },
  'eks-cluster': {
    check: 'eks-cluster',
    idle: ['eks-cluster'],
    blind: ['eks-cluster', 'vpc-cni-version', 'ipv6-pods', 'security-group-internal-traffic'],
  },
};

/** What a check's failure is called in a table; others by their id. */
const shortWords: Readonly<Record<string, string>> = {
  's3-reachable': 'route to S3 missing',
  'efa-self-traffic': 'EFA rules of the security group missing',
  'subnet-private': 'subnet is public',
  'vpc-dns': 'DNS of the VPC off',
  'network-acl': 'network ACL in the way',
  'security-group-internal-traffic': 'security groups keep nodes apart',
  'egress-reaches-services': 'egress to services closed',
  'service-endpoints': 'endpoints missing',
  'efa-open-egress': 'open egress beside EFA',
  'eks-cluster': 'EKS cluster unfit',
  'vpc-cni-version': 'VPC CNI too old',
  'run-as-enabled': 'Run As off',
  'subnet-size': 'block too small to grow',
  'execution-role': 'execution role unfit',
  'lifecycle-scripts': 'lifecycle scripts not readable',
  's3-access-allowed': 'policy keeps scripts from the role',
  'region-enabled': 'HyperPod not offered here',
  'cluster-placement': 'subnet cannot take the nodes',
};

const quotaOf: Readonly<Record<string, string>> = {
  'instance-type-quota': 'quota of the type',
  'cluster-size-quota': 'quota per cluster',
  'total-instance-quota': 'quota over all clusters',
};

const nodesText = (n: number): string => `${n} ${n === 1 ? 'node' : 'nodes'}`;

/** What is needed to say how far a failure is from mended. */
interface Measure {
  readonly wanted: RequestedCluster;
  readonly snapshot: Snapshot;
}

/** The node-wise shortfall of one finding on an amount; `undefined` where it is about none. */
function nodesShort(f: Finding, { wanted, snapshot }: Measure): number | undefined {
  const { have, need } = f;
  if (have === undefined || need === undefined) return undefined;
  if (f.check in quotaOf) return Math.min(wanted.count, need - have);
  if (f.check === 'subnet-free-ips') return wanted.count - Math.floor(have / (need / wanted.count));
  if (f.check === 'network-interface-quota') {
    const types = snapshot.facts.instanceTypes;
    const type = types.ok ? types.value[ec2Type(wanted.type)] : undefined;
    return type && Math.min(wanted.count, Math.ceil((need - have) / interfacesPerNode(type)));
  }
  return undefined;
}

function amountsOf({ have, need, unit }: Finding): Pick<Obstacle, 'have' | 'need' | 'unit'> {
  return { ...(have !== undefined && { have }), ...(need !== undefined && { need }), ...(unit !== undefined && { unit }) };
}

function obstacleOf(f: Finding, level: Level, measure: Measure): Obstacle {
  const { wanted } = measure;
  const nodes = nodesShort(f, measure);
  const base = {
    level,
    check: f.check,
    message: f.message,
    ...(nodes !== undefined && { nodes }),
    ...amountsOf(f),
    ...(f.remediation && { remediation: f.remediation }),
  };
  const quota = quotaOf[f.check];
  if (quota !== undefined) {
    if (f.have === undefined) return { ...base, kind: 'impossible', words: `${wanted.type} not offered to clusters here` };
    if (f.remediation?.command === undefined) return { ...base, kind: 'impossible', words: `${quota} fixed at ${f.have}` };
    return { ...base, kind: 'quota', words: `${quota} short by ${nodesText(nodes ?? 0)}` };
  }
  if (f.check === 'network-interface-quota')
    return { ...base, kind: 'quota', words: `network interfaces for ${wanted.count - (nodes ?? 0)} of ${nodesText(wanted.count)}` };
  if (f.check === 'new-vpc-quotas') return { ...base, kind: 'quota', words: `quota of ${f.unit ?? f.resource} used up` };
  if (f.check === 'subnet-free-ips')
    return { ...base, kind: 'addresses', words: `addresses for ${wanted.count - (nodes ?? 0)} of ${nodesText(wanted.count)}` };
  if (f.check === 'zone-offers-instance') return { ...base, kind: 'impossible', words: `zone does not offer ${wanted.type}` };
  if (f.check === 'region-enabled' && f.level === 'required')
    return {
      ...base,
      kind: 'impossible',
      words: f.message.includes('not enabled') ? 'region not enabled' : (shortWords[f.check] ?? f.check),
    };
  if (f.check === 's3-reachable' && level === 'recommended') return { ...base, kind: 'setting', words: 'S3 only by way of others' };
  return { ...base, kind: 'setting', words: shortWords[f.check] ?? f.check };
}

/** Failures that a placement's own failure is made of: they say the same, with amounts and the way out. */
const explaining = ['subnet-free-ips', 's3-reachable', 'zone-offers-instance', 'network-interface-quota'];

/** What of one placement fails, in the words of a table; what its subnet cannot take is said by what explains it. */
function obstaclesOf(failures: readonly Finding[], missing: readonly MissingResource[], measure: Measure): readonly Obstacle[] {
  const types = measure.snapshot.facts.instanceTypes;
  const accelerated = types.ok && types.value[ec2Type(measure.wanted.type)]?.accelerated === true;
  const blocked = failures.some((f) => f.check === 'cluster-placement' && f.level === 'required');
  /** A subnet without the addresses, and a zone without the accelerators, are what blocks the placement. */
  const levelOf = (f: Finding): Level =>
    blocked && (f.check === 'subnet-free-ips' || (f.check === 'zone-offers-instance' && accelerated)) ? 'required' : f.level;
  const explains = (f: Finding) => explaining.includes(f.check) && (!blocked || levelOf(f) === 'required');
  const told = failures.filter((f) => !(f.check === 'cluster-placement' && failures.some(explains)));
  const lacks = [
    ...missing.map(
      (of): Obstacle => ({
        // Without a subnet there is an address for none of the nodes.
        ...(of === 'vpc' ? { kind: 'addresses', nodes: measure.wanted.count } : { kind: 'setting' }),
        level: 'required',
        words: missingWords[of].words,
        message: missingWords[of].message,
        remediation: { text: missingWords[of].text },
      }),
    ),
    ...told.map((f) => obstacleOf(f, levelOf(f), measure)),
  ];
  return [...lacks.filter((l) => l.level === 'required'), ...lacks.filter((l) => l.level === 'recommended')];
}

/** The words of a finding with the name the operator gave in the place of the one the placement was judged under. */
function renamed(finding: Finding, from: string, to: string): Finding {
  const say = (text: string) => text.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to);
  const { remediation } = finding;
  return {
    ...finding,
    message: say(finding.message),
    ...(remediation && { remediation: { ...remediation, text: say(remediation.text) } }),
  };
}

const stateOf = (lacks: readonly Obstacle[], unseen: readonly Unevaluated[]): ReadinessState => {
  if (lacks.some((l) => l.level === 'required')) return 'BLOCKED';
  if (unseen.some((u) => u.level === 'required')) return 'UNKNOWN';
  return lacks.length + unseen.length > 0 ? 'AT_RISK' : 'READY';
};

function placementOf(candidate: PlacementCandidate, name: string, result: RegionResult, measure: Measure): Placement {
  const { snapshot, wanted } = measure;
  const gone = [...candidate.missing, ...candidate.blind.map((b) => b.of)].map((of) => restsOn[of]);
  const mine = (x: { readonly cluster?: string }) => x.cluster === undefined || x.cluster === name;
  const failures = result.findings
    .filter((f) => f.status === 'fail' && mine(f) && !gone.some((g) => g.idle.includes(f.check)))
    .map((f) => renamed(f, name, wanted.name));
  const lacks = obstaclesOf(failures, candidate.missing, measure);
  const unseen = [
    ...candidate.blind.map(
      ({ of, reason, action }): Unevaluated => ({
        check: restsOn[of].check,
        level: 'required',
        reason,
        ...(action !== undefined && { action }),
      }),
    ),
    ...result.coverage.unevaluated.filter((u) => mine(u) && !gone.some((g) => g.blind.includes(u.check))),
  ];
  const { subnet, securityGroups, eks } = candidate;
  const placeholder = `arn:${snapshot.partition}:iam::${snapshot.account}:role/YOUR-EXECUTION-ROLE`;
  return {
    region: snapshot.region,
    ...(subnet && { zone: subnet.zone, subnet: subnet.id, vpc: subnet.vpc }),
    securityGroups,
    ...(eks !== undefined && !candidate.missing.includes('eks-cluster') && { eksCluster: eks }),
    state: stateOf(lacks, unseen),
    lacks,
    unseen,
    request: requestOf(wanted, candidate, wanted.name, placeholder),
  };
}

const order: readonly ReadinessState[] = ['READY', 'AT_RISK', 'UNKNOWN', 'BLOCKED'];

const most = (lacks: readonly Obstacle[], kind: ObstacleKind): number =>
  Math.max(0, ...lacks.filter((l) => l.kind === kind && l.level === 'required').map((l) => l.nodes ?? 0));

/**
 * How far a placement is from coming up, to be compared item by item: its state; what cannot be had there at all; nodes
 * that AWS would have to grant; nodes without addresses; other required things; recommended ones; what is unseen. What
 * was not seen stands behind all that was seen to be fine.
 */
export function distance({ state, lacks, unseen }: Pick<Placement, 'state' | 'lacks' | 'unseen'>): readonly number[] {
  const count = (test: (l: Obstacle) => boolean) => lacks.filter(test).length;
  return [
    order.indexOf(state),
    count((l) => l.kind === 'impossible' && l.level === 'required'),
    most(lacks, 'quota'),
    most(lacks, 'addresses'),
    count((l) => l.level === 'required'),
    unseen.filter((u) => u.level === 'required').length,
    count((l) => l.level === 'recommended'),
    unseen.length,
  ];
}

const nameOf = (p: Placement): string => [p.region, p.zone ?? '', p.subnet ?? '', p.eksCluster ?? '', ...p.securityGroups].join(' ');

/** The better of two placements first: by distance, then fewer security groups, then by name, so that the order is always one. */
export function comparePlacements(a: Placement, b: Placement): number {
  const [from, to] = [distance(a), distance(b)];
  const difference = from.map((x, i) => x - (to[i] ?? 0)).find((d) => d !== 0);
  return difference ?? (a.securityGroups.length - b.securityGroups.length || (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** All placements, the best first. */
export const rankPlacements = (placements: readonly Placement[]): readonly Placement[] => placements.toSorted(comparePlacements);

function regionOf(result: RegionResult, found: PlacementCandidates, { snapshot, wanted }: Measure): RegionFit {
  const { facts, region } = snapshot;
  const type = ec2Type(wanted.type);
  const quotas = facts.quotas.sagemaker;
  const names = typeQuotaNames(wanted.type, wanted.spot);
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
  wanted: RequestedCluster,
  found: PlacementCandidates,
  snapshot: Snapshot,
): { readonly region: RegionFit; readonly placements: readonly Placement[] } {
  const { region, facts } = snapshot;
  const measure = { wanted, snapshot };
  const names = namesBeside(facts.clusterNames.ok ? facts.clusterNames.value : [], found.candidates.length);
  const plan = { ...emptyPlan, clusters: plannedOf(wanted, found.candidates, region, names) };
  const result = evaluate(plan, snapshot, fitChecks(wanted));
  const placements = found.candidates.map((candidate, i) => placementOf(candidate, names[i] ?? '', result, measure));
  const places = Map.groupBy(placements, (p) => `${p.subnet ?? ''} ${p.eksCluster ?? ''}`);
  return {
    region: regionOf(result, found, measure),
    placements: [...places.values()].flatMap((of) => rankPlacements(of).slice(0, 1)),
  };
}

/** 0: somewhere it would come up now. 1: nowhere. 2: nowhere for certain, but somewhere it could not be seen. */
export function fitExit({ placements }: Pick<FitResult, 'placements'>): 0 | 1 | 2 {
  const states = placements.map((p) => p.state);
  if (states.some((s) => s === 'READY' || s === 'AT_RISK')) return 0;
  return states.includes('UNKNOWN') ? 2 : 1;
}
