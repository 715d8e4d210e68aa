import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { testAlerts } from '../../functions/cli/commands/alert.ts';
import { type Stub, startStub } from '../aws/stub.ts';

const topic = 'arn:aws:sns:us-west-2:111122223333:DriftAlerts';
const chat = 'arn:aws:sns:us-west-2:111122223333:DriftAlertsChat';
const webhook = 'arn:aws:secretsmanager:us-west-2:111122223333:secret:webhook-AbCdEf';
const arn = `${topic}:1`;

let stub: Stub;
let out = '';
beforeEach(async () => {
  stub = await startStub();
  for (const service of ['SNS', 'SECRETS_MANAGER']) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, stub.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', '111122223333');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  stub.setSecret(`${stub.endpoint}/services/token`);
  out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text: unknown, done?: unknown) => {
    out += String(text);
    if (typeof done === 'function') done();
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await stub.close();
});

describe('alert test', () => {
  test('sends a sample down every route and says how each fared', async () => {
    stub.setSubscriptions([
      { Protocol: 'email', Endpoint: 'a@example.com', SubscriptionArn: arn },
      { Protocol: 'sqs', Endpoint: 'arn:aws:sqs:us-west-2:111122223333:alerts', SubscriptionArn: arn },
      { Protocol: 'https', Endpoint: 'https://example.com/alerts', SubscriptionArn: arn },
    ]);
    expect(await testAlerts({ topic, chat, webhook })).toBe(0);
    expect(out.split('\n')).toEqual([
      'ok    email a@example.com: sent',
      'ok    sqs arn:aws:sqs:us-west-2:111122223333:alerts: sent',
      'ok    https https://example.com/alerts: sent',
      `ok    chat ${chat}: accepted; look into the channel, for the chat service answers nobody`,
      `ok    webhook ${webhook}: sent`,
      '',
    ]);
    const [alert, chatted] = stub.of('sns:Publish');
    expect(alert).toMatchObject({ TopicArn: topic, MessageStructure: 'json', attributes: { kind: 'test', account: '111122223333' } });
    expect(JSON.parse(JSON.parse(String(alert?.Message)).default)).toMatchObject({ schemaVersion: 1, kind: 'test' });
    expect(JSON.parse(String(chatted?.Message))).toMatchObject({ version: '1.0', source: 'custom' });
    expect(stub.of('webhook:POST')).toHaveLength(1);
  });

  test('a route that waits to be confirmed is no route', async () => {
    stub.setSubscriptions([{ Protocol: 'email', Endpoint: 'a@example.com', SubscriptionArn: 'PendingConfirmation' }]);
    expect(await testAlerts({ topic })).toBe(1);
    expect(out).toBe('FAIL  email a@example.com: not sent: the subscription waits to be confirmed\n');
  });

  test('nor is a topic at which nobody listens', async () => {
    expect(await testAlerts({ topic })).toBe(1);
    expect(out).toBe(`FAIL  ${topic}: accepted, but nobody is subscribed\n`);
  });

  test('what fails is said with the action that is missing, and does not hold up the other routes', async () => {
    stub.setFaults([
      { on: 'sns:Publish', kind: 'refuse' },
      { on: 'secretsmanager:GetSecretValue', kind: 'refuse' },
    ]);
    expect(await testAlerts({ topic, chat, webhook })).toBe(1);
    expect(out.split('\n')).toEqual([
      `FAIL  ${topic}: failed: access denied (sns:Publish)`,
      `FAIL  ${chat}: failed: access denied (sns:Publish)`,
      `FAIL  webhook ${webhook}: failed: access denied (secretsmanager:GetSecretValue)`,
      '',
    ]);
  });

  test('a webhook that refuses, and a secret without an address', async () => {
    stub.setFaults([{ on: 'webhook:POST', kind: 'refuse' }]);
    expect(await testAlerts({ webhook })).toBe(1);
    expect(out).toContain('refused the message (HTTP 404)');
    stub.setSecret('hello');
    expect(await testAlerts({ webhook })).toBe(1);
    expect(out).toContain('does not hold the https address of a webhook');
  });

  test.each([
    [{}, 'alert test needs at least one of --topic, --chat and --webhook'],
    [{ topic: 'DriftAlerts' }, '--topic takes the ARN of an SNS topic, not "DriftAlerts".'],
    [{ chat: webhook }, '--chat takes the ARN of an SNS topic'],
    [{ webhook: topic }, '--webhook takes the ARN of a secret in Secrets Manager'],
  ])('%j ends in a sentence', async (options, said) => {
    await expect(testAlerts(options)).rejects.toThrow(said);
    expect(stub.calls).toEqual([]);
  });
});
