/**
 * Incidents of on-call services, made from notifications: one for each cluster that is BLOCKED, under a key that its recovery has as
 * well. After a recovery the services open a new incident under the same key. A BLOCKED cluster that becomes UNKNOWN keeps its
 * incident, because it may be BLOCKED still.
 */
import { triggersWords } from '../render/trigger-words.ts';
import { becauseWords, stateWords } from '../render/words.ts';
import { printable } from '../text/printable.ts';
import type { AlertData, ChangeData, SummaryData } from './alert-data.ts';
import { fixCommandOf } from './alert-fixes.ts';
import { cut } from './chat-notification.ts';

/** What becomes of the incident of one cluster. */
export interface IncidentEvent {
  readonly action: 'trigger' | 'resolve';
  /** The same for as long as the cluster has one name in one region of one account. */
  readonly key: string;
  readonly severity: 'critical' | 'info';
  readonly summary: string;
  /** `account/region`. */
  readonly source: string;
  readonly cluster: string;
  readonly at: string;
  /** Names and texts for the person who is called. */
  readonly details: Readonly<Record<string, string>>;
}

type NotifiedPlace = Pick<AlertData, 'account' | 'alias' | 'region' | 'at' | 'statusCommand'>;

/** What fails first of what made the cluster so, with its fix for the person who is called. */
function firstFix(data: AlertData, because: readonly string[]): Readonly<Record<string, string>> {
  const failing = [...data.changes, ...(data.failures ?? [])].find((c) => because.includes(c.id) && c.status === 'fail');
  const { status = 'fail', fix: text = '' } = failing ?? {};
  const command =
    status === 'fail' && failing?.command !== undefined
      ? fixCommandOf({ status, remediation: { text, command: failing.command } })
      : undefined;
  return {
    ...(failing?.message !== undefined && { failure: failing.message }),
    ...(failing?.fix !== undefined && { fix: failing.fix }),
    ...(command !== undefined && { command }),
  };
}

function eventOf(place: NotifiedPlace, cluster: string, action: IncidentEvent['action'], more: IncidentEvent['details']): IncidentEvent {
  const { account, alias, region, at, statusCommand } = place;
  const words = action === 'trigger' ? stateWords.BLOCKED : `No longer ${stateWords.BLOCKED}`;
  return {
    action,
    key: `hyperpod-auditor/${account}/${region}/${cluster}`,
    severity: action === 'trigger' ? 'critical' : 'info',
    summary: printable(`${words}: HyperPod cluster ${cluster} in ${region} (${alias ?? account})`),
    source: `${account}/${region}`,
    cluster,
    at,
    details: printable({ account, region, cluster, ...more, ...(statusCommand !== undefined && { status: statusCommand }) }),
  };
}

function ofChange(data: AlertData, change: ChangeData): readonly IncidentEvent[] {
  const { cluster, status, before, because = [] } = change;
  if (change.of !== 'readiness' || cluster === undefined || status === 'UNKNOWN') return [];
  if (status === 'BLOCKED') {
    const who = data.triggeredBy && { triggeredBy: triggersWords(data.triggeredBy, data.at) };
    const why: IncidentEvent['details'] = because.length > 0 ? { because: becauseWords(because) } : {};
    return [eventOf(data, cluster, 'trigger', { readiness: status, ...why, ...firstFix(data, because), ...who })];
  }
  const wasOpen = before?.status === 'BLOCKED' || before?.status === 'UNKNOWN';
  return wasOpen ? [eventOf(data, cluster, 'resolve', { readiness: status ?? 'gone' })] : [];
}

