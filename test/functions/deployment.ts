/**
 * A deployment in this process: the handlers as Lambda calls them, against a findings table, topics, a queue and
 * the simulated account, all over the wire. Time stands still until a test moves it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context } from 'aws-lambda';
import { vi } from 'vitest';
import { handler as audit } from '../../functions/audit/handler.ts';
import { handler as digest } from '../../functions/digest/handler.ts';
import { handler as dispatch } from '../../functions/dispatch/handler.ts';
import { handler as imports } from '../../functions/import/handler.ts';
import { handler as notify } from '../../functions/notify/handler.ts';
import { handler as query } from '../../functions/query/handler.ts';
import { handler as webhook } from '../../functions/webhook/handler.ts';
import { type MarkersTable, markersTable } from '../../shared/aws/findings/markers.ts';
import { type FindingsTable, findingsTable } from '../../shared/aws/findings/table.ts';
import type { AlertData } from '../../shared/core/alerts/alert-data.ts';
import type { ChatNotification } from '../../shared/core/alerts/chat-notification.ts';
import { checks } from '../../shared/core/checks/index.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { loadPlan } from '../../shared/plan/load.ts';
import { type Sandbox, startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccountId } from '../../shared/sandbox/story.ts';
import { type DynamoTable, startDynamoTable } from '../aws/findings/dynamo-table.ts';
import { type Stub, startStub } from '../aws/stub.ts';
import { eventMistakes } from './event-schema.ts';

export const account = storyAccountId;
export const home = 'us-west-2';
export const alertTopic = `arn:aws:sns:${home}:${account}:DriftAlerts`;
export const chatTopic = `arn:aws:sns:${home}:${account}:DriftAlertsChat`;
export const operationsTopic = `arn:aws:sns:${home}:${account}:Operations`;
export const webhookFunction = `arn:aws:lambda:${home}:${account}:function:webhook`;
export const publishedBusName = 'HyperPodAuditor-published';
export const secretArn = `arn:aws:secretsmanager:${home}:${account}:secret:webhook-AbCdEf`;

const handlers = { dispatch, audit, notify, import: imports, digest, webhook, query };

/** The story's plan, as the stack hands it to the functions. */
export function storyPlan(change: Partial<Plan> = {}): Plan {
  const read = loadPlan(resolve(import.meta.dirname, '../../shared/sandbox/plan.yaml'), { checkIds: checks.map((c) => c.id) });
  if (!read.ok) throw new Error('The story has a plan.');
  return { ...read.plan, ...change };
}

export interface Published {
  readonly topic: string;
  readonly subject: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly email: string;
  readonly data: AlertData;
  readonly bytes: number;
}

export interface SentRequest {
  readonly delay: number;
  readonly account: string;
  readonly region: string;
  readonly auditId: string;
  /** The event in the message. */
  readonly event: object;
}

/** What the messages of one call request. */
export const requestsIn = (input: Readonly<Record<string, unknown>>): readonly SentRequest[] =>
  (input.Entries as readonly { readonly DelaySeconds: number; readonly MessageBody: string }[]).map(({ DelaySeconds, MessageBody }) => {
    const event = JSON.parse(MessageBody);
    return { delay: DelaySeconds, ...event.detail, event };
  });

export interface Deployment {
  readonly stub: Stub;
  readonly sandbox: Sandbox;
  readonly dynamo: DynamoTable;
  readonly table: FindingsTable;
  readonly marks: MarkersTable;
  /** Calls a handler as Lambda would. */
  readonly run: <T = unknown>(name: keyof typeof handlers, event: unknown, context?: Context) => Promise<T>;
  readonly setPlan: (plan: Plan) => void;
  readonly setVersion: (version: string) => void;
  /** Lines of the log, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  /** Messages that were sent to the audit queue, with their delays. */
  readonly requests: () => readonly SentRequest[];
  readonly published: () => readonly Published[];
  readonly chats: () => readonly ChatNotification[];
  /** Sets the clock. */
  readonly at: (time: string) => void;
  readonly close: () => Promise<void>;
}

export const context = (name: string): Context =>
  ({
    functionName: name,
    awsRequestId: '11111111-2222-4333-8444-555555555555',
    invokedFunctionArn: `arn:aws:lambda:${home}:${account}:function:hyperpod-auditor-${name}`,
    getRemainingTimeInMillis: () => 300_000,
  }) as Context;

