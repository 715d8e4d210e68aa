/** An item store that passes every call through a function: it can count, stop, fail or delay. Each write is by itself, as on DynamoDB. */
import type { ItemStore } from '../../../shared/aws/findings/item-store.ts';
import type { Key } from '../../../shared/aws/findings/keys.ts';

export interface StoreCall {
  readonly operation: Exclude<keyof ItemStore, 'atomically'>;
  readonly isWrite: boolean;
  /** Of calls about one item; the items of a batch; none of a query. */
  readonly keys: readonly Key[];
  /** Sort key of a call about one item, else empty. */
  readonly sk: string;
}

export type Through = (send: () => Promise<unknown>, call: StoreCall) => Promise<unknown>;

export function storeThrough(store: ItemStore, through: Through): ItemStore {
  const call = <T>(operation: StoreCall['operation'], isWrite: boolean, keys: readonly Key[], send: () => Promise<T>): Promise<T> =>
    through(send, {
      operation,
      isWrite,
      keys,
      sk: operation === 'putAll' || operation === 'getAll' ? '' : (keys[0]?.sk ?? ''),
    }) as Promise<T>;
  const wrapped: ItemStore = {
    get: (key, options) => call('get', false, [key], () => store.get(key, options)),
    getAll: (keys) => call('getAll', false, keys, () => store.getAll(keys)),
    put: (item, options) => call('put', true, [item], () => store.put(item, options)),
    putAll: (items) => call('putAll', true, items, () => store.putAll(items)),
    update: (key, update, options) => call('update', true, [key], () => store.update(key, update, options)),
    query: (query) => call('query', false, [], () => store.query(query)),
    atomically: (work) => work(wrapped),
  };
  return wrapped;
}

/** The store without its transactions. */
export const eachByItself = (store: ItemStore): ItemStore => storeThrough(store, (send) => send());
