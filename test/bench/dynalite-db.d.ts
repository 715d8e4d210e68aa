/** How it stores items, for those who fill its database without it. */
declare module 'dynalite/db/index.js' {
  import type { AttributeValue } from '@aws-sdk/client-dynamodb';

  type Item = Readonly<Record<string, AttributeValue>>;
  interface Put {
    readonly index: string;
    readonly key: string;
    readonly item: Item;
  }
  const db: {
    readonly createKey: (item: Item, table: object) => string;
    readonly getIndexActions: (
      indexes: readonly object[],
      before: Item | undefined,
      item: Item,
      table: object,
    ) => { readonly puts: readonly Put[] };
  };
  export default db;
}
