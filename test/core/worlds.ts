/** Arbitrary plans and accounts: each fact healthy or broken in one of the ways that checks know of. */
import fc from 'fast-check';
import type { Facts, GroupRule, Quota, Read, Snapshot } from '../../shared/core/evaluation/facts.ts';
import type { GroupRequest, Plan, PlannedCluster } from '../../shared/core/plan/plan.ts';
import {
  account,
  allTraffic,
  denied,
  facts,
  groupRequest,
  ids,
  ok,
  onEks,
  planned,
  request,
  running,
  runningGroup,
  securityGroup,
  snapshot,
  subnet,
} from './healthy.ts';

const healthy = facts();
const read = <T>(from: Read<T>): T => {
  if (!from.ok) throw new Error('the healthy account can be read');
  return from.value;
};
const keyed = <T>(of: { readonly [key: string]: Read<T> }, key: string): T => {
  const found = of[key];
  if (!found) throw new Error(`the healthy account has ${key}`);
  return read(found);
};

const types = ['ml.p5.48xlarge', 'ml.p4d.24xlarge', 'ml.g5.8xlarge', 'ml.m5.xlarge'] as const;
const subnets = [ids.subnet, ids.subnet2] as const;
const type = fc.constantFrom(...types);
const some = <T>(...of: readonly T[]) => fc.subarray([...of], { minLength: 1 });

const group = (name: string): fc.Arbitrary<GroupRequest> =>
  fc
    .record({
      count: fc.integer({ min: 0, max: 40 }),
      min: fc.option(fc.nat({ max: 8 }), { nil: undefined }),
      one: type,
      several: fc.option(some(...types), { nil: undefined, freq: 4 }),
      spot: fc.boolean(),
      override: fc.option(some(...subnets), { nil: undefined }),
      efa: fc.constantFrom(undefined, 'efa' as const, 'efa-only' as const),
      script: fc.boolean(),
    })
    .map(({ count, min, one, several, spot, override, efa, script }) => {
      const { InstanceType: _, LifeCycleConfig, ...rest } = groupRequest();
      return {
        ...rest,
        InstanceGroupName: name,
        InstanceCount: count,
        ...(min !== undefined && { MinInstanceCount: Math.min(min, count) }),
        ...(several ? { InstanceRequirements: { InstanceTypes: several } } : { InstanceType: one }),
        ...(spot && { CapacityRequirements: { Spot: {} } }),
        ...(override && { OverrideVpcConfig: { Subnets: override, SecurityGroupIds: [ids.group] } }),
        ...(efa && { NetworkInterface: { InterfaceType: efa } }),
        ...(script && LifeCycleConfig && { LifeCycleConfig }),
      };
    });

const cluster = (name: string, alternativeTo?: string): fc.Arbitrary<PlannedCluster> =>
  fc
    .record({
      groups: fc.tuple(group('workers'), group('login')).map(([a, b]) => [a, b]),
      onlyOne: fc.boolean(),
      eks: fc.boolean(),
      vpc: fc.option(some(...subnets), { nil: undefined, freq: 6 }),
      headroom: fc.constantFrom(undefined, 10, 50),
      growTo: fc.constantFrom(undefined, { workers: 24 }),
      fsx: fc.boolean(),
      runAs: fc.constantFrom(undefined, { expected: true }),
      autoScaling: fc.constantFrom(false, false, false, true),
      ipv6Pods: fc.constantFrom(undefined, true),
      alternative: fc.boolean(),
    })
    .map(({ groups, onlyOne, eks, vpc, headroom, growTo, fsx, runAs, autoScaling, ipv6Pods, alternative }) => {
      const { VpcConfig: _, ...rest } = request();
      return planned({
        request: {
          ...rest,
          ClusterName: name,
          InstanceGroups: onlyOne ? groups.slice(0, 1) : groups,
          ...(vpc && { VpcConfig: { Subnets: vpc, SecurityGroupIds: [ids.group] } }),
          ...(eks && onEks),
          ...(autoScaling && { AutoScaling: { Mode: 'Enable' } }),
        },
        ...(headroom !== undefined && { headroom }),
        ...(growTo && { growTo }),
        ...(fsx && { fsxLustre: [ids.fs] }),
        ...(runAs && { runAs }),
        ...(ipv6Pods && { ipv6Pods }),
        ...(alternative && alternativeTo !== undefined && { alternativeTo }),
      });
    });

