/**
 * Facts: what AWS answered about one account and region, at one time, reduced to what checks need.
 * Plain JSON, so that a snapshot of them can be written, read again and evaluated offline. Each shape is described once: its type
 * and the schema of snapshot files follow from it.
 */
import { clusterEvents, clusterNodes, runningCluster } from './cluster-spec.ts';
import {
  amount,
  cidr,
  count,
  flag,
  id,
  type Keyed,
  keyed,
  list,
  mapOf,
  moment,
  nullable,
  object,
  oneOf,
  optional,
  optionalCidr,
  port,
  type Read,
  read,
  text,
  type Unread,
  type Value,
} from './shape.ts';

export type { Keyed, Read, Unread } from './shape.ts';

const zone = object({ id, name: id, state: text });

const quota = object({
  service: id,
  code: id,
  name: id,
  /** The account's own value; absent where Service Quotas stores none, then the default applies. */
  applied: optional(amount),
  default: optional(amount),
  adjustable: flag,
  level: optional(oneOf('ACCOUNT', 'RESOURCE', 'ALL')),
  /** Service Quotas returned the row without a usable value: unknown, never 0. */
  error: optional(text),
});
export type Quota = Value<typeof quota>;

const quotaRequest = object({
  service: id,
  code: id,
  name: id,
  desired: amount,
  status: oneOf('PENDING', 'CASE_OPENED', 'APPROVED', 'DENIED', 'CASE_CLOSED', 'NOT_APPROVED', 'INVALID_REQUEST'),
  caseId: optional(text),
  created: moment,
  updated: optional(moment),
});
export type QuotaRequest = Value<typeof quotaRequest>;

/** What checks need of one EC2 instance type (DescribeInstanceTypes). */
const instanceType = object({
  networkCards: count,
  ipv4PerInterface: count,
  efa: flag,
  maxEfa: count,
  accelerated: flag,
  /** Threads per core that EC2 accepts; it lists none for some types, such as g5. */
  validThreads: optional(list(count)),
  /** x86_64, arm64, … */
  architectures: optional(list(id)),
});
export type InstanceType = Value<typeof instanceType>;

const vpc = object({
  id,
  owner: id,
  state: text,
  ipv4: list(cidr),
  ipv6: list(cidr),
  /** Its DHCP options; `default` where it has none. Absent in facts of an older version. */
  dhcpOptions: optional(id),
});
export type Vpc = Value<typeof vpc>;

/** A set of DHCP options, with the DNS servers that it names. */
const dhcpOptions = object({ id, dnsServers: list(id) });
export type DhcpOptions = Value<typeof dhcpOptions>;

const dns = object({ support: flag, hostnames: flag });

const subnet = object({
  id,
  arn: id,
  vpc: id,
  owner: id,
  zone: id,
  state: text,
  /** Empty for an IPv6-native subnet. */
  ipv4: optionalCidr,
  freeIpv4: count,
  ipv6: list(cidr),
  ipv6Native: flag,
});
export type Subnet = Value<typeof subnet>;

const route = object({
  /** Exactly one destination: a CIDR (v4 or v6) or a prefix list id. */
  cidr: optional(cidr),
  prefixList: optional(id),
  /** The target's id: igw-, nat-, tgw-, vpce-, eni-, pcx-, eigw-, vgw-, i-, lgw-, cagw- or `local`. */
  target: text,
  state: oneOf('active', 'blackhole', 'filtered'),
});
export type Route = Value<typeof route>;

const routeTable = object({ id, vpc: id, main: flag, subnets: list(id), routes: list(route) });
export type RouteTable = Value<typeof routeTable>;

const natGateway = object({
  id,
  vpc: id,
  /** pending, failed, available, deleting or deleted. */
  state: text,
  /** Why it failed. */
  failure: optional(text),
  connectivity: oneOf('public', 'private'),
  /** Absent for a regional one, which has a route table of its own. */
  subnet: optional(id),
  /** Its Elastic IP addresses. */
  addresses: list(id),
});
export type NatGateway = Value<typeof natGateway>;

