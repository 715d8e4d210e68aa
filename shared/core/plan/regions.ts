/** Regions: the dated list behind `regions: supported`, and which regions a plan asks for. */
import type { Snapshot } from '../evaluation/facts.ts';
import { isTypeQuota } from '../quotas/quotas.ts';
import { closest } from '../text/suggestion.ts';
import type { Plan } from './plan.ts';

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

/** Regions that AWS's own page names as those without Lambda function URLs. */
const withoutFunctionUrls = {
  asOf: '2026-11',
  source: 'https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html',
  names: [
    'ap-east-2',
    'ap-south-2',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
    'ca-west-1',
    'eu-central-2',
    'eu-south-2',
    'il-central-1',
    'me-central-1',
  ],
} as const;

/** Whether Lambda functions can have a URL in a region. Of a region that is newer than the list, yes. */
export const hasFunctionUrls = (region: string): boolean => !(withoutFunctionUrls.names as readonly string[]).includes(region);

/** Where AWS records what happens to IAM and Service Quotas, whatever region it is about. */
export const globalEventsRegion = 'us-east-1';

/** The region in the ARN of a resource of an account; `undefined`: it is no such ARN. */
export const regionOfArn = (arn: string): string | undefined => /^arn:[^:]+:[^:]+:([^:]+):\d{12}:/.exec(arn)?.[1];

/** Every AWS region that this version knows by name, announced ones too: what distinguishes a typing mistake from a newer region. */
export const knownRegions = {
  asOf: '2026-11',
  source: 'https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html and the partitions of the AWS SDK',
  names: [
    'af-south-1',
    'ap-east-1',
    'ap-east-2',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
    'ca-central-1',
    'ca-west-1',
    'eu-central-1',
    'eu-central-2',
    'eu-north-1',
    'eu-south-1',
    'eu-south-2',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
    'il-central-1',
    'me-central-1',
    'me-south-1',
    'me-west-1',
    'mx-central-1',
    'sa-east-1',
    'sa-west-1',
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
    'cn-north-1',
    'cn-northwest-1',
    'eusc-de-east-1',
    'us-gov-east-1',
    'us-gov-west-1',
    'us-iso-east-1',
    'us-iso-west-1',
    'us-isob-east-1',
    'us-isob-west-1',
    'eu-isoe-west-1',
    'us-isof-east-1',
    'us-isof-south-1',
  ],
} as const;

/** What is wrong with the name of a region. `meant`: the known region it is at most two edits away from. */
export type RegionName =
  | { readonly is: 'known' }
  | { readonly is: 'malformed' }
  | { readonly is: 'misspelled'; readonly meant: string }
  | { readonly is: 'unknown' };

/** Classifies the name of a region. `others`: further known names, such as those of a plan. */
export function regionName(name: string, others: readonly string[] = []): RegionName {
  const known: readonly string[] = [...knownRegions.names, ...others];
  if (known.includes(name)) return { is: 'known' };
  if (!regionShape.test(name)) return { is: 'malformed' };
  const meant = closest(name, known);
  return meant === undefined ? { is: 'unknown' } : { is: 'misspelled', meant };
}

/** The area of a region's name, `us-gov` of `us-gov-west-1`; `undefined` where the name does not go on with a direction and a number. */
const areaOf = (name: string): string | undefined => /^(.+)-(?:central|(?:north|south)?(?:east|west)|north|south)-\d+$/.exec(name)?.[1];

/**
 * Whether AWS could give this name to a region that is newer than this version: one of its areas (`us`, `us-gov`), a
 * direction and a number. `us-west-3` could be one, `us-wst-2` could not.
 */
export function mayBeNewRegion(name: string): boolean {
  const area = areaOf(name);
  return area !== undefined && knownRegions.names.some((known) => areaOf(known) === area);
}

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
 * Whether a region that the plan does not name belongs in the report: it lists HyperPod quotas, something runs there, or
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
  ['us-isof-', 'aws-iso-f'],
  ['us-iso-', 'aws-iso'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
];

/** The partition a region is in, by its name. */
export const partitionOfRegion = (region: string): string => prefixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';

/** How regions are named, in every partition. */
export const regionShape = /^[a-z]{2,4}(-[a-z]+)+-\d+$/;
