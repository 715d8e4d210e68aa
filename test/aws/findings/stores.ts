/** The adapters of the item store, each as a test opens it: DynamoDB over the wire to dynalite, SQLite in a file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ItemStore } from '../../../shared/aws/findings/item-store.ts';
import { openLocalStore } from '../../../shared/aws/findings/local/local-store.ts';
import { startDynamoTable } from './dynamo-table.ts';

export interface OpenStore {
  readonly store: ItemStore;
  /** Another client or process on the same table. */
  readonly other: ItemStore;
  readonly close: () => Promise<void>;
}

export const adapters: readonly { readonly name: string; readonly open: () => Promise<OpenStore> }[] = [
  {
    name: 'DynamoDB',
    open: async () => {
      const table = await startDynamoTable();
      return { store: table.store, other: table.store, close: table.close };
    },
  },
  {
    name: 'SQLite',
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'store-'));
      const [one, other] = [await openLocalStore(folder), await openLocalStore(folder)];
      return {
        store: one.store,
        other: other.store,
        close: async () => {
          one.close();
          other.close();
          await rm(folder, { recursive: true });
        },
      };
    },
  },
];
