/** Pages of queries and their cursors. */
import { jsonOf } from '../../core/text/json.ts';
import type { ItemQuery, QueryPosition } from './item-store.ts';
import type { Page, PageOptions } from './port.ts';
import { epochSecond, type RangeContext } from './store-context.ts';

const encodeCursor = (position: QueryPosition): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** Only cursors of `readPage`: those from outside are decoded in shared/query and never get here. */
function decodeCursor(cursor: string): QueryPosition {
  const key = jsonOf(Buffer.from(cursor, 'base64url').toString('utf8'));
  const isKey = typeof key === 'object' && key !== null && 'pk' in key && 'sk' in key;
  if (!isKey || Object.values(key).some((value) => typeof value !== 'string')) throw new Error(`"${cursor}" is not the cursor of a page.`);
  return { ...key } as QueryPosition;
}

/** A page. Reads on past pages on which everything has expired, so that only the last page can be empty. */
export async function readPage<T>(
  context: RangeContext,
  query: Omit<ItemQuery, 'now' | 'limit' | 'descending' | 'after'>,
  { limit = 50, cursor, oldestFirst = false }: PageOptions = {},
): Promise<Page<T>> {
  const read = (after: QueryPosition | undefined) =>
    context.store.query<T>({ ...query, now: epochSecond(context), limit, descending: !oldestFirst, after });
  let page = await read(cursor === undefined ? undefined : decodeCursor(cursor));
  while (page.items.length === 0 && page.last) page = await read(page.last);
  return { items: page.items, cursor: page.last && encodeCursor(page.last) };
}
