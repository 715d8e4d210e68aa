/**
 * The shape of a snapshot file, member by member. It follows `core/evaluation/facts.ts`: a fact or a member without a schema here does
 * not compile. Evaluation relies on these types, so nothing else may reach it from a file.
 */
import * as z from 'zod';
import type { Network, RunningCluster, RunningGroup } from '../core/evaluation/cluster-spec.ts';
import type * as F from '../core/evaluation/facts.ts';
import type { Result } from '../core/evaluation/finding.ts';
import { parseBlock } from '../core/network/cidr.ts';

/** An object with exactly the members of `T`. */
const object = <T extends object>(shape: { readonly [K in keyof T]-?: z.ZodType<T[K]> }): z.ZodType<T> =>
  z.strictObject(shape) as unknown as z.ZodType<T>;

const text = z.string();
const id = z.string().min(1).max(2048);
const flag = z.boolean();
const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const moment = z.iso.datetime({ offset: true });
/** Evaluation leaves out a block that it cannot read, and a rule without its block would mean something else. */
const cidr = z.string().refine((block) => parseBlock(block) !== undefined, 'expected an IPv4 or IPv6 block such as 10.0.0.0/16');
const list = <T>(of: z.ZodType<T>): z.ZodType<readonly T[]> => z.array(of);
const mapOf = <T>(of: z.ZodType<T>): z.ZodType<{ readonly [key: string]: T }> => z.record(z.string(), of);
const ids = list(id);

const unread = object<F.Unread>({ ok: z.literal(false), reason: z.string().min(1), action: id.optional() });
const read = <T>(value: z.ZodType<T>): z.ZodType<F.Read<T>> =>
  z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), value: value as z.ZodType<T> }),
    unread as unknown as z.ZodObject<{ ok: z.ZodLiteral<false> }>,
  ]) as unknown as z.ZodType<F.Read<T>>;
const keyed = <T>(value: z.ZodType<T>): z.ZodType<F.Keyed<T>> => mapOf(read(value));

const ports = object<{ readonly from: number; readonly to: number }>({
  from: z.int().min(-1).max(65_535),
  to: z.int().min(-1).max(65_535),
});

const quota = object<F.Quota>({
  service: id,
  code: id,
  name: id,
  applied: amount.optional(),
  default: amount.optional(),
  adjustable: flag,
  level: z.enum(['ACCOUNT', 'RESOURCE', 'ALL']).optional(),
  error: text.optional(),
});

const quotaRequest = object<F.QuotaRequest>({
  service: id,
  code: id,
  name: id,
  desired: amount,
  status: z.enum(['PENDING', 'CASE_OPENED', 'APPROVED', 'DENIED', 'CASE_CLOSED', 'NOT_APPROVED', 'INVALID_REQUEST']),
  caseId: text.optional(),
  created: moment,
  updated: moment.optional(),
});

const route = object<F.Route>({
  cidr: cidr.optional(),
  prefixList: id.optional(),
  target: text,
  state: z.enum(['active', 'blackhole', 'filtered']),
});

const aclEntry = object<F.AclEntry>({
  number: count,
  egress: flag,
  allow: flag,
  protocol: id,
  cidr,
  ports: ports.optional(),
});

const groupRule = object<F.GroupRule>({
  egress: flag,
  protocol: id,
  ports: ports.optional(),
  ipv4: list(cidr),
  ipv6: list(cidr),
  prefixLists: ids,
  groups: list(object<F.GroupRule['groups'][number]>({ id, account: id.optional() })),
});

const endpoint = object<F.VpcEndpoint>({
  id,
  vpc: id,
  owner: id,
  service: id,
  type: z.enum(['Gateway', 'Interface', 'GatewayLoadBalancer', 'Resource', 'ServiceNetwork']),
  state: text,
  routeTables: ids,
  subnets: ids,
  groups: ids,
  privateDns: flag,
  privateDnsOnlyForInbound: flag,
  policy: text.optional(),
});

const network = object<Network>({ subnets: ids, securityGroups: ids });

const runningGroup = object<RunningGroup>({
  name: id,
  restricted: flag,
  types: ids,
  spot: flag,
  role: text,
  network: network.optional(),
  interfaceType: z.enum(['efa', 'efa-only']).optional(),
  volumesGb: list(amount),
  fsxLustre: list(object<RunningGroup['fsxLustre'][number]>({ dnsName: text, mountName: text })),
  lifecycle: object<NonNullable<RunningGroup['lifecycle']>>({
    uri: text,
    onCreate: text.optional(),
    onInitComplete: text.optional(),
  }).optional(),
  trainingPlan: text.optional(),
  lustreGib: amount.optional(),
  current: count,
  target: count,
  currentByType: mapOf(count).optional(),
});

const runningCluster = object<RunningCluster>({
  name: id,
  orchestrator: z.enum(['eks', 'slurm']),
  eksCluster: text.optional(),
  network: network.optional(),
  autoScaling: flag,
  sharedLustreGib: amount.optional(),
  groups: list(runningGroup),
  arn: id,
  status: z.enum(['Creating', 'Deleting', 'Failed', 'InService', 'RollingBack', 'SystemUpdating', 'Updating']),
});

