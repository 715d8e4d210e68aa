/**
 * What each function may do, and why: its code's own calls, and apart from them what AWS does in the name of its
 * role. The collectors' part comes from the collectors; a test holds the rest against the commands in each bundle.
 */
import type { PolicyPlace } from '../../shared/aws/collect/collector.ts';
import { indexes } from '../../shared/aws/findings/keys.ts';
import { grantsOf, leastPolicy, listsAccounts } from '../../shared/aws/policies/auditor-policy.ts';
import { viaService } from '../../shared/aws/policies/key-policy.ts';
import { plannedRoutes } from '../../shared/core/alerts/alert-routes.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { regionsOf } from '../../shared/core/plan/regions.ts';

export interface PolicyGrant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly why: string;
  /** Why a resource holds an asterisk. */
  readonly wildcard?: string;
  readonly conditions?: { readonly [operator: string]: { readonly [key: string]: unknown } };
}

export interface StackResources {
  /** Of the stack. */
  readonly region: string;
  readonly tableArn: string;
  readonly publishedBusArn?: string;
  readonly queueArn: string;
  readonly alertTopicArn: string;
  readonly chatTopicArn?: string;
  readonly operationsTopicArn: string;
  /** Those that the webhook function reads. */
  readonly webhookSecretArns: readonly string[];
  readonly kmsKeyArn?: string;
}

/** Which accounts and regions there are: asked only where the plan leaves that open. */
const findsPlaces =
  (plan: Plan) =>
  (action: string): boolean =>
    listsAccounts(action) || (regionsOf(plan) === undefined && ['ec2:DescribeRegions', 'sts:AssumeRole'].includes(action));

/** The collectors' policy as grants of the stack, limited to the actions that `included` accepts. */
export function reading(plan: Plan, at: PolicyPlace, included: (action: string) => boolean): readonly PolicyGrant[] {
  const reasons = new Map(grantsOf(plan, 'deployed').map((g) => [g.action as string, g.why]));
  return leastPolicy(plan, at, 'deployed').Statement.flatMap((statement): readonly PolicyGrant[] => {
    const actions = statement.Action.filter(included);
    if (actions.length === 0) return [];
    const everything = statement.Resource.includes('*');
    return [
      {
        actions,
        resources: statement.Resource,
        ...(statement.Condition && { conditions: statement.Condition }),
        why: actions.map((action) => `${action}: ${reasons.get(action) ?? ''}`).join('; '),
        wildcard: everything
          ? 'IAM knows no resources for these read calls.'
          : 'Which clusters, roles, networks and scripts there are is what these read calls find out; the kind is fixed, and the account too but for what others share.',
      },
    ];
  });
}

/** The index that spans all regions and is not for questions. */
const queryPending = (r: StackResources): readonly PolicyGrant[] => [
  {
    actions: ['dynamodb:Query'],
    resources: [`${r.tableArn}/index/${indexes.pending}`],
    why: 'commits that are still to be published, and places that changed',
  },
];

/** The indexes that questions are answered from. */
const queried = [indexes.time, indexes.log, indexes.open, indexes.region, indexes.check, indexes.cluster];

/** What a caller needs of a key for what it encrypts: the table's items, or messages to a topic or in a queue. */
function keyFor(
  { kmsKeyArn: arn, region }: StackResources,
  what: 'table' | 'reading' | 'topics' | 'sending' | 'receiving',
): readonly PolicyGrant[] {
  if (arn === undefined) return [];
  const via = (service: string) => ({ StringEquals: { 'kms:ViaService': viaService(service, region) } });
  return [
    {
      table: {
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
        resources: [arn],
        conditions: via('dynamodb'),
        why: "the table's items, which DynamoDB opens in the caller's name",
      },
      reading: {
        actions: ['kms:Decrypt', 'kms:DescribeKey'],
        resources: [arn],
        conditions: via('dynamodb'),
        why: "the table's items, which DynamoDB opens in the caller's name, where nothing is written",
      },
      topics: {
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [arn],
        conditions: via('sns'),
        why: 'messages to encrypted topics',
      },
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
      sending: {
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [arn],
        conditions: via('sqs'),
        why: 'messages to encrypted queues',
      },
      receiving: {
        actions: ['kms:Decrypt'],
        resources: [arn],
        conditions: via('sqs'),
        why: 'messages of an encrypted queue',
      },
    }[what],
  ];
}

