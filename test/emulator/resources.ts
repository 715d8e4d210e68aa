/** What a recorded call is about, as an ARN: so that it can be put before a policy. */
import type { OperationInput } from '../../shared/sandbox/call.ts';
import { actionOf } from '../../shared/sandbox/faults.ts';
import type { Call } from '../infra/simulate.ts';
import type { Answered } from './router.ts';

/** The account and the region whose parts are called by name. */
interface Home {
  readonly account: string;
  readonly region: string;
}

const said = (input: OperationInput, member: string): string => {
  const value = input[member];
  if (typeof value !== 'string') throw new Error(`A call names no ${member}: ${JSON.stringify(input)}`);
  return value;
};

const isArn = (name: string): boolean => name.startsWith('arn:');

type ResourceOf = (input: OperationInput, home: Home) => string;

/** An ARN of the service with the name that a member carries; a member that is an ARN already stays one. */
const named =
  (service: string, kind: string, member: string, regional = true): ResourceOf =>
  (input, { account, region }) => {
    const name = said(input, member);
    return isArn(name) ? name : `arn:aws:${service}:${regional ? region : ''}:${account}:${kind}${name}`;
  };

const role = named('iam', 'role/', 'RoleName', false);
const policy = named('iam', 'policy/', 'PolicyArn', false);
const bucket: ResourceOf = (input) => `arn:aws:s3:::${said(input, 'Bucket')}`;
const table: ResourceOf = (input, { account, region }) => {
  const batch = input.RequestItems;
  const name = batch === undefined ? said(input, 'TableName') : (Object.keys(batch as object)[0] ?? '');
  const arn = `arn:aws:dynamodb:${region}:${account}:table/${name}`;
  return typeof input.IndexName === 'string' ? `${arn}/index/${input.IndexName}` : arn;
};

/** Actions that IAM knows resources of; whatever is not here is asked about everything. */
const resources: { readonly [action: string]: ResourceOf } = {
  'dynamodb:BatchWriteItem': table,
  'dynamodb:GetItem': table,
  'dynamodb:PutItem': table,
  'dynamodb:Query': table,
  'dynamodb:UpdateItem': table,
  'iam:GetPolicy': policy,
  'iam:GetPolicyVersion': policy,
  'iam:GetRole': role,
  'iam:GetRolePolicy': role,
  'iam:ListAttachedRolePolicies': role,
  'iam:ListRolePolicies': role,
  'iam:ListRoleTags': role,
  'iam:ListUserTags': named('iam', 'user/', 'UserName', false),
  's3:GetBucketPolicy': bucket,
  's3:GetObject': (input) => `arn:aws:s3:::${said(input, 'Bucket')}/${said(input, 'Key')}`,
  's3:ListBucket': bucket,
  'sagemaker:DescribeCluster': named('sagemaker', 'cluster/', 'ClusterName'),
  'secretsmanager:GetSecretValue': (input) => said(input, 'SecretId'),
  // A question about a subscription is held against its topic.
  'sns:GetSubscriptionAttributes': (input) => said(input, 'SubscriptionArn').split(':').slice(0, -1).join(':'),
  'sns:ListSubscriptionsByTopic': (input) => said(input, 'TopicArn'),
  'sns:Publish': (input) => said(input, 'TopicArn'),
  'sqs:SendMessage': (input, { account, region }) => `arn:aws:sqs:${region}:${account}:${said(input, 'QueueUrl').split('/').at(-1)}`,
  'ssm:GetDocument': named('ssm', 'document/', 'Name'),
};

/** The action that a recorded call needs, and on what. */
export function callOf({ operation, input, region }: Answered, account: string): Call {
  const [service = '', name = ''] = operation.split(':');
  // IAM knows no action of its own for a batch of messages.
  const action = name === 'SendMessageBatch' ? 'sqs:SendMessage' : actionOf(service, name);
  return { action, resource: resources[action]?.(input, { account, region }) ?? '*' };
}
