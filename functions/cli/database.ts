/** The embedded database in which local audits keep their findings. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FindingsTable } from '../../shared/aws/findings-table.ts';
import { commandLine } from '../../shared/core/command-line.ts';
import { type EmbeddedTable, holdsTable, startEmbeddedTable, TableInUse } from '../../shared/embedded-table.ts';
import { Ending, NoAudit } from './ending.ts';

export interface DatabaseOptions {
  readonly database?: string;
  readonly sandbox?: boolean;
  /** Until when to wait for another command that has it open; default: a few seconds, for that is what a question takes. */
  readonly until?: AbortSignal;
}

type Work<T> = (table: FindingsTable, embedded: EmbeddedTable) => Promise<T>;

const patienceMs = 10_000;

/** XDG's data folder; the sandbox has one of its own, so that play never mixes with real findings. */
export function databaseFolder({ database, sandbox }: DatabaseOptions): string {
  if (database !== undefined) return database;
  const data = process.env.XDG_DATA_HOME || join(homedir(), '.local/share');
  return join(data, 'hyperpod-auditor', sandbox ? 'sandbox' : 'findings');
}

/** `of`: of what there is none, such as ` of us-west-2`. */
export function noAuditIn(options: DatabaseOptions, of = ''): NoAudit {
  const { database, sandbox } = options;
  const audit = commandLine(['hyperpod-auditor', 'audit'], { sandbox: sandbox ? true : undefined, database });
  return new NoAudit(`No audit${of} is kept in ${databaseFolder(options)}; run \`${audit}\` first.`);
}

const unusable =
  (folder: string) =>
  (error: unknown): never => {
    if (error instanceof TableInUse) throw new Ending(`${error.message} Wait for it, or name another folder with --database.`, error);
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('E'))
      throw new Ending(`The folder for findings, ${folder}, cannot be used (${error.code}); name another with --database.`, error);
    throw error;
  };

/** Opens the findings in a folder as soon as nobody else has them open. */
async function opened(folder: string, until: AbortSignal): Promise<EmbeddedTable> {
  for (;;) {
    try {
      return await startEmbeddedTable(folder);
    } catch (error) {
      if (!(error instanceof TableInUse) || until.aborted) throw error;
    }
    await wait(100);
  }
}

/** For whoever writes: the database is made where there is none. */
export async function withDatabase<T>(options: DatabaseOptions, work: Work<T>): Promise<T> {
  const folder = databaseFolder(options);
  const embedded = await opened(folder, options.until ?? AbortSignal.timeout(patienceMs)).catch(unusable(folder));
  try {
    return await work(embedded.table, embedded);
  } finally {
    await embedded.close();
  }
}

/** For whoever only reads: where there is no database nothing is made, and it ends with `NoAudit`. */
export async function withKeptDatabase<T>(options: DatabaseOptions, work: Work<T>): Promise<T> {
  const folder = databaseFolder(options);
  if (!(await holdsTable(folder).catch(unusable(folder)))) throw noAuditIn(options);
  return withDatabase(options, work);
}