/** VPC Block Public Access of the account in the region. */
const vpcBlockPublicAccess = object({
  mode: oneOf('off', 'block-ingress', 'block-bidirectional'),
  /** VPCs and subnets that the mode does not hold for; read only where the mode ends egress. */
  exclusions: list(object({ resource: id, state: text })),
});

const ports = object({ from: port, to: port });

const aclEntry = object({
  number: count,
  egress: flag,
  allow: flag,
  /** IANA protocol number as text; `-1` is every protocol. */
  protocol: id,
  cidr,
  ports: optional(ports),
});
export type AclEntry = Value<typeof aclEntry>;

const networkAcl = object({ id, vpc: id, default: flag, subnets: list(id), entries: list(aclEntry) });
export type NetworkAcl = Value<typeof networkAcl>;

/** One permission of a security group, one direction, with every peer it names. */
const groupRule = object({
  egress: flag,
  /** `-1` is every protocol; else tcp, udp, icmp, icmpv6 or an IANA number. */
  protocol: id,
  ports: optional(ports),
  ipv4: list(cidr),
  ipv6: list(cidr),
  prefixLists: list(id),
  groups: list(object({ id, account: optional(id) })),
});
export type GroupRule = Value<typeof groupRule>;

const securityGroup = object({ id, name: text, vpc: id, owner: id, rules: list(groupRule) });
export type SecurityGroup = Value<typeof securityGroup>;

const prefixList = object({ id, name: id });

const endpoint = object({
  id,
  vpc: id,
  owner: id,
  service: id,
  type: oneOf('Gateway', 'Interface', 'GatewayLoadBalancer', 'Resource', 'ServiceNetwork'),
  /** Lower case, as the live API answers: available, pending, … */
  state: text,
  routeTables: list(id),
  subnets: list(id),
  groups: list(id),
  privateDns: flag,
  privateDnsOnlyForInbound: flag,
  /** The policy document as AWS stores it (JSON text); absent is full access. */
  policy: optional(text),
});
export type VpcEndpoint = Value<typeof endpoint>;

/** Network interfaces in use; the quota L-DF5E4CA3 is enforced per zone. */
const interfaceCount = object({
  total: count,
  /** By zone id. */
  byZone: mapOf(count),
});

const eksCluster = object({
  arn: id,
  name: id,
  status: text,
  version: text,
  authenticationMode: text,
  vpc: id,
  subnets: list(id),
  clusterSecurityGroup: optional(id),
  securityGroups: list(id),
  ipFamily: text,
  /** How its API server is reached. Absent in facts of an older version. */
  endpoint: optional(object({ privateAccess: flag, publicCidrs: list(cidr) })),
});
export type EksCluster = Value<typeof eksCluster>;

/** A managed add-on; `null` where the cluster does not have it, or has it self-managed. */
const addon = nullable(object({ version: text, status: text }));

const fileSystem = object({
  id,
  type: text,
  lifecycle: text,
  vpc: id,
  subnets: list(id),
  interfaces: list(id),
  dnsName: text,
  mountName: optional(text),
  efa: flag,
});
export type FileSystem = Value<typeof fileSystem>;

const sessionPreferences = object({
  /** `undecidable`: the document leaves it to a parameter. */
  runAs: oneOf(true, false, 'undecidable'),
  defaultUser: optional(text),
});
export type SessionPreferences = Value<typeof sessionPreferences>;

/** The value of the tag SSMSessionRunAs on one principal, if it has one. */
const principalTags = object({ runAs: optional(text) });
export type PrincipalTags = Value<typeof principalTags>;

const rolePolicy = object({
  name: text,
  /** JSON text, decoded. */
  document: text,
});
export type RolePolicy = Value<typeof rolePolicy>;

const role = object({ arn: id, trust: text, policies: list(rolePolicy), boundary: optional(rolePolicy) });
export type Role = Value<typeof role>;

const lifecycleObject = object({
  bytes: count,
  /** Absent where the content could not be decrypted. */
  crlf: optional(flag),
  shebang: optional(flag),
  /** ARN of the KMS key that encrypts it, `null` where none does; absent: not read. */
  key: optional(nullable(id)),
  /** true: the plan does not let the content be read, so only what a list shows is known. */
  isOnlyListed: optional(flag),
});
export type LifecycleObject = Value<typeof lifecycleObject>;

