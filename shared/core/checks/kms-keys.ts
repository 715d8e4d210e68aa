import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireKey } from '../evaluation/facts.ts';
import { roleArn, roleContext } from '../iam/access.ts';
import { evaluateKeyUse, keyArn, keyOwner, refusedVolumeKey } from '../iam/key-access.ts';
import { allowKeyUse, enableKey, keyConsole } from '../iam/key-fixes.ts';
import { requireAll } from '../iam/policy-evaluation.ts';
import type { ClusterRequest, GroupRequest } from '../plan/plan.ts';
import { volumeKeys } from '../plan/provisioning.ts';
import { listed } from '../text/words.ts';

type KeyContext = CheckContext<'roles' | 'kmsKeys'>;

const actions = ['kms:CreateGrant', 'kms:DescribeKey'];

/** As AWS's policy for cluster roles names them: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-autoscaling-iam.html */
const grantOperations = [
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptTo',
  'ReEncryptFrom',
  'RetireGrant',
];

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
    return fail(`Key ${arn} is of type ${key.spec} for ${key.usage}. Volumes require a symmetric encryption key.`, {
      text: 'Set VolumeKmsKeyId to a symmetric encryption key.',
      console,
    });
  if (key.state === 'Enabled') return pass(`Key ${arn} is enabled.`);
  return fail(`Key ${arn} is in state ${key.state}. Only an enabled key can encrypt volumes.`, enableKey(context, arn, key));
}

/** Only the owner can read the policy of a key. */
function evaluateForeignKey(context: KeyContext, arn: string, groups: readonly GroupRequest[]): CheckResult {
  const { account } = context;
  return fail(
    `Key ${arn} belongs to account ${keyOwner(arn)}. Only that account can read whether its key policy lets account ${account} use it.`,
    {
      text: `Name a key of account ${account}, or make sure that the key policy allows ${actions.join(' and ')} for ${listed([...new Set(groups.map((group) => group.ExecutionRole))])}.`,
    },
    { level: 'recommended' },
  );
}

function evaluateAccess(context: KeyContext, group: GroupRequest, arn: string): CheckResult | undefined {
  const { account, region, facts } = context;
  const id = roleArn(group.ExecutionRole);
  // execution-role reports a role that is missing or of another account.
  if (id?.account !== account) return undefined;
  const role = requireKey(facts.roles, group.ExecutionRole, 'role');
  const key = requireKey(facts.kmsKeys, arn, 'key');
  if (!role || !key) return undefined;
  const requestContext = {
    ...roleContext(context, role.arn),
    'kms:calleraccount': [account],
    'kms:viaservice': [`sagemaker.${region}.amazonaws.com`],
    'kms:grantisforawsresource': ['true'],
    'kms:grantoperations': grantOperations,
    // HyperPod passes no encryption context.
    'kms:encryptioncontextkeys': [],
  };
  const decisions = actions.map((action) => ({
    action,
    ...evaluateKeyUse(role, key, { action, resource: arn, principal: { arn: role.arn, account }, context: requestContext }),
  }));
  const { answer, reason } = requireAll(decisions);
  const user = `Execution role ${role.arn} of group ${group.InstanceGroupName}`;
  if (answer === 'allowed')
    return pass(
      `${user} may use key ${arn} (${listed(actions)}) by its policies and the key policy; service control policies are not seen.`,
    );
  const names = listed(decisions.filter((decision) => decision.answer !== 'allowed').map(({ action }) => action));
  const fix = allowKeyUse(context, role, arn, decisions, 'hyperpod-volumes');
  if (answer === 'undecidable')
    return fail(`Cannot determine whether ${user} may use key ${arn} (${names}): ${reason}.`, fix, { level: 'recommended' });
  return fail(`${user} may not use key ${arn} (${names}): ${reason}.`, fix);
}

export default clusterCheck({
  id: 'kms-keys',
  level: 'required',
  levelNote: 'required, recommended where it depends on what cannot be read',
  title: 'The KMS keys of volumes are enabled and the execution role may use them',
  rationale:
    'HyperPod encrypts volumes by a grant that it creates with the execution role, without an encryption context. The key policy and the role have to allow it.',
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
