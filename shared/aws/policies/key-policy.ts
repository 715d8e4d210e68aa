/** What the policy of the plan's key has to allow, so that the auditor's roles and AWS services may use the key for what it encrypts. */
import { deploymentName, type Plan } from '../../core/plan/plan.ts';
import { arnParts } from '../collect/referenced.ts';

/** Name of a service in `kms:ViaService`: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
export const viaService = (service: string, region: string): string => `${service}.${region}.amazonaws.com`;

interface KeyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: { readonly AWS: string } | { readonly Service: string | readonly string[] };
  readonly Action: readonly string[];
  readonly Resource: '*';
  readonly Condition: { readonly [operator: string]: { readonly [key: string]: string | readonly string[] } };
}

export interface KeyPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly KeyStatement[];
}

/**
 * What services do with the key for themselves, and not in the name of a role. CloudFormation begins the names of the stack's resources
 * with that of the stack, so the encryption context limits each service to the auditor's own.
 */
const ofServices = (
  region: string,
  arn: (service: string, resource: string) => string,
): readonly Omit<KeyStatement, 'Effect' | 'Resource'>[] => [
  {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    Sid: 'LogsOfTheAuditor',
    Principal: { Service: viaService('logs', region) },
    Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn('logs', 'log-group:') } },
  },
  {
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    Sid: 'AlarmsOfTheAuditor',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Condition: { ArnLike: { 'kms:EncryptionContext:aws:sns:topicArn': arn('sns', '') } },
  },
  {
    // No aws:SourceAccount: SNS documents that EventBridge does not send it to KMS, and dead letters would be lost without a trace.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services
    Sid: 'DeadLettersOfTheAuditor',
    Principal: { Service: ['events.amazonaws.com', 'sns.amazonaws.com'] },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Condition: { ArnLike: { 'kms:EncryptionContext:aws:sqs:arn': arn('sqs', '') } },
  },
];

/**
 * Statements for the policy of the key; `undefined` where the plan names none.
 * @param account of the auditor; default: that of the key
 */
export function keyPolicy({ deployment, alerts }: Pick<Plan, 'deployment' | 'alerts'>, account?: string): KeyPolicy | undefined {
  if (deployment?.kmsKey === undefined) return undefined;
  const { partition, region, account: owner } = arnParts(deployment.kmsKey);
  const caller = account ?? owner;
  const secrets = [alerts.webhookSecret, alerts.pagerDutySecret, alerts.jiraSecret].filter((arn) => arn !== undefined);
  const services = ['dynamodb', 'lambda', 'sns', 'sqs', ...(secrets.length > 0 ? ['secretsmanager'] : [])];
  const via = (names: readonly string[]) => ({
    'kms:CallerAccount': caller,
    'kms:ViaService': names.map((service) => viaService(service, region)),
  });
  const Principal = { AWS: `arn:${partition}:iam::${caller}:root` };
  const statements: readonly Omit<KeyStatement, 'Effect' | 'Resource'>[] = [
    {
      Sid: 'AuditorThroughServices',
      Principal,
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      Condition: { StringEquals: via(services) },
    },
    {
      // DynamoDB makes a grant for itself with the table, Lambda with each function, for its environment.
      Sid: 'GrantsOfServices',
      Principal,
      Action: ['kms:CreateGrant'],
      Condition: { StringEquals: via(['dynamodb', 'lambda']), Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
    ...ofServices(region, (service, kind) => `arn:${partition}:${service}:${region}:${caller}:${kind}${deploymentName({ deployment })}-*`),
  ];
  return {
    Version: '2012-10-17',
    Statement: statements.map(({ Sid, Principal, Action, Condition }) => ({
      Sid,
      Effect: 'Allow',
      Principal,
      Action,
      Resource: '*',
      Condition,
    })),
  };
}