const bucket = object({
  region: id,
  /** JSON text, `null` where the bucket has none; absent: not requested. Only the bucket's own account can read it. */
  policy: optional(read(nullable(text))),
});
export type Bucket = Value<typeof bucket>;

/** Permission to use a key that neither its policy nor a role's policy shows. */
const keyGrant = object({ grantee: id, operations: list(id), constrained: flag });

const kmsKey = object({
  /** Enabled, Disabled, PendingDeletion, … */
  state: id,
  usage: id,
  spec: id,
  /** JSON text. */
  policy: read(text),
  /** Those of the roles that are to use the key. */
  grants: read(list(keyGrant)),
});
export type KmsKey = Value<typeof kmsKey>;

/** A secret of Secrets Manager. */
const secret = object({
  /** DeletedDate, present while its deletion is scheduled. */
  deleted: optional(moment),
});
export type Secret = Value<typeof secret>;

/** A machine image (AMI). */
const image = object({
  state: id,
  owner: id,
  /** `amazon` for images of AWS. */
  ownerAlias: optional(id),
  architecture: id,
  /** `key`: the KMS key of an encrypted volume. */
  volumes: list(object({ encrypted: flag, key: optional(read(id)) })),
});
export type Image = Value<typeof image>;

const trainingPlan = object({
  arn: id,
  name: text,
  status: text,
  start: optional(moment),
  end: optional(moment),
  targets: list(text),
  total: count,
  available: count,
  inUse: count,
  /** Of UltraServers: further free instances, for failed ones to be replaced by. */
  spare: optional(count),
  /** Blocks of capacity; those of one plan may have gaps between them. */
  capacities: list(object({ type: id, zone: id, count, status: text, start: optional(moment), end: optional(moment) })),
});
export type TrainingPlan = Value<typeof trainingPlan>;

/** One property per collector. The comment says what a key is. */
export const factShapes = {
  regionOptIn: read(oneOf('opt-in-not-required', 'opted-in', 'not-opted-in')),
  zones: read(list(zone)),
  /** By service code: `sagemaker`, `vpc`, `ec2`. */
  quotas: keyed(list(quota)),
  /** By service code. */
  quotaRequests: keyed(list(quotaRequest)),
  /** EC2 type name (no `ml.`) → data; a requested type that is missing here is unknown in the region. */
  instanceTypes: read(mapOf(instanceType)),
  /** EC2 type name → zone ids; a requested type that is missing is not offered in the region. */
  offerings: read(mapOf(list(id))),
  vpcs: read(list(vpc)),
  /** By VPC id. */
  vpcDns: keyed(dns),
  /** Those of the VPCs. */
  dhcpOptions: read(list(dhcpOptions)),
  subnets: read(list(subnet)),
  routeTables: read(list(routeTable)),
  /** Those that route tables name. */
  natGateways: read(list(natGateway)),
  /** Read only where route tables name NAT gateways. */
  vpcBlockPublicAccess: read(vpcBlockPublicAccess),
  networkAcls: read(list(networkAcl)),
  securityGroups: read(list(securityGroup)),
  prefixLists: read(list(prefixList)),
  /** By prefix list id: its CIDRs. */
  prefixListEntries: keyed(list(cidr)),
  endpoints: read(list(endpoint)),
  interfaces: read(interfaceCount),
  /** By resource kind, `vpcs`, `internet-gateways`, `elastic-ips`: how many exist. Read only for a plan with `newVpc`. */
  newVpcUsage: keyed(count),
  clusterNames: read(list(id)),
  /** By cluster name. */
  runningClusters: keyed(runningCluster),
  /** By cluster name. */
  clusterNodes: keyed(clusterNodes),
  /** By cluster name. Only clusters with NodeProvisioningMode Continuous have events. */
  clusterEvents: keyed(clusterEvents),
  /** By EKS cluster ARN. */
  eksClusters: keyed(nullable(eksCluster)),
  /** By EKS cluster ARN: vpc-cni. */
  cniAddons: keyed(addon),
  /** By EKS cluster ARN: the CSI driver for local NVMe disks. */
  instanceStoreAddons: keyed(addon),
  /** By EKS cluster ARN: the entries of execution roles. `null`: no such EKS cluster, or it takes no access entries. */
  accessEntries: keyed(nullable(list(object({ principal: id, type: id })))),
  /** By EKS cluster ARN: managed node groups with their roles. */
  nodeGroups: keyed(nullable(list(object({ name: id, role: id })))),
  /** Names of CloudWatch alarms that exist, of those that plans name. */
  alarms: read(list(id)),
  /** Kubernetes versions that EKS supports, with the kind of support. Read only where EKS clusters are used. */
  kubernetesVersions: read(list(object({ version: id, status: text }))),
  /** Kubernetes versions that HyperPod has an image for. Read only where EKS clusters are used. */
  imageVersions: read(list(id)),
  /** By file system id. */
  fileSystems: keyed(nullable(fileSystem)),
  /** By file system id: the security groups on its interfaces. */
  fileSystemGroups: keyed(list(id)),
  /** By document name; `null`: the document does not exist. */
  sessionDocuments: keyed(nullable(sessionPreferences)),
  /** By account: the id of its organization, `null`: it is in none. Read only where a policy names one. */
  organizations: keyed(nullable(id)),
  /** By principal ARN. */
  principals: keyed(nullable(principalTags)),
  /** By role ARN. */
  roles: keyed(nullable(role)),
  /** By s3:// address of the script. */
  lifecycleObjects: keyed(nullable(lifecycleObject)),
  /** By s3:// address: text of provisioning_parameters.json, its first 64 KiB. */
  slurmParameters: keyed(nullable(text)),
  /** By bucket name. */
  buckets: keyed(nullable(bucket)),
  /** By id: images that groups of the plan name. */
  images: keyed(nullable(image)),
  /** By ARN: keys of the account and region. */
  kmsKeys: keyed(nullable(kmsKey)),
  /** By ARN: secrets of the account and region that plans name. */
  secrets: keyed(nullable(secret)),
  /** By training plan ARN. */
  trainingPlans: keyed(nullable(trainingPlan)),
};