export const plans: fc.Arbitrary<Plan> = fc
  .tuple(cluster('llm-train'), fc.option(cluster('other', 'llm-train'), { nil: undefined }))
  .map(([a, b]) => ({ clusters: b ? [a, b] : [a], mutes: [], schedule: 'rate(1 hour)', retentionDays: 400, alerts: {} }));

const quotas = fc.array(fc.constantFrom(0, 1, 4, 16, 64, 1000), { minLength: 20, maxLength: 20 }).chain((values) =>
  fc.nat({ max: 30 }).map((missing) => {
    const vary = (rows: readonly Quota[]) =>
      rows.map((q, i) => ({ ...q, applied: values[i % values.length] ?? 0 })).filter((_, i) => i !== missing);
    return {
      ...healthy.quotas,
      sagemaker: ok(vary(keyed(healthy.quotas, 'sagemaker'))),
      vpc: ok(keyed(healthy.quotas, 'vpc').map((q, i) => ({ ...q, applied: (values[i] ?? 0) * 10 }))),
    };
  }),
);

const rule = (more: Partial<GroupRule>): GroupRule => ({ ...allTraffic, egress: false, ...more });
const self = [{ id: ids.group, account }];
const rules: fc.Arbitrary<readonly GroupRule[]> = fc.subarray([
  rule({ groups: self }),
  rule({ egress: true, groups: self }),
  rule({ protocol: 'tcp', ports: { from: 0, to: 65535 }, groups: self }),
  rule({ egress: true, ipv4: ['0.0.0.0/0'] }),
  rule({ egress: true, protocol: 'tcp', ports: { from: 443, to: 443 }, ipv4: ['10.1.0.0/16'], prefixLists: [ids.s3] }),
  rule({ ipv4: ['10.1.0.0/16'] }),
]);

const subnetFacts = fc
  .record({
    free: fc.array(fc.constantFrom(0, 8, 100, 251, 2000, 4091), { minLength: 2, maxLength: 2 }),
    zone: fc.constantFrom('usw2-az1', 'usw2-az2', 'usw2-az3'),
    missing: fc.boolean(),
    native: fc.constantFrom(false, false, false, true),
  })
  .map(({ free, zone, missing, native }) => {
    const second = subnet({
      id: ids.subnet2,
      freeIpv4: free[1] ?? 0,
      zone,
      ipv4: native ? '' : '10.1.16.0/20',
      ipv6Native: native,
      ipv6: native ? ['2600:1f13::/64'] : [],
    });
    return ok([subnet({ freeIpv4: free[0] ?? 0 }), ...(missing ? [] : [second])]);
  });

const routes = fc.subarray(
  read(healthy.routeTables).flatMap((t) => t.routes),
  { minLength: 1 },
);

const runningClusters = fc
  .record({
    name: fc.constantFrom('llm-train', 'llm-train', 'eval'),
    current: fc.nat({ max: 20 }),
    target: fc.nat({ max: 20 }),
    status: fc.constantFrom('InService' as const, 'Failed' as const, 'Deleting' as const, 'Updating' as const),
    none: fc.boolean(),
  })
  .map(({ name, current, target, status, none }) => (none ? [] : [running({ name, status, groups: [runningGroup({ current, target })] })]));

const parts = [
  'quotas',
  'securityGroups',
  'subnets',
  'routeTables',
  'natGateways',
  'vpcBlockPublicAccess',
  'endpoints',
  'networkAcls',
  'vpcs',
  'fileSystems',
  'roles',
  'offerings',
  'vpcDns',
  'eksClusters',
] as const;

