/** What holds for everyone: regions, zones, instance types, where they are offered, quotas by default, AWS's own policies. */
import { createHash } from 'node:crypto';
import { supportedRegions } from '../core/plan/regions.ts';
import typeData from './data/instance-types.json' with { type: 'json' };
import offeringData from './data/offerings.json' with { type: 'json' };
import policyData from './data/policies.json' with { type: 'json' };
import quotaData from './data/quotas.json' with { type: 'json' };

export interface TypeRow {
  readonly type: string;
  readonly cards: number;
  readonly interfaces: number;
  readonly ipv4: number;
  /** How many EFA interfaces; 0: no EFA. */
  readonly efa: number;
  readonly cpus: number;
  readonly mib: number;
  /** Valid threads per core, where EC2 lists them. */
  readonly threads?: readonly number[];
  /** Graviton. */
  readonly arm?: boolean;
  /** Count and name. */
  readonly gpu?: readonly (string | number)[];
  /** Count, name, cores each. */
  readonly neuron?: readonly (string | number)[];
}

export const instanceTypes: readonly TypeRow[] = typeData.types;

/** `p5.{4xlarge,48xlarge}` → `p5.4xlarge`, `p5.48xlarge`. */
function spelledOut(short: string): readonly string[] {
  const match = /^(.+)\.\{(.+)\}$/.exec(short);
  return match ? (match[2] ?? '').split(',').map((size) => `${match[1]}.${size}`) : [short];
}

const offeredIn: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> = new Map(
  Object.entries(offeringData.offerings as Record<string, Record<string, string[]>>).map(([region, byZones]) => [
    region,
    new Map(
      Object.entries(byZones).flatMap(([zones, types]) => types.flatMap(spelledOut).map((type) => [type, zones.split(' ')] as const)),
    ),
  ]),
);

/** EC2 type → zone ids, as AWS offers them in a region; empty for an unknown region. */
export const offerings = (region: string): ReadonlyMap<string, readonly string[]> => offeredIn.get(region) ?? new Map();

export const regionNames: readonly string[] = [...offeredIn.keys()].toSorted();

const optInRegions: ReadonlySet<string> = new Set([
  'af-south-1',
  'ap-east-1',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ca-west-1',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
]);

/** The status of a region by default. */
export const defaultOptIn = (region: string): 'opt-in-not-required' | 'not-opted-in' =>
  optInRegions.has(region) || !offeredIn.has(region) ? 'not-opted-in' : 'opt-in-not-required';

/** Zone name → zone id, letters in the order of the ids. */
export function defaultZones(region: string): { readonly [name: string]: string } {
  const ids = [...new Set([...offerings(region).values()].flat())].toSorted();
  return Object.fromEntries(ids.map((id, i) => [`${region}${'abcdef'[i]}`, id]));
}

const hyperPodRegions: ReadonlySet<string> = new Set(supportedRegions.names);

export interface QuotaDefault {
  readonly code: string;
  readonly name: string;
  readonly default: number;
  readonly adjustable: boolean;
}

const codeOf = (name: string): string => `L-${createHash('sha1').update(name).digest('hex').slice(0, 8).toUpperCase()}`;
const row = (name: string, value: number, code = codeOf(name)): QuotaDefault => ({ code, name, default: value, adjustable: true });

/** AWS writes one row differently from all the others. */
const clusterUsage = (type: string): string =>
  type === 'r7i.12xlarge' ? 'cluster-ml-r7i-12xlarge for cluster usage' : `ml.${type} for cluster usage`;

function sagemakerQuotas(region: string): readonly QuotaDefault[] {
  const usage: Readonly<Record<string, string[]>> = quotaData.clusterUsage;
  const reserved: Readonly<Record<string, string>> = quotaData.reservedCapacity;
  const types = [...offerings(region).keys()].toSorted();
  const everywhere = types.flatMap((t) => [
    row(`ml.${t} for endpoint usage`, /^[cmt]/.test(t) ? 4 : 0),
    row(`ml.${t} for training job usage`, /^[cmt]/.test(t) ? 4 : 0),
    row(`ml.${t} for spot training job usage`, 0),
  ]);
  if (!hyperPodRegions.has(region)) return everywhere;
  const hyperPod = types.flatMap((t) => [
    row(clusterUsage(t), 0, usage[t]?.[0]),
    row(`ml.${t} for cluster spot instance usage`, 0, usage[t]?.[1]),
    ...(reserved[t] ? [row(`Number of ml.${t} instances in reserved capacity across training plans per Region`, 0, reserved[t])] : []),
  ]);
  return [...quotaData.sagemaker, ...everywhere, ...hyperPod].toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

const quotaCache = new Map<string, readonly QuotaDefault[]>();

/**
 * The quotas a service has in a region, with AWS's defaults. Per-type rows of HyperPod stand only where HyperPod and
 * the type are offered, as in AWS. A service that is not simulated has none.
 */
export function defaultQuotas(service: string, region: string): readonly QuotaDefault[] {
  const key = `${service} ${region}`;
  const known = quotaCache.get(key);
  if (known) return known;
  const rows =
    service === 'sagemaker' ? sagemakerQuotas(region) : service === 'vpc' ? quotaData.vpc : service === 'ec2' ? quotaData.ec2 : [];
  quotaCache.set(key, rows);
  return rows;
}

/** AWS's own managed policies, by ARN. */
export const managedPolicies: { readonly [arn: string]: { readonly Version: string; readonly Statement: readonly unknown[] } } = policyData;
