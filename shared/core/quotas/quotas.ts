/** Reading quotas: by name, the applied value first, the default second. A missing row is not a value of 0. */
import type { CheckRemediation } from '../evaluation/check.ts';
import { type Facts, NotEvaluatedError, type Quota, type QuotaRequest, requireKey } from '../evaluation/facts.ts';
import type { Remediation } from '../evaluation/finding.ts';
import { memoized } from '../evaluation/memoized.ts';
import { aws } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';

export const quotaNames = {
  cluster: 'Maximum number instances allowed per SageMaker HyperPod cluster',
  clusterSpot: 'Maximum number Spot instances allowed per SageMaker HyperPod cluster',
  total: 'Total number of instances allowed across SageMaker HyperPod clusters',
  totalSpot: 'Total number of Spot instances allowed across SageMaker HyperPod clusters',
  volume: 'Maximum size of EBS volume in GB for a SageMaker HyperPod cluster instance',
  restrictedLustre: 'Maximum total FSx Lustre capacity in TiB across SageMaker HyperPod restricted instance groups',
  interfaces: 'Network interfaces per Region',
  vpcs: 'VPCs per Region',
  internetGateways: 'Internet gateways per Region',
  elasticIps: 'EC2-VPC Elastic IPs',
} as const;

const typeSuffix = (spot: boolean): string => (spot ? ' for cluster spot instance usage' : ' for cluster usage');

/** One row is misnamed by AWS: `cluster-ml-r7i-12xlarge for cluster usage` is ml.r7i.12xlarge. */
const misnamed = (mlType: string): string => `cluster-${mlType.replaceAll('.', '-')}`;

/** The name AWS's pattern gives a type's quota. */
export const typeQuotaName = (mlType: string, spot: boolean): string => mlType + typeSuffix(spot);

/** Whether a quota of `sagemaker` counts the nodes of one type in clusters. A region without any does not offer HyperPod. */
export const isTypeQuota = (name: string): boolean => [true, false].some((spot) => name.endsWith(typeSuffix(spot)));

/** The instance types that quotas count the nodes of, each once, as AWS's pattern names them. */
export function quotaTypes(rows: readonly Quota[]): readonly string[] {
  const suffixes = [true, false].map(typeSuffix);
  return [
    ...new Set(rows.flatMap(({ name }) => suffixes.flatMap((suffix) => (name.endsWith(suffix) ? [name.slice(0, -suffix.length)] : [])))),
  ];
}

const clusterWide: readonly string[] = [
  quotaNames.cluster,
  quotaNames.clusterSpot,
  quotaNames.total,
  quotaNames.totalSpot,
  quotaNames.volume,
  quotaNames.restrictedLustre,
];

/** Whether a quota of `sagemaker` is one of HyperPod's. */
export const isHyperPodQuota = (name: string): boolean => isTypeQuota(name) || clusterWide.includes(name);

/** Names under which a type's quota may stand: AWS's pattern first, its slip second. */
export const typeQuotaNames = (mlType: string, spot: boolean): readonly string[] =>
  [mlType, misnamed(mlType)].map((t) => t + typeSuffix(spot));

/** The row of one of these names, `undefined` if the service lists none of them; `NotEvaluatedError` where the quotas were not read. */
export function findQuota(facts: Pick<Facts, 'quotas'>, service: string, names: readonly string[]): Quota | undefined {
  const rows = byName(requireKey(facts.quotas, service, 'quotas of'));
  return names.map((name) => rows.get(name)).find((q) => q !== undefined);
}

/** A list has thousands of rows, so it is indexed once. */
const byName = memoized((rows: readonly Quota[]): ReadonlyMap<string, Quota> => new Map(rows.toReversed().map((q) => [q.name, q])));

/** The value in force; `NotEvaluatedError` where Service Quotas gave the row without one. */
export function quotaValue(quota: Quota): number {
  const value = quota.applied ?? quota.default;
  if (value === undefined || (quota.error !== undefined && quota.applied === undefined))
    throw new NotEvaluatedError(`Service Quotas reports no value for "${quota.name}"${quota.error ? ` (${quota.error})` : ''}`);
  return value;
}

/** Requests for one quota, the newest first; `NotEvaluatedError` where they could not be read. */
export function requestsFor(facts: Pick<Facts, 'quotaRequests'>, quota: Quota): readonly QuotaRequest[] {
  return requireKey(facts.quotaRequests, quota.service, 'quota requests of')
    .filter((r) => r.code === quota.code)
    .toSorted((a, b) => stampOf(b).localeCompare(stampOf(a)));
}

/** Requests made at the same moment have one order, independent of their input order. */
const stampOf = (r: QuotaRequest): string => [r.created, r.updated ?? '', r.caseId ?? '', r.status, r.desired].join(' ');

/**
 * What a shortfall says about requests: " Increase to 64 requested on 2026-11-01 (CASE_OPENED, case 123).". A shortfall is
 * one whether or not the requests could be read, so this never throws.
 */
export function requestNote(facts: Pick<Facts, 'quotaRequests'>, quota: Quota): string {
  const read = facts.quotaRequests[quota.service];
  if (!read?.ok) return ' Increase requests could not be read.';
  const newest = requestsFor(facts, quota)[0];
  if (!newest || newest.status === 'APPROVED') return '';
  return ` Increase to ${newest.desired} requested on ${newest.created.slice(0, 10)} (${newest.status}${newest.caseId ? `, case ${newest.caseId}` : ''}).`;
}

/** The fix of a shortfall: the increase request as an AWS CLI line, and the console's page of that quota. */
export function raiseQuota(quota: Quota, to: number, region: string): CheckRemediation {
  if (!quota.adjustable) return { text: `AWS does not raise "${quota.name}". Plan for no more than its value.` };
  return {
    text: `Request an increase of "${quota.name}" to at least ${to}. AWS takes one to three business days, or longer for accelerated types.`,
    command: aws(['service-quotas', 'request-service-quota-increase'], {
      region,
      'service-code': quota.service,
      'quota-code': quota.code,
      'desired-value': to,
    }),
    console: consolePage({ partition: 'aws', region })`servicequotas/home/services/${quota.service}/quotas/${quota.code}`,
  };
}

/** What a remediation that `raiseQuota` made asks for, so that what is sent is what the finding says; `undefined` for any other. */
export function raiseAsked(
  remediation: Remediation | undefined,
): { readonly service: string; readonly code: string; readonly to: number } | undefined {
  const line =
    /^aws service-quotas request-service-quota-increase --region [\w-]+ --service-code ([\w-]+) --quota-code ([\w-]+) --desired-value (\S+)$/;
  const [, service, code, to] = line.exec(remediation?.command ?? '') ?? [];
  return service === undefined || code === undefined ? undefined : { service, code, to: Number(to) };
}
