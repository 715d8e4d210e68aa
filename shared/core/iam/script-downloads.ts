/** Who fetches which lifecycle script from where: what policies have to let through. */

import type { CheckContext } from '../evaluation/check.ts';
import { type Cluster, networkOf } from '../evaluation/cluster.ts';
import { NotEvaluatedError, type Read, requireValue, type VpcEndpoint } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { memoized, memoizedPair, memoizedWithin } from '../evaluation/memoized.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { type S3Path, s3Path, type s3PathNeeds } from '../network/s3-path.ts';
import { some } from '../text/words.ts';
import { roleArn, scriptRequests } from './access.ts';
import { type Script, scriptsOf } from './lifecycle-scripts.ts';
import type { PolicyDecision, PolicyRequest } from './policy-evaluation.ts';

export interface ScriptDownload {
  readonly script: Script;
  readonly group: string;
  /** ARN of a role of this account; groups with another have no fetches (execution-role fails them). */
  readonly role: string;
  /** Absent where the group has no VPC of the account's. */
  readonly subnet?: string;
  readonly path: Read<S3Path>;
  /** With what is known of the path. */
  readonly requests: readonly PolicyRequest[];
}

const platform: Read<never> = {
  ok: false,
  reason: 'the cluster has no VpcConfig, and the network of SageMaker is not visible',
};

type DownloadContext = CheckContext<(typeof s3PathNeeds)[number]>;

const paths = memoized((context: DownloadContext) => memoizedWithin((subnet: string) => s3Path(context, subnet)));

/** Each script × group × subnet the group may be placed in, sorted. */
export const scriptDownloads = memoizedPair((context: DownloadContext, cluster: Cluster): readonly ScriptDownload[] => {
  const pathOf = paths(context);
  const groups = new Map(cluster.groups.map((g) => [g.name, g]));
  return scriptsOf(cluster).flatMap((script) =>
    script.groups.flatMap((name): ScriptDownload[] => {
      const group = groups.get(name);
      const id = group && roleArn(group.role);
      if (!group || id?.account !== context.account || id.partition !== context.partition) return [];
      const fetch = (path: Read<S3Path>) => ({
        script,
        group: name,
        role: group.role,
        path,
        requests: scriptRequests(context, group.role, script, path.ok && !path.value.unclear ? path.value : undefined),
      });
      const network = networkOf(cluster, group);
      return network ? network.subnets.toSorted().map((subnet) => ({ ...fetch(pathOf(subnet)), subnet })) : [fetch(platform)];
    }),
  );
});

/** The endpoint a download goes through, where that is known. */
export const endpointOf = ({ path }: ScriptDownload): VpcEndpoint | undefined => (path.ok ? path.value.endpoint : undefined);

/** What s3-reachable reports of the path of a download. */
export const unclearPath = ({ path }: ScriptDownload): S3Path['unclear'] => (path.ok ? path.value.unclear : undefined);

/** ARNs of the roles that make these downloads. */
export const downloadRoles = (downloads: readonly ScriptDownload[]): readonly string[] => sortedUnique(downloads.map((d) => d.role));

/** A request of a download that policies do not allow for certain, and why. */
export interface BlockedDownload {
  readonly download: ScriptDownload;
  readonly request: PolicyRequest;
  readonly decision: PolicyDecision;
}

export interface BlockedDownloads {
  readonly denied: readonly BlockedDownload[];
  readonly doubtful: readonly BlockedDownload[];
}

/** Requests that `decide` does not allow: the denied ones, and those it cannot decide. */
export function blockedDownloads(
  downloads: readonly ScriptDownload[],
  decide: (request: PolicyRequest, download: ScriptDownload) => PolicyDecision,
): BlockedDownloads {
  const decided = downloads.flatMap((download) =>
    download.requests.map((request) => ({ download, request, decision: decide(request, download) })),
  );
  return {
    denied: decided.filter((d) => d.decision.answer === 'denied'),
    doubtful: decided.filter((d) => d.decision.answer === 'undecidable'),
  };
}

/** "s3:GetObject on arn:… (no statement allows it)": at most four requests and two reasons. */
export function blockedText(denied: readonly BlockedDownload[]): string {
  const calls = sortedUnique(denied.map((d) => `${d.request.action} on ${d.request.resource}`));
  const reasons = sortedUnique(denied.map((d) => d.decision.reason));
  return `${some(calls, 4)} (${some(reasons, 2)})`;
}

/** Required where a group can download its script from none of its subnets; else recommended. */
export function severity(denied: readonly BlockedDownload[], downloads: readonly ScriptDownload[]): Level {
  const stopped = new Set(denied.map((d) => d.download));
  const byScript = Map.groupBy(downloads, (d) => `${d.group} ${d.script.uri}`);
  return [...byScript.values()].some((all) => all.every((d) => stopped.has(d))) ? 'required' : 'recommended';
}

/** Throws `NotEvaluatedError` with the reason: the path where that could not be read, else the policy's. */
export function reportUndecided({ download, decision }: BlockedDownload): never {
  requireValue(download.path);
  throw new NotEvaluatedError(decision.reason);
}
