/**
 * What a deployment hands to its functions: the variables below, and the plan as JSON in a file next to the handler. None is
 * secret: the address of a webhook is in Secrets Manager, only its ARN comes this way.
 *
 * | function | trigger | variables |
 * |---|---|---|
 * | dispatch | Scheduler, rules for change events | TABLE_NAME, AUDIT_QUEUE_URL, ALERT_TOPIC_ARN, CHAT_TOPIC_ARN?, OPERATIONS_TOPIC_ARN, STACK_NAME, WEBHOOK_FUNCTION_ARN? |
 * | audit | SQS, partial batches | TABLE_NAME, TOOL_VERSION |
 * | notify | the table's stream: INSERT of items whose sort key begins with LOG# | TABLE_NAME, ALERT_TOPIC_ARN, CHAT_TOPIC_ARN?, STACK_NAME |
 * | import | the table's stream, as notify; SNS, the topic of alerts | TABLE_NAME, PUBLISHED_BUS_NAME? |
 * | digest | Scheduler, weekly | TABLE_NAME, ALERT_TOPIC_ARN, CHAT_TOPIC_ARN?, STACK_NAME |
 * | webhook | SNS, the chat topic and the topic of alerts | WEBHOOK_SECRET_ARN?, PAGERDUTY_SECRET_ARN?, JIRA_SECRET_ARN? |
 * | query | its Function URL, which takes signed requests only | TABLE_NAME |
 *
 * dispatch and digest read the table's index `pending` in addition to the table, query all others, notify and audit only the table.
 *
 * Every function but webhook reads the plan. The own account, region and partition come from the function's ARN.
 * Scheduler sends `{"kind":"schedule","at":"<aws.scheduler.scheduled-time>"}`, which begins a run and does nothing else;
 * every five minutes `"kind":"sweep"`: audits that are due, what is still pending, reminders, a look at the routes; weekly
 * `"kind":"digest"`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { planHash } from '../../shared/plan/hash.ts';

export const variables = [
  'TABLE_NAME',
  'PUBLISHED_BUS_NAME',
  'AUDIT_QUEUE_URL',
  'ALERT_TOPIC_ARN',
  'CHAT_TOPIC_ARN',
  'OPERATIONS_TOPIC_ARN',
  'WEBHOOK_FUNCTION_ARN',
  'WEBHOOK_SECRET_ARN',
  'PAGERDUTY_SECRET_ARN',
  'JIRA_SECRET_ARN',
  'STACK_NAME',
  'TOOL_VERSION',
  'METRICS_NAMESPACE',
  'PLAN_FILE',
] as const;

export type Variable = (typeof variables)[number];

/** The variables of a process, each asked for by name. */
export interface FunctionEnvironment {
  /** Throws where the deployment left it out. */
  readonly of: (name: Variable) => string;
  readonly optional: (name: Variable) => string | undefined;
  readonly plan: { readonly plan: Plan; readonly planHash: string };
}

export function environmentOf(env: Readonly<Record<string, string | undefined>>): FunctionEnvironment {
  const optional = (name: Variable): string | undefined => env[name] || undefined;
  let plan: FunctionEnvironment['plan'] | undefined;
  return {
    optional,
    of: (name) => {
      const value = optional(name);
      if (value === undefined) throw new Error(`The environment variable ${name} is not set, so this function was not deployed whole.`);
      return value;
    },
    get plan() {
      plan ??= readPlan(optional('PLAN_FILE') ?? join(import.meta.dirname, 'plan.json'));
      return plan;
    },
  };
}

/** The plan was validated when the deployment was made, so it is only read here. */
function readPlan(file: string): FunctionEnvironment['plan'] {
  const plan: Plan = JSON.parse(readFileSync(file, 'utf8'));
  return { plan, planHash: planHash(plan) };
}

/** Makes a value once for an environment, and again when the environment changes. */
export function onceFor<T>(make: (environment: FunctionEnvironment) => T): () => T {
  let latest: { readonly key: string; readonly value: T } | undefined;
  return () => {
    const key = JSON.stringify(variables.map((name) => process.env[name]));
    if (latest?.key !== key) latest = { key, value: make(environmentOf(process.env)) };
    return latest.value;
  };
}