/** What was read of one account and region. */
export type Facts = { readonly [N in keyof typeof factShapes]: Value<(typeof factShapes)[N]> };

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

/**
 * The snapshot of an account and region of which nothing could be read, for one reason. It is evaluated like any other: everything
 * that is planned there is not evaluated for that reason.
 */
export function unreadSnapshot(place: Omit<Snapshot, 'schemaVersion' | 'facts'>, { reason, action }: Omit<Unread, 'ok'>): Snapshot {
  const unread: Unread = { ok: false, reason, ...(action !== undefined && { action }) };
  const facts = Object.fromEntries(Object.entries(factShapes).map(([name, { kind }]) => [name, kind === 'read' ? unread : {}]));
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
  return others.every((one) => !one.ok && one.reason === first.reason && one.action === first.action) ? first : undefined;
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

/** Why a fact without a member that older versions did not collect is not evaluated. */
export const outdatedFacts = 'the facts were collected by an older version. Collect them again';

/** The value of a read; throws `NotEvaluatedError` where the read failed. */
export function requireValue<T>(result: Read<T>): T {
  if (result.ok) return result.value;
  throw new NotEvaluatedError(result.reason, result.action);
}

/** What `work` finds, or why it is not evaluated. */
export function tryRequire<T>(work: () => T): Read<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (!(error instanceof NotEvaluatedError)) throw error;
    const { reason, action } = error;
    return { ok: false, reason, ...(action !== undefined && { action }) };
  }
}

/** The read of a key; `undefined`: it was never made. */
export const readAt = <T>(reads: Keyed<T>, key: string): Read<T> | undefined => (Object.hasOwn(reads, key) ? reads[key] : undefined);

/** The value under a key; throws `NotEvaluatedError` where its read failed or was never made. `what` names the resource in the reason. */
export function requireKey<T>(reads: Keyed<T>, key: string, what: string): T {
  const result = readAt(reads, key);
  if (result === undefined) throw new NotEvaluatedError(`${what} ${key} was not read`);
  return requireValue(result);
}
