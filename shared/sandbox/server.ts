/**
 * The sandbox account: a server on loopback that answers an auditor's calls as AWS would, from a description. All of them
 * read but one: a request for a quota increase is kept, and stands in the history from then on.
 * Point any AWS SDK client at its endpoint; the access key id is the account.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bigAccount } from './big.ts';
import { RefusalError, type SandboxCall, type SandboxCaller } from './call.ts';
import { changeRegion, type Description, emptyRegion, readDescription } from './description.ts';
import { actionOf, broken, deniedTo, type Fault, faultPicker, outOfTime, throttled, unknownCredentials } from './faults.ts';
import type { WireAnswer, WireRequest } from './protocol/wire.ts';
import { operations, services } from './service/index.ts';
import type { Service } from './service/service.ts';
import { storyAccount } from './story.ts';
import { defaultOptIn } from './world.ts';

export type { Description } from './description.ts';
export type { Fault } from './faults.ts';
export type { WireAnswer } from './protocol/wire.ts';
export { operations } from './service/index.ts';

export interface SandboxOptions {
  /** Default: the story account. */
  readonly description?: Description;
  readonly faults?: readonly Fault[];
  /** The most rows any page has. */
  readonly pageSize?: number;
  /** Each answer comes this much later; calls do not wait for one another. */
  readonly latencyMs?: number;
  /** How far the account's clock is ahead of this machine's; negative: behind. Signatures of another time are refused then, as AWS does. */
  readonly clockAheadMs?: number;
  /** Default: any free port. */
  readonly port?: number;
  /** Sees each answer as it leaves; not those that a fault cuts short, nor what is said to a call that cannot be told. */
  readonly onAnswer?: (call: RecordedCall, answer: WireAnswer) => void;
  /** Replaces an answer by another before it leaves. */
  readonly rewrite?: (call: RecordedCall, answer: WireAnswer) => WireAnswer;
}

export interface RecordedCall {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  /** Empty where the credentials are nobody's. */
  readonly account: string;
  /** When it arrived, milliseconds since 1970. */
  readonly at: number;
}

export interface Sandbox {
  readonly endpoint: string;
  /** Every call that arrived, also those that a fault struck, in order. */
  readonly calls: readonly RecordedCall[];
  /** What the world is like from now on. */
  readonly setDescription: (description: Description) => void;
  /** Replaces all faults; counting starts anew. */
  readonly setFaults: (faults: readonly Fault[]) => void;
  /** Ends every connection, hanging ones too. */
  readonly close: () => Promise<void>;
}

/** Credentials that lead into an account of the sandbox. The secret is never looked at: there is nothing to keep. */
export const sandboxCredentials = (account: string) => ({ accessKeyId: account, secretAccessKey: 'sandbox' });

interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

function scopeOf(authorization: string | undefined): CredentialScope | undefined {
  const [, accessKeyId, region, service] = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(authorization ?? '') ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** For requests of which not even the protocol is known. */
const plain = (status: number, code: string, message: string): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ __type: code, message }),
});

const webPage: WireAnswer = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n',
};

function send(response: ServerResponse, answer: WireAnswer): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, { 'content-length': body.length, ...answer.headers });
  response.end(body);
}

