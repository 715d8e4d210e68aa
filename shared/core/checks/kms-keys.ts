import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireKey } from '../evaluation/facts.ts';
import { freePolicyName, roleArn, roleContext } from '../iam/access.ts';
import { evaluateKeyUse, isMissingInRole, keyArn, refusedVolumeKey } from '../iam/key-access.ts';
import { requireAll } from '../iam/policy-evaluation.ts';
import type { ClusterRequest, GroupRequest } from '../plan/plan.ts';
import { volumeKeys } from '../plan/provisioning.ts';
import { aws, inOrder } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';
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

const ownerOf = (arn: string): string | undefined => arn.split(':')[4];

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

const keyConsole = (context: KeyContext, arn: string): string =>
  consolePage(context)`kms/home?region=${context.region}#/kms/keys/${arn.slice(arn.lastIndexOf('/') + 1)}`;

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html, https://docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html */
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
  const line = (operation: string) => aws(['kms', operation], { 'key-id': arn, region });
  const enable = line('enable-key');
  if (key.state === 'Enabled') return pass(`Key ${arn} is enabled.`);
  const fixes: { readonly [state: string]: { readonly text: string; readonly command: typeof enable } } = {
    Disabled: { text: 'Enable the key.', command: enable },
    PendingDeletion: { text: 'Cancel the deletion and enable the key.', command: inOrder([line('cancel-key-deletion'), enable]) },
  };
  return fail(`Key ${arn} is in state ${key.state}. Only an enabled key can encrypt volumes.`, {
    ...(fixes[key.state] ?? { text: 'Wait until the key is enabled, or set VolumeKmsKeyId to another key.' }),
    console,
  });
}

/** Only the owner can read the policy of a key. */
function evaluateForeignKey(context: KeyContext, arn: string, groups: readonly GroupRequest[]): CheckResult {
  const { account } = context;
  return fail(
    `Key ${arn} belongs to account ${ownerOf(arn)}. Only that account can read whether its key policy lets account ${account} use it.`,
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
  const open = decisions.filter((decision) => decision.answer !== 'allowed');
  const names = listed(open.map(({ action }) => action));
  const showPolicy = {
    text: `Allow ${names} for the role in the key policy, without a condition on the encryption context, and remove what denies it; the line shows the key policy.`,
    command: aws(['kms', 'get-key-policy'], { 'key-id': arn, 'policy-name': 'default', output: 'text', region }),
    console: keyConsole(context, arn),
  };
  if (answer === 'undecidable')
    return fail(`Cannot determine whether ${user} may use key ${arn} (${names}): ${reason}.`, showPolicy, { level: 'recommended' });
  const fix = open.every(isMissingInRole)
    ? {
        text: `Allow ${names} in a policy of the role.`,
        command: aws(['iam', 'put-role-policy'], {
          'role-name': id.name,
          'policy-name': freePolicyName(role, 'hyperpod-volumes'),
          'policy-document': JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: arn }] }),
          region,
        }),
        console: consolePage(context)`iam/home#/roles/details/${id.name}`,
      }
    : showPolicy;
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
      const isForeign = ownerOf(arn) !== context.account;
      yield { resource: arn, evaluate: () => (isForeign ? evaluateForeignKey(context, arn, groups) : evaluateKey(context, arn)) };
      if (isForeign) continue;
      for (const group of groups)
        yield { group: group.InstanceGroupName, resource: arn, evaluate: () => evaluateAccess(context, group, arn) };
    }
  },
});
