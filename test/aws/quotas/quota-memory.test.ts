import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentClient } from '../../../shared/aws/findings/client.ts';
import { dynamoStore } from '../../../shared/aws/findings/dynamodb-store.ts';
import type { Key } from '../../../shared/aws/findings/keys.ts';
import { isCurrent, type QuotaList, quotaMemory } from '../../../shared/aws/quotas/quota-memory.ts';
import { isWatched } from '../../../shared/aws/quotas/quota-service.ts';
import type { Quota } from '../../../shared/core/evaluation/facts.ts';
import { defaultQuotas } from '../../../shared/sandbox/world.ts';
import { examples } from '../../helpers/examples.ts';
import { type DynamoTable, startDynamoTable } from '../findings/dynamo-table.ts';
import { storeThrough } from '../findings/store-through.ts';

let dynamo: DynamoTable;
beforeAll(async () => {
  dynamo = await startDynamoTable();
});
afterAll(() => dynamo.close());

const place = { account: '111122223333', region: 'us-west-2' };
const memoryOn = ({ store } = dynamo) => quotaMemory({ store });
const rows = defaultQuotas('sagemaker', 'us-west-2').filter((q) => isWatched('sagemaker', q.name));
const quotas = rows.map(
  ({ code, name, adjustable }, i): Quota => ({
    service: 'sagemaker',
    code,
    name,
    adjustable,
    level: 'ACCOUNT',
    ...(i % 50 === 0 ? { error: 'DEPENDENCY_SERVICE_ERROR' } : { applied: i % 7 }),
  }),
);
const list: QuotaList = { quotas, pages: 11, listedAt: '2026-11-20T08:00:00.000Z' };
const itemAt = async (pk: string, sk: string): Promise<Key & Record<string, unknown>> =>
  (await dynamo.store.get<Key & Record<string, unknown>>({ pk, sk })) ?? expect.fail(`no item ${pk} ${sk}`);

describe('what is kept', () => {
  test('comes back as it was; the defaults of a region are apart from the lists of accounts', async () => {
    const memory = memoryOn();
    expect(await memory.recall({ ...place, account: '999900001111' })).toBeUndefined();
    await memory.store(place, list);
    await memory.store({ region: 'us-west-2' }, { ...list, pages: 12 });
    expect(await memory.recall(place)).toEqual(list);
    expect(await memory.recall({ region: 'us-west-2' })).toEqual({ ...list, pages: 12 });
    expect(await memory.recall({ region: 'us-east-1' })).toBeUndefined();
    await memory.store(place, { ...list, quotas: [], pages: 1 });
    expect(await memory.recall(place)).toEqual({ ...list, quotas: [], pages: 1 });
  });

  test('is one small item, and DynamoDB removes it unless it is stored again', async () => {
    await memoryOn().store(place, list);
    await memoryOn().store({ region: 'us-west-2' }, list);
    for (const [pk, sk] of [
      ['111122223333#us-west-2', 'QUOTAS'],
      ['deployment', 'QUOTAS#us-west-2'],
    ] as const) {
      const item = await itemAt(pk, sk);
      expect(item).toMatchObject({ version: 1, expires: Date.parse('2026-11-22T08:00:00.000Z') / 1000 });
      expect(quotas.length).toBeGreaterThan(150);
      expect((item.quotas as Uint8Array).byteLength).toBeLessThan(8_000);
    }
  });

  test('by a version that keeps something else is nothing', async () => {
    await memoryOn().store(place, list);
    const item = await itemAt('111122223333#us-west-2', 'QUOTAS');
    await dynamo.store.put({ ...item, version: 0 } as Key);
    expect(await memoryOn().recall(place)).toBeUndefined();
  });

  test.each([
    ['cut short', (bytes: Uint8Array) => bytes.slice(0, 100)],
    ['something else', () => Buffer.from('hello')],
  ])('%s is damaged, which is no reason to fail', async (_, damage) => {
    await memoryOn().store(place, list);
    const item = await itemAt('111122223333#us-west-2', 'QUOTAS');
    const damaged = { ...item, quotas: damage(item.quotas as Uint8Array) };
    await dynamo.store.put(damaged);
    await expect(memoryOn().recall(place)).rejects.toMatchObject({ name: 'AwsError', message: 'the stored quotas are damaged' });
  });
});

describe('a table that fails is reported by its error', () => {
  test('one that is not there', async () => {
    const memory = quotaMemory({ store: dynamoStore({ client: dynamo.client, tableName: 'no-such-table' }) });
    for (const work of [memory.recall(place), memory.store(place, list)])
      await expect(work).rejects.toMatchObject({ name: 'AwsError', code: 'ResourceNotFoundException' });
  });

  test('one that cannot be reached', async () => {
    const client = documentClient({
      endpoint: 'http://127.0.0.1:9',
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
      maxAttempts: 1,
    });
    const memory = quotaMemory({ store: dynamoStore({ client, tableName: 'unreachable' }) });
    await expect(memory.recall(place)).rejects.toMatchObject({ name: 'AwsError', message: 'the connection was refused' });
    client.destroy();
  });

  test('but a defect of ours flies on', async () => {
    const store = storeThrough(dynamo.store, () => Promise.reject(new TypeError('no')));
    await expect(quotaMemory({ store }).recall(place)).rejects.toThrow(TypeError);
  });
});

describe('a list stands', () => {
  const moments = fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  const accounts = fc.integer({ min: 100_000_000_000, max: 999_999_999_999 }).map(String);
  const later = (from: Date, ms: number) => new Date(from.getTime() + ms).toISOString();
  const hourMs = 3_600_000;

  test('for less than a day, never before it was read, and for one stretch', () => {
    fc.assert(
      fc.property(accounts, moments, fc.integer({ min: 1, max: 24 * 60 }), (account, from, minutes) => {
        const shelf = { account, region: 'us-west-2' };
        const at = from.toISOString();
        expect(isCurrent(shelf, at, at)).toBe(true);
        expect(isCurrent(shelf, at, later(from, 24 * hourMs))).toBe(false);
        expect(isCurrent(shelf, at, later(from, -1))).toBe(false);
        if (!isCurrent(shelf, at, later(from, minutes * 60_000)))
          expect(isCurrent(shelf, at, later(from, (minutes + 60) * 60_000))).toBe(false);
      }),
    );
  });

  test('read once a day where it is asked for every hour, and lists of one hour spread over the day', () => {
    const due = new Map<number, number>();
    const lists = examples(2_400);
    for (let n = 0; n < lists; n += 1) {
      const shelf = { account: String(100_000_000_000 + n), region: 'us-west-2' };
      let listed = new Date('2026-11-20T08:00:00.000Z');
      let reads = 0;
      for (let hour = 1; hour <= 24 * 3; hour += 1) {
        const now = new Date(Date.parse('2026-11-20T08:00:00.000Z') + hour * hourMs);
        if (isCurrent(shelf, listed.toISOString(), now.toISOString())) continue;
        if (reads === 0) due.set(hour, (due.get(hour) ?? 0) + 1);
        listed = now;
        reads += 1;
      }
      expect(reads).toBe(3);
    }
    expect(due.size).toBe(24);
    const mean = lists / 24;
    expect(Math.max(...due.values())).toBeLessThan(mean + 5 * Math.sqrt(mean));
  });

  test('not at all where its time is none', () => {
    expect(isCurrent(place, 'yesterday', '2026-11-20T08:00:00.000Z')).toBe(false);
  });
});
