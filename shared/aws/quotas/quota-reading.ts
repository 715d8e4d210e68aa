/**
 * SageMaker's quotas with the help of what is remembered: in full once a day, in between only the values that checks
 * read. Anything that casts doubt on what is remembered (a name that is not in it, a value that is gone, requests or a table that
 * cannot be read) has the list read in full, so what checks make of the result is what they would make of a full list.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ClusterSpec } from '../../core/evaluation/cluster-spec.ts';
import type { Quota, QuotaRequest, Read } from '../../core/evaluation/facts.ts';
import { AwsError, tryRead } from '../client/errors.ts';
import type { RegionKey } from '../findings/keys.ts';
import { isCurrent, type QuotaList, type QuotaListKey, type QuotaMemory } from './quota-memory.ts';
import { codesOfInterest, neededQuotas } from './quota-service.ts';

type QuotaListing = Omit<QuotaList, 'listedAt'>;

/** What Service Quotas answers for SageMaker in one region of an account. Each rejects with `AwsError` where it does not. */
export interface QuotaSource {
  /** Values of the account's own. */
  readonly own: () => Promise<QuotaListing>;
  /** AWS's defaults. */
  readonly defaults: () => Promise<QuotaListing>;
  /** One value of the account's own, `null` where it has none. */
  readonly one: (code: string) => Promise<Quota | null>;
}

export interface QuotaNeeds {
  readonly place: RegionKey;
  /** When the collection began. */
  readonly at: string;
  /** The clusters whose quotas have to be there. */
  readonly clusters: () => Promise<readonly ClusterSpec[]>;
  /** Increases asked for in the last 90 days. */
  readonly requests: () => Promise<Read<readonly QuotaRequest[]>>;
}

export interface QuotasRead {
  readonly quotas: readonly Quota[];
  /** How they were read, for the log: `listed: …` and why, or how many values were read. */
  readonly how: string;
}

/** The account's own values merged with the defaults; a quota without an own value has only its default. */
export function withDefaults(own: readonly Quota[], defaults: readonly Quota[]): readonly Quota[] {
  const byCode = new Map(defaults.map((q) => [q.code, q]));
  const known = new Set(own.map((q) => q.code));
  return [
    ...own.map((q) => {
      const value = byCode.get(q.code)?.default;
      return value === undefined ? q : { ...q, default: value };
    }),
    ...defaults.filter((q) => !known.has(q.code)),
  ];
}

/** Something needed that is in no list. */
export const hasMissing = (quotas: readonly Quota[], needed: readonly (readonly string[])[]): boolean => {
  const names = new Set(quotas.map((q) => q.name));
  return needed.some((alternatives) => !alternatives.some((name) => names.has(name)));
};

/** An error of the way to AWS or to the table as a fragment of a sentence, with the error's own name. */
const named = (error: AwsError): string => (error.code === '' ? error.message : `${error.message} (${error.code})`);

interface RecalledList {
  readonly list?: QuotaList;
  /** Why `list` is missing. */
  readonly reason: string;
}

async function recalled(memory: QuotaMemory, shelf: QuotaListKey, at: string): Promise<RecalledList> {
  try {
    const list = await memory.recall(shelf);
    if (!list) return { reason: 'nothing is remembered' };
    return isCurrent(shelf, list.listedAt, at) ? { list, reason: '' } : { reason: 'the day is over' };
  } catch (error) {
    if (error instanceof AwsError) return { reason: `what is remembered could not be read: ${named(error)}` };
    throw error;
  }
}

/** The remembered list with the values of interest read again, or why a full list is required. */
async function renewed(
  source: QuotaSource,
  needs: QuotaNeeds,
  list: QuotaList,
  defaults: readonly Quota[],
): Promise<{ readonly quotas: readonly Quota[]; readonly read: number } | { readonly doubt: string }> {
  const [clusters, requests] = await Promise.all([needs.clusters(), needs.requests()]);
  if (!requests.ok) return { doubt: `increase requests could not be read: ${requests.reason}` };
  const known = new Map(withDefaults(list.quotas, defaults).map((q) => [q.code, q]));
  const interest = codesOfInterest([...known.values()], clusters, requests.value);
  if ('unknown' in interest) return { doubt: `nothing is remembered of "${interest.unknown}"` };
  const { codes } = interest;
  if (codes.length > list.pages) return { doubt: `${codes.length} values are of interest, the list takes ${list.pages} calls` };
  const own = new Map(list.quotas.map((q) => [q.code, q]));
  // One after the other: no more of them may begin in a second than a few, and the first that fails ends it.
  for (const code of codes) {
    let value: Quota | null;
    try {
      value = await source.one(code);
    } catch (error) {
      if (error instanceof AwsError) return { doubt: named(error) };
      throw error;
    }
    const name = known.get(code)?.name;
    if (value && value.name !== name) return { doubt: `"${name}" is called "${value.name}" now` };
    if (!value && own.has(code)) return { doubt: `the account has no value of "${name}" any more` };
    if (value) own.set(code, value);
  }
  return { quotas: sortByCode([...own.values()]), read: codes.length };
}

