/**
 * List prices of what the stack uses, in US dollars in us-east-1, without free tier, discounts and taxes. Other regions
 * cost up to a quarter more. To be checked against the pages named here when the date is old.
 */
export interface Price {
  readonly service: string;
  readonly what: string;
  /** Dollars for `per` units. */
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  readonly source: string;
}

export const pricesOf = { region: 'us-east-1', asOf: '2026-06' } as const;

const lambda = 'https://aws.amazon.com/lambda/pricing/';
const dynamodb = 'https://aws.amazon.com/dynamodb/pricing/on-demand/';
const cloudwatch = 'https://aws.amazon.com/cloudwatch/pricing/';
const eventbridge = 'https://aws.amazon.com/eventbridge/pricing/';
const sns = 'https://aws.amazon.com/sns/pricing/';
const secrets = 'https://aws.amazon.com/secrets-manager/pricing/';
const million = 1_000_000;

export const prices = {
  lambdaGbSeconds: { service: 'Lambda', what: 'time', usd: 13.3334, per: million, unit: 'GB-second on arm64', source: lambda },
  lambdaRequests: { service: 'Lambda', what: 'calls', usd: 0.2, per: million, unit: 'request', source: lambda },
  dynamoWriteUnits: { service: 'DynamoDB', what: 'writes', usd: 0.625, per: million, unit: 'write request unit', source: dynamodb },
  dynamoReadUnits: { service: 'DynamoDB', what: 'reads', usd: 0.125, per: million, unit: 'read request unit', source: dynamodb },
  dynamoGbMonths: { service: 'DynamoDB', what: 'storage', usd: 0.25, per: 1, unit: 'GB-month', source: dynamodb },
  dynamoPitrGbMonths: { service: 'DynamoDB', what: 'point-in-time recovery', usd: 0.2, per: 1, unit: 'GB-month', source: dynamodb },
  metrics: { service: 'CloudWatch', what: 'custom metrics', usd: 0.3, per: 1, unit: 'metric-month', source: cloudwatch },
  alarms: { service: 'CloudWatch', what: 'alarms', usd: 0.1, per: 1, unit: 'alarm-month', source: cloudwatch },
  dashboards: { service: 'CloudWatch', what: 'dashboard', usd: 3, per: 1, unit: 'dashboard-month', source: cloudwatch },
  logGbTaken: { service: 'CloudWatch', what: 'logs taken in', usd: 0.5, per: 1, unit: 'GB', source: cloudwatch },
  logGbMonths: { service: 'CloudWatch', what: 'logs stored', usd: 0.03, per: 1, unit: 'GB-month, compressed', source: cloudwatch },
  sqsRequests: { service: 'SQS', what: 'requests', usd: 0.4, per: million, unit: 'request', source: 'https://aws.amazon.com/sqs/pricing/' },
  snsPublishes: { service: 'SNS', what: 'messages', usd: 0.5, per: million, unit: 'request', source: sns },
  snsEmails: { service: 'SNS', what: 'e-mails', usd: 2, per: 100_000, unit: 'e-mail', source: sns },
  events: { service: 'EventBridge', what: 'events', usd: 1, per: million, unit: 'event of our own or from elsewhere', source: eventbridge },
  schedules: { service: 'EventBridge', what: 'schedules', usd: 1, per: million, unit: 'run of a schedule', source: eventbridge },
  secrets: { service: 'Secrets Manager', what: 'webhook address', usd: 0.4, per: 1, unit: 'secret-month', source: secrets },
  secretCalls: { service: 'Secrets Manager', what: 'reads of it', usd: 0.05, per: 10_000, unit: 'call', source: secrets },
} as const satisfies { readonly [name: string]: Price };

export type PriceName = keyof typeof prices;
export const priceNames = Object.keys(prices) as readonly PriceName[];
