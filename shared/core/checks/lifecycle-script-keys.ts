import { type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { type Group, groupsInOrder } from '../evaluation/cluster.ts';
import { NotEvaluatedError, outdatedFacts, readAt, requireKey } from '../evaluation/facts.ts';
import { evaluateRole, roleArn, roleContext } from '../iam/access.ts';
import { evaluateKeyUse, keyOwner } from '../iam/key-access.ts';
import { allowKeyUse, enableKey, keyConsole } from '../iam/key-fixes.ts';
import { s3Address, scriptUris } from '../iam/lifecycle-scripts.ts';
import { blank } from '../iam/patterns.ts';
import { type PolicyRequest, requireAll } from '../iam/policy-evaluation.ts';
import { some } from '../text/words.ts';

type ScriptKeyContext = CheckContext<'roles' | 'lifecycleObjects' | 'kmsKeys'>;

const action = 'kms:Decrypt';

/**
 * The group's scripts by the key that encrypts them. Scripts that are missing or unread are reported by `lifecycle-scripts`; the
 * key of one that is only listed is not known, and no one is to know it.
 */
function scriptsByKey({ facts }: ScriptKeyContext, group: Group): ReadonlyMap<string | undefined, readonly string[]> {
  const encrypted = scriptUris(group).flatMap((uri) => {
    const read = readAt(facts.lifecycleObjects, uri);
    return read?.ok && read.value && read.value.key !== null && !read.value.isOnlyListed ? [{ uri, key: read.value.key }] : [];
  });
  const groups = Map.groupBy(encrypted, ({ key }) => key);
  return new Map([...groups].map(([key, of]) => [key, of.map(({ uri }) => uri)]));
}

/** S3 decrypts for the caller; the encryption context is the ARN of the object, or of the bucket where that has a bucket key. */
function decryptRequest(context: ScriptKeyContext, role: string, key: string, uri: string): PolicyRequest {
  const { account, partition, region } = context;
  return {
    action,
    resource: key,
    principal: { arn: role, account },
    context: {
      ...roleContext(context, role),
      'aws:resourceaccount': [keyOwner(key) ?? ''],
      'kms:calleraccount': [account],
      'kms:viaservice': [`s3.${region}.amazonaws.com`],
      'kms:encryptioncontextkeys': ['aws:s3:arn'],
      'kms:encryptioncontext:aws:s3:arn': [`arn:${partition}:s3:::${s3Address(uri)?.bucket}${blank}`],
    },
  };
}

/** Another account's key policy cannot be read, but without an Allow of its own the role cannot use the key for certain. */
function evaluateForeignKey(
  context: ScriptKeyContext,
  arn: string,
  key: string,
  requests: readonly PolicyRequest[],
  what: string,
): CheckResult | undefined {
  const role = requireKey(context.facts.roles, arn, 'role');
  if (!role) return undefined;
  const decision = requireAll(requests.map((request) => evaluateRole(role, request)));
  const fix = {
    text: `Allow ${action} on the key in a policy of the role, and make sure that the key policy allows it for the role. Or encrypt the scripts with a key of account ${context.account}.`,
  };
  if (decision.answer === 'denied')
    return fail(`Execution role ${arn} may not decrypt ${what} with key ${key} of account ${keyOwner(key)}: ${decision.reason}.`, fix);
  return fail(
    `Key ${key} of ${what} belongs to account ${keyOwner(key)}. Only that account can read whether the key policy allows ${arn}.`,
    fix,
    { level: 'recommended' },
  );
}

function evaluateKey(context: ScriptKeyContext, group: Group, key: string, uris: readonly string[]): CheckResult | undefined {
  const { account, facts } = context;
  // execution-role reports a role that is missing or of another account.
  if (roleArn(group.role)?.account !== account) return undefined;
  const what = some(uris);
  const requests = uris.map((uri) => decryptRequest(context, group.role, key, uri));
  if (keyOwner(key) !== account) return evaluateForeignKey(context, group.role, key, requests, what);
  const found = requireKey(facts.kmsKeys, key, 'key');
  if (!found)
    return fail(`Key ${key} of ${what} does not exist. The scripts cannot be decrypted.`, {
      text: 'Upload the scripts again, encrypted with another key.',
      console: keyConsole(context, key),
    });
  if (found.state !== 'Enabled')
    return fail(
      `Key ${key} of ${what} is ${found.state}, Enabled required. The scripts cannot be decrypted.`,
      enableKey(context, key, found),
    );
  const role = requireKey(facts.roles, group.role, 'role');
  if (!role) return undefined;
  const decision = requireAll(requests.map((request) => evaluateKeyUse(role, found, request)));
  if (decision.answer === 'allowed')
    return pass(
      `Execution role ${role.arn} may decrypt ${what} with key ${key}: ${decision.reason}. Service control policies are not evaluated.`,
    );
  const fix = allowKeyUse(context, role, key, [{ action, ...decision }], 'hyperpod-lifecycle-key');
  if (decision.answer === 'undecidable')
    return fail(`Cannot determine whether execution role ${role.arn} may decrypt ${what} with key ${key}: ${decision.reason}.`, fix, {
      level: 'recommended',
    });
  return fail(`Execution role ${role.arn} may not decrypt ${what} (${action} on key ${key}): ${decision.reason}.`, fix);
}

export default clusterCheck({
  id: 'lifecycle-script-keys',
  level: 'required',
  levelNote: 'required, recommended where it depends on what cannot be read',
  title: 'The execution role may decrypt the lifecycle scripts',
  rationale: 'S3 returns an object that a KMS key encrypts only to roles that may decrypt with the key.',
  applies: 'groups with lifecycle scripts that a KMS key encrypts, once for each key',
  reference: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html',
  needs: ['roles', 'lifecycleObjects', 'kmsKeys'],
  *cases(context, cluster) {
    for (const group of groupsInOrder(cluster))
      for (const [key, uris] of scriptsByKey(context, group))
        yield {
          group: group.name,
          resource: key ?? uris[0] ?? '',
          evaluate: () => {
            if (key === undefined) throw new NotEvaluatedError(outdatedFacts);
            return evaluateKey(context, group, key, uris);
          },
        };
  },
});
