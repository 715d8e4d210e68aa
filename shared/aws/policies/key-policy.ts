/** What the policy of the plan's key has to allow, so that the auditor's roles may use the key through AWS services. */
import type { Plan } from '../../core/plan/plan.ts';
import { arnParts } from '../collect/referenced.ts';

/** Name of a service in `kms:ViaService`: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
export const viaService = (service: string, region: string): string => `${service}.${region}.amazonaws.com`;

/** Statements for the policy of the key; `undefined` where the plan names none. */
export function keyPolicy({ deployment, alerts }: Pick<Plan, 'deployment' | 'alerts'>): object | undefined {
  if (deployment?.kmsKey === undefined) return undefined;
  const { partition, region, account } = arnParts(deployment.kmsKey);
  const secrets = [alerts.webhookSecret, alerts.pagerDutySecret, alerts.jiraSecret].filter((arn) => arn !== undefined);
  const services = ['dynamodb', 'sns', ...(secrets.length > 0 ? ['secretsmanager'] : [])];
  const through = { 'kms:CallerAccount': account, 'kms:ViaService': services.map((service) => viaService(service, region)) };
  const base = { Effect: 'Allow', Principal: { AWS: `arn:${partition}:iam::${account}:root` }, Resource: '*' };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AuditorThroughServices',
        ...base,
        Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
        Condition: { StringEquals: through },
      },
      {
        // DynamoDB makes a grant for itself when the table is made.
        Sid: 'TableOfTheAuditor',
        ...base,
        Action: ['kms:CreateGrant'],
        Condition: {
          StringEquals: { ...through, 'kms:ViaService': viaService('dynamodb', region) },
          Bool: { 'kms:GrantIsForAWSResource': 'true' },
        },
      },
    ],
  };
}
