/**
 * A findings table that counts: it stands before one of dynalite, asks for the capacity that each call takes, and
 * computes the capacity of items that are written as DynamoDB does. What an index takes is computed here, for dynalite says
 * nothing of indexes.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { tableDefinition } from '../../shared/aws/findings/keys.ts';
import { type Item, itemBytes } from './item-size.ts';

export interface Counted {
  readonly reads: number;
  readonly writes: number;
  /** Units as DynamoDB charges them, indexes included. */
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Items put or updated in the table itself. */
  readonly items: number;
  /** Bytes of the items that were put. */
  readonly bytes: number;
}

export interface CountedTable {
  readonly endpoint: string;
  /** What was counted since this was last asked. */
  readonly counted: () => Counted;
  /** Bytes that stand in the table now of the items that were put, by what their sort key begins with (`F#`, `AUDIT#`). */
  readonly held: () => ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

const units = (size: number): number => Math.max(1, Math.ceil(size / 1024));

/** What an item takes in the indexes that it stands in, those of which it has both keys: some attributes, or all of it. */
const indexUnits = (item: Item): number =>
  tableDefinition.GlobalSecondaryIndexes.filter(({ KeySchema }) => KeySchema.every((key) => item[key.AttributeName] !== undefined)).reduce(
    (sum, { Projection }) => sum + (Projection.ProjectionType === 'ALL' ? units(itemBytes(item)) : 1),
    0,
  );

interface Said {
  readonly ConsumedCapacity?: { readonly CapacityUnits: number } | readonly { readonly CapacityUnits: number }[];
}

interface Input {
  readonly Item?: Item;
  readonly RequestItems?: { readonly [table: string]: readonly { readonly PutRequest?: { readonly Item: Item } }[] };
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

const nothing: Counted = { reads: 0, writes: 0, readUnits: 0, writeUnits: 0, items: 0, bytes: 0 };

export async function startCountedTable(table: string, latencyMs: number): Promise<CountedTable> {
  let counted = nothing;
  const held = new Map<string, number>();
  const add = (more: Partial<Counted>) => {
    counted = Object.fromEntries(Object.entries(counted).map(([k, v]) => [k, v + (more[k as keyof Counted] ?? 0)])) as unknown as Counted;
  };

  const count = (operation: string, input: Input, said: Said) => {
    const consumed = [said.ConsumedCapacity ?? []].flat().reduce((sum, c) => sum + c.CapacityUnits, 0);
    if (operation === 'GetItem' || operation === 'Query') return add({ reads: 1, readUnits: consumed });
    const inBatch = Object.values(input.RequestItems ?? {}).flatMap((requests) => requests.map((w) => w.PutRequest?.Item));
    const put = [input.Item, ...inBatch].filter((item) => item !== undefined);
    for (const item of put) held.set(`${item.pk?.S} ${item.sk?.S}`, itemBytes(item));
    // A commit with confirmed notifications leaves the index of the pending ones.
    const [pending] = Object.entries(input.ExpressionAttributeNames ?? {}).find(([, attribute]) => attribute === 'pending') ?? [];
    const removed = input.UpdateExpression?.split('REMOVE ')[1]?.split(', ') ?? [];
    const left = pending !== undefined && removed.includes(pending) ? 1 : 0;
    add({
      writes: 1,
      writeUnits: consumed + left + put.reduce((sum, item) => sum + indexUnits(item), 0),
      items: operation === 'UpdateItem' ? 1 : put.length,
      bytes: put.reduce((sum, item) => sum + itemBytes(item), 0),
    });
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const input = JSON.parse(Buffer.concat(chunks).toString());
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    await wait(latencyMs);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const passed = await fetch(table, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' }),
    });
    const body = await passed.text();
    if (passed.ok) count(operation, input, JSON.parse(body));
    response.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? '' });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted: () => {
      const now = counted;
      counted = nothing;
      return now;
    },
    held: () => {
      const byKind = new Map<string, number>();
      for (const [key, size] of held) {
        const kind = (key.split(' ')[1] ?? '').split('#')[0] ?? '';
        // Storage is charged with 100 bytes for each item on top.
        byKind.set(kind, (byKind.get(kind) ?? 0) + size + 100);
      }
      return byKind;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
