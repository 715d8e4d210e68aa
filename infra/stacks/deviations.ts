/**
 * Rules of cdk-nag's packs for serverless applications, NIST 800-53, HIPAA and PCI DSS that resources break on purpose: each with
 * the resources by type and path, and the reason. What is not named here fails the synthesis. Exceptions to the AwsSolutions
 * rules stand next to their resources (acknowledge.ts).
 */
import { CfnResource } from 'aws-cdk-lib';
import { HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { acknowledge } from './acknowledge.ts';

/** The packs, by how the ids of their findings begin. */
export const packs = {
  Serverless: ServerlessChecks,
  'NIST.800.53.R5': NIST80053R5Checks,
  'HIPAA.Security': HIPAASecurityChecks,
  'PCI.DSS.321': PCIDSS321Checks,
} as const;

export interface Deviation {
  readonly rule: string;
  readonly packs: readonly (keyof typeof packs)[];
  readonly type: string;
  /** Of the type, those with such a path; absent: all. */
  readonly path?: RegExp;
  /** With such a plan no resource breaks the rule. */
  readonly unless?: (plan: Plan) => boolean;
  readonly reason: string;
}

const deadLetters = ['Serverless', 'NIST.800.53.R5', 'HIPAA.Security'] as const;
const compliance = ['NIST.800.53.R5', 'HIPAA.Security', 'PCI.DSS.321'] as const;
const [nist, hipaa] = compliance;
const hasKey = ({ deployment }: Plan): boolean => deployment?.kmsKey !== undefined;

export const deviations: readonly Deviation[] = [
  {
    rule: 'LambdaDLQ',
    packs: deadLetters,
    type: 'AWS::Lambda::Function',
    path: /\/(Dispatch|Digest|Webhook)\/Function/,
    reason: 'Asynchronous calls that fail go to the queue Undelivered by an event invoke configuration, which these rules do not read.',
  },
  {
    rule: 'LambdaDLQ',
    packs: deadLetters,
    type: 'AWS::Lambda::Function',
    path: /\/(Audit|Notify|Import|Publish)\/Function/,
    reason: 'An event source mapping alone calls it; what fails goes to the dead-letter queue of its queue or of its mapping.',
  },
  {
    rule: 'LambdaDLQ',
    packs: deadLetters,
    type: 'AWS::Lambda::Function',
    path: /\/Query\/Function/,
    reason: 'Its callers wait for its answer, so no asynchronous call can fail.',
  },
  {
    rule: 'LambdaTracing',
    packs: ['Serverless'],
    type: 'AWS::Lambda::Function',
    reason: 'X-Ray would add a price and a permission to each audit; lines of the log have the id of their audit to follow it by.',
  },
  {
    rule: 'LambdaStarPermissions',
    packs: ['Serverless'],
    type: 'AWS::IAM::Role',
    reason: 'Only resources that cannot be named beforehand have a wildcard; each has its reason next to its grant (AwsSolutions-IAM5).',
  },
  {
    rule: 'LambdaEventSourceMappingDestination',
    packs: ['Serverless'],
    type: 'AWS::Lambda::EventSourceMapping',
    path: /\/(AuditRequests|Changes)\//,
    reason: 'The queue of this mapping has a dead-letter queue; destinations on failure are for streams.',
  },
  {
    rule: 'SQSRedrivePolicy',
    packs: ['Serverless'],
    type: 'AWS::SQS::Queue',
    reason: 'This is a dead-letter queue: what arrives here goes nowhere else, and an alarm says so.',
  },
  {
    rule: 'DynamoDBInBackupPlan',
    packs: [nist, hipaa],
    type: 'AWS::DynamoDB::Table',
    reason: 'Point-in-time recovery restores the table to any second of 35 days; a backup plan of the account can select it by its tag.',
  },
  {
    rule: 'SNSEncryptedKMS',
    packs: compliance,
    type: 'AWS::SNS::Topic',
    path: /\/Operations\//,
    unless: hasKey,
    reason:
      'Without deployment.kmsKey: CloudWatch cannot publish to a topic under the key that AWS manages for SNS; alarms name nothing but the parts of the auditor.',
  },
  {
    rule: 'CloudWatchLogGroupEncrypted',
    packs: compliance,
    type: 'AWS::Logs::LogGroup',
    unless: hasKey,
    reason:
      'Without deployment.kmsKey, CloudWatch Logs encrypts every log group with a key of its own; the logs hold names of resources and no secrets.',
  },
  {
    rule: 'IAMNoInlinePolicy',
    packs: compliance,
    type: 'AWS::IAM::Role',
    reason: 'A policy is made from what the code of this one role calls; a managed policy could be attached to other roles.',
  },
  {
    rule: 'LambdaConcurrency',
    packs: [nist, hipaa],
    type: 'AWS::Lambda::Function',
    reason: 'Accounts with a limit of 10 executions cannot reserve any; the mapping limits audits, and the others are called by schedules.',
  },
  {
    rule: 'LambdaInsideVPC',
    packs: compliance,
    type: 'AWS::Lambda::Function',
    unless: ({ deployment }) => deployment?.vpc !== undefined,
    reason:
      'Without deployment.vpc: it calls APIs of AWS by TLS, in every audited region, for which a VPC would need a route to each; it opens no port.',
  },
];

const holdsFor = ({ type, path }: Deviation, resource: CfnResource): boolean =>
  resource.cfnResourceType === type && (path?.test(`${resource.node.path}/`) ?? true);

/** Says of each resource below which rules it breaks on purpose. */
export function acknowledgeDeviations(scope: IConstruct, plan: Plan): void {
  const broken = deviations.filter(({ unless }) => !unless?.(plan));
  for (const resource of scope.node.findAll())
    if (CfnResource.isCfnResource(resource))
      for (const deviation of broken.filter((d) => holdsFor(d, resource)))
        for (const pack of deviation.packs) acknowledge(resource, `${pack}-${deviation.rule}`, deviation.reason);
}