/** A secret that is under the key is opened in the caller's name, by Secrets Manager in the secret's region. */
const keyForSecret = (arn: string | undefined, secretArn: string): readonly PolicyGrant[] =>
  arn === undefined
    ? []
    : [
        {
          actions: ['kms:Decrypt'],
          resources: [arn],
          conditions: { StringEquals: { 'kms:ViaService': viaService('secretsmanager', secretArn.split(':')[3] ?? '') } },
          why: "the secret, which Secrets Manager opens in the caller's name",
        },
      ];

const publishing = (r: StackResources): readonly PolicyGrant[] => [
  {
    actions: ['sns:Publish'],
    resources: [r.alertTopicArn, ...(r.chatTopicArn === undefined ? [] : [r.chatTopicArn])],
    why: 'alerts',
  },
  ...keyFor(r, 'topics'),
];

/** A look at who listens, at the topics that the plan's routes need and at no other. */
function lookingAtRoutes({ alerts }: Plan, r: StackResources): readonly PolicyGrant[] {
  const arns = { alerts: r.alertTopicArn, operations: r.operationsTopicArn, chat: r.chatTopicArn };
  // Which function a webhook has plays no part in where it listens.
  const routes = plannedRoutes(alerts, 'the function');
  const topics = (of: typeof routes) => [...new Set(of.map((route) => route.topic))].flatMap((topic) => arns[topic] ?? []);
  const allow = (action: string, resources: readonly string[], why: string): readonly PolicyGrant[] =>
    resources.length === 0 ? [] : [{ actions: [action], resources, why }];
  return [
    ...allow('sns:ListSubscriptionsByTopic', topics(routes), 'routes that were never confirmed or are gone'),
    // IAM holds a question about a subscription against its topic.
    ...allow(
      'sns:GetSubscriptionAttributes',
      topics(routes.filter((route) => route.protocol === 'email')),
      'addresses that anyone with one of their mails could unsubscribe',
    ),
  ];
}

