import { type CheckContext, type CheckRemediation, clusterCheck } from '../evaluation/check.ts';
import { type Cluster, networkOf } from '../evaluation/cluster.ts';
import { type Role, requireKey, requireValue } from '../evaluation/facts.ts';
import { evaluateRole, freePolicyName, roleArn } from '../iam/access.ts';
import { rolesOf } from '../iam/lifecycle-scripts.ts';
import { managedPolicy, nodeActions, nodeRequests } from '../iam/node-actions.ts';
import { blank } from '../iam/patterns.ts';
import { policyOf } from '../iam/policy-document.ts';
import { evaluatePolicies, type PolicyDecision, requireAll } from '../iam/policy-evaluation.ts';
import { consolePage } from '../network/resources.ts';
import { aws, type CommandLine, inOrder } from '../text/command-line.ts';
import { some } from '../text/words.ts';

type RoleContext = CheckContext<'roles' | 'subnets' | 'securityGroups'>;
/** A line of `aws iam` about one role. */
type RoleLine = (operation: string, more: Readonly<Record<string, string>>) => CommandLine;
type ActionDecision = PolicyDecision & { readonly action: string; readonly inline?: string };

const service = 'sagemaker.amazonaws.com';

/** ARNs of the subnets and security groups that the nodes' interfaces are made with; `undefined` without a VPC. */
function networkArns({ facts, partition, region }: RoleContext, cluster: Cluster, role: string): readonly string[] | undefined {
  const networks = cluster.groups.filter((g) => g.role === role).flatMap((g) => networkOf(cluster, g) ?? []);
  if (networks.length === 0) return undefined;
  const arn = (owner: string, rest: string) => `arn:${partition}:ec2:${region}:${owner}:${rest}`;
  // Where nobody could read whose they are the account stays open: only a policy that names one depends on it.
  const subnets = facts.subnets.ok ? facts.subnets.value : [];
  const groups = facts.securityGroups.ok ? facts.securityGroups.value : [];
  const arns = networks.flatMap((n) => [
    ...n.subnets.map((id) => subnets.find((s) => s.id === id)?.arn ?? arn(blank, `subnet/${id}`)),
    ...n.securityGroups.map((id) => arn(groups.find((g) => g.id === id)?.owner ?? blank, `security-group/${id}`)),
  ]);
  return [...new Set(arns)].toSorted();
}

/** Whether the trust policy lets SageMaker assume the role. Which source it names then is not documented. */
const trust = ({ account, at }: RoleContext, role: Role): PolicyDecision =>
  evaluatePolicies([policyOf(role, 'trust', role.trust)], {
    action: 'sts:AssumeRole',
    resource: role.arn,
    principal: { service },
    context: {
      'aws:principalisawsservice': ['true'],
      'aws:principalservicename': [service],
      'aws:resourceaccount': [account],
      'aws:securetransport': ['true'],
      'aws:currenttime': [at],
      'sts:externalid': [],
    },
  });

const trustDocument = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});

