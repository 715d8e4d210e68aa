/** The database on this machine in which local audits store their findings. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { holdsFindings, type LocalStore, openLocalStore } from '../../shared/aws/findings/local/local-store.ts';
import { LocalStoreError } from '../../shared/aws/findings/local/store-error.ts';
import { ownCommand } from '../../shared/core/text/own-command.ts';
import { Ending, NoAudit } from './exit.ts';

export interface DatabaseOptions {
  readonly database?: string;
  readonly sandbox?: boolean;
  /** Where lines go for people who wait; default: stderr. */
  readonly say?: (line: string) => void;
  /** How long to wait for another command that is saving. */
  readonly patienceMs?: number;
}

/** The stack that is meant where none is named. */
export const stackName = 'HyperPodAuditor';

const toStderr = (line: string): void => {
  process.stderr.write(`hyperpod-auditor: ${line}\n`);
};

/** XDG's data folder; the sandbox has one of its own, so that play never mixes with real findings. */
export function databaseFolder({ database, sandbox }: DatabaseOptions): string {
  if (database !== undefined) return database;
  const data = process.env.XDG_DATA_HOME || join(homedir(), '.local/share');
  return join(data, 'hyperpod-auditor', sandbox ? 'sandbox' : 'findings');
}

/** `of`: of what there is none, such as ` of us-west-2`. */
export function noAuditIn(options: DatabaseOptions, of = ''): NoAudit {
  const { database, sandbox } = options;
  const audit = ownCommand(['audit'], { sandbox: sandbox ? true : undefined, database });
  const isUsual = !sandbox && database === undefined;
  const deployed = isUsual ? ` To ask the deployed auditor, add \`--stack ${stackName} --home REGION\`.` : '';
  return new NoAudit(`No audit${of} is kept in ${databaseFolder(options)}; run \`${audit}\` first.${deployed}`);
}

/** Opens the database; it is created if it does not exist. Rejects with `LocalStoreError` where it cannot be used. */
export const openDatabase = (options: DatabaseOptions): Promise<LocalStore> =>
  openLocalStore(databaseFolder(options), {
    say: options.say ?? toStderr,
    ...(options.patienceMs !== undefined && { patienceMs: options.patienceMs }),
  });

/** Runs `work`; a database that cannot be used ends in a sentence. */
async function orEnding<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LocalStoreError) throw new Ending(`The database cannot be used: ${error.message}`, error);
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

/** For commands that only read: where there is no database none is created, and it ends with `NoAudit`. */
export const withExistingDatabase = <T>(options: DatabaseOptions, work: (local: LocalStore) => Promise<T>): Promise<T> =>
  orEnding(async () => {
    if (!(await holdsFindings(databaseFolder(options)))) throw noAuditIn(options);
    return withDatabase(options, work);
  });
