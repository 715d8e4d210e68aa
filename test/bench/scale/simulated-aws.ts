/** AWS in the process of the functions that call it: DynamoDB, SQS, SNS and Organizations, each with its latency in virtual time. */
import { createHash } from 'node:crypto';
import { HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { SimulatedTable, TableAnswer } from './simulated-table.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Milliseconds of a call. Single-digit for DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Introduction.html; the others are assumed. */
export const latencies = { dynamodb: 5, sqs: 10, sns: 30, organizations: 200 } as const;
type Service = keyof typeof latencies;

/** A message of the queue of audits. */
export interface QueuedMessage {
  readonly dueMs: number;
  readonly body: string;
}

export interface SimulatedAws extends Disposable {
  /** Messages that the queue holds since this was last asked. */
  readonly takeQueued: () => readonly QueuedMessage[];
  /** Messages that topics accepted since this was last asked, by the name of the topic. */
  readonly takePublished: () => readonly string[];
  /** Counts a call that is answered elsewhere. */
  readonly count: () => void;
  /** Calls since this was last asked. */
  readonly takeCalls: () => number;
}

interface SimulatedAwsOptions {
  readonly time: VirtualTime;
  readonly table: SimulatedTable;
  readonly accounts: readonly string[];
  /** An address that is subscribed to the topic of alerts. */
  readonly email: string;
}

type HandlerRequest = Parameters<NodeHttpHandler['handle']>[0];

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html */
const accountsOfAPage = 20;

const xml = (action: string, inside: string): TableAnswer => ({
  status: 200,
  body: `<${action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${action}Result>${inside}</${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`,
});

export function simulatedAws({ time, table, accounts, email }: SimulatedAwsOptions): SimulatedAws {
  let queued: QueuedMessage[] = [];
  let published: string[] = [];
  let calls = 0;

  const sendBatch = (body: string): TableAnswer => {
    const { Entries }: { readonly Entries: readonly { Id: string; DelaySeconds: number; MessageBody: string }[] } = JSON.parse(body);
    for (const { DelaySeconds, MessageBody } of Entries) queued.push({ dueMs: time.now() + DelaySeconds * 1000, body: MessageBody });
    const Successful = Entries.map(({ Id, MessageBody }) => ({
      Id,
      MessageId: Id,
      MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
    }));
    return { status: 200, body: JSON.stringify({ Successful, Failed: [] }) };
  };

  const listAccounts = (body: string): TableAnswer => {
    const { NextToken = '0' }: { readonly NextToken?: string } = JSON.parse(body);
    const from = Number(NextToken);
    const end = from + accountsOfAPage;
    const Accounts = accounts.slice(from, end).map((Id) => ({ Id, State: 'ACTIVE' }));
    return { status: 200, body: JSON.stringify({ Accounts, ...(end < accounts.length && { NextToken: String(end) }) }) };
  };

  const topics = (body: string): TableAnswer => {
    const of = new URLSearchParams(body);
    const action = of.get('Action') ?? '';
    const topic = of.get('TopicArn') ?? '';
    if (action === 'Publish') {
      published.push(topic.split(':').at(-1) ?? '');
      return xml(action, '<MessageId>1</MessageId>');
    }
    if (action === 'GetSubscriptionAttributes')
      return xml(action, '<Attributes><entry><key>ConfirmationWasAuthenticated</key><value>true</value></entry></Attributes>');
    const members = { SubscriptionArn: `${topic}:1`, Protocol: 'email', Endpoint: email, TopicArn: topic, Owner: '111122223333' };
    const inside = Object.entries(members)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('');
    return xml(action, `<Subscriptions><member>${inside}</member></Subscriptions>`);
  };

  const answer = async (request: HandlerRequest): Promise<HttpResponse> => {
    const [name = '', operation = ''] = (request.headers['x-amz-target'] ?? '').split('.');
    const service: Service = name.startsWith('DynamoDB')
      ? 'dynamodb'
      : name === 'AmazonSQS'
        ? 'sqs'
        : name === ''
          ? 'sns'
          : 'organizations';
    const body = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);
    calls += 1;
    await time.wait(latencies[service]);
    const said = await time.aside(async () => {
      if (service === 'dynamodb') return table.answer(operation, body);
      if (service === 'sqs') return sendBatch(body);
      return service === 'sns' ? topics(body) : listAccounts(body);
    });
    return new HttpResponse({ statusCode: said.status, headers: {}, body: Buffer.from(said.body) });
  };

  const { handle } = NodeHttpHandler.prototype;
  NodeHttpHandler.prototype.handle = async (request) => ({ response: await answer(request) });
  const taking =
    <T>(of: () => T, reset: () => void) =>
    () => {
      const taken = of();
      reset();
      return taken;
    };
  return {
    count: () => {
      calls += 1;
    },
    takeQueued: taking(
      () => queued,
      () => (queued = []),
    ),
    takePublished: taking(
      () => published,
      () => (published = []),
    ),
    takeCalls: taking(
      () => calls,
      () => (calls = 0),
    ),
    [Symbol.dispose]: () => {
      NodeHttpHandler.prototype.handle = handle;
    },
  };
}