/** Promises all of it, delivers half, goes away. Something without a body just goes away. */
function sendHalf(response: ServerResponse, answer: WireAnswer): void {
  const body = Buffer.from(answer.body);
  if (body.length < 2) {
    response.socket?.destroy();
    return;
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.write(body.subarray(0, body.length >> 1), () => response.socket?.destroy());
}

/** The faults, looked through: one on an operation that is not there would never strike and look like a passed test. */
function checked(faults: readonly Fault[]): readonly Fault[] {
  const names = new Set(['*', ...[...services.keys()].map((s) => `${s}:*`), ...operations]);
  const stray = faults.filter((f) => !names.has(f.on)).map((f) => f.on);
  if (stray.length > 0) throw new Error(`The sandbox account does not answer ${stray.join(', ')}, so no fault can strike there.`);
  return faults;
}

/** Starts a sandbox account on 127.0.0.1. It ends with `close`. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  let description = options.description ?? storyAccount();
  let strike = faultPicker(checked(options.faults ?? []));
  const calls: RecordedCall[] = [];
  const entered = new Map<string, { readonly caller: SandboxCaller; readonly token: string }>();

  const enter = (caller: SandboxCaller) => {
    const sessionToken = randomUUID();
    const accessKeyId = `ASIA${randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase()}`;
    entered.set(accessKeyId, { caller, token: sessionToken });
    return { accessKeyId, secretAccessKey: 'sandbox', sessionToken };
  };

  const callerOf = (accessKeyId: string, token: unknown): SandboxCaller | undefined => {
    const session = entered.get(accessKeyId);
    if (session) return session.token === token ? session.caller : undefined;
    if (!description.accounts[accessKeyId]) return undefined;
    return { account: accessKeyId, arn: `arn:aws:iam::${accessKeyId}:user/operator`, userId: `AIDASANDBOX${accessKeyId.slice(0, 10)}` };
  };

  function perform(
    service: Service,
    operation: string,
    request: WireRequest,
    scope: CredentialScope,
    caller: SandboxCaller | undefined,
  ): WireAnswer {
    const requestId = randomUUID();
    try {
      const home = caller && description.accounts[caller.account];
      if (!caller || !home) throw unknownCredentials(service.name);
      const here = home.regions[scope.region] ?? emptyRegion;
      if (!service.global && (here.optIn ?? defaultOptIn(scope.region)) === 'not-opted-in') throw unknownCredentials(service.name);
      const perform = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
      if (!perform) throw service.protocol.unknown(service.name, operation);
      const action = actionOf(service.name, operation);
      if (home.denied.includes(action) || here.denied.includes(action)) throw deniedTo(caller, service.name, action);
      const { input } = service.protocol.read(request);
      const { pageSize } = options;
      const call: SandboxCall = {
        service: service.name,
        operation,
        input,
        region: scope.region,
        caller,
        description,
        home,
        here,
        enter,
        revise: (change) => {
          description = changeRegion(description, caller.account, scope.region, change);
        },
        ...(pageSize !== undefined && { pageSize }),
      };
      return service.protocol.answer(operation, perform(call), requestId);
    } catch (error) {
      if (error instanceof RefusalError) return service.protocol.refuse(error, requestId, request);
      // A defect of the sandbox itself must not look like an answer: it is said, as an error nobody retries.
      const said = new RefusalError('SandboxDefect', `The sandbox failed to answer ${service.name}:${operation}: ${error}`, 400);
      return service.protocol.refuse(said, requestId, request);
    }
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const now = options.clockAheadMs === undefined ? undefined : new Date(at + options.clockAheadMs);
    if (now) response.setHeader('date', now.toUTCString());
    const url = new URL(incoming.url ?? '/', 'http://sandbox');
    const request: WireRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: await bodyOf(incoming),
    };
    const scope = scopeOf(incoming.headers.authorization);
    const service = scope && services.get(scope.service);
    if (!scope)
      return send(
        response,
        plain(403, 'MissingAuthenticationToken', 'The request is not signed, so it cannot be told which service it is for.'),
      );
    if (!service) return send(response, plain(404, 'UnknownService', `The sandbox account has no service ${scope.service}.`));

    let operation: string;
    try {
      operation = service.protocol.read(request).operation;
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
      return send(response, service.protocol.refuse(error, randomUUID(), request));
    }
    const late = now && outOfTime(service.name, incoming.headers['x-amz-date'], now);
    if (late) return send(response, service.protocol.refuse(late, randomUUID(), request));
    const caller = callerOf(scope.accessKeyId, incoming.headers['x-amz-security-token']);
    const call = { service: service.name, operation, region: scope.region, account: caller?.account ?? '' };
    const recorded = { ...call, at };
    calls.push(recorded);
    const fault = strike(call);
    // The answer is the world as it was when the call arrived, however late it leaves.
    const answer = () => perform(service, operation, request, scope, caller);
    const refuse = (refusal: RefusalError) => service.protocol.refuse(refusal, randomUUID(), request);
    if (fault?.kind === 'hang') return;
    const made = (): WireAnswer => {
      switch (fault?.kind) {
        case 'throttle':
          return refuse(throttled(service.name));
        case 'deny':
          return refuse(deniedTo({ arn: caller?.arn ?? 'anonymous' }, service.name, actionOf(service.name, operation)));
        case 'error':
          return refuse(broken(service.name, fault.status));
        case 'html':
          return webPage;
        case 'malformed':
          return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: '<<<{"not": an answer' };
        default:
          return answer();
      }
    };
    const ready = options.rewrite?.(recorded, made()) ?? made();
    const wait = (options.latencyMs ?? 0) + (fault?.kind === 'slow' ? fault.ms : 0);
    // Unreferenced: an answer still on its way keeps no process alive.
    if (wait > 0) await delay(wait, undefined, { ref: false });
    if (response.destroyed) return;
    if (fault?.kind === 'reset') response.socket?.destroy();
    else if (fault?.kind === 'truncate') sendHalf(response, ready);
    else {
      options.onAnswer?.(recorded, ready);
      send(response, ready);
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // The caller went away, or sent what cannot be read: either way this connection is over.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  // Idle connections are the client's to close: one that ends as it is used again would look like a fault.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    setDescription: (next) => {
      description = next;
    },
    setFaults: (faults) => {
      strike = faultPicker(checked(faults));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `node shared/sandbox/server.ts --port 0 --latency 50 --faults '[{"on":"*","kind":"throttle","times":1}]'`: prints its endpoint as one line of JSON and runs until SIGTERM. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      latency: { type: 'string', default: '0' },
      'page-size': { type: 'string' },
      faults: { type: 'string' },
      description: { type: 'string' },
      big: { type: 'boolean', default: false },
    },
  });
  const sandbox = await startSandbox({
    port: Number(values.port),
    latencyMs: Number(values.latency),
    ...(values['page-size'] !== undefined && { pageSize: Number(values['page-size']) }),
    ...(values.faults !== undefined && { faults: JSON.parse(values.faults) as readonly Fault[] }),
    description: values.description !== undefined ? readDescription(values.description) : values.big ? bigAccount() : storyAccount(),
  });
  const end = () => void sandbox.close();
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  console.log(JSON.stringify({ endpoint: sandbox.endpoint }));
}

// By name too: bundled into another program this file is part of its main module, and nothing must start there.
if (import.meta.main && import.meta.filename.endsWith('server.ts')) await main();
