import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { testAlerts } from '../../functions/cli/actions/alert.ts';
import { confirmAlert } from '../../functions/cli/actions/alert-confirm.ts';
import { chatService } from '../../shared/core/alerts/alert-routes.ts';
import { type Stub, startStub } from '../aws/stub.ts';

const topic = 'arn:aws:sns:us-west-2:111122223333:DriftAlerts';
const chat = 'arn:aws:sns:us-west-2:111122223333:DriftAlertsChat';
const webhook = 'arn:aws:secretsmanager:us-west-2:111122223333:secret:webhook-AbCdEf';
const operations = 'arn:aws:sns:us-west-2:111122223333:Operations';
const arn = `${topic}:1`;

let stub: Stub;
let out = '';
beforeEach(async () => {
  stub = await startStub();
  for (const service of ['SNS', 'SECRETS_MANAGER', 'CLOUDFORMATION']) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, stub.endpoint);
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
      { TopicArn: topic, Protocol: 'email', Endpoint: 'a@example.com', SubscriptionArn: arn, guarded: true },
      { TopicArn: topic, Protocol: 'sqs', Endpoint: 'arn:aws:sqs:us-west-2:111122223333:alerts', SubscriptionArn: arn },
      { TopicArn: topic, Protocol: 'https', Endpoint: 'https://example.com/alerts', SubscriptionArn: arn },
      { TopicArn: operations, Protocol: 'https', Endpoint: chatService, SubscriptionArn: `${operations}:1` },
      { TopicArn: chat, Protocol: 'https', Endpoint: chatService, SubscriptionArn: `${chat}:1` },
      {
        TopicArn: chat,
        Protocol: 'lambda',
        Endpoint: 'arn:aws:lambda:us-west-2:111122223333:function:webhook',
        SubscriptionArn: `${chat}:2`,
      },
    ]);
    expect(await testAlerts({ topic, operations, chat, webhook })).toBe(0);
    expect(out.split('\n')).toEqual([
      'ok    alerts: email a@example.com: sent',
      'ok    alerts: sqs arn:aws:sqs:us-west-2:111122223333:alerts: sent',
      'ok    alerts: https https://example.com/alerts: sent',
      `ok    operations: https ${chatService}: subscribed; only alarms show there`,
      `ok    chat: https ${chatService}: handed to the chat service, which sends no answer: look into the channel`,
      'ok    chat: lambda arn:aws:lambda:us-west-2:111122223333:function:webhook: handed to the function: look where it posts',
      `ok    webhook ${webhook}: sent`,
      '',
    ]);
    const [alert, alarm, chatted] = stub.of('sns:Publish');
    expect(alert).toMatchObject({ TopicArn: topic, MessageStructure: 'json', attributes: { kind: 'test', account: '111122223333' } });
    expect(JSON.parse(JSON.parse(String(alert?.Message)).default)).toMatchObject({ schemaVersion: 1, kind: 'test' });
    expect(alarm).toMatchObject({ TopicArn: operations, Subject: 'HyperPod auditor: a test of alarms' });
    expect(JSON.parse(String(chatted?.Message))).toMatchObject({ version: '1.0', source: 'custom' });
    expect(stub.of('webhook:POST')).toHaveLength(1);
  });

  test('finds the topics of a deployed stack by itself', async () => {
    stub.setStack('Auditor', { FindingsTableOutput: 'findings', DriftAlertsOutput: topic, OperationsOutput: operations });
    stub.setSubscriptions([topic, operations].map((TopicArn) => ({ TopicArn, Protocol: 'sms', Endpoint: '+1', SubscriptionArn: arn })));
    expect(await testAlerts({ stack: 'Auditor', stackRegion: 'us-west-2' })).toBe(0);
    expect(out).toBe('ok    alerts: sms +1: sent\nok    operations: sms +1: sent\n');
    await expect(testAlerts({ stack: 'Other', stackRegion: 'us-west-2' })).rejects.toThrow('The stack Other does not exist in us-west-2.');
    stub.setStack('Other', { BucketOutput: 'b' });
    await expect(testAlerts({ stack: 'Other', stackRegion: 'us-west-2' })).rejects.toThrow("is not the auditor's");
    stub.setFaults([{ on: 'cloudformation:DescribeStacks', kind: 'refuse' }]);
    await expect(testAlerts({ stack: 'Other', stackRegion: 'us-west-2' })).rejects.toThrow(
      'could not be read: access denied (cloudformation:DescribeStacks).',
    );
  });

  test('a route that waits to be confirmed is no route', async () => {
    stub.setSubscriptions([{ Protocol: 'email', Endpoint: 'a@example.com', SubscriptionArn: 'PendingConfirmation' }]);
    expect(await testAlerts({ topic })).toBe(1);
    expect(out).toBe('FAIL  alerts: email a@example.com: not sent: the subscription waits to be confirmed, see `alert confirm --help`\n');
  });

  test('a route that anybody could end is a route, with a word about that', async () => {
    stub.setSubscriptions([{ Protocol: 'email', Endpoint: 'a@example.com', SubscriptionArn: arn }]);
    expect(await testAlerts({ topic })).toBe(0);
    expect(out).toContain('sent; anybody with one of its mails can unsubscribe it');
    stub.setFaults([{ on: 'sns:GetSubscriptionAttributes', kind: 'refuse' }]);
    expect(await testAlerts({ topic })).toBe(0);
    expect(out).toContain('could not be read: access denied (sns:GetSubscriptionAttributes)');
  });

  test('nor is a topic at which no one listens', async () => {
    expect(await testAlerts({ topic, chat })).toBe(1);
    expect(out).toBe(
      `FAIL  alerts: ${topic}: accepted, but no one is subscribed\nFAIL  chat: ${chat}: accepted, but no one is subscribed\n`,
    );
  });

  test('what fails is said with the action that is missing, and does not hold up the other routes', async () => {
    stub.setFaults([
      { on: 'sns:Publish', kind: 'refuse' },
      { on: 'secretsmanager:GetSecretValue', kind: 'refuse' },
    ]);
    expect(await testAlerts({ topic, chat, webhook })).toBe(1);
    expect(out.split('\n')).toEqual([
      `FAIL  alerts: ${topic}: failed: access denied (sns:Publish)`,
      `FAIL  chat: ${chat}: failed: access denied (sns:Publish)`,
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
    [{}, 'alert test: expected --stack, or at least one of --topic, --operations, --chat and --webhook'],
    [{ stackRegion: 'us-west-2' }, '--stack-region: expected --stack with it'],
    [{ stack: 'Auditor', stackRegion: 'Oregon' }, '--stack-region: expected the name of a region'],
    [{ operations: 'Operations' }, '--operations: expected the ARN of an SNS topic'],
    [{ topic: 'DriftAlerts' }, '--topic: expected the ARN of an SNS topic, got "DriftAlerts".'],
    [{ chat: webhook }, '--chat: expected the ARN of an SNS topic'],
    [{ webhook: topic }, '--webhook: expected the ARN of a secret in Secrets Manager'],
  ])('%j ends in a sentence', async (options, said) => {
    await expect(testAlerts(options)).rejects.toThrow(said);
    expect(stub.calls).toEqual([]);
  });
});

