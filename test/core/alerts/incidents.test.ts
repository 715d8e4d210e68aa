/** Incidents of on-call services: which notifications open and close them, and what each service gets. */
import { describe, expect, test } from 'vitest';
import type { AlertData, ChangeData } from '../../../shared/core/alerts/alert-data.ts';
import { type IncidentEvent, incidentsOf, jiraRequest, pagerDutyRequest } from '../../../shared/core/alerts/incidents.ts';

const since = '2026-11-20T08:00:00.000Z';
const alert = (more: Partial<AlertData>): AlertData => ({
  schemaVersion: 1,
  kind: 'regressed',
  subject: 'BLOCKED llm-train us-west-2 (ml-prod)',
  account: '111122223333',
  alias: 'ml-prod',
  region: 'us-west-2',
  level: 'required',
  at: since,
  readiness: [],
  changes: [],
  statusCommand: 'hyperpod-auditor readiness',
  ...more,
});
type States = ChangeData['status'];
const change = (before: States, status: States, more: Partial<ChangeData> = {}): ChangeData => ({
  of: 'readiness',
  kind: 'changed',
  cause: 'account',
  id: 'llm-train',
  cluster: 'llm-train',
  ...(before !== undefined && { before: { status: before, since } }),
  ...(status !== undefined && { status }),
  ...more,
});
const words = (events: readonly IncidentEvent[]) => events.map((e) => `${e.action} ${e.severity} ${e.key}`);
const key = 'hyperpod-auditor/111122223333/us-west-2/llm-train';

describe('a change of readiness', () => {
  test.each<[States, States, readonly string[]]>([
    [undefined, 'BLOCKED', [`trigger critical ${key}`]],
    ['READY', 'BLOCKED', [`trigger critical ${key}`]],
    ['READY', 'UNKNOWN', []],
    ['BLOCKED', 'UNKNOWN', []],
    ['UNKNOWN', 'BLOCKED', [`trigger critical ${key}`]],
    ['BLOCKED', 'READY', [`resolve info ${key}`]],
    ['BLOCKED', 'AT_RISK', [`resolve info ${key}`]],
    ['UNKNOWN', 'READY', [`resolve info ${key}`]],
    ['BLOCKED', undefined, [`resolve info ${key}`]],
    ['AT_RISK', 'READY', []],
    [undefined, 'READY', []],
  ])('%s to %s', (before, status, expected) => {
    expect(words(incidentsOf(alert({ changes: [change(before, status)] })))).toEqual(expected);
  });

  test('says which calls triggered the audit', () => {
    const call = {
      call: 'DeleteSubnet',
      service: 'ec2.amazonaws.com',
      actor: { kind: 'user', name: 'bob' },
      at: since,
      resources: [],
    } as const;
    const [event] = incidentsOf(alert({ changes: [change('READY', 'BLOCKED')], triggeredBy: { calls: [call] } }));
    expect(event?.details.triggeredBy).toBe('DeleteSubnet by user bob, 08:00 UTC');
  });

  test('has the first failure of its reasons with its fix; findings alone open nothing', () => {
    const failing = { of: 'finding', kind: 'regressed', cause: 'account', status: 'fail', message: 'Too few.' } as const;
    const [event, ...more] = incidentsOf(
      alert({
        changes: [
          change('READY', 'BLOCKED', { because: ['quota/llm-train/-/x'] }),
          { ...failing, id: 'other', fix: 'Not this.' },
          { ...failing, id: 'quota/llm-train/-/x', fix: 'Ask for more.', command: 'aws service-quotas …' },
        ],
      }),
    );
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      summary: 'BLOCKED: HyperPod cluster llm-train in us-west-2 (ml-prod)',
      details: { because: 'quota', failure: 'Too few.', fix: 'Ask for more.', command: 'aws service-quotas …' },
    });
  });
});

test('a reminder opens incidents again, for each cluster that it is about', () => {
  const readiness = ['llm-train', 'eval'].map((cluster) => ({ cluster, running: false, planned: true, state: 'BLOCKED' as const, since }));
  expect(words(incidentsOf(alert({ kind: 'reminder', readiness })))).toEqual([
    `trigger critical ${key}`,
    'trigger critical hyperpod-auditor/111122223333/us-west-2/eval',
  ]);
});