/** By code. */
export const sortByCode = (quotas: readonly Quota[]): readonly Quota[] => quotas.toSorted((a, b) => (a.code < b.code ? -1 : 1));

/**
 * The quotas of SageMaker in one region of an account, with defaults, by code. Rejects with `AwsError` where the list, or
 * the defaults of something that is not in it, cannot be read. A memory that fails costs calls and is reported in `how`.
 */
export async function quotasByMemory(source: QuotaSource, memory: QuotaMemory, needs: QuotaNeeds): Promise<QuotasRead> {
  const { place, at } = needs;
  const shelves = { own: place, defaults: { region: place.region } } as const;
  const [own, defaults] = await Promise.all([recalled(memory, shelves.own, at), recalled(memory, shelves.defaults, at)]);
  const said: string[] = [];

  const dated = ({ quotas, pages }: QuotaListing): QuotaList => ({ quotas: sortByCode(quotas), pages, listedAt: at });
  const listDefaults = async (): Promise<QuotaList> => dated(await source.defaults());
  const listOwn = async (why: string): Promise<QuotaList> => {
    said.unshift(`listed: ${why}`);
    return dated(await source.own());
  };
  const readDefaults = async (): Promise<Read<QuotaList>> => (defaults.list ? { ok: true, value: defaults.list } : tryRead(listDefaults));
  const values = async (standard: Promise<Read<QuotaList>>): Promise<QuotaList> => {
    if (!own.list) return listOwn(own.reason);
    const read = await standard;
    const renewal = await renewed(source, needs, own.list, read.ok ? read.value.quotas : []);
    if ('doubt' in renewal) return listOwn(renewal.doubt);
    said.unshift(`${renewal.read} read, the others as listed at ${own.list.listedAt}`);
    return { ...own.list, quotas: renewal.quotas };
  };

  // Lists that are due are begun at once, side by side.
  const begun = readDefaults();
  const [list, standard] = await Promise.all([values(begun), begun]);
  let latest = standard;
  const [clusters, requests] = await Promise.all([needs.clusters(), needs.requests()]);
  const together = withDefaults(list.quotas, standard.ok ? standard.value.quotas : []);
  const absent = 'unknown' in codesOfInterest(together, clusters, requests.ok ? requests.value : []);
  const names = new Set(list.quotas.map((q) => q.name));
  const gone = own.list?.quotas.some((q) => !names.has(q.name)) ?? false;
  if ((absent || gone) && !(standard.ok && standard.value.listedAt === at)) {
    // What is in neither list is not offered here: no remembered list may say so, nor that what went from one still is.
    const listed = standard.ok ? await tryRead(listDefaults) : standard;
    if (!listed.ok && hasMissing(list.quotas, neededQuotas('sagemaker', clusters))) throw new AwsError(listed);
    if (listed.ok) latest = listed;
  }
  if (!latest.ok) said.push(`without defaults: ${latest.reason}`);
  else if (latest.value.listedAt === at) said.push(`defaults listed: ${defaults.reason || 'they show whether a type is offered here'}`);

  const store = async (shelf: QuotaListKey, before: QuotaList | undefined, now: QuotaList): Promise<void> => {
    if (before && before.pages === now.pages && isDeepStrictEqual(before.quotas, now.quotas)) return;
    try {
      await memory.store(shelf, now);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      said.push(`not stored: ${named(error)}`);
    }
  };
  await Promise.all([store(shelves.own, own.list, list), ...(latest.ok ? [store(shelves.defaults, defaults.list, latest.value)] : [])]);
  return { quotas: sortByCode(withDefaults(list.quotas, latest.ok ? latest.value.quotas : [])), how: said.join('; ') };
}
