/**
 * What is remembered of SageMaker's quotas from one audit to the next. Its list has some 1,500 rows on 16 pages, and
 * Service Quotas answers an organization a hundred calls a second, so it is read in full once a day. Two small items in
 * the findings table, which the log does not use: an account's own values in a region, and the region's
 * defaults, which are the same for every account.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Quota } from '../../core/evaluation/facts.ts';
import { AwsError, toUnread } from '../client/errors.ts';
import type { ItemStore } from '../findings/item-store.ts';
import { deploymentPartition, expiryAttribute, type Key, partitionOf, type RegionKey, sortKeys } from '../findings/keys.ts';
import { expiryOf } from '../findings/retention.ts';

/** Quotas of SageMaker that may matter, by code, as one list had them. */
export interface QuotaList {
  readonly quotas: readonly Quota[];
  /** Calls that the list took, rows that do not matter included. */
  readonly pages: number;
  /** When the collection began in which it was read. */
  readonly listedAt: string;
}

/** Of an account in a region, or without an account: the region's defaults. */
export type QuotaListKey = RegionKey | Pick<RegionKey, 'region'>;

export interface QuotaMemory {
  /** What was stored last; `undefined`: nothing, or an item of another version. Rejects with `AwsError` where it cannot be read. */
  readonly recall: (shelf: QuotaListKey) => Promise<QuotaList | undefined>;
  /** Rejects with `AwsError` where it cannot be written. */
  readonly store: (shelf: QuotaListKey, list: QuotaList) => Promise<void>;
}

/** Increases with every change of what is stored. */
const version = 1;
/** Longer than a list is valid. */
const retentionDays = 2;
/** The memory saves calls: one that lets wait saves nothing. */
const patienceMs = 5_000;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

interface QuotaListItem extends Key {
  readonly version: number;
  readonly listedAt: string;
  readonly pages: number;
  /** The quotas as JSON, compressed: 400 of them in some 7 KB. */
  readonly quotas: Uint8Array;
  readonly [expiryAttribute]: number;
}

const keyOf = (shelf: QuotaListKey): Key =>
  'account' in shelf
    ? { pk: partitionOf(shelf), sk: sortKeys.quotas }
    : { pk: deploymentPartition, sk: sortKeys.quotaDefaults(shelf.region) };

/** Some work with the table, given up when it takes too long; what goes wrong there is no defect of ours. */
async function withTable<T>(action: string, work: (options: { readonly signal: AbortSignal }) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    return await work({ signal });
  } catch (error) {
    if (signal.aborted && error instanceof Error && error.name === 'AbortError')
      throw new AwsError({ ok: false, reason: `${action} took longer than ${patienceMs / 1000} s` }, error);
    throw new AwsError(toUnread(error, action), error);
  }
}

async function unpacked(item: QuotaListItem): Promise<QuotaList> {
  const { listedAt, pages } = item;
  try {
    const quotas: readonly Quota[] = JSON.parse((await unzip(item.quotas)).toString());
    return { quotas, pages, listedAt };
  } catch (error) {
    const damaged = error instanceof SyntaxError || (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'));
    if (!damaged) throw error;
    throw new AwsError({ ok: false, reason: 'the stored quotas are damaged' }, error);
  }
}

/** The memory in the findings table. Reads need not be the newest: an older list only ends its day sooner. */
export function quotaMemory({ store }: { readonly store: Pick<ItemStore, 'get' | 'put'> }): QuotaMemory {
  return {
    recall: async (shelf) => {
      const item = await withTable('dynamodb:GetItem', (options) =>
        store.get<QuotaListItem>(keyOf(shelf), { ...options, consistent: false }),
      );
      return item?.version === version ? unpacked(item) : undefined;
    },
    store: async (shelf, { quotas, pages, listedAt }) => {
      const item: QuotaListItem = {
        ...keyOf(shelf),
        version,
        listedAt,
        pages,
        quotas: await zip(JSON.stringify(quotas)),
        [expiryAttribute]: expiryOf(new Date(listedAt), retentionDays),
      };
      await withTable('dynamodb:PutItem', (options) => store.put(item, options));
    },
  };
}

const dayMs = 86_400_000;

/**
 * Whether what was listed still stands at `at`: for less than a day, until a time of day that is the shelf's own. So
 * thousands of lists that a deployment reads in its first hour are spread over the day from then on.
 */
export function isCurrent(shelf: QuotaListKey, listedAt: string, at: string): boolean {
  const { pk, sk } = keyOf(shelf);
  const turn = createHash('sha256').update(`${pk} ${sk}`).digest().readUInt32BE() % dayMs;
  const dayOf = (time: number) => Math.floor((time - turn) / dayMs);
  const [listed, now] = [Date.parse(listedAt), Date.parse(at)];
  return listed <= now && dayOf(listed) === dayOf(now);
}
