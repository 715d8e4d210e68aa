/** The database on this machine in which local audits store their findings. */
import { join } from 'node:path';
import { holdsFindings, type LocalStore, openLocalStore } from '../../shared/aws/findings/local/local-store.ts';
import { LocalStoreError } from '../../shared/aws/findings/local/store-error.ts';
import { ownCommand } from '../../shared/core/text/own-command.ts';
import { NoAuditError, NoResultError } from '../process/exit.ts';
import { currentIo, sayLine } from '../process/io.ts';
import { stackName } from '../process/package.ts';

export interface DatabaseOptions {
  readonly database?: string;
  readonly sandbox?: boolean;
  /** Where lines go for people who wait; default: stderr. */
  readonly say?: (line: string) => void;
  /** How long to wait for another command that is saving. */
  readonly patienceMs?: number;
}

/** XDG's data folder; the sandbox has one of its own, so that play never mixes with real findings. */
export function databaseFolder({ database, sandbox }: DatabaseOptions): string {
  if (database !== undefined) return database;
  const data = currentIo().env.XDG_DATA_HOME || join(currentIo().home, '.local/share');
  return join(data, 'hyperpod-auditor', sandbox ? 'sandbox' : 'findings');
}

/** `of`: what no audit is stored of, such as ` of us-west-2`. */
export function noAuditIn(options: DatabaseOptions, of = ''): NoAuditError {
  const { database, sandbox } = options;
  const audit = ownCommand(['audit'], { sandbox: sandbox ? true : undefined, database });
  const isUsual = !sandbox && database === undefined;
  const deployed = isUsual ? ` To ask the deployed auditor, add \`--stack ${stackName} --stack-region REGION\`.` : '';
  return new NoAuditError(`No audit${of} is stored in ${databaseFolder(options)}; run \`${audit}\` first.${deployed}`);
}

/** Opens the database; it is created if it does not exist. Rejects with `LocalStoreError` where it cannot be used. */
export const openDatabase = (options: DatabaseOptions): Promise<LocalStore> =>
  openLocalStore(databaseFolder(options), {
    say: options.say ?? sayLine,
    ...(options.patienceMs !== undefined && { patienceMs: options.patienceMs }),
  });

/** Runs `work`; a database that cannot be used ends in a sentence. */
async function orEnding<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LocalStoreError) throw new NoResultError(`The database cannot be used: ${error.message}`, error);
    throw error;
  }
}

/** Runs `work` on the database, which is created if it does not exist. */
export const withDatabase = <T>(options: DatabaseOptions, work: (local: LocalStore) => Promise<T>): Promise<T> =>
  orEnding(async () => {
    const local = await openDatabase(options);
    try {
      return await work(local);
    } finally {
      local.close();
    }
  });

/** For commands that only read: where there is no database none is created, and it ends with `NoAuditError`. */
export const withExistingDatabase = <T>(options: DatabaseOptions, work: (local: LocalStore) => Promise<T>): Promise<T> =>
  orEnding(async () => {
    if (!(await holdsFindings(databaseFolder(options)))) throw noAuditIn(options);
    return withDatabase(options, work);
  });
