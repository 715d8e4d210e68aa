/**
 * Where nodes land and what a subnet would have to take. Groups that inherit the cluster's subnets land in ONE of them
 * together; a group with an override lands in one of its own; the subnets of a flexible group are a pool.
 */
import type { CheckContext, CheckRemediation, CheckResult } from '../evaluation/check.ts';
import { type Cluster, ec2Type, type Group, groupsInOrder, networkOf, runningGroup } from '../evaluation/cluster.ts';
import { type Facts, NotEvaluatedError, requireKey, requireValue, type Subnet } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { type Competition, competition, listed, type Part } from '../quotas/quota-usage.ts';
import { findQuota, quotaNames, quotaValue, raiseQuota } from '../quotas/quotas.ts';
import { aws } from '../text/command-line.ts';
import { addressesPerNode, interfacesPerNode, plus, type Requirement, times, total, typesOf, unplacedNodes } from './requirements.ts';
import { flexible, inherits, inOrder, subnetConsole } from './resources.ts';
import { routeToS3 } from './routes.ts';

/** Groups that are placed as one, and the subnets they may be placed in. */
export interface PlacementUnit {
  readonly groups: readonly Group[];
  readonly subnets: readonly string[];
  /** A flexible group: its nodes may be spread over the subnets. */
  readonly pool: boolean;
  readonly inherited: boolean;
}

/** Clusters that come later in the plan ask again; a cluster to judge is made anew for each evaluation. */
const unitsKnown = new WeakMap<Cluster, readonly PlacementUnit[]>();

/** A cluster's groups as they are placed: those that inherit together, every override and every flexible group alone. */
export function placementUnits(cluster: Cluster): readonly PlacementUnit[] {
  const known = unitsKnown.get(cluster) ?? placedTogether(cluster);
  unitsKnown.set(cluster, known);
  return known;
}

function placedTogether(cluster: Cluster): readonly PlacementUnit[] {
  const groups = groupsInOrder(cluster);
  const together = groups.filter((g) => inherits(g) && !flexible(g));
  const alone = groups.filter((g) => !together.includes(g)).map((g) => [g]);
  return [together, ...alone].flatMap((members): PlacementUnit[] => {
    const first = members[0];
    const subnets = first && networkOf(cluster, first)?.subnets;
    if (!subnets || subnets.length === 0) return [];
    return [{ groups: members, subnets: inOrder(cluster, subnets), pool: flexible(first), inherited: inherits(first) }];
  });
}

/** What one group still has to place, and what each of its nodes takes. */
export interface GroupLoad {
  readonly group: Group;
  readonly nodes: Requirement;
  readonly addresses: number;
  readonly interfaces: number;
  /** The amounts per node are reckoned, not documented (efa-only), or by the largest type (flexible). */
  readonly estimate: boolean;
}

/** By the types as they were read, for a cluster may be judged by other facts. */
const loadsKnown = new WeakMap<Facts['instanceTypes'], WeakMap<Cluster, Map<Group, GroupLoad>>>();

/** The load of one group. `NotEvaluatedError` where an autoscaler decides, the running cluster is unread or EC2 does not know the type. */
export function loadOf(facts: Pick<Facts, 'instanceTypes'>, cluster: Cluster, group: Group): GroupLoad {
  const byCluster = loadsKnown.get(facts.instanceTypes) ?? new WeakMap<Cluster, Map<Group, GroupLoad>>();
  loadsKnown.set(facts.instanceTypes, byCluster);
  const loads = byCluster.get(cluster) ?? new Map<Group, GroupLoad>();
  byCluster.set(cluster, loads);
  const load = loads.get(group) ?? computeLoad(facts, cluster, group);
  loads.set(group, load);
  return load;
}

function computeLoad(facts: Pick<Facts, 'instanceTypes'>, cluster: Cluster, group: Group): GroupLoad {
  const nodes = unplacedNodes(cluster, group);
  if (nodes.recommended === 0) return { group, nodes, addresses: 0, interfaces: 0, estimate: false };
  const types = typesOf(group, requireValue(facts.instanceTypes));
  if (types.length === 0) throw new NotEvaluatedError(`group ${group.name} names no instance type, so what its nodes take is not known`);
  return {
    group,
    nodes,
    addresses: Math.max(...types.map((t) => addressesPerNode(t, cluster.orchestrator, group.interfaceType))),
    interfaces: Math.max(...types.map((t) => interfacesPerNode(t, group.interfaceType))),
    estimate: group.interfaceType === 'efa-only' || flexible(group),
  };
}

