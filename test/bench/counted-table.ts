/**
 * A findings table that counts: it stands before one of dynalite, asks for the capacity that each call takes, and
 * computes the capacity of items that are written as DynamoDB does. What writes take is computed here, for dynalite says
 * nothing of indexes.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Key } from '../../shared/aws/findings/keys.ts';
import { updated } from '../../shared/aws/findings/local/item-change.ts';
import type { Item } from './item-size.ts';
import { namesOf, type Placeholders, updateOf } from './scale/expressions.ts';
import { bytesOfItem, type PackedItem, pack, packItem, writesOfItem } from './scale/packed-items.ts';

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
  /** Bytes that stand in the table now, by what their sort key begins with (`F#`, `AUDIT#`). */
  readonly held: () => ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

interface Said {
  readonly ConsumedCapacity?: { readonly CapacityUnits: number } | readonly { readonly CapacityUnits: number }[];
}

interface Input extends Placeholders {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly RequestItems?: { readonly [table: string]: readonly { readonly PutRequest?: { readonly Item: Item } }[] };
  readonly UpdateExpression?: string;
}

/** The items that a call writes, as they are then. */
function writtenBy(input: Input, held: ReadonlyMap<string, PackedItem>): readonly PackedItem[] {
  if (input.UpdateExpression !== undefined && input.Key) {
    const key: Key = packItem(input.Key);
    return [updated(key, held.get(nameOf(key)), updateOf(input.UpdateExpression, namesOf(input, pack)))];
  }
  const inBatch = Object.values(input.RequestItems ?? {}).flatMap((requests) => requests.map((w) => w.PutRequest?.Item));
  return [input.Item, ...inBatch].flatMap((item) => (item === undefined ? [] : [packItem(item)]));
}

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

const nothing: Counted = { reads: 0, writes: 0, readUnits: 0, writeUnits: 0, items: 0, bytes: 0 };

export async function startCountedTable(table: string, latencyMs: number): Promise<CountedTable> {
  let counted = nothing;
  const held = new Map<string, PackedItem>();
  const add = (more: Partial<Counted>) => {
    counted = Object.fromEntries(Object.entries(counted).map(([k, v]) => [k, v + (more[k as keyof Counted] ?? 0)])) as unknown as Counted;
  };

  const count = (operation: string, input: Input, said: Said) => {
    if (/^(Get|BatchGet|Query)/.test(operation)) {
      const consumed = [said.ConsumedCapacity ?? []].flat().reduce((sum, c) => sum + c.CapacityUnits, 0);
      return add({ reads: 1, readUnits: consumed });
    }
    const written = writtenBy(input, held);
    const isPut = operation !== 'UpdateItem';
    for (const item of written) {
      const units = writesOfItem(held.get(nameOf(item)), item).reduce((sum, write) => sum + write.units, 0);
      add({ writeUnits: units, items: 1, bytes: isPut ? bytesOfItem(item) : 0 });
      held.set(nameOf(item), item);
    }
    add({ writes: 1 });
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
      for (const item of held.values()) {
        const kind = item.sk.split('#')[0] ?? '';
        // Storage is charged with 100 bytes for each item on top.
        byKind.set(kind, (byKind.get(kind) ?? 0) + bytesOfItem(item) + 100);
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
