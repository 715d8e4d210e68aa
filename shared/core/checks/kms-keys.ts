import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireKey } from '../evaluation/facts.ts';
import { evaluateRole, roleArn, roleContext } from '../iam/access.ts';
import { requireAll } from '../iam/policy-evaluation.ts';
import type { GroupRequest } from '../plan/plan.ts';
import { volumeKeys } from '../plan/provisioning.ts';
import { consolePage } from '../text/console-links.ts';
import { listed } from '../text/words.ts';

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

/** What makes AWS refuse the key whatever its state is. */
function refusal({ partition, region }: CheckContext<'roles'>, key: string, isRestricted: boolean): string | undefined {
  if (isRestricted) return 'restricted instance groups take no customer managed key';
  if (/(^|:)alias\//.test(key)) return `${key} is an alias, and the id or ARN of a key is required`;
  if (!key.startsWith('arn:')) return undefined;
  const [, of, service, where] = key.split(':');
  return service === 'kms' && of === partition && where === region ? undefined : `${key} is not a KMS key of ${region}`;
}

function evaluateKey(context: CheckContext<'roles'>, group: GroupRequest, key: string, isRestricted: boolean): CheckResult | undefined {
  const { account, partition, region, facts } = context;
  const name = group.InstanceGroupName;
  const foreign = refusal(context, key, isRestricted);
  if (foreign !== undefined)
    return fail(`VolumeKmsKeyId of group ${name}: ${foreign}.`, {
      text: isRestricted
        ? 'Remove VolumeKmsKeyId from the restricted group.'
        : `Set VolumeKmsKeyId to the id or ARN of a key in ${region}.`,
    });
  const owner = key.startsWith('arn:') ? key.split(':')[4] : account;
  if (owner !== account)
    return fail(
      `Key ${key} of group ${name} belongs to account ${owner}. Only that account can read whether its key policy lets account ${account} use it.`,
      {
        text: `Name a key of account ${account}, or make sure that the key policy allows ${actions.join(' and ')} for ${group.ExecutionRole}.`,
      },
      { level: 'recommended' },
    );
  const arn = group.ExecutionRole;
  const id = roleArn(arn);
  // execution-role reports a role that is missing or of another account.
  if (id?.account !== account) return undefined;
  const role = requireKey(facts.roles, arn, 'role');
  if (!role) return undefined;
  const resource = key.startsWith('arn:') ? key : `arn:${partition}:kms:${region}:${account}:key/${key.replace(/^key\//, '')}`;
  // HyperPod passes no encryption context.
  const request = {
    ...roleContext(context, arn),
    'kms:viaservice': [`sagemaker.${region}.amazonaws.com`],
    'kms:grantisforawsresource': ['true'],
    'kms:grantoperations': grantOperations,
    'kms:encryptioncontextkeys': [],
  };
  const decisions = actions.map((action) => ({
    action,
    ...evaluateRole(role, { action, resource, principal: { arn, account }, context: request }),
  }));
  const decision = requireAll(decisions);
  if (decision.answer === 'allowed') return pass(`Execution role ${arn} of group ${name} allows ${actions.join(' and ')} on key ${key}.`);
  const open = decisions.filter(({ answer }) => answer !== 'allowed').map(({ action }) => action);
  const console = consolePage(context)`iam/home#/roles/details/${id.name}`;
  if (decision.answer === 'denied' && decision.explicit)
    return fail(`Execution role ${arn} of group ${name} may not use key ${key} (${listed(open)}): ${decision.reason}.`, {
      text: 'Change the statement or permissions boundary that denies it.',
      console,
    });
  return fail(
    `The policies of execution role ${arn} of group ${name} do not certainly allow ${listed(open)} on key ${key}: ${decision.reason}. The key policy, which is not read, may allow it.`,
    { text: `Allow ${actions.join(' and ')} on the key in a policy of the role, as AWS documents.`, console },
    { level: 'recommended' },
  );
}

export default clusterCheck({
  id: 'kms-keys',
  level: 'required',
  levelNote: 'required, recommended where the key policy decides',
  title: 'Volumes name KMS keys of this region that the execution role may use',
  rationale:
    'HyperPod encrypts volumes by a grant that it creates with the execution role. AWS takes no alias, and no customer managed key for restricted groups.',
  applies: 'groups of planned clusters with VolumeKmsKeyId; state and policy of the key are not read',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/smcluster-cmk.html',
  needs: ['roles'],
  *cases(context, { plan }) {
    const { InstanceGroups: groups = [], RestrictedInstanceGroups: restricted = [] } = plan?.request ?? {};
    for (const group of [...groups, ...restricted])
      for (const key of new Set(volumeKeys(group)))
        yield {
          group: group.InstanceGroupName,
          resource: key,
          evaluate: () => evaluateKey(context, group, key, restricted.includes(group)),
        };
  },
});
