/**
 * SNS, EventBridge, SQS, Secrets Manager, CloudFormation, Security Hub and an incoming webhook on loopback: every call is
 * recorded, and any of them can be refused, throttled, broken or left without an answer. DynamoDB's calls pass through to a real one, faults included.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubCall {
  /** `sns:Publish`, `sqs:SendMessageBatch`, `webhook:POST`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Whether it was answered as usual. */
  readonly ok: boolean;
}

export interface StubFault {
  readonly on: string;
  /** invalid: what was sent is taken for wrong, and will be every time. */
  readonly kind: 'throttle' | 'refuse' | 'error' | 'invalid' | 'hang';
  /** Absent: always. */
  readonly times?: number;
  /** Only calls of which this is true. */
  readonly when?: (input: Readonly<Record<string, unknown>>) => boolean;
}

export interface StubSubscription {
  readonly Protocol: string;
  readonly Endpoint: string;
  readonly SubscriptionArn: string;
  /** Absent: the same at every topic. */
  readonly TopicArn?: string;
  /** Confirmed by a signed call, so that only the account can end it. */
  readonly guarded?: boolean;
}

export interface Stub {
  readonly endpoint: string;
  readonly calls: readonly StubCall[];
  /** Calls of one operation that were answered as usual. */
  readonly of: (operation: string) => readonly Readonly<Record<string, unknown>>[];
  readonly setFaults: (faults: readonly StubFault[]) => void;
  readonly setSubscriptions: (subscriptions: readonly StubSubscription[]) => void;
  readonly setSecret: (text: string) => void;
  /** The token that ConfirmSubscription takes, and the subscription it is for. */
  readonly setToken: (token: string, subscription: StubSubscription) => void;
  /** Outputs of a stack, by name. */
  readonly setStack: (name: string, outputs: Readonly<Record<string, string>>) => void;
  /** Messages that SendMessageBatch hands back as failed, asked again at each call. */
  readonly setRefusedMessages: (refused: (entry: Readonly<Record<string, unknown>>) => boolean) => void;
  /** Entries that PutEvents hands back as failed, asked again at each call. */
  readonly setRefusedEntries: (refused: (entry: Readonly<Record<string, unknown>>) => boolean) => void;
  /** Findings that Security Hub does not take, by their id. */
  readonly setRefusedFindings: (refused: (id: string) => boolean) => void;
  /**
   * Lets so many writes take effect. The last of them is not answered any more, whatever comes later does not arrive, and
   * `kill` is called: the caller's process is to end there.
   */
  readonly setCut: (cut: { readonly after: number; readonly kill: () => void } | undefined) => void;
  readonly forgetCalls: () => void;
  readonly close: () => Promise<void>;
}

type Input = Readonly<Record<string, unknown>>;

const services: Readonly<Record<string, string>> = {
  AmazonSQS: 'sqs',
  AWSEvents: 'events',
  secretsmanager: 'secretsmanager',
  DynamoDB_20120810: 'dynamodb',
};