describe('alert confirm', () => {
  const token = '2336412f37fb687f5d51e6e241d09c805a5a57b30d712f794cc5f6a988666d92';
  const link = `https://sns.us-west-2.amazonaws.com/confirmation.html?TopicArn=${topic}&Token=${token}&Endpoint=a@example.com`;
  const subscription = { Protocol: 'email', Endpoint: 'a@example.com', SubscriptionArn: arn };
  beforeEach(() => stub.setToken(token, subscription));

  test.each([
    ['by the link', link, {}],
    ['by its parts', undefined, { topic, token }],
  ])('%s: from then on only the account can end it', async (_, given, options) => {
    expect(await confirmAlert(given, options)).toBe(0);
    expect(stub.of('sns:ConfirmSubscription')).toEqual([
      expect.objectContaining({ TopicArn: topic, Token: token, AuthenticateOnUnsubscribe: 'true' }),
    ]);
    expect(out).toBe(
      `Confirmed ${arn}. Only this account can end it now; \`npx --no-install hyperpod-auditor alert test --topic ${topic}\` sends a sample.\n`,
    );
  });

  test('after a click it says what is left to do', async () => {
    stub.setSubscriptions([subscription]);
    stub.setToken(token, subscription);
    expect(await confirmAlert(link, {})).toBe(1);
    expect(out).toContain('had been confirmed before, by the link itself');
    expect(out).toContain(`aws sns unsubscribe --region us-west-2 --subscription-arn ${arn}`);
  });

  test('says so where it may not see whether that holds', async () => {
    stub.setFaults([{ on: 'sns:GetSubscriptionAttributes', kind: 'refuse' }]);
    expect(await confirmAlert(link, {})).toBe(0);
    expect(out).toContain('whether it is in effect could not be read: access denied, sns:GetSubscriptionAttributes');
  });

  test('a token that is spent, too old or of another topic ends in a sentence, with the way to a new one', async () => {
    await expect(confirmAlert(link.replace(token, token.replaceAll('2', '3')), {})).rejects.toThrow(
      `SNS does not take this token for ${topic}: one lasts two days and is good once; a new one is sent by: aws sns subscribe --region us-west-2`,
    );
  });

  test.each([
    ['refuse' as const, `could not be confirmed: access denied (sns:ConfirmSubscription on ${topic}).`],
    ['throttle' as const, 'could not be confirmed: AWS throttled sns:ConfirmSubscription 3 times.'],
  ])('where SNS says %s', async (kind, said) => {
    stub.setFaults([{ on: 'sns:ConfirmSubscription', kind }]);
    await expect(confirmAlert(link, {})).rejects.toThrow(said);
  });

  test.each([
    [undefined, {}, 'alert confirm: expected the link of the message from SNS'],
    [undefined, { topic }, 'alert confirm: expected the link of the message from SNS'],
    [link, { topic }, 'the link, --topic and --token: expected one of them, got both.'],
    [undefined, { topic: 'DriftAlerts', token }, '--topic: expected the ARN'],
    [undefined, { topic, token: 'x y' }, '--token: expected the value after Token='],
    [
      'https://example.com/confirmation.html',
      {},
      'expected the link that SNS sent, got "https://example.com/confirmation.html". It leads to example.com',
    ],
  ])('%s %j is refused before anything is asked', async (given, options, said) => {
    await expect(confirmAlert(given, options)).rejects.toThrow(said);
    expect(stub.calls).toEqual([]);
  });
});