/** How many addresses of a subnet there are to be had; none in a subnet that does not exist or has no IPv4. */
export type FreeAddresses = (subnet: string) => number;

/** Room by what is free now. */
export const currentFreeAddresses =
  (facts: Pick<Facts, 'subnets'>): FreeAddresses =>
  (id) => {
    const subnet = requireValue(facts.subnets).find((s) => s.id === id);
    return subnet && !subnet.ipv6Native ? subnet.freeIpv4 : 0;
  };

const fitting = (room: number, each: number): number => Math.max(0, Math.floor(room / each));

/** The nodes of a load that land on one subnet of a unit: all of them, of a pool those for which the others have no room. */
export function nodesOn(load: GroupLoad, unit: PlacementUnit, subnet: string, room: FreeAddresses): Requirement {
  if (!unit.pool || load.addresses === 0) return load.nodes;
  const elsewhere = unit.subnets.filter((id) => id !== subnet).reduce((sum, id) => sum + fitting(room(id), load.addresses), 0);
  const rest = (nodes: number) => Math.max(0, nodes - elsewhere);
  return { required: rest(load.nodes.required), recommended: rest(load.nodes.recommended) };
}

type DemandContext = Pick<CheckContext<'subnets' | 'instanceTypes'>, 'clusters' | 'facts'>;

/** Addresses that a unit takes from one of its subnets. */
const addressesOn = ({ facts }: DemandContext, cluster: Cluster, unit: PlacementUnit, subnet: string): Requirement =>
  total(
    unit.groups.map((g) => loadOf(facts, cluster, g)).map((l) => times(nodesOn(l, unit, subnet, currentFreeAddresses(facts)), l.addresses)),
  );

/** Addresses that planned clusters before this one could take from a subnet. */
export const earlierDemand = (context: DemandContext, cluster: Cluster, subnet: string): Competition =>
  competition(context.clusters, cluster, (c) =>
    total(
      placementUnits(c)
        .filter((u) => u.subnets.includes(subnet))
        .map((u) => addressesOn(context, c, u, subnet)),
    ),
  );

/** Own need with what others take before it; who asks for nothing needs nothing, whoever else asks. */
export function needBeside(own: Requirement, ...others: readonly Requirement[]): Requirement {
  const sum = plus(own, total(others));
  return { required: own.required > 0 ? sum.required : 0, recommended: own.recommended > 0 ? sum.recommended : 0 };
}

/** "4 nodes of workers (32 each) and 2 of login (1 each)". */
export function loadText(loads: readonly GroupLoad[], part: Part): string {
  const of = (l: GroupLoad, i: number) =>
    `${l.nodes[part]} ${i === 0 ? (l.nodes[part] === 1 ? 'node ' : 'nodes ') : ''}of ${l.group.name} (${l.addresses} each)`;
  return listed(loads.filter((l) => l.nodes[part] > 0).map(of));
}

/** "; 80 of them for a and b before it in the plan", or nothing. */
export const earlierDemandText = (rivals: Competition, part: Part): string =>
  rivals.amount[part] > 0 ? `, ${rivals.amount[part]} of them for ${listed(rivals.names)} before it in the plan` : '';

/**
 * How many nodes find room. Only of a single group: how several would share is not known. `room` is what is left for it.
 */
export function fitText(cluster: Cluster, loads: readonly GroupLoad[], part: Part, room: number): string {
  const [load, ...more] = loads.filter((l) => l.nodes[part] > 0);
  if (!load || more.length > 0) return '';
  const fit = Math.min(load.nodes[part], fitting(room, load.addresses));
  if (part === 'required') return `; ${fit} of ${load.nodes.required} ${load.nodes.required === 1 ? 'node fits' : 'nodes fit'}`;
  const current = runningGroup(cluster, load.group.name)?.current ?? 0;
  const count = load.group.planned?.count;
  if (count !== undefined && current + fit < count) return `; ${cluster.name} would start with ${current + fit} of ${count} nodes`;
  if (count === undefined && fit <= load.nodes.required) return '; none is left to replace a node';
  return `; ${fit} of ${load.nodes.recommended} nodes fit, headroom and growTo counted`;
}

