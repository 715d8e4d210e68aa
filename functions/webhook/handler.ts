/**
 * Invoked by the chat topic where there is no chat configuration: posts each notification to an incoming webhook. Invoked by the
 * topic of alerts where the plan names an on-call service: opens and closes the incidents of clusters there.
 */
import { incidentSecret } from '../../shared/aws/messaging/incident-secret.ts';
import { webhookSecret } from '../../shared/aws/messaging/webhook-secret.ts';
import { incidentsOf, jiraRequest, pagerDutyRequest } from '../../shared/core/alerts/incidents.ts';
import { type IncidentRoute, postIncidents, postTo, timeOf } from '../../shared/workflows/post-webhook.ts';
import { type FunctionEnvironment, onceFor } from '../runtime/environment.ts';
import { webhookEvent } from '../runtime/events.ts';
import { lambda } from '../runtime/middleware.ts';

/** https://developer.pagerduty.com/docs/send-alert-event; accounts in Europe have events.eu.pagerduty.com. */
const pagerDutyUrl = 'https://events.pagerduty.com/v2/enqueue';
/** https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-integration-events/ */
const jiraUrl = 'https://api.atlassian.com/jsm/ops/integration/v2/alerts';

function incidentRoutes(environment: FunctionEnvironment): readonly IncidentRoute[] {
  const pagerDuty = environment.optional('PAGERDUTY_SECRET_ARN');
  const jira = environment.optional('JIRA_SECRET_ARN');
  return [
    ...(pagerDuty === undefined
      ? []
      : [{ name: 'PagerDuty', secret: incidentSecret(pagerDuty, pagerDutyUrl), requestOf: pagerDutyRequest, taken: new Map() }]),
    ...(jira === undefined
      ? []
      : [{ name: 'Jira Service Management', secret: incidentSecret(jira, jiraUrl), requestOf: jiraRequest, taken: new Map() }]),
  ];
}

const webhook = onceFor((environment) => webhookSecret(environment.of('WEBHOOK_SECRET_ARN')));
const routes = onceFor(incidentRoutes);

export const handler = lambda('webhook', webhookEvent, async ({ chats, alerts }, { log, remainingMs }) => {
  const time = timeOf(remainingMs);
  // What fails is thrown: Lambda runs the event again, and in the end puts it into the dead-letter queue.
  for (const notification of chats) await postTo(webhook(), notification, undefined, time);
  const messages = alerts.map(({ data, ...message }) => ({ ...message, events: incidentsOf(data) }));
  const failed: unknown[] = [];
  // A service that refuses or hangs keeps the other from nothing.
  await Promise.all(
    routes().map(async (route) => {
      for (const message of messages) await postIncidents(route, message, time).catch((error: unknown) => failed.push(error));
    }),
  );
  if (failed.length > 0) throw failed.length === 1 ? failed[0] : new AggregateError(failed, failed.map(String).join(' / '));
  log('posted', { messages: chats.length, incidents: messages.reduce((sum, { events }) => sum + events.length, 0) });
});
