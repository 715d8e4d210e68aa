/** moto and MiniStack, each a process of its own on a free port of 127.0.0.1. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { python } from './python.ts';
import { until } from './until.ts';

export interface Server {
  readonly endpoint: string;
  /** What the process has said so far. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });

async function answers(url: string): Promise<true | undefined> {
  try {
    return (await fetch(url)).ok || undefined;
  } catch (error) {
    // As long as no server listens there.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

interface Program {
  readonly name: string;
  readonly args: (port: number) => readonly string[];
  readonly env: (port: number) => NodeJS.ProcessEnv;
  /** A path that is answered once it is ready. */
  readonly ready: string;
}

async function start({ name, args, env, ready }: Program): Promise<Server> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  // A group of its own: what it starts ends with it.
  const child = spawn(python, args(port), { stdio: ['ignore', 'pipe', 'pipe'], env: env(port), detached: true });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const log = () => said.join('');
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const kill = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      // It ended by itself.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  };
  // Also where the run is broken off before anyone stops it.
  const end = () => kill('SIGTERM');
  process.once('exit', end);
  const stop = async () => {
    process.off('exit', end);
    end();
    await ended;
    // Those of the group that did not listen.
    kill('SIGKILL');
  };
  try {
    await until(`${name} to answer`, () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${log()}`);
      return answers(`${endpoint}${ready}`);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, log, stop };
}

/** The environment without anything that says which AWS is meant. */
const bare = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))),
  AWS_EC2_METADATA_DISABLED: 'true',
});

export const startMoto = (): Promise<Server> =>
  start({
    name: 'moto',
    args: (port) => ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    env: () => ({ ...bare(), MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' }),
    ready: '/moto-api/data.json',
  });

/** What every Lambda function receives before its handler is loaded: the SDK says its name with every call. */
const sayWho = 'data:text/javascript,process.env.AWS_SDK_UA_APP_ID=process.env.AWS_LAMBDA_FUNCTION_NAME';

export interface MiniStackOptions {
  readonly account: string;
  readonly region: string;
  /** Of the account's root, whom nothing is forbidden. */
  readonly secretAccessKey: string;
  /** Where it is to be found by others, and where the functions that it runs send their calls. */
  readonly endpoint: string;
}

/** Starts MiniStack with its roles enforced: who may not do something is denied it there as on AWS. */
export async function startMiniStack({ account, region, secretAccessKey, endpoint }: MiniStackOptions): Promise<Server> {
  const temporary = await mkdtemp(join(tmpdir(), 'ministack-'));
  const gateway = new URL(endpoint);
  const node = resolve(import.meta.dirname, '../../node_modules/.bin');
  const server = await start({
    name: 'MiniStack',
    // Not by its own command: that one listens where it says it is to be found.
    args: (port) => ['-m', 'hypercorn', 'short_delays:app', '--bind', `127.0.0.1:${port}`],
    env: () => ({
      ...bare(),
      PYTHONPATH: import.meta.dirname,
      PYTHONDONTWRITEBYTECODE: '1',
      PATH: [node, process.env.PATH].join(delimiter),
      TMPDIR: temporary,
      STATE_DIR: temporary,
      // Addresses that it gives out, those of queues above all, lead to the router.
      MINISTACK_HOST: gateway.hostname,
      GATEWAY_PORT: gateway.port,
      MINISTACK_ACCOUNT_ID: account,
      MINISTACK_REGION: region,
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      AUTH: 'true',
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      // From here on for its functions, which inherit all of this.
      AWS_ENDPOINT_URL: endpoint,
      NODE_OPTIONS: `--import=${sayWho}`,
    }),
    ready: '/_ministack/ready',
  });
  return {
    ...server,
    stop: async () => {
      await server.stop();
      await rm(temporary, { recursive: true, force: true });
    },
  };
}
