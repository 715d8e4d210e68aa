import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireKey } from '../evaluation/facts.ts';
import { keyArn, keyOwner, refusedVolumeKey } from '../iam/key-access.ts';
import { enableKey, keyConsole } from '../iam/key-fixes.ts';
import { evaluateVolumeKeyUse, volumeKeyActions } from '../iam/volume-keys.ts';
import type { ClusterRequest, GroupRequest } from '../plan/plan.ts';
import { volumeKeys } from '../plan/provisioning.ts';
import { listed } from '../text/words.ts';

type KeyContext = CheckContext<'roles' | 'kmsKeys'>;

/** By ARN: each key that AWS accepts in such a request, with the groups that name it. The check `volumes` reports the others. */
function keysOf(context: KeyContext, { InstanceGroups = [] }: ClusterRequest): ReadonlyMap<string, readonly GroupRequest[]> {
  const keys = new Map<string, GroupRequest[]>();
  for (const group of InstanceGroups)
    for (const key of new Set(volumeKeys(group)))
      if (refusedVolumeKey(context, key) === undefined) {
        const arn = keyArn(context, key);
        keys.set(arn, [...(keys.get(arn) ?? []), group]);
      }
  return keys;
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html */
function evaluateKey(context: KeyContext, arn: string): CheckResult {
  const { account, region, facts } = context;
  const console = keyConsole(context, arn);
  const key = requireKey(facts.kmsKeys, arn, 'key');
  if (!key) return fail(`Key ${arn} does not exist.`, { text: `Set VolumeKmsKeyId to a key of account ${account} in ${region}.`, console });
  if (key.usage !== 'ENCRYPT_DECRYPT' || key.spec !== 'SYMMETRIC_DEFAULT')
    return fail(`Key ${arn} is of type ${key.spec} for ${key.usage}, a symmetric encryption key is required.`, {
      text: 'Set VolumeKmsKeyId to a symmetric encryption key.',
      console,
    });
  if (key.state === 'Enabled') return pass(`Key ${arn} is enabled.`);
  return fail(`Key ${arn} is ${key.state}, Enabled required. Volumes cannot be encrypted with it.`, enableKey(context, arn, key));
}

/** Only the owner can read the policy of a key. */
function evaluateForeignKey(context: KeyContext, arn: string, groups: readonly GroupRequest[]): CheckResult {
  const { account } = context;
  return fail(
    `Key ${arn} belongs to account ${keyOwner(arn)}. Only that account can read whether the key policy allows account ${account}.`,
    {
      text: `Name a key of account ${account}, or make sure that the key policy allows ${volumeKeyActions.join(' and ')} for ${listed([...new Set(groups.map((group) => group.ExecutionRole))])}.`,
    },
    { level: 'recommended' },
  );
}

function evaluateAccess(context: KeyContext, group: GroupRequest, arn: string): CheckResult | undefined {
  // execution-role reports a role that is missing or of another account.
  const user = `execution role ${group.ExecutionRole} of group ${group.InstanceGroupName}`;
  return evaluateVolumeKeyUse(context, { key: arn, role: group.ExecutionRole }, user, 'hyperpod-volumes');
}

export default clusterCheck({
  id: 'kms-keys',
  level: 'required',
  levelNote: 'required, recommended where it depends on what cannot be read',
  title: 'The KMS keys of volumes are enabled and the execution role may use them',
  rationale:
    'HyperPod encrypts volumes by a grant that it creates with the execution role, without an encryption context. The key policy and the role have to allow the grant.',
  applies: 'planned clusters with VolumeKmsKeyId: each key, and each group that uses it',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/smcluster-cmk.html',
  needs: ['roles', 'kmsKeys'],
  *cases(context, { plan }) {
    if (!plan) return;
    for (const [arn, groups] of keysOf(context, plan.request)) {
      const isForeign = keyOwner(arn) !== context.account;
      yield { resource: arn, evaluate: () => (isForeign ? evaluateForeignKey(context, arn, groups) : evaluateKey(context, arn)) };
      if (isForeign) continue;
      for (const group of groups)
        yield { group: group.InstanceGroupName, resource: arn, evaluate: () => evaluateAccess(context, group, arn) };
    }
  },
});