test('a summary is an event for each cluster and region that it names, but for those that are UNKNOWN', () => {
  const cluster = (name: string, reason: number, regions: readonly string[] = ['us-west-2']) => ({
    account: '444455556666',
    cluster: name,
    regions,
    reason,
  });
  const summary: NonNullable<AlertData['summary']> = {
    ...{ of: 'first', part: 1, parts: 1, places: 3, accounts: 1, from: since, to: since, states: {}, worse: 0, better: 0, unread: [] },
    reasons: [
      {
        status: 'BLOCKED',
        reason: 'instance-type-quota',
        clusters: 2,
        example: 'Too few.',
        fix: 'Ask for more.',
        command: 'aws service-quotas …',
      },
      { status: 'UNKNOWN', reason: 'access denied', clusters: 1 },
      { status: 'READY', reason: '', clusters: 1 },
    ],
    clusters: [cluster('a', 0, ['us-west-2', 'us-east-1']), cluster('b', 1), cluster('c', 2)],
  };
  const events = incidentsOf(alert({ kind: 'first', account: 'MANY', region: 'MANY', summary }));
  expect(words(events)).toEqual([
    'trigger critical hyperpod-auditor/444455556666/us-west-2/a',
    'trigger critical hyperpod-auditor/444455556666/us-east-1/a',
    'resolve info hyperpod-auditor/444455556666/us-west-2/c',
  ]);
  expect(events[0]?.details).toMatchObject({ because: 'instance-type-quota', failure: 'Too few.', fix: 'Ask for more.' });
});

test('a test opens one of the lowest severity and closes it; a digest does nothing', () => {
  expect(words(incidentsOf(alert({ kind: 'test' })))).toEqual([
    'trigger info hyperpod-auditor/111122223333/us-west-2/test',
    'resolve info hyperpod-auditor/111122223333/us-west-2/test',
  ]);
  expect(incidentsOf(alert({ kind: 'digest' }))).toEqual([]);
});

const [opened, closed] = [change('READY', 'BLOCKED'), change('BLOCKED', 'READY')].flatMap((c) => incidentsOf(alert({ changes: [c] })));
if (!opened || !closed) throw new Error('two changes are two events');

describe('PagerDuty gets', () => {
  const service = { url: new URL('https://events.pagerduty.com/v2/enqueue'), key: 'r'.repeat(32) };
  test('a trigger with every member that Events API v2 needs', () => {
    expect(pagerDutyRequest(opened, service)).toMatchObject({
      url: service.url,
      body: {
        routing_key: service.key,
        event_action: 'trigger',
        dedup_key: key,
        payload: {
          summary: opened.summary,
          source: '111122223333/us-west-2',
          severity: 'critical',
          timestamp: since,
          component: 'llm-train',
        },
      },
    });
  });

  test('a resolve with the key of the trigger, and nothing else', () => {
    expect(pagerDutyRequest(closed, service).body).toEqual({ routing_key: service.key, event_action: 'resolve', dedup_key: key });
  });

  test('no more than it takes', () => {
    const long = { ...opened, summary: 's'.repeat(2000), key: 'k'.repeat(300) };
    const body = pagerDutyRequest(long, service).body as { readonly dedup_key: string; readonly payload: { readonly summary: string } };
    expect([body.payload.summary.length, body.dedup_key.length]).toEqual([1024, 255]);
  });
});

describe('Jira Service Management gets', () => {
  const service = { url: new URL('https://api.atlassian.com/jsm/ops/integration/v2/alerts'), key: 'j'.repeat(36) };
  test('an alert with an alias, and its key in a header', () => {
    const { url, headers, body } = jiraRequest(opened, service);
    expect([url.href, headers]).toEqual([service.url.href, { authorization: `GenieKey ${service.key}` }]);
    expect(body).toMatchObject({ message: opened.summary, alias: key, entity: 'llm-train', priority: 'P1', source: 'hyperpod-auditor' });
    expect(JSON.stringify(body)).not.toContain(service.key);
  });

  test('its end by the same alias', () => {
    const { url, body } = jiraRequest(closed, service);
    expect(url.href).toBe(`${service.url.href}/${encodeURIComponent(key)}/close?identifierType=alias`);
    expect(body).toEqual({ source: 'hyperpod-auditor', note: closed.summary });
  });

  test('no more than it takes', () => {
    const long = {
      ...opened,
      summary: 's'.repeat(2000),
      key: 'k'.repeat(600),
      cluster: 'c'.repeat(600),
      details: { fix: 'f'.repeat(20_000) },
    };
    const body = jiraRequest(long, service).body as Readonly<Record<string, string>>;
    expect(['message', 'alias', 'description', 'entity'].map((name) => body[name]?.length)).toEqual([130, 512, 15_000, 512]);
  });
});
