/** Random sequences of operations on every adapter of the store and on a model of a few lines. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ItemCondition, ItemPage, ItemQuery, ItemStore, ItemUpdate, QueryPosition } from '../../../shared/aws/findings/item-store.ts';
import { type indexes, type Key, keysOf } from '../../../shared/aws/findings/keys.ts';
import { adapters, type OpenStore } from './stores.ts';

type Item = Key & Record<string, unknown>;

// The model: a map of items, and the rules as the port states them.

const compare = (a: unknown, b: unknown): number =>
  typeof a === 'number' ? a - Number(b) : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));

function isTrue(condition: ItemCondition, item: Partial<Item>): boolean {
  const [operator, first, second] = condition;
  if (operator === 'and') return isTrue(first as ItemCondition, item) && isTrue(second as ItemCondition, item);
  if (operator === 'or') return isTrue(first as ItemCondition, item) || isTrue(second as ItemCondition, item);
  const value = item[first as string];
  if (operator === 'absent' || operator === 'present') return (value === undefined) === (operator === 'absent');
  if (typeof value !== typeof second) return false;
  const order = compare(value, second);
  return { '=': order === 0, '<': order < 0, '<=': order <= 0, '>': order > 0 }[operator];
}

class Model {
  private readonly items = new Map<string, Item>();
  private nameOf = ({ pk, sk }: Key) => JSON.stringify([pk, sk]);

  get = (key: Key): Item | undefined => this.items.get(this.nameOf(key));

  put = (item: Item, when?: ItemCondition): boolean => {
    if (when && !isTrue(when, this.get(item) ?? {})) return false;
    this.items.set(this.nameOf(item), item);
    return true;
  };

  update = (key: Key, { set = {}, setIfAbsent = {}, remove = [] }: ItemUpdate, when?: ItemCondition) => {
    const before = this.get(key);
    if (when && !isTrue(when, before ?? {})) return { held: false };
    const item: Item = { ...before, ...key, ...set };
    for (const [name, value] of Object.entries(setIfAbsent)) item[name] ??= value;
    for (const name of remove) delete item[name];
    this.put(item);
    return { held: true, before, after: item };
  };

  /** All items of a query, those that expired too, in order. */
  query = ({ index, partition, from, to, descending }: ItemQuery): readonly Item[] => {
    const { hash, range } = keysOf(index);
    const found = [...this.items.values()]
      .filter((item) => item[hash] === partition && item[range] !== undefined)
      .filter((item) => (from === undefined || compare(item[range], from) >= 0) && (to === undefined || compare(item[range], to) <= 0))
      .toSorted((a, b) => compare(a[range], b[range]));
    return descending ? found.toReversed() : found;
  };
}

// Few keys and values, so that operations meet the same items again and again.

const text = fc.constantFrom('a', 'a#1', 'a#10', 'b', 'é', '漢');
const number = fc.constantFrom(-1, 0, 1, 2, 10, 1.5);
const key = fc.record({ pk: fc.constantFrom('p', 'q'), sk: text });
const attributes = fc.record(
  {
    seq: number,
    note: fc.oneof(text, number, fc.constant(null), fc.constant('')),
    map: fc.dictionary(fc.constantFrom('x', 'y'), fc.oneof(text, number, fc.boolean(), fc.constant(undefined))),
    list: fc.array(fc.oneof(text, number, fc.boolean()), { maxLength: 3 }),
    expires: fc.constantFrom(50, 100, 150),
    pending: fc.constant('pending'),
    at: text,
    logOrder: text,
    month: fc.constantFrom('m', 'n'),
    open: fc.constantFrom('required', 'pass'),
    check: fc.constant('c'),
    cluster: fc.constantFrom('k', 'l'),
    order: text,
  },
  { requiredKeys: [] },
);
const attribute = fc.constantFrom('pk', 'seq', 'note', 'at', 'order', 'none');
const condition: fc.Arbitrary<ItemCondition> = fc.letrec<{ one: ItemCondition; any: ItemCondition }>((tie) => ({
  one: fc.oneof(
    fc.tuple(fc.constantFrom('absent' as const, 'present' as const), attribute),
    fc.tuple(fc.constantFrom('=' as const, '<' as const, '<=' as const, '>' as const), attribute, fc.oneof(text, number)),
  ),
  any: fc.oneof({ depthSize: 'small' }, tie('one'), fc.tuple(fc.constantFrom('and' as const, 'or' as const), tie('any'), tie('any'))),
})).any;
const when = fc.option(condition, { nil: undefined });
/** Each attribute in one of the clauses: DynamoDB refuses one that is named twice. */
const update = fc
  .tuple(
    attributes,
    fc.uniqueArray(fc.constantFrom('seq', 'note', 'pending', 'order', 'cluster', 'expires')),
    fc.uniqueArray(fc.constantFrom('since', 'at')),
  )
  .map(([all, remove, absent]): ItemUpdate => {
    const names = new Set<string>([...remove, ...absent]);
    const set = Object.fromEntries(Object.entries(all).filter(([name]) => !names.has(name)));
    return { set: { touched: true, ...set }, remove, setIfAbsent: Object.fromEntries(absent.map((name) => [name, 'first'])) };
  });
const index = fc.constantFrom<(keyof typeof indexes | undefined)[]>(
  undefined,
  'pending',
  'time',
  'log',
  'open',
  'region',
  'check',
  'cluster',
);
const query = fc
  .record({
    index,
    partition: fc.constantFrom('p', 'q', 'pending', 'm', 'required', 'c', 'k'),
    from: fc.option(text, { nil: undefined }),
    to: fc.option(text, { nil: undefined }),
    descending: fc.boolean(),
    limit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    now: fc.constantFrom(0, 100, 200),
  })
  // DynamoDB refuses bounds of which the lower is above the upper.
  .filter(({ from, to }) => from === undefined || to === undefined || compare(from, to) <= 0);

