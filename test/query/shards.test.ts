/** Records of one status, check or cluster are spread over partitions, and read as if they stood in one. */
import { expect, test } from 'vitest';
import { indexes, partitionOf, partitionsOfValue, type ShardedIndex, shardOfValue } from '../../shared/aws/findings/keys.ts';
import { finding, planned, result, row } from '../core/results.ts';
import { at, startInventory } from './inventory.ts';

const places = Array.from({ length: 40 }, (_, n) => ({ account: String(111122220000 + n), region: n % 2 ? 'us-east-1' : 'us-west-2' }));
const questions = [
  '/findings',
  '/findings?status=pass',
  '/findings?status=fail',
  '/findings?open=true&level=required',
  '/findings?check=efa-self-traffic',
  '/findings?cluster=llm-train',
  '/coverage',
  '/coverage?level=required',
  '/coverage?check=vpc-dns',
  '/changes',
];

test('writes of one value go to all of its partitions evenly, and to none that is not read', () => {
  for (const [index, shards] of [
    ['open', 16],
    ['check', 4],
    ['cluster', 8],
  ] as const) {
    const all = Array.from({ length: 18_000 }, (_, n) => ({ account: String(100_000_000_000 + n), region: `us-east-${1 + (n % 18)}` }));
    const by = Map.groupBy(all, (place) => shardOfValue(index, 'x', place));
    expect(by.size).toBe(shards);
    for (const [partition, members] of by) {
      expect(partitionsOfValue(index, 'x')).toContain(partition);
      expect(Math.abs(members.length / (all.length / shards) - 1)).toBeLessThan(0.15);
    }
  }
});

test('records that an earlier version wrote into one partition stand in the same order as the others', async () => {
  const inventory = await startInventory();
  for (const [n, place] of places.entries()) {
    const findings = [finding({ status: n % 3 ? 'pass' : 'fail' }), finding({ resource: 'sg-2', cluster: 'other' })];
    await inventory.audit(place, at(8 + n / 100), result({ findings, rows: [row({ check: 'vpc-dns' })], clusters: [planned] }));
  }
  inventory.at(at(12));
  const answers = () =>
    Promise.all(questions.map((question) => inventory.pages(`${question}${question.includes('?') ? '&' : '?'}limit=7`)));
  const before = await answers();
  // No partition holds all.
  const [{ items: inBase }] = [await inventory.store.query({ index: indexes.open, partition: 'pass', now: 0 })];
  expect(inBase).toEqual([]);
  for (const place of places.filter((_, n) => n % 2 === 0)) {
    for (const prefix of ['F#', 'U#', 'LOG#']) {
      const { items } = await inventory.store.query<Readonly<Record<string, string>>>({
        partition: partitionOf(place),
        from: prefix,
        to: `${prefix}\uffff`,
        now: 0,
      });
      for (const item of items) {
        const base = (index: ShardedIndex | 'month') => (item[index] === undefined ? {} : { [index]: item[index].replace(/#\d+$/, '') });
        await inventory.store.update(
          { pk: item.pk ?? '', sk: item.sk ?? '' },
          { set: { ...base('open'), ...base('check'), ...base('cluster'), ...base('month') } },
        );
      }
    }
  }
  const after = await answers();
  expect((await inventory.store.query({ index: indexes.log, partition: at(8).slice(0, 7), now: 0 })).items).toHaveLength(places.length / 2);
  for (const [n, question] of questions.entries()) expect([question, after[n]]).toEqual([question, before[n]]);
  inventory.close();
});
