/** What several functions are wired from. */
import { alertTopics } from '../shared/aws/alert-topics.ts';
import { messagingConfig } from '../shared/aws/client-config.ts';
import { documentClient, type FindingsTable, findingsTable } from '../shared/aws/findings-table.ts';
import { type MarksTable, marksTable } from '../shared/aws/marks-table.ts';
import { defaultSettings } from '../shared/aws/settings.ts';
import type { Environment } from './environment.ts';

export function tablesOf(environment: Environment): { readonly table: FindingsTable; readonly marks: MarksTable } {
  // DynamoDB throttles a new table until it has grown, so it is asked more often than a topic.
  const client = documentClient({ ...messagingConfig(defaultSettings, undefined), maxAttempts: 8 });
  const tableName = environment.of('TABLE_NAME');
  const { retentionDays } = environment.plan.plan;
  return { table: findingsTable({ client, tableName, retentionDays }), marks: marksTable({ client, tableName }) };
}

export function topicsOf(environment: Environment) {
  const chat = environment.optional('CHAT_TOPIC_ARN');
  const operations = environment.optional('OPERATIONS_TOPIC_ARN');
  return alertTopics({
    alerts: environment.of('ALERT_TOPIC_ARN'),
    ...(chat !== undefined && { chat }),
    ...(operations !== undefined && { operations }),
  });
}

export const now = (): Date => new Date();