/** Smallest block that holds so many addresses beside the five that AWS keeps; `undefined`: more than a subnet can have. */
export function smallestMask(addresses: number): number | undefined {
  const mask = 32 - Math.ceil(Math.log2(Math.max(16, addresses + 5)));
  return mask >= 16 ? mask : undefined;
}

/** The way out of too few addresses. */
export function moreAddresses(
  context: Pick<CheckContext, 'partition' | 'region'>,
  cluster: Cluster,
  subnet: Subnet,
  need: number,
): CheckRemediation {
  const mask = smallestMask(need);
  const size = mask === undefined ? 'more than a /16 holds, so spread the groups over several subnets' : `a new /${mask} has them`;
  const where =
    cluster.running.ok && cluster.running.value
      ? 'by a new instance group with OverrideVpcConfig, as subnets of a cluster or group cannot be changed'
      : 'in VpcConfig or OverrideVpcConfig';
  return {
    text: `Free addresses in ${subnet.id}, or name a subnet with ${need} free ones (${size}) ${where}.`,
    command: aws(['ec2', 'describe-network-interfaces'], {
      region: context.region,
      filters: [{ Name: 'subnet-id', Values: [subnet.id] }],
      query: 'NetworkInterfaces[].[NetworkInterfaceId,InterfaceType,Status,Description]',
      output: 'table',
    }),
    console: subnetConsole(context, subnet.id),
  };
}

type PlacementFacts =
  | 'subnets'
  | 'instanceTypes'
  | 'interfaces'
  | 'quotas'
  | 'offerings'
  | 'trainingPlans'
  | 'routeTables'
  | 'vpcs'
  | 'endpoints'
  | 'prefixLists'
  | 'prefixListEntries';
type PlacementContext = CheckContext<PlacementFacts>;

/** What speaks against a subnet: `required` nodes could not come up there, `recommended` not all that is meant to. */
interface PlacementProblem {
  readonly level: Level;
  readonly text: string;
  readonly remediation?: CheckRemediation;
}

/** What is known of one subnet, and what could not be seen. */
interface SubnetCandidate {
  readonly id: string;
  readonly problems: readonly PlacementProblem[];
  readonly blind: readonly NotEvaluatedError[];
}

const levelFor = (nodes: Requirement): Level => (nodes.required > 0 ? 'required' : 'recommended');

/** Whether the zone offers a type of the group. HyperPod's own offer of CPU types may differ, so those only warn. */
function offering({ facts }: PlacementContext, cluster: Cluster, group: Group, subnet: Subnet): readonly PlacementProblem[] {
  const types = [...new Set(group.types.map(ec2Type))];
  const offers = requireValue(facts.offerings);
  if (types.length === 0 || types.some((t) => Object.hasOwn(offers, t) && offers[t]?.includes(subnet.zone))) return [];
  const nodes = unplacedNodes(cluster, group);
  if (nodes.recommended === 0) return [];
  const accelerated = typesOf(group, requireValue(facts.instanceTypes)).every((t) => t.accelerated);
  return [
    {
      level: accelerated ? levelFor(nodes) : 'recommended',
      text: `its zone ${subnet.zone} does not offer ${types.join(' or ')} (${group.name})`,
    },
  ];
}

/** Whether the training plan that a group names has capacity in the zone. That it exists and fits otherwise is training-plan's. */
function reserved({ facts }: PlacementContext, cluster: Cluster, group: Group, subnet: Subnet): readonly PlacementProblem[] {
  if (group.trainingPlan === undefined) return [];
  const plan = requireKey(facts.trainingPlans, group.trainingPlan, 'training plan');
  const zones = (plan?.capacities ?? [])
    .filter((c) => c.status !== 'Expired' && c.status !== 'Failed' && group.types.includes(c.type))
    .map((c) => c.zone);
  if (zones.length === 0 || zones.includes(subnet.zone)) return [];
  if (zones.includes('')) throw new NotEvaluatedError(`training plan ${group.trainingPlan} does not say in which zone its capacity is`);
  const nodes = unplacedNodes(cluster, group);
  if (nodes.recommended === 0) return [];
  return [
    {
      level: levelFor(nodes),
      text: `the training plan of ${group.name} has its capacity in ${listed([...new Set(zones)].toSorted())}, not in ${subnet.zone}`,
    },
  ];
}

