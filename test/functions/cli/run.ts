/** Runs the command line: in this process, or as a shell would where the process itself is the subject. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { inject } from 'vitest';
import { run as runInProcess } from '../../../functions/cli/run.ts';
import { childOutput } from '../../helpers/child-output.ts';

export const root = resolve(import.meta.dirname, '../../..');
/** The launcher of this clone, which runs the sources. */
export const sourceCli = join(root, 'functions/cli/hyperpod-auditor.mjs');
/** What starts as a process: the built command line, in projects whose set-up builds it. */
export const cli: string = inject('builtCli') ?? sourceCli;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
}

interface InProcessOptions extends RunOptions {
  readonly now?: () => Date;
}

export interface ProcessOptions extends RunOptions {
  readonly cwd?: string;
  readonly node?: string;
  readonly script?: string;
}

/** An environment in which nothing of this machine's AWS configuration is found. What Node compiles of the sources is stored. */
export const bare = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  XDG_CACHE_HOME: join(root, 'node_modules/.cache'),
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
});

/** What a shell with credentials for the sandbox has set. */
export const onSandbox = (endpoint: string, account = '111122223333'): NodeJS.ProcessEnv => ({
  ...bare(),
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: account,
  AWS_SECRET_ACCESS_KEY: 'sandbox',
  AWS_REGION: 'us-west-2',
});

/** The environment of the command that is running: the AWS SDK reads `process.env`, and several commands may run at once. */
const environments = new AsyncLocalStorage<NodeJS.ProcessEnv>();
const ofThisProcess = process.env;
process.env = new Proxy(ofThisProcess, {
  get: (_, name) => Reflect.get(environments.getStore() ?? ofThisProcess, name),
  // Files without a command of their own stub variables in the same worker.
  set: (_, name, value) => Reflect.set(environments.getStore() ?? ofThisProcess, name, value),
  has: (_, name) => Reflect.has(environments.getStore() ?? ofThisProcess, name),
  ownKeys: () => Reflect.ownKeys(environments.getStore() ?? ofThisProcess),
  getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(environments.getStore() ?? ofThisProcess, name),
});

export interface RunningCommand {
  readonly ended: Promise<Ran>;
  /** What it has written to stdout so far. */
  readonly stdout: () => string;
  /** As Ctrl-C. */
  readonly interrupt: () => void;
}

/** Starts a command in this process. Paths have to be absolute: it has no folder of its own. */
export function start(
  args: readonly string[],
  { env = bare(), stdin = '', now = () => new Date() }: InProcessOptions = {},
): RunningCommand {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => ({
    write: (text: string, done?: () => void) => {
      said[name] += text;
      done?.();
    },
  });
  const interruption = new AbortController();
  const io = {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    stdin: Readable.from([stdin]),
    env,
    home: env.HOME ?? '/nonexistent',
    now,
    interruption: interruption.signal,
  };
  return {
    ended: environments.run(env, async () => ({ code: await runInProcess(args, io), ...said })),
    stdout: () => said.stdout,
    interrupt: () => interruption.abort(),
  };
}

/** Runs a command in this process. */
export const run = (args: readonly string[], options?: InProcessOptions): Promise<Ran> => start(args, options).ended;

/** Runs the launcher, or another script, as a process. */
export async function runProcess(args: readonly string[], options: ProcessOptions = {}): Promise<Ran> {
  const child = spawn(options.node ?? process.execPath, [options.script ?? cli, ...args], {
    cwd: options.cwd ?? root,
    env: options.env ?? bare(),
  });
  child.stdin.end(options.stdin ?? '');
  const { code, stdout, stderr } = await childOutput(child);
  return { code, stdout, stderr };
}
