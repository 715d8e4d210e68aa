/** The embedded database in which local audits keep their findings. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { FindingsTable } from '../../shared/aws/findings-table.ts';
import { type EmbeddedTable, startEmbeddedTable, TableInUse } from '../../shared/embedded-table.ts';
import { Ending } from './ending.ts';

/** XDG's data folder; the sandbox has one of its own, so that play never mixes with real findings. */
export function databaseFolder(options: { readonly database?: string; readonly sandbox?: boolean }): string {
  if (options.database !== undefined) return options.database;
  const data = process.env.XDG_DATA_HOME || join(homedir(), '.local/share');
  return join(data, 'hyperpod-auditor', options.sandbox ? 'sandbox' : 'findings');
}

export async function withDatabase<T>(
  options: { readonly database?: string; readonly sandbox?: boolean },
  work: (table: FindingsTable, embedded: EmbeddedTable) => Promise<T>,
): Promise<T> {
  const folder = databaseFolder(options);
  const embedded = await startEmbeddedTable(folder).catch((error: unknown) => {
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