function s3(context: PlacementContext, subnet: Subnet): readonly PlacementProblem[] {
  const way = routeToS3(context, subnet);
  return way.reach === 'none' ? [{ level: 'required', text: `it does not reach S3: ${way.text}`, remediation: way.remediation }] : [];
}

/** The same cluster's other units that certainly land on the subnet: it is their only one, or their pool has no other room. */
const fellowsOn = (context: PlacementContext, cluster: Cluster, unit: PlacementUnit, subnet: string): Requirement =>
  total(
    placementUnits(cluster)
      .filter((u) => !sameUnit(u, unit) && u.subnets.includes(subnet) && (u.pool || u.subnets.length === 1))
      .map((u) => addressesOn(context, cluster, u, subnet)),
  );

/** Units are made anew at each look; no group is in two. */
const sameUnit = (a: PlacementUnit, b: PlacementUnit): boolean => a.groups[0]?.name === b.groups[0]?.name;

function addresses(context: PlacementContext, cluster: Cluster, unit: PlacementUnit, subnet: Subnet): readonly PlacementProblem[] {
  if (subnet.ipv6Native) return [];
  const loads = unit.groups.map((g) => loadOf(context.facts, cluster, g));
  const own = total(loads.map((l) => times(l.nodes, l.addresses)));
  if (own.recommended === 0) return [];
  const fellows = fellowsOn(context, cluster, unit, subnet.id);
  const rivals = earlierDemand(context, cluster, subnet.id);
  const need = needBeside(own, fellows, rivals.amount);
  const have = subnet.freeIpv4;
  const part: Part = have < need.required ? 'required' : 'recommended';
  if (have >= need[part]) return [];
  const room = have - fellows[part] - rivals.amount[part];
  const estimate = loads.some((l) => l.estimate) ? ' (an estimate)' : '';
  const beside = fellows[part] > 0 ? `, ${fellows[part]} of them for other groups that have no other subnet` : '';
  return [
    {
      level: part,
      text: `it has ${have} free addresses, ${need[part]} are needed${estimate}${beside}${earlierDemandText(rivals, part)}${fitText(cluster, loads, part, room)}`,
      remediation: moreAddresses(context, cluster, subnet, need[part]),
    },
  ];
}

interface ZoneQuota {
  /** What the quota leaves of a zone. */
  readonly free: number;
  readonly remediation: (by: number) => CheckRemediation;
}

/** What the quota of network interfaces leaves in a zone; `NotEvaluatedError` where Service Quotas lists none. */
function interfacesIn({ facts, region }: PlacementContext, zone: string): ZoneQuota {
  const quota = findQuota(facts, 'vpc', [quotaNames.interfaces]);
  if (!quota) throw new NotEvaluatedError(`Service Quotas lists no "${quotaNames.interfaces}" in ${region}`);
  const value = quotaValue(quota);
  const { byZone } = requireValue(facts.interfaces);
  return {
    free: value - (Object.hasOwn(byZone, zone) ? (byZone[zone] ?? 0) : 0),
    remediation: (by) => raiseQuota(quota, Math.ceil(value + by), region),
  };
}

const interfacesOf = ({ facts }: PlacementContext, cluster: Cluster, unit: PlacementUnit): Requirement =>
  total(unit.groups.map((g) => loadOf(facts, cluster, g)).map((l) => times(l.nodes, l.interfaces)));

/** Addresses or interfaces that others take from a set of subnets: fellows that have no place outside it, rivals that may come. */
function othersIn(
  context: PlacementContext,
  cluster: Cluster,
  unit: PlacementUnit,
  subnets: ReadonlySet<string>,
  amountOf: (c: Cluster, u: PlacementUnit) => Requirement,
): { readonly fellows: Requirement; readonly rivals: Competition } {
  const within = (id: string) => subnets.has(id);
  return {
    fellows: total(
      placementUnits(cluster)
        .filter((u) => !sameUnit(u, unit) && u.subnets.every(within))
        .map((u) => amountOf(cluster, u)),
    ),
    rivals: competition(context.clusters, cluster, (c) =>
      total(
        placementUnits(c)
          .filter((u) => (u.pool ? u.subnets.every(within) : u.subnets.some(within)))
          .map((u) => amountOf(c, u)),
      ),
    ),
  };
}

/** Ids of the subnets in these zones. */
const subnetsIn = (facts: Pick<Facts, 'subnets'>, zones: readonly string[]): ReadonlySet<string> =>
  new Set(requireValue(facts.subnets).flatMap((s) => (zones.includes(s.zone) ? [s.id] : [])));

