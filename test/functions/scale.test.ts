/** The simulation of scale counts right: what a write takes by DynamoDB's rules, and small organizations as a whole. */
import { expect, test } from 'vitest';
import { conditionOf, keyRangeOf, namesOf, updateOf } from '../bench/scale/expressions.ts';
import { grown, grownHour } from '../bench/scale/growth.ts';
import { simulateLargeOrganization } from '../bench/scale/large-organization.ts';
import { simulateHours } from '../bench/scale/organization.ts';
import { type PackedItem, pack, packItem, wireItem, writesOfItem } from '../bench/scale/packed-items.ts';
import { writeCounts } from '../bench/scale/write-counts.ts';

const key = { pk: '111122223333#us-west-2', sk: 'LOG#0000000001' };
const commit = { ...key, seq: 1, logOrder: 'o', month: '2026-11#1', expires: 1 };
const pending = { ...key, seq: 1, logOrder: 'o', month: '2026-11#1', pending: 'pending#1', at: 't' };
const record = { pk: key.pk, sk: 'F#1', open: 'pass#1', order: 'F#1', check: 'c#1', cluster: 'llm#1', text: 'x'.repeat(1500) };

test.each<readonly [string, PackedItem | undefined, PackedItem, Readonly<Record<string, number>>]>([
  ['an item that is in no index', undefined, { pk: key.pk, sk: 'HEAD' }, { table: 1 }],
  ['a pending commit', undefined, pending, { table: 1, pending: 1, time: 1, log: 1 }],
  ['its confirmation, which leaves one index and changes two', pending, commit, { table: 1, pending: 1, time: 1, log: 1 }],
  ['an attribute that no index holds', commit, { ...commit, accepted: 'alerts' }, { table: 1 }],
  ['a record, whole in each index', undefined, record, { table: 2, open: 2, region: 2, check: 2, cluster: 2 }],
  ['a record that moves to another key', record, { ...record, open: 'required#1' }, { table: 2, open: 4, region: 2, check: 2, cluster: 2 }],
  ['the larger of before and after', record, { ...record, text: '' }, { table: 2, open: 2, region: 2, check: 2, cluster: 2 }],
  ['the same again', record, record, { table: 2 }],
])('write units of %s', (_, before, after, units) => {
  const taken: Record<string, number> = {};
  for (const write of writesOfItem(before, after)) taken[write.in] = (taken[write.in] ?? 0) + write.units;
  expect(taken).toEqual(units);
});

test('the hottest key is that of the busiest second', () => {
  const counts = writeCounts();
  counts.add([{ in: 'log', key: 'a', units: 2 }], 1000);
  counts.add([{ in: 'log', key: 'a', units: 2 }], 1999);
  counts.add([{ in: 'log', key: 'a', units: 3 }], 2000);
  counts.add([{ in: 'log', key: 'b', units: 1 }], 1000);
  expect(counts.take()).toEqual({ units: 8, hottest: [{ in: 'log', key: 'a', units: 4 }] });
  expect(counts.take()).toEqual({ units: 0, hottest: [] });
});

test('expressions are read as the store writes them', () => {
  const names = namesOf(
    { ExpressionAttributeNames: { '#n0': 'seq', '#n1': 'pk' }, ExpressionAttributeValues: { ':v0': { N: '3' }, ':v1': { S: 'a' } } },
    pack,
  );
  expect(conditionOf('(attribute_not_exists(#n1)) OR ((#n0 < :v0) AND (attribute_exists(#n0)))', names)).toEqual([
    'or',
    ['absent', 'pk'],
    ['and', ['<', 'seq', 3], ['present', 'seq']],
  ]);
  expect(updateOf('SET #n0 = :v0, #n1 = if_not_exists(#n1, :v1) REMOVE #n0, #n1', names)).toEqual({
    set: { seq: 3 },
    setIfAbsent: { pk: 'a' },
    remove: ['seq', 'pk'],
  });
  expect(updateOf('REMOVE #n0', names)).toEqual({ set: {}, setIfAbsent: {}, remove: ['seq'] });
  expect(keyRangeOf('#n1 = :v1 AND #n0 BETWEEN :v0 AND :v1', names)).toEqual({ partition: 'a', from: '3', to: 'a' });
  expect(keyRangeOf('#n1 = :v1', names)).toEqual({ partition: 'a' });
  const item = { pk: { S: 'a"b' }, seq: { N: '3' }, of: { L: [{ BOOL: true }] } };
  expect(JSON.parse(wireItem(packItem(item)))).toEqual(item);
});

test('organizations of 1 and 3 accounts: every place is audited once an hour, and three take three times as much as one', async () => {
  const [one, three] = [await simulateHours(1, false), await simulateHours(3, false)];
  expect(one.map(({ audits }) => audits)).toEqual([18, 18, 18]);
  expect(three.map(({ audits }) => audits)).toEqual([54, 54, 54]);
  const [first, second] = one;
  // Three units for each audit that finds nothing new; dispatch and digest write a few.
  expect((second?.writeUnits ?? 0) - 3 * 18).toBeLessThan(40);
  expect(first?.runs.get('notify')?.calls).toBeGreaterThan(0);
  expect(first?.messages).toBe(2);
  expect((three[0]?.writeUnits ?? 0) / (first?.writeUnits ?? 1)).toBeCloseTo(3, 0);
  for (const hour of [...one, ...three]) for (const { units } of hour.hottest) expect(units).toBeLessThan(1000);
  // Without processor time nothing depends on the machine.
  expect(await simulateHours(1, false)).toEqual(one);
});

test('what a large organization begins with is what its first audits leave', async () => {
  const hour = await simulateLargeOrganization(3, false);
  expect(hour.audits).toBe(54);
  // The summary of first audits, and the digest.
  expect(hour.messages).toBe(2);
  expect(hour.hottest.map((of) => of.in)).toContain('log');
});

test('growth follows the line through two sizes and never falls', () => {
  const sizes = { small: 100, large: 1000 };
  expect(grown(10, 100, sizes, 10_000)).toBe(1000);
  expect(grown(5, 5, sizes, 10_000)).toBe(5);
  expect(grown(7, 5, sizes, 10_000)).toBe(5);
  const hour = (n: number) => ({
    name: 'h',
    audits: n,
    runs: new Map([['audit' as const, { calls: n, longestMs: 5, totalMs: n }]]),
    calls: n,
    writeUnits: n,
    hottest: [{ in: 'log', key: 'a', units: n / 10 }],
    messages: 1,
    lastAuditMinutes: 48,
  });
  expect(grownHour(hour(100), hour(1000), sizes, 10_000)).toEqual({ ...hour(10_000), hottest: [{ in: 'log', key: 'a', units: 1000 }] });
});