/** Calls of the function's own code. */
export const callsOf = {
  dispatch: (plan: Plan, at: PolicyPlace, r: StackResources): readonly PolicyGrant[] => [
    { actions: ['sqs:SendMessage'], resources: [r.queueArn], why: 'one request for each audit' },
    ...keyFor(r, 'sending'),
    {
      actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [r.tableArn],
      why: 'scheduled runs, marks of changes, commits to publish',
    },
    ...queryPending(r),
    ...lookingAtRoutes(plan, r),
    ...publishing(r),
    ...keyFor(r, 'table'),
    ...reading(plan, at, findsPlaces(plan)),
  ],
  audit: (plan: Plan, at: PolicyPlace, r: StackResources): readonly PolicyGrant[] => [
    {
      actions: ['dynamodb:BatchWriteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [r.tableArn],
      why: 'the log, the state, the history',
    },
    ...keyFor(r, 'table'),
    ...reading(plan, at, (action) => !listsAccounts(action)),
  ],
  notify: (_: Plan, __: PolicyPlace, r: StackResources): readonly PolicyGrant[] => [
    {
      actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [r.tableArn],
      why: 'the commit, and that it is published',
    },
    ...publishing(r),
    ...keyFor(r, 'table'),
  ],
  import: ({ alerts }: Plan, at: PolicyPlace, r: StackResources): readonly PolicyGrant[] => [
    {
      actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [r.tableArn],
      why: 'what changed since the last import, and that it was imported',
    },
    ...(alerts.securityHub === true
      ? [
          {
            actions: ['securityhub:BatchImportFindings'],
            resources: [`arn:${at.partition}:securityhub:${r.region}:${at.account}:product/${at.account}/default`],
            why: 'findings of every account, as the own product of this one',
          },
        ]
      : []),
    ...(r.publishedBusArn === undefined
      ? []
      : [{ actions: ['events:PutEvents'], resources: [r.publishedBusArn], why: 'findings and notifications as events' }]),
    ...keyFor(r, 'table'),
  ],
  digest: (plan: Plan, at: PolicyPlace, r: StackResources): readonly PolicyGrant[] => [
    {
      actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [r.tableArn],
      why: 'the status over all regions, and how many messages were sent',
    },
    ...queryPending(r),
    ...publishing(r),
    ...keyFor(r, 'table'),
    ...reading(plan, at, findsPlaces(plan)),
  ],
  webhook: (_: Plan, __: PolicyPlace, r: StackResources): readonly PolicyGrant[] =>
    r.webhookSecretArns.flatMap((arn) => [
      { actions: ['secretsmanager:GetSecretValue'], resources: [arn], why: 'the address of the webhook, or the key of an on-call service' },
      ...keyForSecret(r.kmsKeyArn, arn),
    ]),
  query: (_: Plan, __: PolicyPlace, r: StackResources): readonly PolicyGrant[] => [
    { actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources: [r.tableArn], why: 'findings, changes and readiness of a region' },
    {
      actions: ['dynamodb:Query'],
      resources: queried.map((index) => `${r.tableArn}/index/${index}`),
      why: 'findings, changes and readiness over regions',
    },
    ...keyFor(r, 'reading'),
  ],
} as const;

/** Lambda's poller of a queue. */
export const pollsQueue = (r: StackResources, queueArn: string): readonly PolicyGrant[] => [
  {
    actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    resources: [queueArn],
    why: "Lambda takes messages off the queue in the role's name",
  },
  ...keyFor(r, 'receiving'),
];

/** Lambda's poller of a table's stream. */
export const pollsStream = (streamArn: string): readonly PolicyGrant[] => [
  {
    actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    resources: [streamArn],
    why: "Lambda reads the stream in the role's name",
  },
  {
    actions: ['dynamodb:ListStreams'],
    resources: ['*'],
    why: 'Lambda looks for it when the mapping is made',
    wildcard: 'IAM knows no resources for dynamodb:ListStreams.',
  },
];

/** Not for calls of the function's code, which have this key. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice */
const notByCode = { Null: { 'lambda:SourceFunctionArn': 'true' } };

/**
 * Lambda makes the network interfaces that functions in a VPC share. AWS asks for all resources of the account.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
export const joinsVpc = (at: { readonly partition: string; readonly region: string; readonly account: string }): readonly PolicyGrant[] => [
  {
    actions: ['ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:UnassignPrivateIpAddresses'],
    resources: [`arn:${at.partition}:ec2:${at.region}:${at.account}:*/*`],
    conditions: notByCode,
    why: "Lambda makes network interfaces in the role's name",
    wildcard: 'Lambda gives network interfaces ids of its own; only Lambda itself may do this, and not the code of the function.',
  },
  {
    actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
    resources: ['*'],
    conditions: notByCode,
    why: "Lambda looks for network interfaces in the role's name",
    wildcard: 'IAM knows no resources for these read calls.',
  },
];

/** Lambda and Scheduler hand on what they could not get done. */
export const sendsFailures = (r: StackResources, ...queueArns: readonly string[]): readonly PolicyGrant[] => [
  {
    actions: ['sqs:SendMessage'],
    resources: queueArns,
    why: "what failed is put into a dead-letter queue in the role's name",
  },
  ...keyFor(r, 'sending'),
];
