import { type CheckContext, type CheckRemediation, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { type Role, requireKey, requireValue } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { freePolicyName, roleArn } from '../iam/access.ts';
import { describeFileSystems, describingDecision, mountingRoles } from '../iam/file-system-access.ts';
import { rolesOf } from '../iam/lifecycle-scripts.ts';
import { managedPolicy } from '../iam/node-actions.ts';
import { organizationDoubt } from '../iam/organization.ts';
import { type ActionDecision, clusterArn, type RoleContext, type RoleGrants, roleGrants, service } from '../iam/role-grants.ts';
import { aws, type CommandLine, inOrder } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';
import { some } from '../text/words.ts';

/** The AWS CLI lines of `aws iam` about one role. */
interface RoleLines {
  readonly line: (operation: string, more: Readonly<Record<string, string>>) => CommandLine;
  readonly attach: () => CommandLine;
  /** The account that the role is of. */
  readonly account: string;
}

/** `source`: the account that a trust policy with a condition on the source names, so that the fix does not loosen it. */
const trustDocument = (source?: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
        ...(source !== undefined && { Condition: { StringEquals: { 'aws:SourceAccount': source } } }),
      },
    ],
  });

const namesSource = (trust: string): boolean => /aws:source(account|arn|org(id|paths))/i.test(trust);

export default clusterCheck({
  id: 'execution-role',
  level: 'required',
  levelNote: 'required; recommended where it depends on what cannot be read, and for a file system with EFA',
  title: 'The execution role exists, trusts SageMaker and allows the actions that nodes need',
  rationale:
    'SageMaker writes logs, opens sessions and attaches nodes to the VPC with this role. Without a permission, nodes fail to start or cannot work.',
  applies:
    'every cluster, once for each execution role and once for each file system with EFA that it mounts; lifecycle-scripts and s3-access-allowed evaluate S3',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites-iam.html',
  needs: ['roles', 'subnets', 'securityGroups', 'fileSystems'],
  *cases(context, cluster) {
    for (const { arn } of rolesOf(cluster)) yield { resource: arn, evaluate: () => evaluateExecutionRole(context, cluster, arn) };
    for (const { id, role } of mountingRoles(cluster, context.region))
      yield { resource: `${role}#${id}`, level: 'recommended', evaluate: () => evaluateDescribing(context, role, id) };
  },
});

function evaluateExecutionRole(context: RoleContext, cluster: Cluster, arn: string): CheckResult {
  const { account, partition, region, facts } = context;
  const id = roleArn(arn);
  if (id?.account !== account || id.partition !== partition)
    return fail(
      id
        ? `Execution role ${arn} does not belong to account ${account}. HyperPod accepts only roles of the account of the cluster.`
        : `Execution role ${arn} is not the ARN of an IAM role.`,
      { text: `Set ExecutionRole of the groups that use it to a role of account ${account}.` },
    );
  const line: RoleLines['line'] = (operation, more) => aws(['iam', operation], { 'role-name': id.name, region, ...more });
  const attach = () => line('attach-role-policy', { 'policy-arn': `arn:${partition}:iam::aws:policy/${managedPolicy}` });
  const role = requireKey(facts.roles, arn, 'role');
  if (role === null)
    return fail(`Execution role ${arn} does not exist.`, {
      text: `Create the role with a trust policy for ${service}, and attach ${managedPolicy}. In a VPC it also needs the network actions.`,
      command: inOrder([line('create-role', { 'assume-role-policy-document': trustDocument() }), attach()]),
    });
  return grantsResult(context, cluster, role, arn, { line, attach, account });
}

type DescribingContext = CheckContext<'roles' | 'fileSystems'>;

/** A file system with EFA: according to AWS documentation nodes that mount it describe it with the execution role. */
function evaluateDescribing(context: DescribingContext, arn: string, id: string): CheckResult | undefined {
  const { account, partition, region, facts } = context;
  const fileSystem = requireKey(facts.fileSystems, id, 'file system');
  // fsx-available reports one that does not exist or is of another type.
  if (fileSystem?.type !== 'LUSTRE' || !fileSystem.efa) return undefined;
  const named = roleArn(arn);
  const role = named?.account === account ? requireKey(facts.roles, arn, 'role') : null;
  if (!named || role === null) return undefined;
  const decision = describingDecision(context, role, id);
  const subject = `describe file system ${id}, which nodes mount with EFA`;
  if (decision.answer === 'allowed') return pass(`Execution role ${arn} may ${subject}.`);
  const statement = { Effect: 'Allow', Action: describeFileSystems, Resource: '*' };
  const isAddable = decision.answer === 'denied' && !decision.explicit;
  return fail(
    decision.answer === 'denied'
      ? `Execution role ${arn} may not ${subject}: ${decision.reason}. According to AWS documentation, nodes need ${describeFileSystems}.`
      : `Cannot determine whether execution role ${arn} may ${subject}: ${decision.reason}.`,
    {
      text: isAddable ? `Allow ${describeFileSystems} in a policy of the role.` : `Make sure that the role allows ${describeFileSystems}.`,
      ...(isAddable && {
        command: aws(['iam', 'put-role-policy'], {
          'role-name': named.name,
          region,
          'policy-name': freePolicyName(role, 'hyperpod-file-systems'),
          'policy-document': JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
        }),
      }),
      console: consolePage({ partition, region })`iam/home#/roles/details/${named.name}`,
    },
    { level: 'recommended' },
  );
}