export default clusterCheck({
  id: 'execution-role',
  level: 'required',
  levelNote: 'required, recommended where it depends on what cannot be seen',
  title: 'The execution role exists, trusts SageMaker and grants what nodes need',
  rationale:
    'SageMaker logs, opens sessions and attaches nodes to the VPC with this role; where a grant is missing nodes fail to start or cannot work.',
  applies: 'every cluster, once for each execution role; S3 is judged by lifecycle-scripts and s3-access-allowed',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites-iam.html',
  needs: ['roles', 'subnets', 'securityGroups'],
  *cases(context, cluster) {
    for (const { arn } of rolesOf(cluster))
      yield {
        resource: arn,
        evaluate: () => {
          const { account, partition, region, facts } = context;
          const id = roleArn(arn);
          if (id?.account !== account || id.partition !== partition)
            return {
              status: 'fail',
              message: id
                ? `Execution role ${arn} is not of account ${account}; HyperPod takes a role of its own account only.`
                : `Execution role ${arn} is not the ARN of an IAM role.`,
              remediation: { text: `Name a role of account ${account} as ExecutionRole of the groups that use it.` },
            };
          const cli: RoleLine = (operation, more) => aws(['iam', operation], { 'role-name': id.name, region, ...more });
          const attach = cli('attach-role-policy', { 'policy-arn': `arn:${partition}:iam::aws:policy/${managedPolicy}` });
          const role = requireKey(facts.roles, arn, 'role');
          if (role === null)
            return {
              status: 'fail',
              message: `Execution role ${arn} does not exist.`,
              remediation: {
                text: `Create it, trusting ${service}, and attach ${managedPolicy}; in a VPC it needs the network actions too.`,
                command: inOrder([cli('create-role', { 'assume-role-policy-document': trustDocument }), attach]),
              },
            };
          const page = { console: consolePage(context)`iam/home#/roles/details/${id.name}` };
          const network = networkArns(context, cluster, arn);
          const judged: readonly ActionDecision[] = nodeActions({
            account,
            partition,
            region,
            cluster: cluster.name,
            eks: cluster.orchestrator === 'eks',
            ...(network && { network }),
          }).flatMap(({ actions, touches, inline }) => {
            const requestsOf = nodeRequests(touches, context, arn);
            return actions.map((action) => ({
              action,
              ...(inline !== undefined && { inline }),
              ...requireAll(requestsOf(action).map((request) => evaluateRole(role, request))),
            }));
          });
          const trusted: ActionDecision = { action: 'sts:AssumeRole', ...trust(context, role) };
          const missing = judged.filter((j) => j.answer === 'denied');
          const granted = judged.filter((j) => j.answer === 'allowed');
          const amounts = { have: granted.length, need: judged.length, unit: 'actions' };
          if (trusted.answer === 'denied' || missing.length > 0) {
            const reasons = [...new Set(missing.map((m) => m.reason))].toSorted();
            const faults = [
              ...(trusted.answer === 'denied' ? [`its trust policy does not let ${service} assume it (${trusted.reason})`] : []),
              ...(missing.length > 0
                ? [`${missing.length} of ${judged.length} actions are missing: ${some(missing.map((m) => m.action))} (${some(reasons, 2)})`]
                : []),
            ];
            return {
              status: 'fail',
              ...(missing.length > 0 && amounts),
              message: `Execution role ${arn} does not serve ${cluster.name}: ${faults.join('; ')}.`,
              remediation: { ...grantMissing(role, trusted, missing, cli, attach), ...page },
            };
          }
          const doubts = [trusted, ...judged].filter((j) => j.answer === 'undecidable');
          const [doubt] = doubts;
          if (!doubt)
            return {
              status: 'pass',
              ...amounts,
              message: `Execution role ${arn} trusts ${service} and grants all ${judged.length} actions that nodes need; service control policies are not seen.`,
            };
          if (doubts.some((d) => d.action === 'ec2:CreateNetworkInterface') && network?.some((n) => n.includes(blank))) {
            requireValue(facts.subnets);
            requireValue(facts.securityGroups);
          }
          return {
            status: 'fail',
            level: 'recommended',
            ...(granted.length < judged.length && amounts),
            message: `Whether execution role ${arn} allows ${some(doubts.map((d) => d.action))} cannot be told from here: ${doubt.reason}.`,
            remediation: { text: `Make sure that ${doubt.action} is allowed at run time, or allow it without that dependency.`, ...page },
          };
        },
      };
  },
});

/** Lines that add what is missing. What is denied outright or by the boundary no grant mends: there it is words only. */
function grantMissing(
  role: Role,
  trusted: PolicyDecision,
  missing: readonly ActionDecision[],
  cli: RoleLine,
  attach: CommandLine,
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
    ...(trusted.answer === 'denied' ? [cli('update-assume-role-policy', { 'policy-document': trustDocument })] : []),
    ...(addable.some((m) => m.inline === undefined) ? [attach] : []),
    ...(inline.size > 0
      ? [cli('put-role-policy', { 'policy-name': freePolicyName(role, 'hyperpod-nodes'), 'policy-document': document })]
      : []),
  ];
  const texts = [
    ...(trusted.answer === 'denied'
      ? [`Let ${service} assume the role; the line replaces the trust policy, so add the statements that should stay.`]
      : []),
    ...(addable.length > 0 ? ['Grant the missing actions.'] : []),
    ...(barred.length > 0
      ? [`First change what denies ${some(barred.map((m) => m.action))}: ${some([...new Set(barred.map((m) => m.reason))].toSorted(), 2)}.`]
      : []),
  ];
  return { text: texts.join(' '), ...(commands.length > 0 && { command: inOrder(commands) }) };
}
