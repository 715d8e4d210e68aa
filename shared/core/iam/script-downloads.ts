/** Who fetches which lifecycle script from where: what policies have to let through. */

import type { CheckContext } from '../evaluation/check.ts';
import { type Cluster, networkOf } from '../evaluation/cluster.ts';
import { NotEvaluatedError, type Read, requireValue } from '../evaluation/facts.ts';
import type { Level } from '../evaluation/finding.ts';
import { type S3Path, s3Path, type s3PathNeeds } from '../network/s3-path.ts';
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
  reason: 'without a VPC of its own the cluster reads from a network of SageMaker, which cannot be seen',
};

/** Each script × group × subnet the group may be placed in, sorted. */
export function scriptDownloads(context: CheckContext<(typeof s3PathNeeds)[number]>, cluster: Cluster): readonly ScriptDownload[] {
  const paths = new Map<string, Read<S3Path>>();
  const pathOf = (subnet: string): Read<S3Path> => {
    const path = paths.get(subnet) ?? s3Path(context, subnet);
    paths.set(subnet, path);
    return path;
  };
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
        requests: scriptRequests(context, group.role, script, path.ok ? path.value : undefined),
      });
      const network = networkOf(cluster, group);
      return network ? network.subnets.toSorted().map((subnet) => ({ ...fetch(pathOf(subnet)), subnet })) : [fetch(platform)];
    }),
  );
}

/** A fetch that is not let through for certain, by which request and why. */
export interface BlockedDownload {
  readonly fetch: ScriptDownload;
  readonly request: PolicyRequest;
  readonly decision: PolicyDecision;
}

/** Requests that `judge` does not allow, the denied apart from the undecidable. */
export function blockedDownloads(
  fetches: readonly ScriptDownload[],
  judge: (request: PolicyRequest, fetch: ScriptDownload) => PolicyDecision,
) {
  const held = fetches.flatMap((fetch) =>
    fetch.requests.map((request): BlockedDownload => ({ fetch, request, decision: judge(request, fetch) })),
  );
  return {
    denied: held.filter((h) => h.decision.answer === 'denied'),
    doubtful: held.filter((h) => h.decision.answer === 'undecidable'),
  };
}

/** Required where a group gets its script from none of its subnets; from some it may be placed in: recommended. */
export function severity(denied: readonly BlockedDownload[], fetches: readonly ScriptDownload[]): Level {
  const wayOf = (f: ScriptDownload) => `${f.group} ${f.script.uri}`;
  const stopped = new Set(denied.map((d) => d.fetch));
  const ways = Map.groupBy(fetches, wayOf);
  return [...ways.values()].some((way) => way.every((f) => stopped.has(f))) ? 'required' : 'recommended';
}

/** What cannot be told, for want of the path where that was not read. */
export function reportUndecided({ fetch, decision }: BlockedDownload): never {
  requireValue(fetch.path);
  throw new NotEvaluatedError(decision.reason);
}