function interfaces(context: PlacementContext, cluster: Cluster, unit: PlacementUnit, subnet: Subnet): readonly PlacementProblem[] {
  const own = interfacesOf(context, cluster, unit);
  if (own.recommended === 0) return [];
  const { free, remediation } = interfacesIn(context, subnet.zone);
  const { fellows, rivals } = othersIn(context, cluster, unit, subnetsIn(context.facts, [subnet.zone]), (c, u) =>
    interfacesOf(context, c, u),
  );
  const need = needBeside(own, fellows, rivals.amount);
  const part: Part = free < need.required ? 'required' : 'recommended';
  if (free >= need[part]) return [];
  return [
    {
      level: part,
      text: `the quota leaves ${Math.max(0, free)} network interfaces in its zone ${subnet.zone}, ${need[part]} are needed${earlierDemandText(rivals, part)}`,
      remediation: remediation(need.recommended - free),
    },
  ];
}

/**
 * Everything that speaks against one subnet. A test that could not see is kept beside the others: a failure that was seen
 * counts whatever was not.
 */
function candidate(context: PlacementContext, cluster: Cluster, unit: PlacementUnit, id: string): SubnetCandidate {
  const problems: PlacementProblem[] = [];
  const blind: NotEvaluatedError[] = [];
  const test = <T>(look: () => T): T | undefined => {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof NotEvaluatedError)) throw error;
      blind.push(error);
      return undefined;
    }
  };
  const subnets = test(() => requireValue(context.facts.subnets));
  if (!subnets) return { id, problems, blind };
  const subnet = subnets.find((s) => s.id === id);
  if (subnet?.state !== 'available')
    return { id, problems: [{ level: 'required', text: subnet ? `it is ${subnet.state}` : 'it does not exist in this region' }], blind };
  const tests = [
    ...(unit.pool ? [] : [() => addresses(context, cluster, unit, subnet), () => interfaces(context, cluster, unit, subnet)]),
    ...unit.groups.flatMap((g) => [() => offering(context, cluster, g, subnet), () => reserved(context, cluster, g, subnet)]),
    () => s3(context, subnet),
  ];
  for (const look of tests) problems.push(...(test(look) ?? []));
  return { id, problems, blind };
}

const refused = (c: SubnetCandidate): boolean => c.problems.some((p) => p.level === 'required');
const short = (c: SubnetCandidate): boolean => c.problems.length > 0;

const against = (c: SubnetCandidate): string => `${c.id}: ${c.problems.map((p) => p.text).join(', and ')}`;

/** The remedy of what weighs most, in the order of the subnets. */
function remedy(context: PlacementContext, candidates: readonly SubnetCandidate[], subject: string): CheckRemediation {
  const problems = candidates.flatMap((c) => c.problems);
  const known = [...problems.filter((p) => p.level === 'required'), ...problems].find((p) => p.remediation)?.remediation;
  const first = candidates.find(short) ?? candidates[0];
  return (
    known ?? {
      text: `Name subnets that can take ${subject}, each with all that is said above.`,
      ...(first && { console: subnetConsole(context, first.id) }),
    }
  );
}

/**
 * The verdict on a unit that lands in one of its subnets, nobody can say which. Refused by all: it cannot come up. Taken
 * by some only, or short of what is recommended: softer. Where something could not be seen, what is certain all the same
 * is said (all others refuse and the unseen one does too, or one takes it and another does not); the rest is `NotEvaluatedError`.
 */
