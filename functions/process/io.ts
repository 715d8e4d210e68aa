/**
 * What a command reads from and writes to. By default that is this process; `withIo` gives a command other streams, another
 * environment and another clock, so that it can run inside a test.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { homedir } from 'node:os';

export interface OutputStream {
  readonly write: (text: string, done?: (error?: Error | null) => void) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Descriptor of the file that the stream writes to, if it writes to one. */
  readonly fd?: number;
}

export interface CommandIo {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** The AWS SDK reads `process.env` itself: another environment has to be set there too. */
  readonly env: NodeJS.ProcessEnv;
  /** The user's folder. */
  readonly home: string;
  readonly now: () => Date;
  /** Ends what runs until it is interrupted; without it, signals to this process do. */
  readonly interruption?: AbortSignal;
}

interface CommandRun {
  readonly io: CommandIo;
  /** What the command changed in the account, as ends of a sentence. */
  readonly changes: string[];
  /** Regions whose audit is stored. */
  storedRegions: number;
  /** Whether stdout has a reader: `| head` goes away. */
  hasReader: boolean;
}

const runOn = (io: CommandIo): CommandRun => ({ io, changes: [], storedRegions: 0, hasReader: true });

/** Read at each use: opening stdin takes time, and few commands read it. */
const ofProcess: CommandRun = runOn({
  get stdout() {
    return process.stdout;
  },
  get stderr() {
    return process.stderr;
  },
  get stdin() {
    return process.stdin;
  },
  get env() {
    return process.env;
  },
  get home() {
    return homedir();
  },
  now: () => new Date(),
});

const runs = new AsyncLocalStorage<CommandRun>();

export const currentRun = (): CommandRun => runs.getStore() ?? ofProcess;
export const currentIo = (): CommandIo => currentRun().io;
/** The time as RFC 3339 writes it. */
export const timestamp = (): string => currentIo().now().toISOString();

/** Runs `work` as a command of its own, which reads from and writes to `io`. */
export const withIo = <T>(io: CommandIo, work: () => Promise<T>): Promise<T> => runs.run(runOn(io), work);

/** A line on stderr, with the name of this tool before it. */
export const sayLine = (line: string): void => {
  currentIo().stderr.write(`hyperpod-auditor: ${line}\n`);
};
