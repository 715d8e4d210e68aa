/** What the findings table relies on, of every adapter of its store. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ItemCondition, ItemQuery, ItemStore, QueryPosition } from '../../../shared/aws/findings/item-store.ts';
import { type IndexName, indexes, type Key, keysOf } from '../../../shared/aws/findings/keys.ts';
import { adapters, type OpenStore } from './stores.ts';

type Item = Key & Record<string, unknown>;

describe.each(adapters)('$name', ({ name: adapter, open }) => {
  let opened: OpenStore;
  let store: ItemStore;
  beforeAll(async () => {
    opened = await open();
    store = opened.store;
  });
  afterAll(() => opened.close());

  /** Each test has a partition, and values of index keys, of its own. */
  let partitions = 0;
  const partition = () => `partition-${++partitions}`;
  const get = (pk: string, sk: string) => store.get<Item>({ pk, sk });
  /** All items of a query, in pages. */
  async function all(query: Omit<ItemQuery, 'now'> & { readonly now?: number }): Promise<readonly Item[]> {
    const items: Item[] = [];
    let after: QueryPosition | undefined;
    do {
      const page = await store.query<Item>({ now: 0, ...query, ...(after && { after }) });
      items.push(...page.items);
      after = page.last;
    } while (after);
    return items;
  }
  const sks = (items: readonly Item[]) => items.map(({ sk }) => sk);

  describe('an item', () => {
    test('comes back as it was put, with any content', async () => {
      const pk = partition();
      const item = {
        pk,
        sk: 'F#ünïcode 漢字 👩‍💻 " \\ \n \u0001 \u2028',
        text: '漢字 👩‍💻 "quoted" \\ \n\t \u0000 \u001b[31m \u202e \ufeff',
        empty: '',
        numbers: [0, 1, -1, 0.1, -2.5e-7, 1e21 / 1e6, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 123456.789],
        yes: true,
        no: false,
        nothing: null,
        list: ['', null, [], {}, [1, ['two', { three: 3 }]]],
        map: { 'a key with "quotes"': { '': 'empty name' }, 漢: 1 },
        bytes: new Uint8Array([0, 1, 127, 128, 255]),
        inside: { bytes: [new Uint8Array([7])] },
        names: new Set(['a', 'b']),
        amounts: new Set([1, 2.5]),
      };
      await store.put(item);
      const read = await get(pk, item.sk);
      expect({ ...read, bytes: [...((read?.bytes ?? []) as Uint8Array)], inside: undefined }).toEqual({
        ...item,
        bytes: [0, 1, 127, 128, 255],
        inside: undefined,
      });
      expect(read?.inside).toEqual({ bytes: [Uint8Array.from([7])] });
    });

    test('leaves out what is undefined, at any depth', async () => {
      const pk = partition();
      await store.put({ pk, sk: 'a', gone: undefined, map: { gone: undefined, here: 1 }, list: [1, undefined, 2] } as Item);
      expect(await get(pk, 'a')).toEqual({ pk, sk: 'a', map: { here: 1 }, list: [1, 2] });
    });

    test('may have a key of 1,024 bytes and be of 390 KB', async () => {
      const pk = partition();
      const sk = `${'ü'.repeat(511)}ab`;
      expect(Buffer.byteLength(sk)).toBe(1024);
      const item = { pk, sk, text: 'x'.repeat(390 * 1024) };
      await store.put(item);
      expect(await get(pk, sk)).toEqual(item);
      expect(await all({ partition: pk })).toEqual([item]);
    });

    const refused: readonly (readonly [what: string, attributes: object])[] = [
      ['a number that is none', { n: Number.NaN }],
      ['infinity', { map: { n: Number.POSITIVE_INFINITY } }],
      ['a number too large to be exact', { n: 2 ** 60 }],
      ['an instance of a class', { at: new Date() }],
      ['a number as the key of an index', { cluster: 3 }],
      // As DynamoDB does, https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html;
      // dynalite accepts it.
      ...(adapter === 'SQLite' ? [['an empty text as the key of an index', { cluster: '' }] as const] : []),
    ];
    test.each(refused)('is refused with %s, and nothing is written', async (_, more) => {
      const pk = partition();
      await expect(store.put({ pk, sk: 'a', ...more } as Item)).rejects.toThrow();
      expect(await get(pk, 'a')).toBeUndefined();
    });

    test('is replaced whole by a put', async () => {
      const pk = partition();
      await store.put({ pk, sk: 'a', one: 1, pending: 'x', at: '1' } as Item);
      await store.put({ pk, sk: 'a', two: 2 } as Item);
      expect(await get(pk, 'a')).toEqual({ pk, sk: 'a', two: 2 });
      expect(await get(pk, 'b')).toBeUndefined();
    });

    test('is read with others in the order of the keys', async () => {
      const pk = partition();
      const items = ['c', 'a', 'b'].map((sk) => ({ pk, sk }));
      await store.putAll(items);
      expect(
        await store.getAll([
          { pk, sk: 'b' },
          { pk, sk: 'none' },
          { pk, sk: 'c' },
        ]),
      ).toEqual([{ pk, sk: 'b' }, undefined, { pk, sk: 'c' }]);
      expect(await store.getAll([])).toEqual([]);
      expect(await store.getAll([items[0], items[0]].flatMap((key) => key ?? []))).toEqual([items[0], items[0]]);
    });

    test('is read with hundreds of others at once, and only in part where that is enough', async () => {
      const pk = partition();
      const items = Array.from({ length: 250 }, (_, n) => ({ pk, sk: `item-${n}`, n, more: 'x' }));
      await store.putAll(items);
      const found = await store.getAll<(typeof items)[number]>(items, ['n']);
      expect(found.map((item) => [item?.sk, item?.n])).toEqual(items.map(({ sk, n }) => [sk, n]));
    });

    test('can be put with a thousand others at once', async () => {
      const pk = partition();
      const items = Array.from({ length: 1001 }, (_, n) => ({ pk, sk: `item-${String(n).padStart(5, '0')}`, n }));
      await store.putAll(items.toReversed());
      expect(await all({ partition: pk })).toEqual(items);
      await store.putAll([]);
    });
  });

  describe('a condition', () => {
    const cases: readonly (readonly [name: string, condition: ItemCondition, holdsOf: readonly string[]])[] = [
      ['absent key', ['absent', 'pk'], ['nothing']],
      ['present key', ['present', 'pk'], ['low', 'high', 'text', 'null']],
      ['absent attribute', ['absent', 'seq'], ['nothing', 'null']],
      ['present attribute', ['present', 'note'], ['text', 'null']],
      ['equal number', ['=', 'seq', 9], ['low']],
      ['less, by value and not by digits', ['<', 'seq', 10], ['low']],
      ['at most', ['<=', 'seq', 9], ['low']],
      ['more', ['>', 'seq', 9], ['high', 'text']],
      ['equal text', ['=', 'note', '\u{10000}'], ['text']],
      // In UTF-8 the characters beyond U+FFFF come last; in UTF-16 they do not.
      ['less than a text, by bytes', ['<', 'note', '\u{10001}'], ['text']],
      // "DynamoDB collates and compares strings using the bytes of the underlying UTF-8 string encoding" (same page); dynalite does
      // so for keys, not for conditions.
      ...(adapter === 'SQLite' ? ([['not less than a text that is larger in UTF-16 only', ['<', 'note', '\uffff'], []]] as const) : []),
      ['a text is not a number', ['<', 'note', 5], []],
      ['a number is not a text', ['>', 'seq', ''], []],
      ['null is no number', ['<', 'note', 5], []],
      ['one of two', ['or', ['absent', 'pk'], ['<', 'seq', 10]], ['nothing', 'low']],
      ['both', ['and', ['>', 'seq', 5], ['<', 'seq', 10]], ['low']],
      [
        'nested',
        ['or', ['absent', 'pk'], ['or', ['<', 'seq', 10], ['and', ['=', 'seq', 10], ['present', 'note']]]],
        ['nothing', 'low', 'text'],
      ],
      ['of a reserved word', ['absent', 'order'], ['nothing', 'low', 'high', 'text', 'null']],
    ];
    const items: Readonly<Record<string, object | undefined>> = {
      nothing: undefined,
      low: { seq: 9 },
      high: { seq: 10 },
      text: { seq: 10, note: '\u{10000}' },
      null: { note: null },
    };

    test.each(cases)('%s', async (_, when, holdsOf) => {
      for (const operation of ['put', 'update'] as const) {
        const pk = partition();
        const before = Object.entries(items).flatMap(([sk, attributes]) => (attributes ? [{ pk, sk, ...attributes }] : []));
        await store.putAll(before);
        const after = new Map<string, Key>(before.map((item) => [item.sk, item]));
        const held: string[] = [];
        for (const sk of Object.keys(items)) {
          const change = { pk, sk, changed: 1 };
          const isHeld =
            operation === 'put'
              ? await store.put(change, { when })
              : (await store.update({ pk, sk }, { set: { changed: 1 } }, { when })).held;
          if (!isHeld) continue;
          held.push(sk);
          after.set(sk, operation === 'put' ? change : { ...after.get(sk), ...change });
        }
        expect(held, operation).toEqual(holdsOf);
        // What did not hold has changed nothing.
        expect(new Map((await all({ partition: pk })).map((item) => [item.sk, item]))).toEqual(after);
      }
    });
  });

  describe('an update', () => {
    test('sets, sets what is missing, removes, and keeps the rest', async () => {
      const key = { pk: partition(), sk: 'a' };
      await store.put({ ...key, old: 1, rest: [1], at: 'x' } as Item);
      expect(
        await store.update(key, { set: { last: 'now', map: { a: 1 } }, setIfAbsent: { at: 'y', since: 'z' }, remove: ['old', 'none'] }),
      ).toEqual({ held: true });
      expect(await store.get(key)).toEqual({ ...key, rest: [1], at: 'x', since: 'z', last: 'now', map: { a: 1 } });
    });

    test('creates the item that does not exist, if only with its key', async () => {
      const key = { pk: partition(), sk: 'a' };
      expect(await store.update(key, { set: { a: 1 } }, { returns: 'before' })).toEqual({ held: true });
      expect(await store.get(key)).toEqual({ ...key, a: 1 });
      const other = { pk: key.pk, sk: 'b' };
      await store.update(other, { remove: ['a'] });
      expect(await store.get(other)).toEqual(other);
    });

    test('returns the item as it was or as it is', async () => {
      const key = { pk: partition(), sk: 'a' };
      await store.put({ ...key, n: 1 } as Item);
      expect(await store.update(key, { set: { n: 2 } }, { returns: 'before' })).toEqual({ held: true, item: { ...key, n: 1 } });
      expect(await store.update(key, { set: { n: 3 } }, { returns: 'after' })).toEqual({ held: true, item: { ...key, n: 3 } });
      expect(await store.update(key, { set: { n: 4 } }, { when: ['=', 'n', 1], returns: 'before' })).toEqual({ held: false });
    });

    test('moves the item in and out of indexes', async () => {
      const [pk, cluster] = [partition(), partition()];
      const key = { pk, sk: 'a' };
      const found = async () => sks(await all({ index: 'cluster', partition: cluster }));
      await store.put({ ...key, cluster, order: 'F#1' } as Item);
      expect(await found()).toEqual(['a']);
      await store.update(key, { remove: ['order'] });
      expect(await found()).toEqual([]);
      await store.update(key, { setIfAbsent: { order: 'F#2' } });
      expect(await found()).toEqual(['a']);
      await store.update(key, { set: { cluster: partition() } });
      expect(await found()).toEqual([]);
    });
  });

  describe('a query of the table', () => {
    // In the order of UTF-8 bytes.
    const keys = ['', 'A', 'a', 'a#', 'a#1', 'a#10', 'a#2', 'b', 'é', '漢', '\ufb01', '\uffff', '\u{1f469}'].map((end) => `k${end}`);
    let pk: string;
    beforeAll(async () => {
      pk = partition();
      await store.putAll(keys.toReversed().map((sk) => ({ pk, sk })));
      await store.put({ pk: `${pk}x`, sk: 'ka' });
    });

    test('has the items of one partition in the order of their sort keys, by bytes', async () => {
      expect(sks(await all({ partition: pk }))).toEqual(keys);
      expect(sks(await all({ partition: pk, descending: true }))).toEqual(keys.toReversed());
      expect(await all({ partition: partition() })).toEqual([]);
    });

    test('is bounded by sort keys, which are included', async () => {
      const found = async (range: Pick<ItemQuery, 'from' | 'to'>) => sks(await all({ partition: pk, ...range }));
      expect(await found({ from: 'ka#1', to: 'kb' })).toEqual(['ka#1', 'ka#10', 'ka#2', 'kb']);
      expect(await found({ from: 'ka#', to: 'ka#\uffff' })).toEqual(['ka#', 'ka#1', 'ka#10', 'ka#2']);
      expect(await found({ from: 'k漢' })).toEqual(keys.slice(keys.indexOf('k漢')));
      expect(await found({ to: 'kA' })).toEqual(['k', 'kA']);
      expect(await found({ from: 'x' })).toEqual([]);
    });

    test.each([1, 2, 3, 5, 12, 13, 14, 100])('comes in pages of %i without losing or repeating any', async (limit) => {
      for (const descending of [false, true]) {
        const found: string[] = [];
        let after: QueryPosition | undefined;
        let pages = 0;
        do {
          const page = await store.query<Item>({ partition: pk, now: 0, limit, descending, ...(after && { after }) });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          expect(page.scanned).toBe(page.items.length);
          found.push(...sks(page.items));
          after = page.last && JSON.parse(JSON.stringify(page.last));
          // Full, so there may be more; not full, so there is not.
          expect(after !== undefined).toBe(page.items.length === limit);
          pages += 1;
        } while (after);
        expect(found).toEqual(descending ? keys.toReversed() : keys);
        expect(pages).toBe(Math.floor(keys.length / limit) + 1);
      }
    });

    test('goes on where a page ended, though items came and went', async () => {
      const pk = partition();
      await store.putAll(['a', 'c', 'e', 'g'].map((sk) => ({ pk, sk })));
      const { last } = await store.query({ partition: pk, now: 0, limit: 2 });
      await store.putAll(['b', 'd'].map((sk) => ({ pk, sk })));
      expect(sks(await all({ partition: pk, ...(last && { after: last }) }))).toEqual(['d', 'e', 'g']);
    });

    test('has of each item what is asked for', async () => {
      const pk = partition();
      await store.put({ pk, sk: 'a', seq: 1, expires: 5_000_000_000, text: 'x', check: 'c' } as Item);
      await store.put({ pk, sk: 'b' });
      const found = (only: readonly string[]) => all({ partition: pk, only });
      expect(await found(['sk', 'expires'])).toEqual([{ sk: 'a', expires: 5_000_000_000 }, { sk: 'b' }]);
      expect(await found(['text', 'check'])).toEqual([{ text: 'x', check: 'c' }, {}]);
    });

    test('leaves out what has expired, and counts it', async () => {
      const pk = partition();
      await store.putAll([
        { pk, sk: 'a', expires: 99 } as Item,
        { pk, sk: 'b', expires: 100 } as Item,
        { pk, sk: 'c', expires: 101 } as Item,
        { pk, sk: 'd' },
      ]);
      expect(await store.query({ partition: pk, now: 100 })).toEqual({
        items: [
          { pk, sk: 'c', expires: 101 },
          { pk, sk: 'd' },
        ],
        scanned: 4,
      });
      const page = await store.query({ partition: pk, now: 100, limit: 2 });
      expect([page.items, page.scanned]).toEqual([[], 2]);
      expect(sks(await all({ partition: pk, now: 100, limit: 1 }))).toEqual(['c', 'd']);
      // A read by key is of what is there.
      expect(await get(pk, 'a')).toMatchObject({ expires: 99 });
    });
  });

  describe.each(Object.values(indexes))('the index %s', (name) => {
    const index: IndexName = name;
    const { hash, range } = keysOf(index);
    const whole = !['pending', 'time', 'log'].includes(index);
    const more = { seq: 7, expires: 5_000_000_000, text: 'x'.repeat(100), map: { a: 1 } };

    /** Items in an index partition of their own, by the order of their range key. */
    async function fill(ranges: readonly string[]) {
      const value = partition();
      const items = ranges.map((at, n) => ({
        ...more,
        pk: hash === 'pk' ? value : partition(),
        sk: `sk-${n}`,
        [hash]: value,
        [range]: at,
      }));
      await store.putAll(items.toReversed());
      return { value, items };
    }

    test('has its items in the order of its sort key, up and down, within bounds', async () => {
      const ranges = ['F#2026-01', 'F#2026-02', 'F#2026-02#a', 'F#2026-10', 'U#2026-01', 'é', '\uffff', '\u{1f469}'];
      const { value } = await fill(ranges);
      const found = async (query: Partial<ItemQuery>) => (await all({ index, partition: value, ...query })).map((item) => item[range]);
      expect(await found({})).toEqual(ranges);
      expect(await found({ descending: true })).toEqual(ranges.toReversed());
      expect(await found({ from: 'F#2026-02', to: 'F#2026-10' })).toEqual(ranges.slice(1, 4));
      expect(await found({ from: 'U#' })).toEqual(ranges.slice(4));
      expect(await found({ to: 'F#2026-01' })).toEqual(ranges.slice(0, 1));
    });

    test('holds only items with both of its keys', async () => {
      const value = partition();
      const item = (sk: string, keys: object) => ({ pk: hash === 'pk' ? value : partition(), sk, ...keys });
      await store.putAll([
        item('both', { [hash]: value, [range]: '1' }),
        item('no range', { [hash]: value }),
        ...(hash === 'pk' ? [] : [item('no hash', { [range]: '1' })]),
      ]);
      expect(sks(await all({ index, partition: value }))).toEqual(['both']);
    });

    test(`holds ${whole ? 'whole items' : 'of its items what is projected'}`, async () => {
      const { value, items } = await fill(['1']);
      const keys = { pk: items[0]?.pk, sk: 'sk-0', [hash]: value, [range]: '1' };
      const projected = index === 'pending' ? keys : { ...keys, seq: more.seq, expires: more.expires };
      expect(await all({ index, partition: value })).toEqual([whole ? { ...more, ...keys } : projected]);
    });

    test.each([1, 2, 3, 4, 7, 8])('comes in pages of %i, also where items share a place', async (limit) => {
      const { value, items } = await fill(['1', '2', '2', '2', '3', '4', '4']);
      for (const descending of [false, true]) {
        const found = await all({ index, partition: value, limit, descending });
        expect(found.map((item) => item[range])).toEqual(
          descending ? ['4', '4', '3', '2', '2', '2', '1'] : ['1', '2', '2', '2', '3', '4', '4'],
        );
        expect(new Set(found.map(({ pk, sk }) => `${pk} ${sk}`)).size).toBe(items.length);
      }
    });

    test('follows what becomes of an item', async () => {
      const { value, items } = await fill(['1']);
      const key = { pk: items[0]?.pk ?? '', sk: 'sk-0' };
      const found = async () => (await all({ index, partition: value })).map((item) => item[range]);
      await store.put({ ...key, [hash]: value, [range]: '2' } as Item);
      expect(await found()).toEqual(['2']);
      await store.update(key, { set: { [range]: '3' } });
      expect(await found()).toEqual(['3']);
      await store.put(key);
      expect(await found()).toEqual([]);
    });

    if (index !== 'pending')
      test('leaves out what has expired', async () => {
        const value = partition();
        const pk = hash === 'pk' ? value : partition();
        await store.put({ pk, sk: 'a', [hash]: value, [range]: '1', expires: 100 } as Item);
        expect(await store.query({ index, partition: value, now: 100 })).toEqual({ items: [], scanned: 1 });
        expect((await store.query({ index, partition: value, now: 99 })).items).toHaveLength(1);
      });

    test('refuses to go on from a position of another partition', async () => {
      const [one, other] = [await fill(['1', '2']), await fill(['1', '2'])];
      const { last } = await store.query({ index, partition: one.value, now: 0, limit: 1 });
      await expect(store.query({ index, partition: other.value, now: 0, ...(last && { after: last }) })).rejects.toThrow();
    });
  });

  describe('writers at the same time', () => {
    test('of one number only one gets it, and no update is lost', async () => {
      const key = { pk: partition(), sk: 'counter' };
      await store.put({ ...key, n: 0 } as Item);
      const counts = [opened.store, opened.other].flatMap((own) =>
        Array.from({ length: 8 }, async () => {
          for (;;) {
            const { n } = (await own.get<Item & { readonly n: number }>(key)) ?? { n: 0 };
            if ((await own.update(key, { set: { n: n + 1 } }, { when: ['=', 'n', n] })).held) return n;
          }
        }),
      );
      expect((await Promise.all(counts)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, n) => n));
      expect(await store.get(key)).toEqual({ ...key, n: 16 });
    });

    test('of one that does not exist only one creates it', async () => {
      const key = { pk: partition(), sk: 'LOG#0000000001' };
      const puts = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 ? opened.store : opened.other).put({ ...key, writer: n } as Item, { when: ['absent', 'pk'] }),
        ),
      );
      expect(puts.filter((held) => held)).toHaveLength(1);
      expect(await store.get(key)).toEqual({ ...key, writer: puts.indexOf(true) });
    });

    test('each sees what the other has written', async () => {
      const key = { pk: partition(), sk: 'a' };
      for (let n = 0; n < 20; n++) {
        await (n % 2 ? opened.store : opened.other).put({ ...key, n } as Item);
        expect(await (n % 2 ? opened.other : opened.store).get(key)).toEqual({ ...key, n });
      }
    });
  });

  test('work as one has what it wrote, and returns what it returns', async () => {
    const pk = partition();
    const n = await store.atomically(async (inside) => {
      await inside.put({ pk, sk: 'a' });
      expect(await inside.get({ pk, sk: 'a' })).toEqual({ pk, sk: 'a' });
      await inside.atomically((again) => again.putAll([{ pk, sk: 'b' }]));
      return (await inside.query({ partition: pk, now: 0 })).items.length;
    });
    expect(n).toBe(2);
    expect(sks(await all({ partition: pk }))).toEqual(['a', 'b']);
    await expect(
      store.atomically(async () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    // And the store goes on.
    await store.put({ pk, sk: 'c' });
    expect(await get(pk, 'c')).toEqual({ pk, sk: 'c' });
  });
});