/** A whole account; `broken` decides how much of it differs from the healthy one. */
export const worlds: fc.Arbitrary<Snapshot> = fc
  .record({
    quotas,
    rules,
    subnets: subnetFacts,
    routes,
    runs: runningClusters,
    dns: fc.record({ support: fc.boolean(), hostnames: fc.boolean() }),
    nat: fc.constantFrom('available', 'failed'),
    publicAccess: fc.constantFrom('off' as const, 'block-ingress' as const, 'block-bidirectional' as const),
    endpoint: fc.constantFrom('available', 'pending'),
    interfaces: fc.constantFrom(0, 100, 4900, 5000),
    allow: fc.boolean(),
    owner: fc.constantFrom(account, account, '999988887777'),
    fsx: fc.constantFrom('AVAILABLE', 'CREATING', 'FAILED'),
    fsGone: fc.constantFrom(false, false, true),
    roleGone: fc.constantFrom(false, false, true),
    runAs: fc.boolean(),
    mode: fc.constantFrom('API', 'CONFIG_MAP'),
    zones: fc.subarray(['usw2-az1', 'usw2-az2', 'usw2-az3']),
    // Accounts with one thing wrong are the ones that are AT RISK; of anything goes, nearly all are BLOCKED.
    healthyParts: fc.oneof(
      fc.subarray([...parts]),
      fc.constantFrom(...parts).map((one) => parts.filter((p) => p !== one)),
    ),
  })
  .map((w) => {
    const broken: Partial<Facts> = {
      quotas: w.quotas,
      securityGroups: ok([securityGroup({ rules: w.rules })]),
      subnets: w.subnets,
      routeTables: ok(read(healthy.routeTables).map((t) => (t.main ? t : { ...t, subnets: [ids.subnet, ids.subnet2], routes: w.routes }))),
      natGateways: ok(read(healthy.natGateways).map((n) => ({ ...n, state: w.nat }))),
      vpcBlockPublicAccess: ok({ mode: w.publicAccess, exclusions: [] }),
      endpoints: ok(read(healthy.endpoints).map((e) => ({ ...e, state: w.endpoint }))),
      networkAcls: ok(
        read(healthy.networkAcls).map((a) => ({
          ...a,
          subnets: [ids.subnet, ids.subnet2],
          entries: w.allow ? a.entries : a.entries.filter((e) => !e.allow || e.egress),
        })),
      ),
      vpcs: ok(read(healthy.vpcs).map((v) => ({ ...v, owner: w.owner }))),
      fileSystems: { [ids.fs]: ok(w.fsGone ? null : { ...(keyed(healthy.fileSystems, ids.fs) ?? fail()), lifecycle: w.fsx }) },
      roles: { [ids.role]: ok(w.roleGone ? null : keyed(healthy.roles, ids.role)) },
      offerings: ok(Object.fromEntries(Object.keys(read(healthy.offerings)).map((t) => [t, w.zones]))),
      vpcDns: { [ids.vpc]: ok(w.dns) },
      eksClusters: { [ids.eks]: ok({ ...(keyed(healthy.eksClusters, ids.eks) ?? fail()), authenticationMode: w.mode }) },
    };
    for (const part of w.healthyParts) delete broken[part as keyof Facts];
    return snapshot({
      ...broken,
      interfaces: ok({ total: w.interfaces, byZone: { 'usw2-az1': w.interfaces } }),
      sessionDocuments: { ...healthy.sessionDocuments, 'SSM-SessionManagerRunShell': ok({ runAs: w.runAs }) },
      clusterNames: ok(w.runs.map((c) => c.name)),
      runningClusters: Object.fromEntries(w.runs.map((c) => [c.name, ok(c)])),
    });
  });

/** The same account with every list turned round: AWS promises no order, but for a group's types, which stand by priority. */
export function reversed(snapshot: Snapshot): Snapshot {
  const turn = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.toReversed().map(turn);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([k, v]) => [k, k === 'types' ? v : turn(v)]),
    );
  };
  return { ...snapshot, facts: turn(snapshot.facts) as Facts };
}

function fail(): never {
  throw new Error('the healthy account has one');
}

const refused = denied('service:Action');
const isRead = (fact: unknown): fact is Read<unknown> => typeof (fact as { ok?: unknown }).ok === 'boolean';

/** Every way to lose one read: a whole fact, or one key of a keyed one. */
export function withoutOne(snapshot: Snapshot): readonly { readonly lost: string; readonly snapshot: Snapshot }[] {
  const lose = (lost: string, fact: keyof Facts, value: unknown) => ({
    lost,
    snapshot: { ...snapshot, facts: { ...snapshot.facts, [fact]: value } },
  });
  return (Object.keys(snapshot.facts) as (keyof Facts)[]).flatMap((name) => {
    const fact = snapshot.facts[name];
    if (isRead(fact)) return [lose(name, name, refused)];
    return Object.keys(fact).map((key) => lose(`${name} ${key}`, name, { ...fact, [key]: refused }));
  });
}