export async function deploy(plan: Plan = storyPlan()): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), 'deployment-'));
  const dynamo = await startDynamoTable();
  const [stub, sandbox] = await Promise.all([startStub({ dynamodb: dynamo.endpoint }), startSandbox()]);
  let plans = 0;
  const setPlan = (next: Plan): void => {
    // A plan is part of a deployment, so another one comes with another file.
    const file = join(folder, `plan-${plans++}.json`);
    writeFileSync(file, JSON.stringify(next));
    vi.stubEnv('PLAN_FILE', file);
  };
  const environment = {
    AWS_REGION: home,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_ENDPOINT_URL: sandbox.endpoint,
    ...Object.fromEntries(
      ['SNS', 'EVENTBRIDGE', 'SQS', 'SECRETS_MANAGER', 'SECURITYHUB', 'DYNAMODB', 'CLOUDFORMATION'].map((s) => [
        `AWS_ENDPOINT_URL_${s}`,
        stub.endpoint,
      ]),
    ),
    TABLE_NAME: dynamo.tableName,
    STACK_NAME: 'HyperPodAuditor',
    ...(plan.alerts.events === true && { PUBLISHED_BUS_NAME: publishedBusName }),
    AUDIT_QUEUE_URL: `${stub.endpoint}/${account}/audits`,
    ALERT_TOPIC_ARN: alertTopic,
    CHAT_TOPIC_ARN: chatTopic,
    OPERATIONS_TOPIC_ARN: operationsTopic,
    WEBHOOK_FUNCTION_ARN: webhookFunction,
    WEBHOOK_SECRET_ARN: secretArn,
    ...(plan.alerts.pagerDutySecret !== undefined && { PAGERDUTY_SECRET_ARN: plan.alerts.pagerDutySecret }),
    TOOL_VERSION: '1.0.0',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  setPlan(plan);
  vi.useFakeTimers({ toFake: ['Date'] });
  const lines: Readonly<Record<string, unknown>>[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(JSON.parse(String(text)));
    return true;
  });
  return {
    stub,
    sandbox,
    dynamo,
    table: findingsTable({ store: dynamo.store, retentionDays: 400 }),
    marks: markersTable(dynamo),
    run: async <T>(name: keyof typeof handlers, event: unknown, of = context(name)) => (await handlers[name](event, of)) as T,
    setPlan,
    setVersion: (version) => vi.stubEnv('TOOL_VERSION', version),
    lines,
    requests: () => stub.of('sqs:SendMessageBatch').flatMap(requestsIn),
    published: () =>
      stub
        .of('sns:Publish')
        .filter((p) => p.TopicArn === alertTopic)
        .map((p) => {
          const forms = JSON.parse(String(p.Message));
          // With events, each notification becomes one: none may leave the schema.
          const mistakes = eventMistakes('HyperPod Notification', JSON.parse(forms.default));
          if (mistakes.length > 0)
            throw new Error(`The notification is not of functions/import/events.schema.json: ${mistakes.join('; ')}`);
          return {
            topic: String(p.TopicArn),
            subject: String(p.Subject),
            attributes: p.attributes as Readonly<Record<string, string>>,
            email: forms.email,
            data: JSON.parse(forms.default),
            bytes: Buffer.byteLength(String(p.Message)),
          };
        }),
    chats: () =>
      stub
        .of('sns:Publish')
        .filter((p) => p.TopicArn === chatTopic)
        .map((p) => JSON.parse(String(p.Message))),
    at: (time) => {
      vi.setSystemTime(new Date(time));
    },
    close: async () => {
      stdout.mockRestore();
      vi.useRealTimers();
      vi.unstubAllEnvs();
      await Promise.all([stub.close(), sandbox.close(), dynamo.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}

// Events as AWS delivers them

export const requested = (region: string, auditId: string, more: Readonly<Record<string, unknown>> = {}) => ({
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'AuditRequested',
  source: 'hyperpod-auditor',
  account,
  time: new Date().toISOString(),
  region: home,
  resources: [],
  detail: { account, region, auditId, ...more },
});

/** Messages of the audit queue; a string is a body as it is. */
export const queued = (...bodies: readonly (object | string)[]) => ({
  Records: bodies.map((body, n) => ({
    messageId: `message-${n}`,
    receiptHandle: 'r',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${home}:${account}:audits`,
    awsRegion: home,
  })),
});

export interface Born {
  readonly account?: string;
  readonly region: string;
  readonly seq: number;
}

/** One record of the table's stream: the birth of an item. */
export const born = (sequenceNumber: string, pk: string, sk: string, eventName = 'INSERT') => ({
  eventID: sequenceNumber,
  eventName,
  eventSource: 'aws:dynamodb',
  awsRegion: home,
  dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, SequenceNumber: sequenceNumber, SizeBytes: 10, StreamViewType: 'KEYS_ONLY' },
});

export const commitsBorn = (...commits: readonly Born[]) => ({
  Records: commits.map(({ account: of = account, region, seq }, n) =>
    born(`${n + 1}00`, `${of}#${region}`, `LOG#${String(seq).padStart(10, '0')}`),
  ),
});

export const change = (id: string, more: Readonly<Record<string, unknown>> = {}) => ({
  version: '0',
  id,
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ec2',
  account,
  time: new Date().toISOString(),
  region: home,
  resources: [],
  detail: { eventSource: 'ec2.amazonaws.com', eventName: 'RevokeSecurityGroupEgress', eventVersion: '1.08' },
  ...more,
});

export const tick = (at: string, kind = 'schedule') => ({ kind, at });

/** A request as its Function URL hands it on, payload format 2.0. */
export const asked = (address: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') => {
  const [rawPath = '', rawQueryString = ''] = address.split('?');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { host: 'abcdefghijklmnop.lambda-url.us-west-2.on.aws', 'x-forwarded-proto': 'https', ...headers },
    requestContext: {
      accountId: account,
      apiId: 'abcdefghijklmnop',
      authorizer: { iam: { accountId: account, userArn: `arn:aws:iam::${account}:user/operator` } },
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      time: '24/Nov/2026:08:00:00 +0000',
      timeEpoch: 1795507200000,
    },
    isBase64Encoded: false,
  };
};