type Operation =
  | { readonly kind: 'put'; readonly item: Item; readonly when: ItemCondition | undefined }
  | { readonly kind: 'putAll'; readonly items: readonly Item[] }
  | {
      readonly kind: 'update';
      readonly key: Key;
      readonly update: ItemUpdate;
      readonly when: ItemCondition | undefined;
      readonly returns: 'before' | 'after' | undefined;
    }
  | { readonly kind: 'query'; readonly query: ItemQuery };
const item = fc.tuple(key, attributes).map(([keys, more]): Item => ({ ...more, ...keys }));
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put' as const), item, when }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('putAll' as const),
      items: fc.uniqueArray(item, { selector: ({ pk, sk }) => pk + sk, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('update' as const),
      key,
      update,
      when,
      returns: fc.constantFrom('before' as const, 'after' as const, undefined),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('query' as const), query: query as fc.Arbitrary<ItemQuery> }) },
);

/** As the model has it after a round through JSON: without what is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

async function pagesOf(store: ItemStore, query: ItemQuery): Promise<{ readonly items: readonly Item[]; readonly scanned: number }> {
  const items: Item[] = [];
  let scanned = 0;
  let last: QueryPosition | undefined;
  do {
    const page: ItemPage<Item> = await store.query<Item>({ ...query, after: last });
    items.push(...page.items);
    scanned += page.scanned;
    last = page.last;
  } while (last);
  return { items, scanned };
}

const projections: Readonly<Record<string, readonly string[] | undefined>> = {
  pending: ['pk', 'sk', 'pending', 'at'],
  time: ['pk', 'sk', 'logOrder', 'seq', 'expires'],
  log: ['pk', 'sk', 'month', 'logOrder', 'seq', 'expires'],
};
const projected = (of: Item, name: string | undefined): Item => {
  const names = projections[name ?? ''];
  return names ? (Object.fromEntries(Object.entries(of).filter(([attributeName]) => names.includes(attributeName))) as Item) : of;
};

/** Partition keys of the table and of its indexes. */
const ownNames = ['pk', 'pending', 'month', 'open', 'check', 'cluster'];

/** One step, on the model and on every store; `own` puts keys into a run's own partitions. */
async function take(step: Operation, { model, stores, own, run }: OperationsRun): Promise<void> {
  const name = JSON.stringify(step);
  if (step.kind === 'put') {
    const put = own(step.item);
    const expected = model.put(plain(put) as Item, step.when);
    for (const store of stores) expect(await store.put(put, { when: step.when }), name).toBe(expected);
  } else if (step.kind === 'putAll') {
    const items = step.items.map(own);
    for (const one of items) model.put(plain(one) as Item);
    for (const store of stores) await store.putAll(items);
  } else if (step.kind === 'update') {
    const [keys, change] = [own(step.key), { ...step.update, set: own(step.update.set ?? {}) }];
    const { held, before, after } = model.update(keys, plain(change) as ItemUpdate, step.when);
    const item = { before, after, none: undefined }[step.returns ?? 'none'];
    for (const store of stores)
      expect(await store.update(keys, change, { when: step.when, returns: step.returns }), name).toEqual({ held, item });
  } else {
    const query = { ...step.query, partition: `${run} ${step.query.partition}` };
    const found = model.query(query);
    const items = found
      .map((one) => projected(one, query.index))
      .filter((one) => one.expires === undefined || Number(one.expires) > query.now);
    const { range } = keysOf(query.index);
    for (const store of stores) {
      const pages = await pagesOf(store, query);
      expect(pages.scanned, name).toBe(found.length);
      expect(pages.items.map((one) => one[range])).toEqual(items.map((one) => one[range]));
      // Items that share a place in an index have no order among them.
      const sorted = (of: readonly Item[]) => of.toSorted((a, b) => compare(`${a[range]} ${a.pk} ${a.sk}`, `${b[range]} ${b.pk} ${b.sk}`));
      expect(sorted(pages.items)).toEqual(sorted(items));
    }
  }
}

interface OperationsRun {
  readonly model: Model;
  readonly stores: readonly ItemStore[];
  readonly own: <T extends object>(of: T) => T;
  readonly run: string;
}

/** Tests that so many random sequences have the same answers on every adapter and on the model. */
export function testRandomOperations(runs: number): void {
  let opened: readonly OpenStore[];
  beforeAll(async () => {
    opened = await Promise.all(adapters.map(({ open }) => open()));
  });
  afterAll(() => Promise.all(opened.map(({ close }) => close())));

  test(`${runs} sequences of operations have the same answers on every adapter`, async () => {
    let [count, queries] = [0, 0];
    const stores = opened.map(({ store }) => store);
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 40 }), async (operations) => {
        const model = new Model();
        // Each run begins with nothing under its own keys.
        count += 1;
        const run = `run-${count}`;
        const own = <T extends object>(of: T): T =>
          Object.fromEntries(
            Object.entries(of).map(([name, value]) => [
              name,
              ownNames.includes(name) && typeof value === 'string' ? `${run} ${value}` : value,
            ]),
          ) as T;
        queries += operations.filter(({ kind }) => kind === 'query').length;
        for (const step of operations) await take(step, { model, stores, own, run });
        for (const partition of [`${run} p`, `${run} q`])
          for (const store of stores)
            expect((await store.query<Item>({ partition, now: 0 })).items).toEqual(model.query({ partition, now: 0 }));
      }),
      { numRuns: runs },
    );
    expect(queries).toBeGreaterThan(runs * 0.8);
  });
}
