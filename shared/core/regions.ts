/** Regions: the dated list behind `regions: supported`, and which regions a plan asks for. */
import type { Snapshot } from './facts.ts';
import type { Plan } from './plan.ts';
import { isTypeQuota } from './quotas.ts';

/**
 * Regions that AWS's own page lists for HyperPod. Only `regions: supported` uses it: whether a region can do something
 * is otherwise asked of the region itself (a quota row that is missing is not offered there).
 */
export const supportedRegions = {
  asOf: '2026-10',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod.html',
  names: [
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
    'eu-central-1',
    'eu-north-1',
    'eu-west-1',
    'eu-west-2',
    'eu-south-2',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ap-northeast-1',
    'ap-northeast-2',
    'sa-east-1',
  ],
} as const;

/**
 * The regions a plan asks to audit, each once, in the plan's order: those it lists, or for `supported` the dated list,
 * or else those of its clusters. A cluster's region is always among them. `undefined`: the plan names none, so every
 * enabled region that lists HyperPod quotas.
 */
export function regionsOf(plan: Pick<Plan, 'regions' | 'clusters'>): readonly string[] | undefined {
  const listed = plan.regions === 'supported' ? supportedRegions.names : (plan.regions ?? []);
  const regions = [...new Set([...listed, ...plan.clusters.map((c) => c.region)])];
  return regions.length > 0 ? regions : undefined;
}

/**
 * Whether a region that nobody named is worth a place in the report: it lists HyperPod quotas, something runs there, or
 * that could not be seen.
 */
export function hasHyperPod({ facts }: Snapshot): boolean {
  const quotas = facts.quotas.sagemaker;
  const runs = facts.clusterNames;
  return !quotas?.ok || quotas.value.some((q) => isTypeQuota(q.name)) || !runs.ok || runs.value.length > 0;
}

const prefixes: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-iso-', 'aws-iso'],
  ['eusc-', 'aws-eusc'],
];

/** The partition a region is in, by its name. */
export const partitionOfRegion = (region: string): string => prefixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';

/** How regions are named, in every partition. */
export const regionShape = /^[a-z]{2}(-[a-z]+)+-\d$/;