function ofSummary(data: AlertData, { clusters, reasons }: SummaryData): readonly IncidentEvent[] {
  return clusters.flatMap(({ account, alias, cluster, regions, reason: position }) => {
    const { status, reason = '', example, fix, command } = reasons[position] ?? {};
    if (status === undefined || status === 'UNKNOWN') return [];
    const more = {
      readiness: status,
      ...(reason !== '' && { because: reason }),
      ...(example !== undefined && { failure: example }),
      ...(fix !== undefined && { fix }),
      ...(command !== undefined && { command }),
    };
    const action = status === 'BLOCKED' ? 'trigger' : 'resolve';
    const { at, statusCommand } = data;
    return regions.map((region) =>
      eventOf(
        { account, region, at, ...(alias !== undefined && { alias }), ...(statusCommand !== undefined && { statusCommand }) },
        cluster,
        action,
        more,
      ),
    );
  });
}

/**
 * What a notification means for incidents. A reminder triggers again: where an incident was closed by hand, or by a recovery that
 * arrived late, it comes back. A test opens one of the lowest severity and closes it.
 */
export function incidentsOf(data: AlertData): readonly IncidentEvent[] {
  if (data.kind === 'test') {
    const test = { ...eventOf(data, 'test', 'resolve', {}), summary: data.subject };
    return [{ ...test, action: 'trigger' }, test];
  }
  if (data.summary) return ofSummary(data, data.summary);
  if (data.kind === 'reminder')
    return data.readiness.map(({ cluster, since }) =>
      eventOf(data, cluster, 'trigger', {
        readiness: 'BLOCKED',
        since,
        ...firstFix(
          data,
          (data.failures ?? []).map((f) => f.id),
        ),
      }),
    );
  return data.changes.flatMap((change) => ofChange(data, change));
}

/** A request to a service. */
export interface IncidentRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Where a service is, and what it knows the sender by. */
export interface IncidentService {
  readonly url: URL;
  readonly key: string;
}

/** https://developer.pagerduty.com/docs/send-alert-event */
const pagerDutyLimits = { summary: 1024, key: 255 } as const;

/** An event of PagerDuty's Events API v2. */
export const pagerDutyRequest = (event: IncidentEvent, { url, key }: IncidentService): IncidentRequest => ({
  url,
  headers: {},
  body: {
    routing_key: key,
    event_action: event.action,
    dedup_key: cut(event.key, pagerDutyLimits.key),
    ...(event.action === 'trigger' && {
      payload: {
        summary: cut(event.summary, pagerDutyLimits.summary),
        source: event.source,
        severity: event.severity,
        timestamp: event.at,
        component: event.cluster,
        group: event.source,
        class: 'HyperPod readiness',
        custom_details: event.details,
      },
      client: 'hyperpod-auditor',
    }),
  },
});

/**
 * Those that Atlassian documents for alerts: https://support.atlassian.com/opsgenie/docs/update-an-alerts-message,
 * https://docs.opsgenie.com/docs/alerts-and-alert-fields
 */
const jiraLimits = { message: 130, alias: 512, description: 15_000, entity: 512, source: 100 } as const;
const jiraPriority = { critical: 'P1', info: 'P5' } as const;

/**
 * A request to the integration events of Jira Service Management. An open alert is known by its alias.
 * https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-integration-events/
 */
export function jiraRequest(event: IncidentEvent, { url, key }: IncidentService): IncidentRequest {
  const headers = { authorization: `GenieKey ${key}` };
  const alias = cut(event.key, jiraLimits.alias);
  const source = cut('hyperpod-auditor', jiraLimits.source);
  if (event.action === 'resolve') {
    const close = new URL(`${url.pathname.replace(/\/$/, '')}/${encodeURIComponent(alias)}/close?identifierType=alias`, url);
    return { url: close, headers, body: { source, note: event.summary } };
  }
  const lines = Object.entries(event.details).map(([name, text]) => `${name}: ${text}`);
  return {
    url,
    headers,
    body: {
      message: cut(event.summary, jiraLimits.message),
      alias,
      description: cut(lines.join('\n'), jiraLimits.description),
      entity: cut(event.cluster, jiraLimits.entity),
      source,
      priority: jiraPriority[event.severity],
      tags: ['HyperPod'],
    },
  };
}
