/**
 * The sandbox account: a server on loopback that answers an auditor's calls as AWS would, from a description. All of them
 * read, except one: a request for a quota increase is stored and appears in the history from then on.
 * Point any AWS SDK client at its endpoint; the access key id is the account.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type AnswerState, answerUnder, readRequest } from './answer.ts';
import { bigAccount } from './big.ts';
import { type Description, readDescription } from './description.ts';
import { type Fault, faultPicker } from './faults.ts';
import type { WireAnswer, WireRequest } from './protocol/wire.ts';
import { operations, services } from './service/index.ts';
import { storyAccount } from './story.ts';

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
  /** Receives each answer that is sent, except those that a fault truncates and those to requests that could not be read. */
  readonly onAnswer?: (call: RecordedCall, answer: WireAnswer) => void;
  /** Replaces an answer by another before it leaves. */
  readonly rewrite?: (call: RecordedCall, answer: WireAnswer) => WireAnswer;
}

export interface RecordedCall {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  /** Empty for unknown credentials. */
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
  /** Replaces all faults; counting starts at zero. */
  readonly setFaults: (faults: readonly Fault[]) => void;
  /** Ends every connection, hanging ones too. */
  readonly close: () => Promise<void>;
}

/** Credentials that lead into an account of the sandbox. Signatures are not verified, so any secret works. */
export const sandboxCredentials = (account: string) => ({ accessKeyId: account, secretAccessKey: 'sandbox' });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

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

/** Validates the faults: one on an unknown operation would never strike, and its test would pass. */
function checked(faults: readonly Fault[]): readonly Fault[] {
  const names = new Set(['*', ...[...services.values()].map((s) => `${s.name}:*`), ...operations]);
  const stray = faults.filter((f) => !names.has(f.on)).map((f) => f.on);
  if (stray.length > 0) throw new Error(`The sandbox account does not answer ${stray.join(', ')}, so no fault can strike there.`);
  return faults;
}

/** What changes while a sandbox runs, and what its calls share. */
interface ServerState extends AnswerState {
  readonly options: SandboxOptions;
  readonly calls: RecordedCall[];
  pickFault: ReturnType<typeof faultPicker>;
}

async function handle(state: ServerState, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { options } = state;
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
  const read = readRequest(state, request, now);
  if ('status' in read) return send(response, read);
  const { service, operation, scope, caller } = read;
  const call = { service: service.name, operation, region: scope.region, account: caller?.account ?? '' };
  const recorded = { ...call, at };
  state.calls.push(recorded);
  const fault = state.pickFault(call);
  if (fault?.kind === 'hang') return;
  // The answer is the world as it was when the call arrived, however late it leaves.
  const made = () => answerUnder(fault, state, read);
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

/** Starts a sandbox account on 127.0.0.1. It ends with `close`. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const state: ServerState = {
    options,
    pageSize: options.pageSize,
    calls: [],
    sessions: new Map(),
    description: options.description ?? storyAccount(),
    pickFault: faultPicker(checked(options.faults ?? [])),
  };
  const server = createServer((request, response) => {
    handle(state, request, response).catch((error: unknown) => {
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
    calls: state.calls,
    setDescription: (next) => {
      state.description = next;
    },
    setFaults: (faults) => {
      state.pickFault = faultPicker(checked(faults));
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
