/** Whether an execution role may read lifecycle scripts, by its own policies and those of the buckets. */
import type { Facts, Read, Role } from '../evaluation/facts.ts';
import { readAt, requireValue } from '../evaluation/facts.ts';
import { memoizedPair } from '../evaluation/memoized.ts';
import { evaluateRole } from './access.ts';
import { policyOf } from './policy-document.ts';
import { evaluatePolicies, type PolicyDecision, type PolicyRequest } from './policy-evaluation.ts';
import { type BlockedDownloads, blockedDownloads, type ScriptDownload, severity } from './script-downloads.ts';

/**
 * The read of a bucket's policy, which only identities of the bucket's own account may make; `undefined` where the bucket
 * does not exist.
 */
export function bucketPolicy({ buckets }: Pick<Facts, 'buckets'>, bucket: string): Read<string | null> | undefined {
  const read = readAt(buckets, bucket);
  if (!read?.ok) return read ?? { ok: false, reason: `bucket ${bucket} was not read` };
  return read.value === null ? undefined : (read.value.policy ?? { ok: false, reason: `the policy of bucket ${bucket} was not read` });
}

/** What a role's own policies say about one of the requests of `scriptRequests`. */
export const scriptDecision = memoizedPair((request: PolicyRequest, role: Role): PolicyDecision => evaluateRole(role, request));

/**
 * What the role may not read. In the bucket's own account its policy may grant what the role's own policies do not, so
 * bucket policies are read, unless the role's own policies deny all that is required explicitly.
 */
export function roleDownloads(facts: Pick<Facts, 'buckets'>, role: Role, downloads: readonly ScriptDownload[]): BlockedDownloads {
  const own = blockedDownloads(downloads, (request) => scriptDecision(request, role));
  const explicit = own.denied.filter((d) => d.decision.explicit);
  if (explicit.length > 0 && severity(explicit, downloads) === 'required') return { denied: own.denied, doubtful: [] };
  return blockedDownloads(downloads, (request, { script }) => {
    const decision = scriptDecision(request, role);
    if (decision.answer !== 'denied' || decision.explicit) return decision;
    const read = bucketPolicy(facts, script.bucket);
    const text = read && requireValue(read);
    if (!read || typeof text !== 'string') return decision;
    const grant = evaluatePolicies([policyOf(read, `of bucket ${script.bucket}`, text)], request, { direct: true });
    return grant.answer === 'allowed' ? evaluateRole(role, request, true) : grant.answer === 'undecidable' ? grant : decision;
  });
}