/** Operations of services that are distinguished by path. */
const paths: Readonly<Record<string, string>> = { '/findings/import': 'securityhub:BatchImportFindings' };
/** Calls that change something. */
const writes: ReadonlySet<string> = new Set([
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:BatchWriteItem',
  'sns:Publish',
  'sqs:SendMessageBatch',
  'events:PutEvents',
  'webhook:POST',
]);

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A form of the query protocol as an object: MessageAttributes become one record of strings. */
function formOf(body: string): Input {
  const form = new URLSearchParams(body);
  const attributes: Record<string, string> = {};
  for (const [key, name] of form) {
    const [, n] = /^MessageAttributes\.entry\.(\d+)\.Name$/.exec(key) ?? [];
    if (n !== undefined) attributes[name] = form.get(`MessageAttributes.entry.${n}.Value.StringValue`) ?? '';
  }
  const plain = [...form].filter(([key]) => !key.startsWith('MessageAttributes.'));
  return { ...Object.fromEntries(plain), ...(Object.keys(attributes).length > 0 && { attributes }) };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const jsonAnswer = (status: number, value: object, version = '1.1'): Answer => ({
  status,
  type: `application/x-amz-json-${version}`,
  body: JSON.stringify(value),
});
const xmlAnswer = (status: number, body: string): Answer => ({ status, type: 'text/xml', body });

const errors = {
  throttle: { status: 400, json: 'ThrottlingException', sns: 'Throttling' },
  refuse: { status: 403, json: 'AccessDeniedException', sns: 'AuthorizationError' },
  error: { status: 500, json: 'InternalFailure', sns: 'InternalFailure' },
  invalid: { status: 400, json: 'ValidationException', sns: 'InvalidParameter' },
} as const;

function refusal(service: string, kind: keyof typeof errors): Answer {
  const { status, json, sns } = errors[kind];
  if (service === 'webhook') {
    if (kind === 'throttle') return { status: 429, type: 'text/plain', body: 'no', headers: { 'retry-after': '0' } };
    return { status: kind === 'refuse' ? 404 : 500, type: 'text/plain', body: 'no' };
  }
  const message = 'The stub was set to say so.';
  if (service === 'sns' || service === 'cloudformation')
    return xmlAnswer(
      status,
      `<ErrorResponse><Error><Type>Sender</Type><Code>${sns}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
    );
  const name = service === 'dynamodb' && kind === 'throttle' ? 'ProvisionedThroughputExceededException' : json;
  return jsonAnswer(status, { __type: name, message }, service === 'sqs' || service === 'dynamodb' ? '1.0' : '1.1');
}

export async function startStub(options: { readonly dynamodb?: string } = {}): Promise<Stub> {
  const calls: StubCall[] = [];
  let faults: { readonly fault: StubFault; struck: number }[] = [];
  let subscriptions: readonly StubSubscription[] = [];
  let secret = '';
  let awaited: { readonly token: string; readonly subscription: StubSubscription } | undefined;
  const stacks = new Map<string, Readonly<Record<string, string>>>();
  let refused: (entry: Input) => boolean = () => false;
  let refusedEntry: (entry: Input) => boolean = () => false;
  let refusedFinding: (id: string) => boolean = () => false;
  let messages = 0;
  let cut: { readonly after: number; readonly kill: () => void; written: number } | undefined;
  /** Under a cut, writes go one by one, so that "after" means something. */
  let writing: Promise<unknown> = Promise.resolve();

  const snsAnswer = (operation: string, result: string): Answer =>
    xmlAnswer(
      200,
      `<${operation}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${operation}Result>${result}</${operation}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${operation}Response>`,
    );

  function answer(operation: string, input: Input): Answer {
    messages += 1;
    switch (operation) {
      case 'sns:Publish': {
        const bytes = Buffer.byteLength(String(input.Message)) + Buffer.byteLength(JSON.stringify(input.attributes ?? {}));
        if (bytes > 262_144) return refusalOf('InvalidParameter', 'Invalid parameter: Message too long');
        return snsAnswer('Publish', `<MessageId>m-${messages}</MessageId>`);
      }
      case 'sns:ListSubscriptionsByTopic': {
        // Two a page, so that a caller that reads only the first is detected.
        const from = Number(input.NextToken ?? 0);
        const mine = subscriptions.filter((s) => s.TopicArn === undefined || s.TopicArn === input.TopicArn);
        const members = mine
          .slice(from, from + 2)
          .map(
            ({ guarded: _, ...s }) =>
              `<member>${Object.entries(s)
                .map(([k, v]) => `<${k}>${escapeXml(v)}</${k}>`)
                .join('')}</member>`,
          )
          .join('');
        const next = from + 2 < mine.length ? `<NextToken>${from + 2}</NextToken>` : '';
        return snsAnswer('ListSubscriptionsByTopic', `<Subscriptions>${members}</Subscriptions>${next}`);
      }
      case 'sns:GetSubscriptionAttributes': {
        const found = subscriptions.find((s) => s.SubscriptionArn === input.SubscriptionArn);
        if (!found) return refusalOf('NotFound', 'Subscription does not exist', 404);
        const entry = `<entry><key>ConfirmationWasAuthenticated</key><value>${found.guarded === true}</value></entry>`;
        return snsAnswer('GetSubscriptionAttributes', `<Attributes>${entry}</Attributes>`);
      }
      case 'sns:ConfirmSubscription': {
        if (!awaited || input.Token !== awaited.token) return refusalOf('InvalidParameter', 'Invalid parameter: Token');
        const { subscription } = awaited;
        // A click before this call stays what it was.
        if (!subscriptions.includes(subscription))
          subscriptions = [...subscriptions, { ...subscription, guarded: input.AuthenticateOnUnsubscribe === 'true' }];
        return snsAnswer('ConfirmSubscription', `<SubscriptionArn>${subscription.SubscriptionArn}</SubscriptionArn>`);
      }
      case 'cloudformation:DescribeStacks': {
        const found = stacks.get(String(input.StackName));
        if (!found) return refusalOf('ValidationError', `Stack with id ${input.StackName} does not exist`);
        const outputs = Object.entries(found)
          .map(([k, v]) => `<member><OutputKey>${k}</OutputKey><OutputValue>${v}</OutputValue></member>`)
          .join('');
        const member = `<member><StackName>${input.StackName}</StackName><Outputs>${outputs}</Outputs></member>`;
        return xmlAnswer(
          200,
          `<DescribeStacksResponse><DescribeStacksResult><Stacks>${member}</Stacks></DescribeStacksResult></DescribeStacksResponse>`,
        );
      }
      case 'events:PutEvents': {
        const entries = (input.Entries as readonly Input[]).map((entry, n) =>
          refusedEntry(entry) ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' } : { EventId: `e-${messages}-${n}` },
        );
        return jsonAnswer(200, { FailedEntryCount: entries.filter((e) => 'ErrorCode' in e).length, Entries: entries });
      }
      case 'sqs:SendMessageBatch': {
        const entries = input.Entries as readonly Input[];
        const Failed = entries.filter(refused).map(({ Id }) => ({ Id, Code: 'RequestThrottled', SenderFault: false }));
        const Successful = entries
          .filter((entry) => !refused(entry))
          .map(({ Id, MessageBody }) => ({
            Id,
            MessageId: `m-${messages}-${Id}`,
            MD5OfMessageBody: createHash('md5').update(String(MessageBody)).digest('hex'),
          }));
        return jsonAnswer(200, { Successful, Failed }, '1.0');
      }
      case 'secretsmanager:GetSecretValue':
        return jsonAnswer(200, { ARN: input.SecretId, Name: 'webhook', SecretString: secret });
      case 'securityhub:BatchImportFindings': {
        const ids = (input.Findings as readonly Input[]).map((f) => String(f.Id));
        const failed = ids.filter(refusedFinding).map((Id) => ({ Id, ErrorCode: 'InvalidInput', ErrorMessage: 'the stub was set so' }));
        const counts = { FailedCount: failed.length, SuccessCount: ids.length - failed.length };
        return { status: 200, type: 'application/json', body: JSON.stringify({ ...counts, FailedFindings: failed }) };
      }
      case 'webhook:POST':
        return { status: 200, type: 'text/plain', body: 'ok' };
      default:
        return jsonAnswer(400, { __type: 'UnknownOperationException', message: `The stub does not answer ${operation}.` });
    }
  }

  const refusalOf = (code: string, message: string, status = 400): Answer =>
    xmlAnswer(status, `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`);

  function strike(operation: string, input: Input): StubFault | undefined {
    const service = operation.slice(0, operation.indexOf(':'));
    const hit = faults.find(
      (f) =>
        (f.fault.on === operation || f.fault.on === `${service}:*`) &&
        f.struck < (f.fault.times ?? Number.POSITIVE_INFINITY) &&
        (f.fault.when?.(input) ?? true),
    );
    if (hit) hit.struck += 1;
    return hit?.fault;
  }

  async function pass(request: IncomingMessage, body: string): Promise<Answer> {
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name, value]) => name !== 'host' && name !== 'connection' && typeof value === 'string'),
    ) as Record<string, string>;
    const { 'content-length': _, ...rest } = headers;
    const passed = await fetch(options.dynamodb ?? '', { method: 'POST', headers: rest, body });
    return { status: passed.status, type: passed.headers.get('content-type') ?? '', body: await passed.text() };
  }

  /** What of a call still happens under a cut; `undefined`: the caller no longer waits for the answer. */
  async function throughCut(operation: string, act: () => Promise<Answer>): Promise<Answer | undefined> {
    if (!cut) return act();
    if (!writes.has(operation)) return cut.written > cut.after ? undefined : act();
    const turn = writing.then(async () => {
      if (!cut) return act();
      const { after, kill, written } = cut;
      cut.written += 1;
      const said = written < after ? await act() : undefined;
      if (written + 1 < after) return said;
      kill();
      return undefined;
    });
    writing = turn.catch(() => undefined);
    return turn;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const target = request.headers['x-amz-target'];
    const [prefix = '', name = ''] = typeof target === 'string' ? target.split('.') : [];
    const { pathname } = new URL(request.url ?? '/', 'http://stub');
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const input: Input = isForm ? formOf(body) : body === '' ? {} : JSON.parse(body);
    const operation =
      prefix !== ''
        ? `${services[prefix] ?? prefix}:${name}`
        : isForm
          ? `${input.Action === 'DescribeStacks' ? 'cloudformation' : 'sns'}:${input.Action}`
          : (paths[pathname] ?? 'webhook:POST');
    const service = operation.slice(0, operation.indexOf(':'));
    const fault = strike(operation, input);
    const kind = fault?.kind;
    if (kind === 'hang') {
      calls.push({ operation, input, ok: false });
      return;
    }
    const said = await throughCut(operation, async () => {
      const reply = kind ? refusal(service, kind) : service === 'dynamodb' ? await pass(request, body) : answer(operation, input);
      calls.push({ operation, input, ok: reply.status < 300 });
      return reply;
    });
    if (!said) {
      response.destroy();
      return;
    }
    // A date of its own would have the SDK correct its clock, which tests move about.
    response.sendDate = false;
    response.writeHead(said.status, { 'content-type': said.type, ...said.headers });
    response.end(said.body);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    of: (operation) => calls.filter((c) => c.operation === operation && c.ok).map((c) => c.input),
    setFaults: (next) => {
      faults = next.map((fault) => ({ fault, struck: 0 }));
    },
    setSubscriptions: (next) => {
      subscriptions = next;
    },
    setToken: (token, subscription) => {
      awaited = { token, subscription };
    },
    setStack: (name, outputs) => {
      stacks.set(name, outputs);
    },
    setSecret: (text) => {
      secret = text;
    },
    setRefusedMessages: (next) => {
      refused = next;
    },
    setRefusedEntries: (next) => {
      refusedEntry = next;
    },
    setRefusedFindings: (next) => {
      refusedFinding = next;
    },
    setCut: (next) => {
      cut = next && { ...next, written: 0 };
    },
    forgetCalls: () => {
      calls.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
