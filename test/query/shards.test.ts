/** Records of one status, check or cluster are spread over partitions, and read as if they stood in one. */
import { describe, expect, test } from 'vitest';
import {
  indexes,
  logPartition,
  orderOf,
  partitionOf,
  partitionsOfValue,
  type ShardedIndex,
  shardOfValue,
} from '../../shared/aws/findings/keys.ts';
import type { Change, Commit } from '../../shared/core/history/log.ts';
import { sourceOf } from '../../shared/query/merge.ts';
import type { QueryPorts } from '../../shared/query/query-sources.ts';
import { answer } from '../../shared/query/run-query.ts';
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

describe('partitions of the log without commits', () => {
  const count = 1000;
  const place = { account: '111122223333', region: 'us-west-2' };
  const logged = Array.from({ length: count }, (_, n) => ({
    order: orderOf.commit(new Date(Date.UTC(2026, 10, 20) - n * 600_000).toISOString(), place, count - n),
    value: { ...place, seq: count - n },
  }));
  const byPartition = Map.groupBy(logged, ({ order }) => logPartition(order, place));
  const change: Change = {
    of: 'finding',
    kind: 'changed',
    id: 'vpc-dns/-/-/vpc-1',
    cause: 'account',
    before: { status: 'fail', level: 'required', since: at(0) },
  };
  const commitOf = (seq: number) => ({ seq, auditId: `audit-${seq}`, factsAt: at(0), changes: [change] }) as unknown as Commit;

  test.each(['', '&from=2017-01-01T00:00:00Z'])('are not asked again for one page of 1,000 commits%s', async (period) => {
    const inventory = await startInventory();
    let calls = 0;
    const reader: QueryPorts['reader'] = {
      ...inventory.ports.reader,
      commits: async (of, { from, below }, limit) => {
        calls += 1;
        const all = 'partition' in of ? (byPartition.get(of.partition) ?? []) : [];
        return sourceOf(all.filter(({ order }) => order >= from))(below, limit);
      },
      log: async (_, first, last) => Array.from({ length: last - first + 1 }, (_, n) => commitOf(first + n)),
    };
    const answered = await answer(
      { method: 'GET', path: '/changes', query: `of=readiness&limit=50${period}` },
      { ...inventory.ports, reader },
    );
    expect(answered.body).toMatchObject({ items: [], scanned: count });
    expect(calls).toBeLessThan(40);
    await inventory.close();
  });
});
