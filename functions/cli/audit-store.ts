/** Stores the results of an audit on this machine. An audit goes on without its database, and says that it did. */

import { type LocalStore, openMemoryStore } from '../../shared/aws/findings/local/local-store.ts';
import { LocalStoreError } from '../../shared/aws/findings/local/store-error.ts';
import type { AuditDecision, AuditToSave, FindingsTable, SavedAudit } from '../../shared/aws/findings/table.ts';
import type { RegionState } from '../../shared/core/history/log.ts';
import { noteStoredRegion } from './account-changes.ts';
import { type DatabaseOptions, openDatabase } from './database.ts';

/** What an audit needs of the findings table. */
export type AuditTable = Pick<FindingsTable, 'save' | 'commit'>;

export interface AuditStore {
  /** Never rejects for what is wrong with the database: results are then computed and not stored. */
  readonly table: AuditTable;
  /** Why results were not stored; `undefined`: all were. */
  readonly failure: () => LocalStoreError | undefined;
  /** Runs `work` on a store that holds the results of this audit, whether they were stored or not. */
  readonly withResults: <T>(work: (local: LocalStore) => Promise<T>) => Promise<T>;
}

/** The value of `work`, or the reason why the database could not be used. */
async function attempt<T>(work: () => Promise<T>): Promise<{ readonly value: T } | { readonly error: LocalStoreError }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof LocalStoreError) return { error };
    throw error;
  }
}

function storing(local: LocalStore | undefined, unopened: LocalStoreError | undefined): AuditStore {
  let failure = unopened;
  const audits: (readonly [AuditToSave, (previous: RegionState | undefined) => AuditDecision])[] = [];

  /** Once the database has failed it is not tried again: each region would wait for the same lock, or fill the same disk. */
  const onTable = async <T>(work: (table: FindingsTable) => Promise<T>): Promise<T | undefined> => {
    if (!local || failure) return undefined;
    const done = await attempt(() => work(local.table));
    if ('value' in done) return done.value;
    failure = done.error;
    return undefined;
  };

  /** What is stored of the region before, where that can still be read. */
  const previousState = async (audit: AuditToSave): Promise<RegionState | undefined> => {
    if (!local) return undefined;
    const read = await attempt(() => local.table.currentState(audit));
    return 'value' in read ? read.value : undefined;
  };

  return {
    table: {
      save: async (audit, decide): Promise<SavedAudit> => {
        audits.push([audit, decide]);
        const saved = await onTable((table) => table.save(audit, decide));
        if (saved) {
          noteStoredRegion();
          return saved;
        }
        const { result, changes } = decide(await previousState(audit));
        return { result, changes };
      },
      commit: (place, seq) => onTable((table) => table.commit(place, seq)),
    },
    failure: () => failure,
    withResults: async (work) => {
      if (local && !failure) return work(local);
      const memory = await openMemoryStore();
      try {
        for (const [audit, decide] of audits) await memory.table.save(audit, decide);
        return await work(memory);
      } finally {
        memory.close();
      }
    },
  };
}

/** Runs `work`, an audit, with the database that the options name. */
export async function withAuditStore<T>(options: DatabaseOptions, work: (store: AuditStore) => Promise<T>): Promise<T> {
  const opened = await attempt(() => openDatabase(options));
  const local = 'value' in opened ? opened.value : undefined;
  try {
    const store = storing(local, 'error' in opened ? opened.error : undefined);
    const done = await work(store);
    // Now and then is often enough, and nothing depends on it.
    if (local && !store.failure()) await attempt(local.deleteExpired);
    return done;
  } finally {
    local?.close();
  }
}
