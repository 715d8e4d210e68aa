/** What only DynamoDB does, and the store has to make up for. */
import { BatchWriteCommand, type BatchWriteCommandInput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoStore } from '../../../shared/aws/findings/dynamodb-store.ts';
import { type DynamoTable, startDynamoTable } from './dynamo-table.ts';

let table: DynamoTable;
beforeAll(async () => {
  table = await startDynamoTable();
});
afterAll(() => table.close());

type Send = (command: object, options?: object) => Promise<unknown>;
/** The store on a client that passes every call through `through`. */
const storeWith = (through: (send: () => Promise<unknown>, command: object, options: object | undefined) => Promise<unknown>) =>
  dynamoStore({
    client: {
      send: (command: object, options?: object) => through(() => (table.client.send as Send)(command), command, options),
    } as unknown as DynamoDBDocumentClient,
    tableName: table.tableName,
  });

test('what it returns unprocessed is sent again', async () => {
  const items = Array.from({ length: 60 }, (_, n) => ({ pk: 'unprocessed', sk: String(n).padStart(3, '0') }));
  let refused = 0;
  const sizes: number[] = [];
  const store = storeWith(async (send, command) => {
    const { RequestItems } = (command as { input: BatchWriteCommandInput }).input;
    sizes.push(RequestItems?.[table.tableName]?.length ?? 0);
    if (!(command instanceof BatchWriteCommand) || refused >= 2) return send();
    refused += 1;
    return { UnprocessedItems: RequestItems };
  });
  await store.putAll(items);
  expect(sizes.toSorted((a, b) => a - b)).toEqual([10, 25, 25, 25, 25]);
  expect((await table.store.query({ partition: 'unprocessed', now: 0 })).items).toEqual(items);
});

test('at most 25 calls are under way at once', async () => {
  let [now, most] = [0, 0];
  const store = storeWith(async (send) => {
    now += 1;
    most = Math.max(most, now);
    const answer = await send();
    now -= 1;
    return answer;
  });
  await Promise.all(Array.from({ length: 80 }, (_, n) => store.put({ pk: 'many', sk: String(n) })));
  expect(most).toBe(25);
});

test('a call is ended by its signal', async () => {
  const given: (object | undefined)[] = [];
  const store = storeWith((send, _, options) => {
    given.push(options);
    return send();
  });
  const { signal } = new AbortController();
  await store.put({ pk: 'a', sk: 'a' }, { signal });
  await store.get({ pk: 'a', sk: 'a' }, { signal });
  expect(given).toEqual([{ abortSignal: signal }, { abortSignal: signal }]);
});

test('its other errors are those of the caller', async () => {
  const store = storeWith(() => Promise.reject(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' })));
  for (const call of [
    store.get({ pk: 'a', sk: 'a' }),
    store.put({ pk: 'a', sk: 'a' }, { when: ['absent', 'pk'] }),
    store.update({ pk: 'a', sk: 'a' }, { set: { a: 1 } }, { when: ['absent', 'pk'] }),
    store.putAll([{ pk: 'a', sk: 'a' }]),
    store.query({ partition: 'a', now: 0 }),
  ])
    await expect(call).rejects.toThrow('Rate exceeded');
});
