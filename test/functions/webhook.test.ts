import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AlertData } from '../../shared/core/alerts/alert-data.ts';
import { sampleOf } from '../../shared/core/alerts/alert-sample.ts';
import { account, chatTopic, type Deployment, deploy, home, secretArn } from './deployment.ts';

let d: Deployment;
let minutes = 0;
beforeEach(async () => {
  d = await deploy();
  // The address is kept for five minutes while the process lives, as in Lambda.
  minutes += 10;
  d.at(new Date(Date.UTC(2026, 10, 24, 8, minutes)).toISOString());
  d.stub.setSecret(`${d.stub.endpoint}/services/T0/B0/token`);
});
afterEach(() => d.close());

const message = sampleOf({ account, region: home, at: '2026-11-24T08:00:00.000Z' });
let messages = 0;
const sns = (...bodies: readonly string[]) => ({
  Records: bodies.map((Message) => ({
    EventVersion: '1.0',
    EventSource: 'aws:sns',
    EventSubscriptionArn: `${chatTopic}:1`,
    Sns: { Type: 'Notification', MessageId: `m-${messages++}`, TopicArn: chatTopic, Message, MessageAttributes: {} },
  })),
});
const posted = () => d.stub.of('webhook:POST');
const reads = () => d.stub.of('secretsmanager:GetSecretValue');
const post = (body: string = JSON.stringify(message.chat)) => d.run('webhook', sns(body));
const secretsSaid = () => JSON.stringify(d.lines).includes('token');

test('a notification is handed to the webhook, whose address is read once', async () => {
  await post();
  await post();
  expect(posted()).toEqual(
    Array(2).fill({ text: expect.stringMatching(/^\*HyperPod auditor: a test of alerts\*\nThis is a test/), blocks: expect.any(Array) }),
  );
  expect(reads()).toEqual([{ SecretId: secretArn }]);
  expect(secretsSaid()).toBe(false);
});

test('the address may stand in JSON', async () => {
  d.stub.setSecret(JSON.stringify({ url: `${d.stub.endpoint}/services/T0/B0/token` }));
  await post();
  expect(posted()).toHaveLength(1);
});

test.each([
  ['no address', 'hello token'],
  ['broken JSON', '{"url": "https://token'],
  ['JSON without one', '{"address": "https://token"}'],
  ['http to elsewhere', 'http://example.com/token'],
  ['another scheme', 'file:///etc/token'],
  ['nothing', ''],
])('a secret that holds %s is refused without being quoted', async (_, secret) => {
  d.stub.setSecret(secret);
  await expect(post()).rejects.toThrow(`The secret ${secretArn} does not hold the https address of a webhook`);
  expect(posted()).toEqual([]);
  expect(secretsSaid()).toBe(false);
});

test('a webhook that takes no more at the moment gets it when it says so', async () => {
  d.stub.setFaults([{ on: 'webhook:POST', kind: 'throttle', times: 1 }]);
  await post();
  expect(d.stub.calls.filter((c) => c.operation === 'webhook:POST').map((c) => c.ok)).toEqual([false, true]);
});

test.each([
  ['error', 'HTTP 500'],
  ['refuse', 'HTTP 404'],
] as const)('a webhook that answers with "%s" fails the run, so that SNS sends it again', async (kind, said) => {
  d.stub.setFaults([{ on: 'webhook:POST', kind, times: 1 }]);
  await expect(post()).rejects.toThrow(`The webhook on 127.0.0.1 refused the message (${said}).`);
  expect(secretsSaid()).toBe(false);
  await post();
  expect(posted()).toHaveLength(1);
  // Only an address that was taken away is read again.
  expect(reads()).toHaveLength(kind === 'refuse' ? 2 : 1);
});

test('a webhook that cannot be reached is named by its host alone', async () => {
  d.stub.setSecret('http://127.0.0.1:1/services/token');
  await expect(post()).rejects.toThrow('The webhook on 127.0.0.1 could not be reached');
  expect(secretsSaid()).toBe(false);
});

test.each([
  [sns('hello')],
  [sns('{}')],
  [sns(JSON.stringify({ version: '1.0', source: 'custom', content: {} }))],
  [sns(JSON.stringify({ ...message.data, schemaVersion: 2 }))],
  [{ Records: [{ eventSource: 'aws:sqs' }] }],
  [null],
])('an event that is not ours (%#) is refused before the secret is read', async (event) => {
  await expect(d.run('webhook', event)).rejects.toThrow(
    'The event is not one of ours: webhook takes messages of the chat topic, or of the topic of alerts.',
  );
  expect(d.stub.calls).toEqual([]);
});

describe('on-call services', () => {
  const change = (before: 'READY' | 'BLOCKED', status: 'READY' | 'BLOCKED'): AlertData => ({
    ...message.data,
    kind: 'regressed',
    changes: [
      {
        ...{ of: 'readiness', kind: 'changed', cause: 'account', id: 'llm-train', cluster: 'llm-train', status },
        before: { status: before, since: '2026-11-20T08:00:00.000Z' },
      },
    ],
  });
  const key = 'k'.repeat(32);
  beforeEach(() => {
    vi.stubEnv('PAGERDUTY_SECRET_ARN', secretArn.replace('webhook', 'pagerduty'));
    d.stub.setSecret(JSON.stringify({ key, url: `${d.stub.endpoint}/v2/enqueue` }));
  });

  test('get an incident for a cluster that is BLOCKED and its end under the same key, in their order', async () => {
    await post(JSON.stringify(change('READY', 'BLOCKED')));
    await post(JSON.stringify(change('BLOCKED', 'READY')));
    expect(posted()).toMatchObject([
      {
        event_action: 'trigger',
        routing_key: key,
        dedup_key: `hyperpod-auditor/${account}/${home}/llm-train`,
        payload: { severity: 'critical' },
      },
      { event_action: 'resolve', routing_key: key, dedup_key: `hyperpod-auditor/${account}/${home}/llm-train` },
    ]);
    expect(JSON.stringify(d.lines)).not.toContain(key);
  });

  test('each get their own, and one that refuses keeps the other from nothing', async () => {
    vi.stubEnv('JIRA_SECRET_ARN', secretArn.replace('webhook', 'jira'));
    d.stub.setFaults([{ on: 'webhook:POST', kind: 'error', when: (input) => input.routing_key !== undefined }]);
    await expect(post(JSON.stringify(change('READY', 'BLOCKED')))).rejects.toThrow(
      'PagerDuty on 127.0.0.1 refused the message (HTTP 500).',
    );
    expect(posted()).toMatchObject([{ alias: `hyperpod-auditor/${account}/${home}/llm-train`, priority: 'P1' }]);
    expect(JSON.stringify(d.lines)).not.toContain(key);
  });

  test('get nothing of a notification about no cluster', async () => {
    await post(JSON.stringify({ ...message.data, kind: 'digest' }));
    expect(posted()).toEqual([]);
    expect(reads()).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['what is no key', 'hello world'],
    ['broken JSON', `{"key": "${'k'.repeat(32)}`],
    ['another address than https', JSON.stringify({ key, url: 'http://example.com/v2/enqueue' })],
  ])('a secret that holds %s is refused without being quoted', async (_, secret) => {
    d.stub.setSecret(secret);
    await expect(post(JSON.stringify(change('READY', 'BLOCKED')))).rejects.toThrow('does not hold the key of an integration');
    expect(JSON.stringify(d.lines)).not.toContain(key);
  });
});
