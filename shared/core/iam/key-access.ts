/** What a role may do with a KMS key: by the role's policies, the key's policy, and grants on the key. */
import type { CheckContext } from '../evaluation/check.ts';
import type { ClusterSpec } from '../evaluation/cluster-spec.ts';
import { type Facts, type KmsKey, type Role, readAt, requireValue } from '../evaluation/facts.ts';
import type { ClusterRequest } from '../plan/plan.ts';
import { volumeKeys } from '../plan/provisioning.ts';
import { evaluateRole } from './access.ts';
import { scriptUris } from './lifecycle-scripts.ts';
import { policyOf } from './policy-document.ts';
import { evaluatePolicies, type PolicyDecision, type PolicyRequest, requireAll } from './policy-evaluation.ts';

type KeyPlace = Pick<CheckContext, 'account' | 'partition' | 'region'>;

/** A role of the account that is to use a key, both by ARN. */
export interface KeyUse {
  readonly key: string;
  readonly role: string;
}

/** The ARN of a key that a request names by ARN, or by id in the account and region. */
export const keyArn = ({ account, partition, region }: KeyPlace, key: string): string =>
  key.startsWith('arn:') ? key : `arn:${partition}:kms:${region}:${account}:key/${key.replace(/^key\//, '')}`;

/** Why AWS refuses a key as VolumeKmsKeyId, whatever its state is. https://docs.aws.amazon.com/sagemaker/latest/dg/smcluster-cmk.html */
export function refusedVolumeKey({ partition, region }: Pick<KeyPlace, 'partition' | 'region'>, key: string): string | undefined {
  if (/(^|:)alias\//.test(key)) return `VolumeKmsKeyId ${key} is an alias, the id or ARN of a key is required`;
  if (!key.startsWith('arn:')) return undefined;
  const [, of, service, where] = key.split(':');
  return service === 'kms' && of === partition && where === region ? undefined : `VolumeKmsKeyId ${key} is not a KMS key of ${region}`;
}

/** The keys of a request's volumes that AWS accepts, with the roles that create grants on them: autoscaling adds nodes with ClusterRole. */
export function volumeKeyUses(place: KeyPlace, request: ClusterRequest): readonly KeyUse[] {
  const scaling = request.AutoScaling?.Mode === 'Enable' && request.ClusterRole ? [request.ClusterRole] : [];
  return (request.InstanceGroups ?? []).flatMap((group) =>
    volumeKeys(group)
      .filter((key) => refusedVolumeKey(place, key) === undefined)
      .flatMap((key) => [group.ExecutionRole, ...scaling].map((role) => ({ key: keyArn(place, key), role }))),
  );
}

/** The account of a key's ARN. */
export const keyOwner = (arn: string): string | undefined => arn.split(':')[4];

/** The keys of a cluster's lifecycle scripts, as far as these are read, with the roles that read the scripts. */
export const scriptKeyUses = (cluster: ClusterSpec, { lifecycleObjects }: Pick<Facts, 'lifecycleObjects'>): readonly KeyUse[] =>
  cluster.groups.flatMap((group) =>
    scriptUris(group).flatMap((uri) => {
      const read = readAt(lifecycleObjects, uri);
      return read?.ok && read.value?.key ? [{ key: read.value.key, role: group.role }] : [];
    }),
  );

const noStatement = '0 statements of the key policy allow it';
const onlyAccount = 'the key policy delegates it to the policies of the role, and 0 of their statements allow it';

/** Whether a statement in a policy of the role is all that a denied request is missing. */
export const isMissingInRole = (decision: PolicyDecision): boolean => decision.reason === onlyAccount;

/**
 * The key policy decides first. Where it names the role, that is enough; where it names the account, the role's own policies have to
 * allow the action as well. https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies.html
 */
function evaluatePolicyAccess(role: Role, key: KmsKey, request: PolicyRequest): PolicyDecision {
  const policy = [policyOf(key.policy, 'of the key', requireValue(key.policy))];
  const byKey = evaluatePolicies(policy, request);
  if (byKey.answer === 'denied') return byKey.explicit ? byKey : { ...byKey, reason: noStatement };
  const own = evaluateRole(role, request);
  const byAccount = requireAll([byKey, own]);
  if (byAccount.answer === 'allowed' || byAccount.explicit) return byAccount;
  const byName = requireAll([evaluatePolicies(policy, request, { direct: true }), evaluateRole(role, request, true)]);
  if (byName.answer !== 'denied') return byName;
  return byAccount.answer === 'denied' ? { ...byAccount, reason: onlyAccount } : byAccount;
}

/**
 * Whether a role may make a request of a key of its own account. Grants stand in for any missing Allow. Policy and grants of the
 * key are read only where the result depends on them; an unread one is a `NotEvaluatedError`.
 */
export function evaluateKeyUse(role: Role, key: KmsKey, request: PolicyRequest): PolicyDecision {
  const own = evaluateRole(role, request);
  if (own.explicit) return own;
  const decision = evaluatePolicyAccess(role, key, request);
  if (decision.answer === 'allowed' || decision.explicit) return decision;
  const operation = request.action.replace('kms:', '');
  const grants = requireValue(key.grants).filter((grant) => grant.grantee === role.arn && grant.operations.includes(operation));
  if (grants.some((grant) => !grant.constrained)) return { answer: 'allowed', reason: 'a grant allows it' };
  return grants.length > 0 ? { answer: 'undecidable', reason: 'a grant allows it for an encryption context only' } : decision;
}