/** Denied actions fail as required, undecidable ones as recommended. */
function grantsResult(context: RoleContext, cluster: Cluster, role: Role, arn: string, lines: RoleLines): CheckResult {
  const console = () => consolePage(context)`iam/home#/roles/details/${roleArn(arn)?.name ?? ''}`;
  const { trust, actions, ownerUnknown } = roleGrants(context, cluster, role, arn);
  const missing = actions.filter((a) => a.answer === 'denied');
  const granted = actions.filter((a) => a.answer === 'allowed').length;
  const amounts = { have: granted, need: actions.length, unit: 'actions' };
  if (trust.answer === 'denied' || missing.length > 0)
    return fail(
      `Execution role ${arn} of ${cluster.name}: ${missingText(trust, missing, actions.length)}.`,
      { ...grantMissing(role, trust, missing, lines), console: console() },
      missing.length > 0 ? amounts : {},
    );
  const doubts = [trust, ...actions].filter((a) => a.answer === 'undecidable');
  const [doubt] = doubts;
  if (!doubt)
    return pass(
      `Execution role ${arn} trusts ${service} and allows ${actions.length} of ${actions.length} actions that nodes need. Service control policies are not evaluated.`,
      amounts,
    );
  if (ownerUnknown && doubts.some((d) => d.action === 'ec2:CreateNetworkInterface')) {
    requireValue(context.facts.subnets);
    requireValue(context.facts.securityGroups);
  }
  const subject = `execution role ${arn} allows ${some(doubts.map((d) => d.action))}`;
  const measures = granted < actions.length ? amounts : {};
  const byOrganization = organizationDoubt(context, subject, doubt, console());
  if (byOrganization) return { ...byOrganization, ...measures };
  return fail(
    `Cannot determine whether ${subject}: ${doubt.reason}.`,
    { text: resolveDoubt(context, doubt, doubt === trust ? role.trust : undefined), console: console() },
    { level: 'recommended', ...measures },
  );
}

/** A condition of a trust policy keeps others from assuming the role, so no advice takes it away. */
function resolveDoubt(context: RoleContext, doubt: ActionDecision, trust: string | undefined): string {
  if (trust === undefined) return `Make sure that ${doubt.action} is allowed at run time, or allow it without this condition.`;
  if (namesSource(trust)) return `Change aws:SourceArn of the trust policy to match the ARN of the cluster, ${clusterArn(context, '*')}.`;
  return `Make sure that the trust policy allows ${service} to assume the role. Do not remove the condition.`;
}

function missingText(trust: RoleGrants['trust'], missing: readonly ActionDecision[], all: number): string {
  const reasons = sortedUnique(missing.map((m) => m.reason));
  return [
    ...(trust.answer === 'denied' ? [`trust policy does not allow ${service} (${trust.reason})`] : []),
    ...(missing.length > 0
      ? [`${missing.length} of ${all} required actions missing: ${some(missing.map((m) => m.action))} (${some(reasons, 2)})`]
      : []),
  ].join('; ');
}

/** How to add what is missing. An explicit denial or a boundary overrides any grant, so there it is text only. */
function grantMissing(
  role: Role,
  trust: ActionDecision,
  missing: readonly ActionDecision[],
  { line, attach, account }: RoleLines,
): Pick<CheckRemediation, 'text' | 'command'> {
  const addable = missing.filter((m) => !m.explicit);
  const barred = missing.filter((m) => m.explicit);
  const inline = Map.groupBy(
    addable.filter((m) => m.inline !== undefined),
    (m) => m.inline,
  );
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [...inline].map(([Resource, of]) => ({ Effect: 'Allow', Action: of.map((m) => m.action), Resource })),
  });
  const commands = [
    ...(trust.answer === 'denied'
      ? [line('update-assume-role-policy', { 'policy-document': trustDocument(namesSource(role.trust) ? account : undefined) })]
      : []),
    ...(addable.some((m) => m.inline === undefined) ? [attach()] : []),
    ...(inline.size > 0
      ? [line('put-role-policy', { 'policy-name': freePolicyName(role, 'hyperpod-nodes'), 'policy-document': document })]
      : []),
  ];
  const texts = [
    ...(trust.answer === 'denied'
      ? [`Allow ${service} to assume the role. The command replaces the trust policy: add the statements that have to remain.`]
      : []),
    ...(addable.length > 0 ? ['Allow the missing actions in a policy of the role.'] : []),
    ...(barred.length > 0
      ? [`First remove what denies ${some(barred.map((m) => m.action))}: ${some(sortedUnique(barred.map((m) => m.reason)), 2)}.`]
      : []),
  ];
  return { text: texts.join(' '), ...(commands.length > 0 && { command: inOrder(commands) }) };
}
