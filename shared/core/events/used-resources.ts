/**
 * What of IAM and KMS clusters use: their changes trigger audits, those of other roles and keys wait for the schedule. What is
 * not known triggers.
 */
import type { Facts, Keyed, Read } from '../evaluation/facts.ts';
import { textMember } from '../text/json.ts';
import { lastSegment } from '../text/words.ts';

/** `role/…`, `user/…`, `policy/…` and `key/…` in lower case, since IAM distinguishes no cases. Absent: not known. */
export interface UsedResources {
  readonly identities?: readonly string[];
  readonly keys?: readonly string[];
}

const named = (kind: 'role' | 'user' | 'policy' | 'key', name: string): string => `${kind}/${lastSegment(name)}`.toLowerCase();

/**
 * What a call that CloudTrail recorded changes. `undefined`: the call says nothing of that, or it is of another service.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function changedResource(source: string, request: unknown): string | undefined {
  if (source === 'iam.amazonaws.com') {
    const [role, user, policy] = ['roleName', 'userName', 'policyArn'].map((name) => textMember(request, name));
    if (role !== undefined) return named('role', role);
    if (user !== undefined) return named('user', user);
    return policy === undefined ? undefined : named('policy', policy);
  }
  const key = source === 'kms.amazonaws.com' ? textMember(request, 'keyId') : undefined;
  return key === undefined || key.includes('alias/') ? undefined : named('key', key);
}

/** Whether a change of a resource may matter where these are used. */
export function mayMatter(resource: string, used: UsedResources): boolean {
  const known = resource.startsWith('key/') ? used.keys : used.identities;
  return known?.includes(resource) ?? true;
}

const isRead = (...facts: readonly (Read<unknown> | Keyed<unknown>)[]): boolean =>
  facts.every((fact) => (typeof fact.ok === 'boolean' ? fact.ok : Object.values(fact as Keyed<unknown>).every((read) => read.ok)));

/** A principal of the plan: a session stands for its role. */
function principal(arn: string): string {
  const [kind = '', role = ''] = arn.split(':').slice(5).join(':').split('/');
  return kind === 'assumed-role' ? named('role', role) : named(kind === 'user' ? 'user' : 'role', arn);
}

/** What the clusters of a region use, as far as the facts show all of it. */
export function usedResources(facts: Facts): UsedResources {
  const { clusterNames, runningClusters, roles, principals, lifecycleObjects, kmsKeys } = facts;
  const clusters = [clusterNames, runningClusters] as const;
  const policies = Object.values(roles).flatMap((read) =>
    read.ok && read.value ? [...read.value.policies, ...(read.value.boundary ? [read.value.boundary] : [])] : [],
  );
  const identities = [
    ...Object.keys(roles).map((arn) => named('role', arn)),
    ...policies.map(({ name }) => named('policy', name)),
    ...Object.keys(principals).map(principal),
  ];
  const keys = Object.keys(kmsKeys).map((arn) => named('key', arn));
  const distinct = (names: readonly string[]) => [...new Set(names)].toSorted();
  return {
    ...(isRead(...clusters, roles, principals) && { identities: distinct(identities) }),
    ...(isRead(...clusters, lifecycleObjects, kmsKeys) && { keys: distinct(keys) }),
  };
}
