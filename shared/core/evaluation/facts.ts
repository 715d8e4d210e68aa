/**
 * Facts: what AWS said about one account and region, at one time, reduced to what checks need.
 * Plain JSON, so that a snapshot of them can be written, read back and judged offline.
 */
import type { RunningCluster } from './cluster-spec.ts';

/** One read. `action` is the IAM action that was denied, and stands only where access was denied. */
export type Read<T> = { readonly ok: true; readonly value: T } | Unread;

/** A read that failed. */
export interface Unread {
  readonly ok: false;
  readonly reason: string;
  readonly action?: string;
}

/** Reads that are made one by one, each able to fail alone. `null` as a value: AWS says there is no such thing. */
export type Keyed<T> = { readonly [key: string]: Read<T> };

export interface Zone {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

export interface Quota {
  readonly service: string;
  readonly code: string;
  readonly name: string;
  /** The account's own value; absent where Service Quotas keeps none, then the default holds. */
  readonly applied?: number;
  readonly default?: number;
  readonly adjustable: boolean;
  readonly level?: 'ACCOUNT' | 'RESOURCE' | 'ALL';
  /** Service Quotas returned the row without a usable value: unknown, never 0. */
  readonly error?: string;
}

export interface QuotaRequest {
  readonly service: string;
  readonly code: string;
  readonly name: string;
  readonly desired: number;
  readonly status: 'PENDING' | 'CASE_OPENED' | 'APPROVED' | 'DENIED' | 'CASE_CLOSED' | 'NOT_APPROVED' | 'INVALID_REQUEST';
  readonly caseId?: string;
  readonly created: string;
  readonly updated?: string;
}

/** Network data of one EC2 instance type (DescribeInstanceTypes, `NetworkInfo`). */
export interface InstanceType {
  readonly networkCards: number;
  readonly ipv4PerInterface: number;
  readonly efa: boolean;
  readonly maxEfa: number;
  readonly accelerated: boolean;
}

export interface Vpc {
  readonly id: string;
  readonly owner: string;
  readonly state: string;
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

export interface VpcDns {
  readonly support: boolean;
  readonly hostnames: boolean;
}

export interface Subnet {
  readonly id: string;
  readonly arn: string;
  readonly vpc: string;
  readonly owner: string;
  readonly zone: string;
  readonly state: string;
  /** Empty for an IPv6-native subnet. */
  readonly ipv4: string;
  readonly freeIpv4: number;
  readonly ipv6: readonly string[];
  readonly ipv6Native: boolean;
}

export interface Route {
  /** Exactly one destination: a CIDR (v4 or v6) or a prefix list id. */
  readonly cidr?: string;
  readonly prefixList?: string;
  /** The target's id: igw-, nat-, tgw-, vpce-, eni-, pcx-, eigw-, vgw-, i-, lgw-, cagw- or `local`. */
  readonly target: string;
  readonly state: 'active' | 'blackhole' | 'filtered';
}

export interface RouteTable {
  readonly id: string;
  readonly vpc: string;
  readonly main: boolean;
  readonly subnets: readonly string[];
  readonly routes: readonly Route[];
}

export interface AclEntry {
  readonly number: number;
  readonly egress: boolean;
  readonly allow: boolean;
  /** IANA protocol number as text; `-1` is every protocol. */
  readonly protocol: string;
  readonly cidr: string;
  readonly ports?: { readonly from: number; readonly to: number };
}

export interface NetworkAcl {
  readonly id: string;
  readonly vpc: string;
  readonly default: boolean;
  readonly subnets: readonly string[];
  readonly entries: readonly AclEntry[];
}

/** One permission of a security group, one direction, with every peer it names. */
export interface GroupRule {
  readonly egress: boolean;
  /** `-1` is every protocol; else tcp, udp, icmp, icmpv6 or an IANA number. */
  readonly protocol: string;
  readonly ports?: { readonly from: number; readonly to: number };
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  readonly prefixLists: readonly string[];
  readonly groups: readonly { readonly id: string; readonly account?: string }[];
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly vpc: string;
  readonly owner: string;
  readonly rules: readonly GroupRule[];
}

export interface PrefixList {
  readonly id: string;
  readonly name: string;
}

export interface VpcEndpoint {
  readonly id: string;
  readonly vpc: string;
  readonly owner: string;
  readonly service: string;
  readonly type: 'Gateway' | 'Interface' | 'GatewayLoadBalancer' | 'Resource' | 'ServiceNetwork';
  /** Lower case, as the live API answers: available, pending, … */
  readonly state: string;
  readonly routeTables: readonly string[];
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
  readonly privateDns: boolean;
  readonly privateDnsOnlyForInbound: boolean;
  /** The policy document as AWS keeps it (JSON text); absent is full access. */
  readonly policy?: string;
}

/** Network interfaces in use; the quota L-DF5E4CA3 is enforced per zone. */
export interface InterfaceCount {
  readonly total: number;
  readonly byZone: { readonly [zoneId: string]: number };
}

export interface EksCluster {
  readonly arn: string;
  readonly name: string;
  readonly status: string;
  readonly version: string;
  readonly authenticationMode: string;
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly clusterSecurityGroup?: string;
  readonly securityGroups: readonly string[];
  readonly ipFamily: string;
}

/** The managed vpc-cni add-on; `null` where the cluster has none (self-managed). */
export type CniAddon = { readonly version: string; readonly status: string } | null;

export interface FileSystem {
  readonly id: string;
  readonly type: string;
  readonly lifecycle: string;
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly interfaces: readonly string[];
  readonly dnsName: string;
  readonly mountName?: string;
  readonly efa: boolean;
}

export interface SessionPreferences {
  /** `undecidable`: the document leaves it to a parameter. */
  readonly runAs: boolean | 'undecidable';
  readonly defaultUser?: string;
}

/** The value of the tag SSMSessionRunAs on one principal, if it has one. */
export interface PrincipalTags {
  readonly runAs?: string;
}

export interface RolePolicy {
  readonly name: string;
  /** JSON text, decoded. */
  readonly document: string;
}

export interface Role {
  readonly arn: string;
  readonly trust: string;
  readonly policies: readonly RolePolicy[];
  readonly boundary?: RolePolicy;
}

export interface LifecycleObject {
  readonly bytes: number;
  readonly crlf: boolean;
  readonly shebang: boolean;
}

export interface Bucket {
  readonly region: string;
  /** JSON text, `null` where the bucket has none; absent: not asked for. Only the bucket's own account ever gets to read it. */
  readonly policy?: Read<string | null>;
}

export interface TrainingPlan {
  readonly arn: string;
  readonly name: string;
  readonly status: string;
  readonly start?: string;
  readonly end?: string;
  readonly targets: readonly string[];
  readonly total: number;
  readonly available: number;
  readonly inUse: number;
  readonly capacities: readonly { readonly type: string; readonly zone: string; readonly count: number; readonly status: string }[];
}

/** One property per collector. The comment says what a key is. */
export interface Facts {
  readonly regionOptIn: Read<'opt-in-not-required' | 'opted-in' | 'not-opted-in'>;
  readonly zones: Read<readonly Zone[]>;
  /** By service code: `sagemaker`, `vpc`, `ec2`. */
  readonly quotas: Keyed<readonly Quota[]>;
  /** By service code. */
  readonly quotaRequests: Keyed<readonly QuotaRequest[]>;
  /** EC2 type name (no `ml.`) → data; a type asked for and missing here is unknown in the region. */
  readonly instanceTypes: Read<{ readonly [type: string]: InstanceType }>;
  /** EC2 type name → zone ids; a type asked for and missing is offered nowhere in the region. */
  readonly offerings: Read<{ readonly [type: string]: readonly string[] }>;
  readonly vpcs: Read<readonly Vpc[]>;
  /** By VPC id. */
  readonly vpcDns: Keyed<VpcDns>;
  readonly subnets: Read<readonly Subnet[]>;
  readonly routeTables: Read<readonly RouteTable[]>;
  readonly networkAcls: Read<readonly NetworkAcl[]>;
  readonly securityGroups: Read<readonly SecurityGroup[]>;
  readonly prefixLists: Read<readonly PrefixList[]>;
  /** By prefix list id: its CIDRs. */
  readonly prefixListEntries: Keyed<readonly string[]>;
  readonly endpoints: Read<readonly VpcEndpoint[]>;
  readonly interfaces: Read<InterfaceCount>;
  /** By resource kind, `vpcs`, `internet-gateways`, `elastic-ips`: how many exist. Read only for a plan with `newVpc`. */
  readonly newVpcUsage: Keyed<number>;
  readonly clusterNames: Read<readonly string[]>;
  /** By cluster name. */
  readonly runningClusters: Keyed<RunningCluster>;
  /** By EKS cluster ARN. */
  readonly eksClusters: Keyed<EksCluster | null>;
  /** By EKS cluster ARN. */
  readonly cniAddons: Keyed<CniAddon>;
  /** By file system id. */
  readonly fileSystems: Keyed<FileSystem | null>;
  /** By file system id: the security groups on its interfaces. */
  readonly fileSystemGroups: Keyed<readonly string[]>;
  /** By document name; `null`: the document does not exist. */
  readonly sessionDocuments: Keyed<SessionPreferences | null>;
  /** By principal ARN. */
  readonly principals: Keyed<PrincipalTags | null>;
  /** By role ARN. */
  readonly roles: Keyed<Role | null>;
  /** By s3:// address of the script. */
  readonly lifecycleObjects: Keyed<LifecycleObject | null>;
  /** By bucket name. */
  readonly buckets: Keyed<Bucket | null>;
  /** By training plan ARN. */
  readonly trainingPlans: Keyed<TrainingPlan | null>;
}

export type FactName = keyof Facts;

/** The facts of one region with the time at which their collection began: what `collect` writes and `evaluate` reads. */
export interface Snapshot {
  readonly schemaVersion: 1;
  readonly account: string;
  readonly alias?: string;
  readonly partition: string;
  readonly region: string;
  readonly factsAt: string;
  readonly facts: Facts;
}

/** Whether a fact is one read, or reads by key. */
const kinds: { readonly [N in FactName]: Facts[N] extends Read<unknown> ? 'read' : 'keyed' } = {
  regionOptIn: 'read',
  zones: 'read',
  quotas: 'keyed',
  quotaRequests: 'keyed',
  instanceTypes: 'read',
  offerings: 'read',
  vpcs: 'read',
  vpcDns: 'keyed',
  subnets: 'read',
  routeTables: 'read',
  networkAcls: 'read',
  securityGroups: 'read',
  prefixLists: 'read',
  prefixListEntries: 'keyed',
  endpoints: 'read',
  interfaces: 'read',
  newVpcUsage: 'keyed',
  clusterNames: 'read',
  runningClusters: 'keyed',
  eksClusters: 'keyed',
  cniAddons: 'keyed',
  fileSystems: 'keyed',
  fileSystemGroups: 'keyed',
  sessionDocuments: 'keyed',
  principals: 'keyed',
  roles: 'keyed',
  lifecycleObjects: 'keyed',
  buckets: 'keyed',
  trainingPlans: 'keyed',
};

/**
 * The snapshot of a place of which nothing could be read, for one reason. It is evaluated like any other: whatever is
 * planned there is not evaluated for that reason.
 */
export function unreadSnapshot(place: Omit<Snapshot, 'schemaVersion' | 'facts'>, { reason, action }: Omit<Unread, 'ok'>): Snapshot {
  const read: Unread = { ok: false, reason, ...(action !== undefined && { action }) };
  const facts = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, kind === 'read' ? read : {}]));
  return { schemaVersion: 1, ...place, facts: facts as unknown as Facts };
}

