/**
 * What a node's role has to be allowed, apart from its lifecycle scripts: the actions of the managed policy
 * AmazonSageMakerClusterInstanceRolePolicy, and those AWS lists for clusters in a VPC, for Slurm and for EKS.
 */
import { roleContext } from './access.ts';
import { blank } from './patterns.ts';
import type { RequestContext } from './policy-conditions.ts';
import type { PolicyRequest } from './policy-evaluation.ts';

export const managedPolicy = 'AmazonSageMakerClusterInstanceRolePolicy';
const namespace = '/aws/sagemaker/Clusters';

interface NodeActions {
  readonly actions: readonly string[];
  /** Every resource that such a call touches: each has to be allowed. */
  readonly touches: readonly string[];
  /** What an inline statement would name; absent where the managed policy grants the actions. */
  readonly inline?: string;
}

interface NodeRoleScope {
  readonly account: string;
  readonly partition: string;
  readonly region: string;
  readonly cluster: string;
  readonly eks: boolean;
  /** Set where the role's groups are placed in a VPC: ARNs of their subnets and security groups. */
  readonly network: readonly string[] | undefined;
}

/** The actions by what they touch, those of the managed policy first. */
export function nodeActions({ account, partition, region, cluster, network, eks }: NodeRoleScope): readonly NodeActions[] {
  const own = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
  const logGroup = own('logs', `log-group:${namespace}/${cluster}/${blank}`);
  const managed: readonly NodeActions[] = [
    { actions: ['logs:CreateLogGroup'], touches: [logGroup] },
    // Of streams, also making and listing them: the managed policy grants these on streams alone.
    {
      actions: ['CreateLogStream', 'DescribeLogStreams', 'PutLogEvents'].map((a) => `logs:${a}`),
      touches: [`${logGroup}:log-stream:${blank}`],
    },
    { actions: ['cloudwatch:PutMetricData'], touches: ['*'] },
    {
      actions: ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map((a) => `ssmmessages:${a}`),
      touches: ['*'],
    },
  ];
  if (!network) return managed;
  const of = (service: string, names: readonly string[], ...touches: readonly string[]): NodeActions => ({
    actions: names.map((name) => `${service}:${name}`),
    touches,
    inline: '*',
  });
  const face = own('ec2', `network-interface/${blank}`);
  // Nodes run in an account of SageMaker's, images come from one of several.
  const instance = `arn:${partition}:ec2:${region}:${blank}:instance/${blank}`;
  // AWS's console template for EKS grants attaching on instances of the cluster's account alone, and detaching on all:
  // https://github.com/aws/sagemaker-hyperpod-cluster-setup/blob/main/eks/cloudformation/sagemaker-iam-role-template.yaml
  const attached = own('ec2', `instance/${blank}`);
  const repository = `arn:${partition}:ecr:${region}:${blank}:repository/${blank}`;
  const placed: readonly NodeActions[] = [
    ...managed,
    of('ec2', ['CreateNetworkInterface'], face, ...network),
    of('ec2', ['CreateNetworkInterfacePermission', 'DeleteNetworkInterface', 'DeleteNetworkInterfacePermission'], face),
    of('ec2', ['DetachNetworkInterface'], face, instance),
    of('ec2', ['DescribeDhcpOptions', 'DescribeNetworkInterfaces', 'DescribeSecurityGroups', 'DescribeSubnets', 'DescribeVpcs'], '*'),
    { actions: ['ec2:CreateTags'], touches: [face], inline: `arn:${partition}:ec2:*:*:network-interface/*` },
  ];
  if (!eks) return placed;
  return [
    ...placed,
    of('ec2', ['AssignPrivateIpAddresses', 'ModifyNetworkInterfaceAttribute', 'UnassignPrivateIpAddresses'], face),
    of('ec2', ['AttachNetworkInterface'], face, attached),
    of('ec2', ['DescribeInstances', 'DescribeInstanceTypes', 'DescribeTags'], '*'),
    of('ecr', ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'], repository),
    of('ecr', ['GetAuthorizationToken'], '*'),
  ];
}

/** The requests that an action makes with the role, one for each resource it touches. */
export function nodeRequests(
  touches: readonly string[],
  place: Parameters<typeof roleContext>[0],
  role: string,
): (action: string) => readonly PolicyRequest[] {
  const principal = { arn: role, account: place.account };
  const base: RequestContext = { ...roleContext(place, role), 'ec2:region': [place.region] };
  // Whose a resource is, its ARN says; an account that is not known stays so.
  const targets = touches.map((resource) => {
    const owner = resource.split(':')[4];
    return { resource, context: owner === undefined ? base : { ...base, 'aws:resourceaccount': [owner] } };
  });
  return (action) =>
    targets.map(({ resource, context }) => ({
      action,
      resource,
      principal,
      context: action === 'cloudwatch:PutMetricData' ? { ...context, 'cloudwatch:namespace': [namespace] } : context,
    }));
}
