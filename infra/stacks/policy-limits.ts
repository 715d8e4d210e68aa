/** Policies of a stack against what AWS takes: a template that no deployment could make is not synthesised. */
import { CfnResource, type Stack } from 'aws-cdk-lib';
import { CfnEventBusPolicy } from 'aws-cdk-lib/aws-events';
import { CfnManagedPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import { CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { iamQuotas } from '../../shared/aws/policies/policy-size.ts';
import { charactersIn } from './policy-room.ts';

/** Characters of the policies of one resource, and where AWS says so. */
export const resourcePolicyLimits = {
  /** https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html */
  topic: 30 * 1024,
  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html */
  queue: 8192,
  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
  bus: 10_240,
  /** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  function: 20 * 1024,
} as const;

interface MeasuredPolicy {
  /** Parts with the same owner count together. */
  readonly owner: string;
  readonly path: string;
  readonly what: string;
  readonly limit: number;
  readonly part: unknown;
}

/** What CloudFormation hands to AWS of one resource, by the limit that it counts towards. */
function policiesOf(resource: CfnResource): readonly MeasuredPolicy[] {
  const { path } = resource.node;
  const one = (what: string, limit: number, part: unknown, owner = path): MeasuredPolicy => ({ owner, path, what, limit, part });
  if (resource instanceof CfnRole)
    return [
      one('The trust policy', iamQuotas.trustPolicy, resource.assumeRolePolicyDocument),
      ...([resource.policies ?? []].flat() as readonly CfnRole.PolicyProperty[]).map((p) =>
        one('The inline policies', iamQuotas.inlinePolicies, p.policyDocument),
      ),
    ];
  if (resource instanceof CfnManagedPolicy) return [one('The managed policy', iamQuotas.managedPolicy, resource.policyDocument)];
  if (resource instanceof CfnTopicPolicy) return [one('The topic policy', resourcePolicyLimits.topic, resource.policyDocument)];
  if (resource instanceof CfnQueuePolicy) return [one('The queue policy', resourcePolicyLimits.queue, resource.policyDocument)];
  if (resource instanceof CfnEventBusPolicy)
    return [one('The policy of the event bus', resourcePolicyLimits.bus, resource.statement, resource.eventBusName)];
  if (resource instanceof CfnPermission) {
    const { action, principal, sourceArn, sourceAccount, functionName, functionUrlAuthType, invokedViaFunctionUrl } = resource;
    // Lambda writes a statement of it, with a Sid, an Effect and its conditions.
    const statement = {
      Sid: path,
      Effect: 'Allow',
      action,
      principal,
      functionName,
      conditions: { ArnLike: sourceArn, StringEquals: [sourceAccount, functionUrlAuthType], Bool: invokedViaFunctionUrl },
    };
    return [one('The policy of the function', resourcePolicyLimits.function, statement, functionName)];
  }
  return [];
}

/** One sentence for each policy that is too long. */
export function policyProblems(stack: Stack): readonly string[] {
  const measure = charactersIn(stack);
  const all = stack.node
    .findAll()
    .filter((child) => CfnResource.isCfnResource(child))
    .flatMap(policiesOf);
  const groups = Map.groupBy(all, ({ owner, what }) => JSON.stringify([what, stack.resolve(owner)]));
  return [...groups.values()].flatMap((parts) => {
    const size = parts.reduce((sum, { part }) => sum + measure(part), 0);
    const [{ what, path, limit } = { what: '', path: '', limit: size }] = parts;
    return size <= limit
      ? []
      : [`${what} of ${path} has up to ${size} characters, AWS takes ${limit}: list fewer accounts, principals or buckets in the plan.`];
  });
}

/** Holds a stack against these limits when it is synthesised. */
export const limitPolicies = (stack: Stack): void => stack.node.addValidation({ validate: () => [...policyProblems(stack)] });
