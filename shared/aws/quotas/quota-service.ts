/** Which quotas the clusters of a region fall under, and which of them checks look at the value of. */
import type { ClusterSpec } from '../../core/evaluation/cluster-spec.ts';
import type { Quota, QuotaRequest } from '../../core/evaluation/facts.ts';
import { isHyperPodQuota, quotaNames, typeQuotaNames } from '../../core/quotas/quotas.ts';
import type { CollectorScope, PolicyPlace } from '../collect/collector.ts';
import { clustersIn, networksOf } from '../collect/referenced.ts';

const ofVpc: readonly string[] = [quotaNames.interfaces, quotaNames.vpcs, quotaNames.internetGateways];

/** Whether a quota is retained: SageMaker alone has well over a thousand. */
export function isWatched(service: string, name: string): boolean {
  if (service === 'sagemaker') return isHyperPodQuota(name) || /HyperPod|training plan/i.test(name);
  return service === 'vpc' ? ofVpc.includes(name) : name === quotaNames.elasticIps;
}

/** Services whose quotas matter: SageMaker's always, those of VPC for clusters in one, EC2's where a VPC is yet to be made. */
export async function quotaServices(scope: Pick<CollectorScope, 'planned' | 'fact'>): Promise<readonly string[]> {
  const { specs } = await clustersIn(scope);
  const makes = scope.planned.some((c) => c.newVpc);
  const inVpc = makes || specs.some((c) => networksOf(c).length > 0);
  return ['sagemaker', ...(inVpc ? ['vpc'] : []), ...(makes ? ['ec2'] : [])];
}

/** ARNs of every quota of these services, in any region of the account. */
export const quotaArns = (services: readonly string[], { partition, account }: PolicyPlace): readonly string[] =>
  services.map((service) => `arn:${partition}:servicequotas:*:${account}:${service}/*`);

/** Quotas that the evaluation of these clusters requires, each with the names that it may have. */
export function neededQuotas(service: string, clusters: readonly ClusterSpec[]): readonly (readonly string[])[] {
  const groups = clusters.flatMap((c) => c.groups);
  const any = (test: (group: (typeof groups)[number]) => boolean, ...names: readonly string[]) =>
    groups.some(test) ? names.map((name) => [name]) : [];
  if (service === 'vpc') return ofVpc.map((name) => [name]);
  if (service === 'ec2') return [[quotaNames.elasticIps]];
  return [
    ...any((g) => !g.spot, quotaNames.cluster, quotaNames.total),
    ...any((g) => g.spot, quotaNames.clusterSpot, quotaNames.totalSpot),
    ...any((g) => g.volumesGb.length > 0, quotaNames.volume),
    ...any((g) => g.restricted, quotaNames.restrictedLustre),
    ...groups.flatMap((g) => g.types.map((type) => typeQuotaNames(type, g.spot))),
  ];
}

/**
 * Codes of SageMaker's quotas whose values checks read: those that limit these clusters, those of HyperPod whose value differs
 * from AWS's default or could not be read, and those with a requested increase. Of all others checks read only the name.
 * `unknown`: a quota that checks read is not in this list, so a new list is required.
 */
export function codesOfInterest(
  quotas: readonly Quota[],
  clusters: readonly ClusterSpec[],
  requests: readonly QuotaRequest[],
): { readonly codes: readonly string[] } | { readonly unknown: string } {
  const names = new Set(quotas.map((q) => q.name));
  const codes = new Set(quotas.map((q) => q.code));
  const needed = neededQuotas('sagemaker', clusters);
  const nowhere = needed.find((alternatives) => !alternatives.some((name) => names.has(name)));
  if (nowhere) return { unknown: nowhere[0] ?? '' };
  const asked = requests.filter((r) => isHyperPodQuota(r.name));
  const strange = asked.find((r) => !codes.has(r.code));
  if (strange) return { unknown: strange.name };
  const neededNames = new Set(needed.flat());
  const own = (q: Quota): boolean => q.error !== undefined || (q.applied !== undefined && q.applied !== (q.default ?? 0));
  const read = [
    ...asked.map((r) => r.code),
    ...quotas.filter((q) => neededNames.has(q.name) || (isHyperPodQuota(q.name) && own(q))).map((q) => q.code),
  ];
  return { codes: [...new Set(read)].toSorted() };
}
