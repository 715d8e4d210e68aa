/** Warnings of ARNs and DNS names in a plan that contradict its regions, partitions and accounts. */
import { some } from '../text/words.ts';
import type { Plan, PlannedCluster } from './plan.ts';
import { type PlanPath, pathText } from './plan-path.ts';
import { groupsOf, type PlanWarning } from './plan-warning.ts';
import { partitionOfRegion } from './regions.ts';

/** An ARN or a DNS name in a plan, with what it says about its place. */
interface AwsReference {
  readonly what: string;
  readonly path: PlanPath;
  readonly partition?: string;
  readonly service?: string;
  readonly region?: string;
  readonly account?: string;
  /** It has to be in the account of the cluster: keys and file systems of other accounts can be used. */
  readonly ownAccount?: true;
}

export const kmsKeyWords = 'The KMS key';

/** The ARN at a path, taken apart; none where it is no ARN. `own`: it has to be in the account of the cluster. */
export function ofArn(what: string, path: PlanPath, arn: string | undefined, own?: 'own'): readonly AwsReference[] {
  const [, partition, service, region, account] = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):/.exec(arn ?? '') ?? [];
  if (partition === undefined || service === undefined) return [];
  return [{ what, path, partition, service, ...(region && { region }), ...(account && { account }), ...(own && { ownAccount: true }) }];
}

const ofDns = (what: string, path: PlanPath, name: string | undefined): readonly AwsReference[] => {
  const region = /\.fsx\.([a-z0-9-]+)\./.exec(name ?? '')?.[1];
  return region === undefined ? [] : [{ what, path, region }];
};

function referencesOf(cluster: PlannedCluster, at: PlanPath): readonly AwsReference[] {
  const { request, runAs } = cluster;
  const role = 'ClusterRole' in request && typeof request.ClusterRole === 'string' ? request.ClusterRole : undefined;
  return [
    ...ofArn('The EKS cluster', [...at, 'request', 'Orchestrator', 'Eks', 'ClusterArn'], request.Orchestrator?.Eks?.ClusterArn, 'own'),
    ...ofArn('The cluster role', [...at, 'request', 'ClusterRole'], role, 'own'),
    ...groupsOf(cluster, at).flatMap(({ group, path }) => [
      ...ofArn('The execution role', [...path, 'ExecutionRole'], group.ExecutionRole, 'own'),
      ...ofArn('The training plan', [...path, 'TrainingPlanArn'], group.TrainingPlanArn, 'own'),
      ...(group.InstanceStorageConfigs ?? []).flatMap((storage, i) => {
        const here = [...path, 'InstanceStorageConfigs', i];
        return [
          ...ofArn(kmsKeyWords, [...here, 'EbsVolumeConfig', 'VolumeKmsKeyId'], storage.EbsVolumeConfig?.VolumeKmsKeyId),
          ...ofDns('The file system', [...here, 'FsxLustreConfig', 'DnsName'], storage.FsxLustreConfig?.DnsName),
          ...ofDns('The file system', [...here, 'FsxOpenZfsConfig', 'DnsName'], storage.FsxOpenZfsConfig?.DnsName),
        ];
      }),
    ]),
    ...(runAs?.principals ?? []).flatMap((arn, i) => ofArn('The principal', [...at, 'runAs', 'principals', i], arn, 'own')),
  ];
}

/** What contradicts the cluster's region and its partition, and which accounts contradict one another. */
export function referenceWarnings(cluster: PlannedCluster, at: PlanPath, { accounts }: Plan): readonly PlanWarning[] {
  const { region, request } = cluster;
  const partition = partitionOfRegion(region);
  const name = request.ClusterName;
  const references = referencesOf(cluster, at);
  const owner = references.find((r) => r.ownAccount && r.account !== undefined);
  const planned = Array.isArray(accounts) ? (accounts as readonly string[]) : undefined;
  return references.flatMap((r): PlanWarning[] => {
    const warn = (message: string): PlanWarning[] => [{ code: 'arn-mismatch', message: `${r.what}: ${message}`, path: r.path }];
    // Shapes of the schema hold every other ARN to its service.
    if (r.what === kmsKeyWords && r.service !== 'kms') return warn(`expected an ARN of kms, got one of ${r.service}.`);
    if (r.partition !== undefined && r.partition !== partition)
      return warn(`expected partition ${partition}, where ${name} is planned, got ${r.partition}.`);
    if (r.region !== undefined && r.region !== region) return warn(`expected region ${region}, where ${name} is planned, got ${r.region}.`);
    if (!r.ownAccount || r.account === undefined || owner?.account === undefined) return [];
    if (r.account !== owner.account) return warn(`expected account ${owner.account}, as at ${pathText(owner.path)}, got ${r.account}.`);
    if (r === owner && planned && !planned.includes(r.account))
      return warn(`expected one of the accounts of this plan, ${some(planned)}, got ${r.account}.`);
    return [];
  });
}