const isRead = (fact: Read<unknown> | Keyed<unknown>): fact is Read<unknown> => typeof fact.ok === 'boolean';

/** Every read of a region, those by key too. */
export const readsOf = (facts: Facts): readonly Read<unknown>[] =>
  Object.values(facts).flatMap((fact: Read<unknown> | Keyed<unknown>) => (isRead(fact) ? [fact] : Object.values(fact)));

/** Why nothing at all could be read, where all reads failed for the same reason; else `undefined`. */
export function onlyReason(facts: Facts): Unread | undefined {
  const [first, ...others] = readsOf(facts);
  if (first === undefined || first.ok) return undefined;
  return others.every((read) => !read.ok && read.reason === first.reason && read.action === first.action) ? first : undefined;
}

/** A result depends on a fact that could not be read. Thrown by `requireValue` and `requireKey`, turned into a coverage row by `evaluate`. */
export class NotEvaluatedError extends Error {
  readonly reason: string;
  readonly action: string | undefined;
  constructor(reason: string, action?: string) {
    super(reason);
    this.name = 'NotEvaluatedError';
    this.reason = reason;
    this.action = action;
  }
}

/** The value of a read; throws `NotEvaluatedError` where the read failed. */
export function requireValue<T>(read: Read<T>): T {
  if (read.ok) return read.value;
  throw new NotEvaluatedError(read.reason, read.action);
}

/** The value under a key; throws `NotEvaluatedError` where its read failed or was never made. `what` names the resource in the reason. */
export function requireKey<T>(keyed: Keyed<T>, key: string, what: string): T {
  const read = Object.hasOwn(keyed, key) ? keyed[key] : undefined;
  if (read === undefined) throw new NotEvaluatedError(`${what} ${key} was not read`);
  return requireValue(read);
}
