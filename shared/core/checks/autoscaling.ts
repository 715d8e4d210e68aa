import { type Case, type CheckContext, type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireKey } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { evaluateRole, freePolicyName, roleArn, roleContext } from '../iam/access.ts';
import { keyOwner, volumeKeyUses } from '../iam/key-access.ts';
import { blank } from '../iam/patterns.ts';
import { requireAll } from '../iam/policy-evaluation.ts';
import { trustDecision } from '../iam/role-grants.ts';
import { evaluateVolumeKeyUse } from '../iam/volume-keys.ts';
import type { ClusterRequest } from '../plan/plan.ts';
import { aws, inOrder } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';

/** https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-autoscaling-iam.html */
const service = 'hyperpod.sagemaker.amazonaws.com';
const actions = ['sagemaker:BatchAddClusterNodes', 'sagemaker:BatchDeleteClusterNodes'];

const document = (statement: object): string => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
const trustDocument = document({ Principal: { Service: service }, Action: 'sts:AssumeRole' });

function evaluateRoleOfCluster(context: CheckContext<'roles'>, arn: string): CheckResult {
  const { account, partition, region } = context;
  const id = roleArn(arn);
  if (id?.account !== account || id.partition !== partition)
    return fail(`ClusterRole ${arn} is not the ARN of a role of account ${account}.`, {
      text: `Set ClusterRole to a role of account ${account} that trusts ${service}.`,
    });
  const iam = (operation: string, more: Readonly<Record<string, string>>) =>
    aws(['iam', operation], { 'role-name': id.name, region, ...more });
  const clusters = `arn:${partition}:sagemaker:${region}:${account}:cluster/`;
  const permissions = document({ Action: actions, Resource: `${clusters}*` });
  const role = requireKey(context.facts.roles, arn, 'role');
  if (!role)
    return fail(`ClusterRole ${arn} does not exist. HyperPod cannot scale the cluster.`, {
      text: `Create the role, let ${service} assume it, and allow ${actions.join(' and ')}.`,
      command: inOrder([
        iam('create-role', { 'assume-role-policy-document': trustDocument }),
        iam('put-role-policy', { 'policy-name': 'hyperpod-autoscaling', 'policy-document': permissions }),
      ]),
    });
  const console = consolePage(context)`iam/home#/roles/details/${id.name}`;
  const trust = trustDecision(context, role, service);
  // Which id the cluster gets is not known before it exists.
  const grants = actions.map((action) =>
    evaluateRole(role, { action, resource: `${clusters}${blank}`, principal: { arn, account }, context: roleContext(context, arn) }),
  );
  const grant = requireAll(grants);
  const decision = requireAll([trust, ...grants]);
  if (decision.answer === 'allowed') return pass(`ClusterRole ${arn} trusts ${service} and allows ${actions.join(' and ')}.`);
  if (decision.answer === 'undecidable')
    return fail(
      `Cannot determine whether HyperPod can scale the cluster with ClusterRole ${arn}: ${decision.reason}.`,
      { text: `Make sure that ${service} can assume the role and that it allows ${actions.join(' and ')}.`, console },
      { level: 'recommended' },
    );
  const faults = [
    ...(trust.answer === 'denied' ? [`its trust policy does not allow ${service} (${trust.reason})`] : []),
    ...actions.flatMap((action, i) => (grants[i]?.answer === 'denied' ? [`it does not allow ${action} (${grants[i]?.reason})`] : [])),
  ];
  const commands = [
    ...(trust.answer === 'denied' ? [iam('update-assume-role-policy', { 'policy-document': trustDocument })] : []),
    ...(grant.answer === 'denied'
      ? [iam('put-role-policy', { 'policy-name': freePolicyName(role, 'hyperpod-autoscaling'), 'policy-document': permissions })]
      : []),
  ];
  // No grant helps against a Deny statement or a boundary.
  const explicit = trust.explicit === true || grant.explicit === true;
  return fail(`HyperPod cannot scale the cluster with ClusterRole ${arn}: ${faults.join('; ')}.`, {
    text: explicit
      ? 'Change the statement or permissions boundary that denies it.'
      : `Grant the missing permissions.${trust.answer === 'denied' ? ' The command replaces the trust policy: add the statements that have to remain.' : ''}`,
    ...(!explicit && { command: inOrder(commands) }),
    console,
  });
}

/** New nodes get encrypted volumes by grants of ClusterRole. Keys of other accounts are what kms-keys reports. */
function* keyCases(context: CheckContext<'roles' | 'kmsKeys'>, request: ClusterRequest, role: string): Iterable<Case> {
  const keys = sortedUnique(volumeKeyUses(context, request).map((use) => use.key));
  for (const key of keys.filter((arn) => keyOwner(arn) === context.account))
    yield {
      resource: key,
      evaluate: () => evaluateVolumeKeyUse(context, { key, role }, `ClusterRole ${role}`, 'hyperpod-autoscaling-volumes'),
    };
}

export default clusterCheck({
  id: 'autoscaling',
  level: 'required',
  levelNote: 'required, recommended where a condition of a policy decides',
  title: 'HyperPod can scale the cluster with its cluster role',
  rationale: 'HyperPod uses ClusterRole to add and delete nodes, and to create the grants that encrypt their volumes.',
  applies:
    'EKS clusters with AutoScaling and ClusterRole: the role, and each key of planned volumes; autoscaling-settings evaluates the request',
  reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-autoscaling.html',
  needs: ['roles', 'kmsKeys'],
  *cases(context, { plan, orchestrator, autoScaling, clusterRole }) {
    if (!autoScaling || orchestrator !== 'eks' || clusterRole === undefined) return;
    yield { resource: clusterRole, evaluate: () => evaluateRoleOfCluster(context, clusterRole) };
    if (plan) yield* keyCases(context, plan.request, clusterRole);
  },
});