function evaluateSubnetChoice(context: PlacementContext, candidates: readonly SubnetCandidate[], subject: string): CheckResult {
  const count = candidates.length;
  const remediation = () => remedy(context, candidates, subject);
  if (candidates.every(refused)) {
    const each = candidates.map(against).join('; ');
    return {
      status: 'fail',
      have: 0,
      need: 1,
      unit: 'subnets',
      message: `${count === 1 ? `The only subnet for ${subject} cannot` : `None of the ${count} subnets for ${subject} can`} take them. ${each}.`,
      remediation: remediation(),
    };
  }
  const seen = candidates.filter((c) => c.blind.length === 0);
  const unseen = candidates.find((c) => !refused(c) && c.blind.length > 0)?.blind[0];
  const taking = seen.filter((c) => !refused(c));
  if (unseen && (taking.length === 0 || !candidates.some(short))) throw unseen;
  const whole = seen.filter((c) => !short(c)).map((c) => c.id);
  if (!candidates.some(short))
    return {
      status: 'pass',
      have: count,
      need: count,
      unit: 'subnets',
      message: `${listed(whole)} can take ${subject}: addresses, network interfaces, the zone's offer and the way to S3 together.`,
    };
  const open = candidates.filter((c) => !short(c) && c.blind.length > 0).map((c) => `${c.id}: ${c.blind[0]?.reason}`);
  const lacking = [...candidates.filter(short).map(against), ...open].join('; ');
  const which =
    whole.length > 0
      ? `Of the subnets for ${subject} only ${listed(whole)} can take all of them for certain, and HyperPod chooses`
      : `What has to be there of ${subject} finds a subnet, but not all that is meant to`;
  return {
    status: 'fail',
    level: 'recommended',
    have: whole.length,
    need: count,
    unit: 'subnets',
    message: `${which}. ${lacking}.`,
    remediation: remediation(),
  };
}

/** How many nodes of a flexible group find room in its subnets, after others took theirs. */
function poolRoom(
  context: PlacementContext,
  cluster: Cluster,
  unit: PlacementUnit,
  load: GroupLoad,
  ids: readonly string[],
  part: Part,
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
        load.addresses,
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
 * The verdict on a flexible group: its nodes may be spread, so rooms add up, in whole nodes. An estimate: it reckons with
 * the largest type.
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
  const room = (part: Part) => (of && load[part] > 0 ? poolRoom(context, cluster, unit, of, ids, part) : 0);
  const rooms = { required: room('required'), recommended: room('recommended') };
  const part: Part = rooms.required < load.required ? 'required' : 'recommended';
  const lacking = candidates.filter(short).map(against).join('; ');
  const why = lacking ? ` ${lacking}.` : '';
  if (rooms[part] < load[part] && part === 'required')
    return {
      status: 'fail',
      have: rooms.required,
      need: load.required,
      unit: 'nodes',
      message: `The subnets for ${subject} together have room for ${rooms.required} of ${load.required} nodes, an estimate by the largest type.${why}`,
      remediation: poolRemedy(context, cluster, unit, ids, load.required),
    };
  const blind = usable.flatMap((c) => c.blind)[0];
  if (blind) throw blind;
  const amounts = { have: rooms.recommended, need: load.recommended, unit: 'nodes' };
  if (rooms.recommended < load.recommended)
    return {
      status: 'fail',
      level: 'recommended',
      ...amounts,
      message: `The subnets for ${subject} together have room for ${rooms.recommended} of ${load.recommended} nodes, an estimate by the largest type.${why}`,
      remediation: poolRemedy(context, cluster, unit, ids, load.recommended),
    };
  if (!candidates.some(short))
    return {
      status: 'pass',
      ...amounts,
      message: `${listed(ids)} together can take ${subject}, an estimate by the largest type.`,
    };
  return {
    status: 'fail',
    level: 'recommended',
    have: candidates.filter((c) => !short(c)).length,
    need: count,
    unit: 'subnets',
    message: `Not every subnet for ${subject} can take its nodes.${why}`,
    remediation: remedy(context, candidates, subject),
  };
}

const poolRemedy = (
  context: PlacementContext,
  cluster: Cluster,
  unit: PlacementUnit,
  ids: readonly string[],
  nodes: number,
): CheckRemediation => ({
  text: `Add subnets to ${unit.inherited ? 'VpcConfig' : 'OverrideVpcConfig'} of ${cluster.name} until there is room for ${nodes} nodes, or free addresses in ${listed(ids)}.`,
  ...(ids[0] !== undefined && { console: subnetConsole(context, ids[0]) }),
});

/** The verdict on where one unit of a cluster lands: all that a subnet has to have, tested together. */
export function evaluatePlacement(context: PlacementContext, cluster: Cluster, unit: PlacementUnit): CheckResult {
  const candidates = unit.subnets.map((id) => candidate(context, cluster, unit, id));
  const names = unit.groups.map((g) => g.name);
  const subject = `${names.length > 1 ? 'groups' : 'group'} ${listed(names)} of ${cluster.name}`;
  return unit.pool ? evaluatePool(context, cluster, unit, candidates, subject) : evaluateSubnetChoice(context, candidates, subject);
}
