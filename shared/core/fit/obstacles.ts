/** What prevents a placement, in the words of a table, with the number of nodes it costs. */
import { ec2Type } from '../evaluation/cluster.ts';
import type { Snapshot } from '../evaluation/facts.ts';
import { compareLevels, type Finding, type Level, type Remediation } from '../evaluation/finding.ts';
import { interfacesPerNode } from '../network/requirements.ts';
import type { MissingResource, RequestedCluster } from './candidates.ts';

/**
 * What prevents a placement. impossible: no request helps there, the type is not offered or the quota cannot be raised (and a
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

const missingWords: Readonly<Record<MissingResource, { readonly words: string; readonly message: string; readonly text: string }>> = {
  vpc: {
    words: 'needs a VPC',
    message: 'The region has no subnet for the nodes.',
    text: 'Create a VPC with a private subnet, a gateway endpoint for S3 on its route table, and a security group whose members may talk to one another.',
  },
  'security-group': {
    words: 'needs a security group',
    message: 'The VPC has no security group that is visible to this account.',
    text: 'Create a security group in the VPC that allows all traffic from and to itself, by group reference.',
  },
  'eks-cluster': {
    words: 'needs an EKS cluster',
    message: 'The region has no EKS cluster for the nodes.',
    text: 'Create an EKS cluster in the VPC with authentication mode API or API_AND_CONFIG_MAP. Then run fit again.',
  },
};

/** What a check's failure is called in a table; others by their id. */
const shortWords: Readonly<Record<string, string>> = {
  's3-reachable': 'route to S3 missing',
  'efa-self-traffic': 'EFA rules of the security group missing',
  'subnet-private': 'subnet is public',
  'vpc-dns': 'DNS of the VPC off',
  'network-acl': 'network ACL blocks traffic',
  'security-group-internal-traffic': 'security groups block traffic among nodes',
  'egress-reaches-services': 'egress to services closed',
  'service-endpoints': 'endpoints missing',
  'efa-open-egress': 'open egress in addition to the EFA rule',
  'eks-cluster': 'EKS cluster not usable',
  'eks-api-endpoint': 'no route to the EKS API server',
  'vpc-cni-version': 'VPC CNI too old',
  'run-as-enabled': 'Run As off',
  'subnet-size': 'block too small to grow',
  'execution-role': 'execution role not usable',
  'lifecycle-scripts': 'lifecycle scripts not readable',
  'lifecycle-script-keys': 'lifecycle scripts not decryptable',
  's3-access-allowed': 'policy denies the role its scripts',
  'region-enabled': 'HyperPod not offered here',
  'cluster-placement': 'subnet cannot take the nodes',
};

const quotaOf: Readonly<Record<string, string>> = {
  'instance-type-quota': 'quota of the type',
  'cluster-size-quota': 'quota per cluster',
  'total-instance-quota': 'quota over all clusters',
};

const nodesText = (n: number): string => `${n} ${n === 1 ? 'node' : 'nodes'}`;

/** What is needed to compute how many nodes a failure costs. */
export interface Measure {
  readonly requested: RequestedCluster;
  readonly snapshot: Snapshot;
}

/** The node-wise shortfall of one finding on an amount; `undefined` where it is about none. */
function nodesShort(f: Finding, { requested, snapshot }: Measure): number | undefined {
  const { have, need } = f;
  if (have === undefined || need === undefined) return undefined;
  if (f.check in quotaOf) return Math.min(requested.count, need - have);
  if (f.check === 'subnet-free-ips') return requested.count - Math.floor(have / (need / requested.count));
  if (f.check === 'network-interface-quota') {
    const types = snapshot.facts.instanceTypes;
    const type = types.ok ? types.value[ec2Type(requested.type)] : undefined;
    return type && Math.min(requested.count, Math.ceil((need - have) / interfacesPerNode(type)));
  }
  return undefined;
}

function amountsOf({ have, need, unit }: Finding): Pick<Obstacle, 'have' | 'need' | 'unit'> {
  return { ...(have !== undefined && { have }), ...(need !== undefined && { need }), ...(unit !== undefined && { unit }) };
}

function obstacleOf(f: Finding, level: Level, measure: Measure): Obstacle {
  const { requested } = measure;
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
    if (f.have === undefined) return { ...base, kind: 'impossible', words: `${requested.type} not offered to clusters here` };
    if (f.remediation?.command === undefined) return { ...base, kind: 'impossible', words: `${quota} fixed at ${f.have}` };
    return { ...base, kind: 'quota', words: `${quota} short by ${nodesText(nodes ?? 0)}` };
  }
  if (f.check === 'network-interface-quota')
    return { ...base, kind: 'quota', words: `network interfaces for ${requested.count - (nodes ?? 0)} of ${nodesText(requested.count)}` };
  if (f.check === 'new-vpc-quotas') return { ...base, kind: 'quota', words: `quota of ${f.unit ?? f.resource} used up` };
  if (f.check === 'subnet-free-ips')
    return { ...base, kind: 'addresses', words: `addresses for ${requested.count - (nodes ?? 0)} of ${nodesText(requested.count)}` };
  if (f.check === 'zone-offers-instance') return { ...base, kind: 'impossible', words: `zone does not offer ${requested.type}` };
  if (f.check === 'region-enabled' && f.level === 'required')
    return {
      ...base,
      kind: 'impossible',
      words: f.message.includes('not enabled') ? 'region not enabled' : (shortWords[f.check] ?? f.check),
    };
  if (f.check === 's3-reachable' && level === 'recommended') return { ...base, kind: 'setting', words: 'S3 only through other networks' };
  return { ...base, kind: 'setting', words: shortWords[f.check] ?? f.check };
}

/** Failures that a placement's own failure is made of: they say the same, with amounts and the fix. */
const explaining = ['subnet-free-ips', 's3-reachable', 'zone-offers-instance', 'network-interface-quota'];

/** What of one placement fails, in the words of a table; what its subnet cannot take is said by what explains it. */
export function obstaclesOf(failures: readonly Finding[], missing: readonly MissingResource[], measure: Measure): readonly Obstacle[] {
  const types = measure.snapshot.facts.instanceTypes;
  const accelerated = types.ok && types.value[ec2Type(measure.requested.type)]?.accelerated === true;
  const blocked = failures.some((f) => f.check === 'cluster-placement' && f.level === 'required');
  /** A subnet without the addresses, and a zone without the accelerators, are what blocks the placement. */
  const levelOf = (f: Finding): Level =>
    blocked && (f.check === 'subnet-free-ips' || (f.check === 'zone-offers-instance' && accelerated)) ? 'required' : f.level;
  const explains = (f: Finding) => explaining.includes(f.check) && (!blocked || levelOf(f) === 'required');
  const listed = failures.filter((f) => !(f.check === 'cluster-placement' && failures.some(explains)));
  const obstacles = [
    ...missing.map(
      (of): Obstacle => ({
        // Without a subnet there is an address for none of the nodes.
        ...(of === 'vpc' ? { kind: 'addresses', nodes: measure.requested.count } : { kind: 'setting' }),
        level: 'required',
        words: missingWords[of].words,
        message: missingWords[of].message,
        remediation: { text: missingWords[of].text },
      }),
    ),
    ...listed.map((f) => obstacleOf(f, levelOf(f), measure)),
  ];
  return obstacles.toSorted((a, b) => compareLevels(a.level, b.level));
}
