/**
 * The functions as Lambda runs them: the very bundles that are deployed, in a process of their own, which is asked event
 * by event and says what each took. What AWS answers comes from the process that asks.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionName } from '../../infra/stacks/functions.ts';

/** What one call of a function took. */
export interface Invocation {
  /** From the event to the answer, loading included where it was the first. */
  readonly wallMs: number;
  /** User and system time of the process meanwhile. */
  readonly cpuMs: number;
  /** Lines that the function wrote to its log. */
  readonly lines: readonly string[];
}

interface Asked {
  readonly name: FunctionName;
  readonly file: string;
  readonly event: unknown;
  readonly functionArn: string;
}

type Answered = { readonly ok: true; readonly invocation: Invocation } | { readonly ok: false; readonly error: string };

export interface Lambdas {
  readonly invoke: (name: FunctionName, event: unknown) => Promise<Invocation>;
  readonly close: () => Promise<void>;
}

export interface LambdaOptions {
  /** Folder of each function's bundle. */
  readonly bundles: { readonly [name in FunctionName]: string };
  readonly environment: NodeJS.ProcessEnv;
  readonly account: string;
  readonly region: string;
}

/** One process for all functions; its first call of each is a cold one. */
export function startLambdas({ bundles, environment, account, region }: LambdaOptions): Lambdas {
  const child: ChildProcess = fork(import.meta.filename, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    invoke: async (name, event) => {
      const asked: Asked = {
        name,
        file: join(bundles[name], 'handler.mjs'),
        event,
        functionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
      };
      child.send(asked);
      const [answered]: readonly Answered[] = await once(child, 'message');
      if (!answered) throw new Error(`${name} gave no answer.`);
      if (!answered.ok) throw new Error(`${name} failed: ${answered.error}`);
      return answered.invocation;
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** Longer than any function has: what is measured is the whole work. */
const timeoutMs = 900_000;

async function answer({ name, file, event, functionArn }: Asked): Promise<Invocation> {
  const lines: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text: string | Uint8Array) => {
    lines.push(String(text));
    return true;
  };
  const cpu = process.cpuUsage();
  const begun = performance.now();
  try {
    const { handler } = await import(pathToFileURL(file).href);
    await handler(event, {
      functionName: name,
      awsRequestId: '11111111-2222-4333-8444-555555555555',
      invokedFunctionArn: functionArn,
      getRemainingTimeInMillis: () => timeoutMs - (performance.now() - begun),
    });
  } finally {
    process.stdout.write = write;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - begun, cpuMs: (user + system) / 1000, lines };
}

if (import.meta.main)
  process.on('message', (asked: Asked) => {
    answer(asked).then(
      (invocation) => process.send?.({ ok: true, invocation } satisfies Answered),
      (error: unknown) => process.send?.({ ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
