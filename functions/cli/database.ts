/** The embedded database in which local audits keep their findings. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FindingsTable } from '../../shared/aws/findings-table.ts';
import { type EmbeddedTable, startEmbeddedTable, TableInUse } from '../../shared/embedded-table.ts';
import { Ending } from './ending.ts';

export interface DatabaseOptions {
  readonly database?: string;
  readonly sandbox?: boolean;
  /** Until when to wait for another command that has it open; default: a few seconds, for that is what a question takes. */
  readonly until?: AbortSignal;
}

const patienceMs = 10_000;

/** XDG's data folder; the sandbox has one of its own, so that play never mixes with real findings. */
function folderOf(options: DatabaseOptions): string {
  if (options.database !== undefined) return options.database;
  const data = process.env.XDG_DATA_HOME || join(homedir(), '.local/share');
  return join(data, 'hyperpod-auditor', options.sandbox ? 'sandbox' : 'findings');
}

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

export async function withDatabase<T>(
  options: DatabaseOptions,
  work: (table: FindingsTable, embedded: EmbeddedTable) => Promise<T>,
): Promise<T> {
  const folder = folderOf(options);
  const embedded = await opened(folder, options.until ?? AbortSignal.timeout(patienceMs)).catch((error: unknown) => {
    if (error instanceof TableInUse) throw new Ending(`${error.message} Wait for it, or name another folder with --database.`, error);
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('E'))
      throw new Ending(`The folder for findings, ${folder}, cannot be used (${error.code}); name another with --database.`, error);
    throw error;
  });
  try {
    return await work(embedded.table, embedded);
  } finally {
    await embedded.close();
  }
}