const rolePolicy = object<F.RolePolicy>({ name: text, document: text });

/** The schema of each fact. */
export const factSchemas: { readonly [N in F.FactName]: z.ZodType<F.Facts[N]> } = {
  regionOptIn: read(z.enum(['opt-in-not-required', 'opted-in', 'not-opted-in'])),
  zones: read(list(object<F.Zone>({ id, name: id, state: text }))),
  quotas: keyed(list(quota)),
  quotaRequests: keyed(list(quotaRequest)),
  instanceTypes: read(
    mapOf(object<F.InstanceType>({ networkCards: count, ipv4PerInterface: count, efa: flag, maxEfa: count, accelerated: flag })),
  ),
  offerings: read(mapOf(ids)),
  vpcs: read(list(object<F.Vpc>({ id, owner: id, state: text, ipv4: list(cidr), ipv6: list(cidr) }))),
  vpcDns: keyed(object<F.VpcDns>({ support: flag, hostnames: flag })),
  subnets: read(
    list(
      object<F.Subnet>({
        id,
        arn: id,
        vpc: id,
        owner: id,
        zone: id,
        state: text,
        ipv4: z.union([z.literal(''), cidr], 'expected an IPv4 block such as 10.0.0.0/16, or an empty text'),
        freeIpv4: count,
        ipv6: list(cidr),
        ipv6Native: flag,
      }),
    ),
  ),
  routeTables: read(list(object<F.RouteTable>({ id, vpc: id, main: flag, subnets: ids, routes: list(route) }))),
  networkAcls: read(list(object<F.NetworkAcl>({ id, vpc: id, default: flag, subnets: ids, entries: list(aclEntry) }))),
  securityGroups: read(list(object<F.SecurityGroup>({ id, name: text, vpc: id, owner: id, rules: list(groupRule) }))),
  prefixLists: read(list(object<F.PrefixList>({ id, name: id }))),
  prefixListEntries: keyed(list(cidr)),
  endpoints: read(list(endpoint)),
  interfaces: read(object<F.InterfaceCount>({ total: count, byZone: mapOf(count) })),
  newVpcUsage: keyed(count),
  clusterNames: read(ids),
  runningClusters: keyed(runningCluster),
  eksClusters: keyed(
    object<F.EksCluster>({
      arn: id,
      name: id,
      status: text,
      version: text,
      authenticationMode: text,
      vpc: id,
      subnets: ids,
      clusterSecurityGroup: id.optional(),
      securityGroups: ids,
      ipFamily: text,
    }).nullable(),
  ),
  cniAddons: keyed(object<NonNullable<F.CniAddon>>({ version: text, status: text }).nullable()),
  fileSystems: keyed(
    object<F.FileSystem>({
      id,
      type: text,
      lifecycle: text,
      vpc: id,
      subnets: ids,
      interfaces: ids,
      dnsName: text,
      mountName: text.optional(),
      efa: flag,
    }).nullable(),
  ),
  fileSystemGroups: keyed(ids),
  sessionDocuments: keyed(
    object<F.SessionPreferences>({ runAs: z.union([flag, z.literal('undecidable')]), defaultUser: text.optional() }).nullable(),
  ),
  principals: keyed(object<F.PrincipalTags>({ runAs: text.optional() }).nullable()),
  roles: keyed(object<F.Role>({ arn: id, trust: text, policies: list(rolePolicy), boundary: rolePolicy.optional() }).nullable()),
  lifecycleObjects: keyed(object<F.LifecycleObject>({ bytes: count, crlf: flag, shebang: flag }).nullable()),
  buckets: keyed(object<F.Bucket>({ region: id, policy: read(text.nullable()).optional() }).nullable()),
  trainingPlans: keyed(
    object<F.TrainingPlan>({
      arn: id,
      name: text,
      status: text,
      start: moment.optional(),
      end: moment.optional(),
      targets: list(text),
      total: count,
      available: count,
      inUse: count,
      capacities: list(object<F.TrainingPlan['capacities'][number]>({ type: id, zone: id, count, status: text })),
    }).nullable(),
  ),
};

const snapshot = object<F.Snapshot>({
  schemaVersion: z.literal(1),
  account: z.string().regex(/^\d{12}$/, 'expected an account id of 12 digits'),
  alias: text.optional(),
  partition: z.string().regex(/^aws[a-z-]*$/, 'expected a partition such as aws'),
  region: z.string().regex(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'expected a region such as us-west-2'),
  factsAt: moment,
  facts: object<F.Facts>(factSchemas),
});

/** What `collect` writes and `evaluate` reads. */
export interface SnapshotFile {
  readonly schemaVersion: 1;
  readonly tool: Result['tool'];
  readonly snapshots: readonly F.Snapshot[];
}

/** Who wrote a file is shown and nothing rests on it, so it may be left out. */
export const snapshotFile: z.ZodType<Omit<SnapshotFile, 'tool'>> = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.looseObject({ name: z.literal('hyperpod-auditor'), version: z.string() }).optional(),
  snapshots: z.array(snapshot),
});
