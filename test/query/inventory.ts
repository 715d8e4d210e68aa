/** An inventory in a store in memory: audits are saved as the workflow saves them, each written by its difference from a healthy one. */

import { inventoryReader } from '../../shared/aws/findings/inventory-reader.ts';
import type { ItemStore } from '../../shared/aws/findings/item-store.ts';
import { openMemoryStore } from '../../shared/aws/findings/local/local-store.ts';
import { type FindingsTable, findingsTable, type SavedAudit } from '../../shared/aws/findings/table.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import { rules } from '../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import type { QueryPorts } from '../../shared/query/query-sources.ts';
import { answer, type QueryResponse } from '../../shared/query/run-query.ts';
import { finding } from '../core/results.ts';

export interface Place {
  readonly account: string;
  readonly region: string;
}

/** Two accounts, and three places in them. */
export const [prod, dev] = ['111122223333', '444455556666'];
export const west = { account: prod, region: 'us-west-2' };
export const east = { account: prod, region: 'us-east-1' };
export const devWest = { account: dev, region: 'us-west-2' };

/** Hours since midnight of the 20th. */
export const at = (hour: number): string => new Date(Date.UTC(2026, 10, 20) + hour * 3_600_000).toISOString();
export const fail = (more = {}) => finding({ status: 'fail', ...more });
export const muted = { reason: 'known', owner: 'ml-platform', until: '2027-01-01' };

export interface AuditDetails {
  readonly alias?: string;
  readonly planHash?: string;
  readonly gapMinutes?: number;
}

/** Saves an audit as the workflow does. */
export const save = (
  table: Pick<FindingsTable, 'save'>,
  place: Place,
  at: string,
  seen: RegionResult,
  { alias, planHash = 'plan-1', gapMinutes }: AuditDetails = {},
): Promise<SavedAudit> =>
  table.save(
    {
      ...place,
      auditId: `audit-${at}`,
      factsAt: at,
      planHash,
      toolVersion: '1.0.0',
      rules,
      ...(alias !== undefined && { alias }),
      ...(gapMinutes !== undefined && { gapMinutes }),
    },
    (previous) => {
      const changes = diff(previous, seen, at, { planHash, rules });
      return { result: carryOver(previous, seen, at), changes, notify: changes.length > 0 };
    },
  );

export interface TestInventory {
  readonly store: ItemStore;
  /** Sets the clock and audits. */
  readonly audit: (place: Place, at: string, seen: RegionResult, details?: AuditDetails) => Promise<SavedAudit>;
  readonly at: (time: string) => void;
  readonly ports: QueryPorts & { readonly table: FindingsTable };
  readonly portsOn: (store: ItemStore) => QueryPorts & { readonly table: FindingsTable };
  readonly ask: (path: string) => Promise<QueryResponse>;
  /** The page that is answered; throws where it is a problem. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers as JSON.
  readonly page: (path: string) => Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers as JSON.
  readonly pages: (path: string) => Promise<readonly any[]>;
  readonly close: () => Promise<void>;
}

export async function startInventory(retentionDays = 400): Promise<TestInventory> {
  const local = await openMemoryStore();
  let clock = new Date('2026-11-20T12:00:00.000Z');
  const now = () => clock;
  const portsOn = (store: ItemStore) => ({
    table: findingsTable({ store, retentionDays, now }),
    reader: inventoryReader({ store, now }),
    now,
  });
  const ports = portsOn(local.store);
  const ask = (address: string): Promise<QueryResponse> => {
    const [path = '', query = ''] = address.split('?');
    return answer({ method: 'GET', path, query }, ports);
  };
  const page = async (address: string) => {
    const answered = await ask(address);
    if ('problem' in answered) throw new Error(answered.body.detail);
    return answered.body;
  };
  return {
    store: local.store,
    ports,
    portsOn,
    ask,
    page: page as TestInventory['page'],
    pages: async (address) => {
      const items: unknown[] = [];
      let cursor: string | undefined;
      do {
        const more = (await page(`${address}${address.includes('?') ? '&' : '?'}${cursor === undefined ? '' : `cursor=${cursor}`}`)) as {
          items: readonly unknown[];
          cursor?: string;
        };
        items.push(...more.items);
        cursor = more.cursor;
      } while (cursor !== undefined);
      return items;
    },
    at: (time) => {
      clock = new Date(time);
    },
    audit: (place, at, seen, details) => {
      clock = new Date(Date.parse(at) + 30_000);
      return save(ports.table, place, at, seen, details);
    },
    close: async () => local.close(),
  };
}
