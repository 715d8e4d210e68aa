/**
 * What a node's role has to be allowed, apart from its lifecycle scripts: the actions of the managed policy
 * AmazonSageMakerClusterInstanceRolePolicy, and those AWS lists for clusters in a VPC, for Slurm and for EKS.
 */
import { memoized, memoizedTexts } from '../evaluation/memoized.ts';
import { type RequestOrigin, roleContext } from './access.ts';
import { blank } from './patterns.ts';
import type { RequestContext } from './policy-conditions.ts';
import type { PolicyRequest } from './policy-evaluation.ts';

export const managedPolicy = 'AmazonSageMakerClusterInstanceRolePolicy';
const namespace = '/aws/sagemaker/Clusters';

/** Actions with what they touch. */
export interface NodeActions {
  readonly actions: readonly string[];
  /** Every resource that such a call touches: each has to be allowed. */
  readonly touches: readonly string[];
  /** What an inline statement would name; absent where the managed policy grants the actions. */
  readonly inline?: string;
}

interface NodeRoleScope {
  readonly cluster: string;
  readonly eks: boolean;
  /** Set where the role's groups are placed in a VPC: ARNs of their subnets and security groups. */
  readonly network: readonly string[] | undefined;
}

type ActionPlace = Pick<RequestOrigin, 'account' | 'partition' | 'region'>;

const ownArn = ({ account, partition, region }: ActionPlace, service: string, rest: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${rest}`;

const interfaceArn = (place: ActionPlace): string => ownArn(place, 'ec2', `network-interface/${blank}`);

const beyondManaged = (service: string, names: readonly string[], ...touches: readonly string[]): NodeActions => ({
  actions: names.map((name) => `${service}:${name}`),
  touches,
  inline: '*',
});

/** Actions of the managed policy on the log group of one cluster. */
function logActions(place: ActionPlace, cluster: string): readonly NodeActions[] {
  const logGroup = ownArn(place, 'logs', `log-group:${namespace}/${cluster}/${blank}`);
  return [
    { actions: ['logs:CreateLogGroup'], touches: [logGroup] },
    // Of streams, also making and listing them: the managed policy grants these on streams alone.
    {
      actions: ['CreateLogStream', 'DescribeLogStreams', 'PutLogEvents'].map((a) => `logs:${a}`),
      touches: [`${logGroup}:log-stream:${blank}`],
    },
  ];
}

/** What is the same for all clusters: actions of every node, of nodes in a VPC, and of nodes of EKS. */
const commonActions = memoized((place: ActionPlace): { readonly [of in 'every' | 'placed' | 'eks']: readonly NodeActions[] } => {
  const { partition, region } = place;
  const face = interfaceArn(place);
  // Nodes run in an account of SageMaker's, images come from one of several.
  const instance = `arn:${partition}:ec2:${region}:${blank}:instance/${blank}`;
  // AWS's console template for EKS grants attaching on instances of the cluster's account alone, and detaching on all:
  // https://github.com/aws/sagemaker-hyperpod-cluster-setup/blob/main/eks/cloudformation/sagemaker-iam-role-template.yaml
  const attached = ownArn(place, 'ec2', `instance/${blank}`);
  const repository = `arn:${partition}:ecr:${region}:${blank}:repository/${blank}`;
  const of = beyondManaged;
  return {
    every: [
      { actions: ['cloudwatch:PutMetricData'], touches: ['*'] },
      {
        actions: ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map((a) => `ssmmessages:${a}`),
        touches: ['*'],
      },
    ],
    placed: [
      of('ec2', ['CreateNetworkInterfacePermission', 'DeleteNetworkInterface', 'DeleteNetworkInterfacePermission'], face),
      of('ec2', ['DetachNetworkInterface'], face, instance),
      of('ec2', ['DescribeDhcpOptions', 'DescribeNetworkInterfaces', 'DescribeSecurityGroups', 'DescribeSubnets', 'DescribeVpcs'], '*'),
      { actions: ['ec2:CreateTags'], touches: [face], inline: `arn:${partition}:ec2:*:*:network-interface/*` },
    ],
    eks: [
      of('ec2', ['AssignPrivateIpAddresses', 'ModifyNetworkInterfaceAttribute', 'UnassignPrivateIpAddresses'], face),
      of('ec2', ['AttachNetworkInterface'], face, attached),
      of('ec2', ['DescribeInstances', 'DescribeInstanceTypes', 'DescribeTags'], '*'),
      of('ecr', ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'], repository),
      of('ecr', ['GetAuthorizationToken'], '*'),
    ],
  };
});

const placing = memoizedTexts<ActionPlace, NodeActions>();

/** The actions by what they touch, those of the managed policy first. What clusters have in common is one object. */
export function nodeActions(place: ActionPlace, { cluster, network, eks }: NodeRoleScope): readonly NodeActions[] {
  const common = commonActions(place);
  const managed = [...logActions(place, cluster), ...common.every];
  if (!network) return managed;
  const interfaces = placing(place, JSON.stringify(network), () =>
    beyondManaged('ec2', ['CreateNetworkInterface'], interfaceArn(place), ...network),
  );
  return [...managed, interfaces, ...common.placed, ...(eks ? common.eks : [])];
}

const contexts = memoizedTexts<RequestOrigin, RequestContext>();

const nodeContext = (place: RequestOrigin, role: string, owner: string | undefined): RequestContext =>
  contexts(place, JSON.stringify([owner, role]), () => ({
    ...roleContext(place, role),
    'ec2:region': [place.region],
    ...(owner !== undefined && { 'aws:resourceaccount': [owner] }),
  }));

/** The requests that an action makes with the role, one for each resource it touches. */
export function nodeRequests(touches: readonly string[], place: RequestOrigin, role: string): (action: string) => readonly PolicyRequest[] {
  const principal = { arn: role, account: place.account };
  // Whose a resource is, its ARN says; an account that is not known stays so.
  const targets = touches.map((resource) => ({ resource, context: nodeContext(place, role, resource.split(':')[4]) }));
  return (action) =>
    targets.map(({ resource, context }) => ({
      action,
      resource,
      principal,
      context: action === 'cloudwatch:PutMetricData' ? { ...context, 'cloudwatch:namespace': [namespace] } : context,
    }));
}
