/**
 * Lambda on loopback, as far as a function can tell: the Runtime API, with a bundled handler in a process of its own. It
 * is given its environment and nothing else, is killed when its time is up, and what it writes is its log.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface FunctionToRun {
  readonly name: string;
  readonly arn: string;
  /** Folder with the bundle. */
  readonly folder: string;
  /** `handler.handler`: file and export. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  /** How long it may take to start; Lambda's own ten where nothing is said. */
  readonly initSeconds?: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The time at which an event arrives. */
  readonly now: () => number;
}

/** What Lambda answers to the caller of the function. */
export type Outcome =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string; readonly trace?: readonly string[] };

export interface RunningFunction {
  /** One event after the other, as a single execution environment takes them. */
  readonly invoke: (event: unknown) => Promise<Outcome>;
  /** Lines of the log, as CloudWatch would hold them. */
  readonly log: readonly string[];
  /** How many processes were started so far. */
  readonly starts: () => number;
  /** Ends the process at once, as a failing host does; the next event gets a fresh one. */
  readonly kill: () => void;
  readonly close: () => Promise<void>;
}

/** Lambda takes 6 MB and a little as the answer of a synchronous or polled invocation. */
export const mostResponseBytes = 6_291_556;
const initSeconds = 10;
const client = fileURLToPath(new URL('./runtime-client.ts', import.meta.url));

interface Invocation {
  readonly id: string;
  readonly event: string;
  readonly done: (outcome: Outcome) => void;
  delivered?: true;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function runFunction(of: FunctionToRun): Promise<RunningFunction> {
  const log: string[] = [];
  let child: ChildProcess | undefined;
  let starts = 0;
  let initialised = false;
  let waiting: ServerResponse | undefined;
  let current: Invocation | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Why the process is being ended, reported once it is gone: nothing it still does can come after that. */
  let outcome: Outcome | undefined;

  const failure = (errorType: string, errorMessage: string): Outcome => ({ ok: false, errorType, errorMessage });
  const finish = (outcome: Outcome): void => {
    clearTimeout(timer);
    const { done } = current ?? {};
    current = undefined;
    done?.(outcome);
  };
  const end = (why: Outcome): void => {
    outcome = why;
    child?.kill('SIGKILL');
  };

  function deliver(): void {
    if (!current || current.delivered || !waiting) return;
    const { id, event } = current;
    current.delivered = true;
    const at = of.now();
    timer = setTimeout(
      () => end(failure('Sandbox.Timedout', `RequestId: ${id} Error: Task timed out after ${of.timeoutSeconds.toFixed(2)} seconds`)),
      of.timeoutSeconds * 1000,
    );
    waiting.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': String(at + of.timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': of.arn,
      'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000',
      'test-clock': String(at),
    });
    waiting.end(event);
    waiting = undefined;
  }

  // A function may work for longer than Node keeps an idle connection, and would find it closed just as it answers.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
    if (path === 'invocation/next') {
      if (!initialised) clearTimeout(timer);
      initialised = true;
      waiting = response;
      deliver();
      return;
    }
    const body = await bodyOf(request);
    const [, id, what] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (path !== 'init/error' && (id === undefined || id !== current?.id)) {
      response.writeHead(400).end('{"errorType":"InvalidRequestID"}');
      return;
    }
    if (what === 'response' && body.length > mostResponseBytes) {
      response.writeHead(413).end(`Response payload size exceeded maximum allowed payload size (${mostResponseBytes} bytes).`);
      return;
    }
    response.writeHead(202).end('{"status":"OK"}');
    if (what === 'response') finish({ ok: true, payload: JSON.parse(body.toString()) });
    else {
      const said: Outcome = { ok: false, ...JSON.parse(body.toString()) };
      // The process is about to end, and only then the next event may begin.
      if (path === 'init/error') outcome = said;
      else finish(said);
    }
  }

  function start(): void {
    starts += 1;
    initialised = false;
    outcome = undefined;
    const started = spawn(process.execPath, [`--max-old-space-size=${of.memoryMb}`, client], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...of.environment,
        AWS_LAMBDA_RUNTIME_API: host,
        AWS_LAMBDA_FUNCTION_NAME: of.name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(of.memoryMb),
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        LAMBDA_TASK_ROOT: of.folder,
        _HANDLER: of.handler,
        TZ: ':UTC',
      },
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        log.push(...lines);
      });
    }
    const seconds = of.initSeconds ?? initSeconds;
    timer = setTimeout(() => end(failure('Sandbox.Timedout', `Error: Init timed out after ${seconds.toFixed(2)} seconds`)), seconds * 1000);
    started.once('close', (code, signal) => {
      child = undefined;
      waiting = undefined;
      if (!current) return;
      // It had answered for the event before, and ended before it took this one.
      if (initialised && !current.delivered) return start();
      const how = signal === null ? `exit status ${code}` : `signal: ${signal === 'SIGKILL' ? 'killed' : signal}`;
      finish(outcome ?? failure('Runtime.ExitError', `RequestId: ${current.id} Error: Runtime exited with error: ${how}`));
    });
  }

  return {
    invoke: (event) => {
      if (current) throw new Error(`${of.name} is at work; an execution environment takes one event at a time.`);
      return new Promise((done) => {
        current = { id: randomUUID(), event: JSON.stringify(event), done };
        if (child) deliver();
        else start();
      });
    },
    log,
    starts: () => starts,
    kill: () => {
      child?.kill('SIGKILL');
    },
    close: async () => {
      const ended = child && once(child, 'close');
      child?.kill('SIGKILL');
      await ended;
      server.closeAllConnections();
      server.close();
    },
  };
}
