/** Whether a role may use a KMS key for volumes: HyperPod encrypts them by a grant that it creates with the role. */
import { type CheckContext, type CheckResult, fail, pass } from '../evaluation/check.ts';
import { requireKey } from '../evaluation/facts.ts';
import { capitalize, listed } from '../text/words.ts';
import { roleArn, roleContext } from './access.ts';
import { evaluateKeyUse, type KeyUse } from './key-access.ts';
import { allowKeyUse } from './key-fixes.ts';
import { requireAll } from './policy-evaluation.ts';

export const volumeKeyActions = ['kms:CreateGrant', 'kms:DescribeKey'];

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

/**
 * `user`: the role as a sentence names it. `undefined` where role or key are missing or the role is of another account: other cases
 * report those.
 */
export function evaluateVolumeKeyUse(
  context: CheckContext<'roles' | 'kmsKeys'>,
  { key: arn, role: of }: KeyUse,
  user: string,
  policyName: string,
): CheckResult | undefined {
  const { account, region, facts } = context;
  if (roleArn(of)?.account !== account) return undefined;
  const role = requireKey(facts.roles, of, 'role');
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
  const decisions = volumeKeyActions.map((action) => ({
    action,
    ...evaluateKeyUse(role, key, { action, resource: arn, principal: { arn: role.arn, account }, context: requestContext }),
  }));
  const { answer, reason } = requireAll(decisions);
  if (answer === 'allowed')
    return pass(`${capitalize(user)} may use key ${arn} (${listed(volumeKeyActions)}). Service control policies are not evaluated.`);
  const names = listed(decisions.filter((decision) => decision.answer !== 'allowed').map(({ action }) => action));
  const fix = allowKeyUse(context, role, arn, decisions, policyName);
  if (answer === 'undecidable')
    return fail(`Cannot determine whether ${user} may use key ${arn} (${names}): ${reason}.`, fix, { level: 'recommended' });
  return fail(`${capitalize(user)} may not use key ${arn} (${names}): ${reason}.`, fix);
}
