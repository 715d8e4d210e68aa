/** The functions of the stack, each with its size and the reason for it. */
import type { Plan } from '../../shared/core/plan/plan.ts';

export const functionNames = ['dispatch', 'audit', 'notify', 'import', 'digest', 'webhook', 'query'] as const;
export type FunctionName = (typeof functionNames)[number];

export interface FunctionSize {
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Executions at once at most, where the plan reserves concurrency. Audits are limited by their queue. */
  readonly reserved?: number;
}

/** CPU comes in proportion to memory, so a function that mostly waits for AWS takes little of either. */
export const functionSizes: { readonly [name in FunctionName]: FunctionSize } = {
  // Sends messages in tens and reads a small item of each region: an organization of 180,000 regions takes a quarter of a gigabyte. The
  // rest is processor time: confirming the 30,000 commits of a summary takes minutes of it.
  dispatch: {
    description: 'Requests the audits that are due, and publishes pending alerts.',
    memoryMb: 1024,
    timeoutSeconds: 300,
    reserved: 5,
  },
  // Up to `auditsOfABatch` at once; one of a region with 10,000 network interfaces takes 140 MB on top of the bundle, and hardly any
  // has so many. A collection ends after two minutes, saving a first audit takes one.
  audit: { description: 'Audits regions of accounts.', memoryMb: 768, timeoutSeconds: 240 },
  // Reads one commit (its parts hold 300 KB each) and sends a message or two.
  notify: { description: 'Publishes the alert of a commit.', memoryMb: 256, timeoutSeconds: 60, reserved: 10 },
  // Reads the state of a region and hands a hundred findings at a time to Security Hub, ten to the event bus.
  import: {
    description: 'Imports what changed into Security Hub, and publishes it as events.',
    memoryMb: 256,
    timeoutSeconds: 120,
    reserved: 5,
  },
  // Reads the summary of every region, a hundred a call, and holds what it reports; a whole core, for it runs once a week.
  digest: { description: 'Publishes the status over all regions once a week.', memoryMb: 1769, timeoutSeconds: 300 },
  // One secret, one HTTPS call for a chat, and one for each incident. A summary may have hundreds, of which PagerDuty takes 120 a minute
  // (https://community.pagerduty.com/forum/t/monitoring-api-rate-limiting/3318): as long as Lambda allows.
  webhook: { description: 'Hands alerts to an incoming webhook and to on-call services.', memoryMb: 256, timeoutSeconds: 900 },
  // A page is a few queries; a moment of forty regions is their checkpoints and a month of commits, which take memory and its CPU.
  query: { description: 'Answers questions about the findings.', memoryMb: 512, timeoutSeconds: 30, reserved: 10 },
};

/** Executions at once that `deployment.reserveConcurrency` reserves in all. */
export const reservedInAll = Object.values(functionSizes).reduce((sum, { reserved = 0 }) => sum + reserved, 0);

/** Audits of one call of the function: most of their time they wait for AWS, and Lambda charges for the call. */
export const auditsOfABatch = 5;

/**
 * Audits under way at once. Few accounts: half of the 10 executions that a new account has. Many: as many as Service
 * Quotas answers calls a second over all regions of one account.
 */
export function auditsAtOnce(plan: Pick<Plan, 'accounts'>): number {
  if (plan.accounts === 'organization') return 50;
  return Math.min(50, Math.max(5, 2 * (plan.accounts?.length ?? 0)));
}

/**
 * Calls of the function at once for as many audits; a mapping takes no fewer than two.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency
 */
export const auditCallsAtOnce = (plan: Pick<Plan, 'accounts'>): number => Math.max(2, Math.ceil(auditsAtOnce(plan) / auditsOfABatch));

/** Changes of one call of dispatch, and its calls for changes at once: a mapping takes no fewer. */
export const changesOfABatch = 10;
export const changeCallsAtOnce = 2;

/** The secrets that the webhook function reads. */
export const webhookSecretsOf = ({ alerts: { webhookSecret, pagerDutySecret, jiraSecret } }: Pick<Plan, 'alerts'>): readonly string[] =>
  [webhookSecret, pagerDutySecret, jiraSecret].filter((arn) => arn !== undefined);

/** The functions this plan needs. */
export const functionsOf = (plan: Pick<Plan, 'alerts'>): readonly FunctionName[] =>
  functionNames.filter((name) => {
    if (name === 'webhook') return webhookSecretsOf(plan).length > 0;
    return name !== 'import' || plan.alerts.securityHub === true || plan.alerts.events === true;
  });
