/** What questions are answered from: the same on DynamoDB and on the database of this machine. */

import type { InventoryReader } from '../aws/findings/inventory-reader.ts';
import type { FindingsTable } from '../aws/findings/table.ts';

export interface QueryPorts {
  readonly table: Pick<FindingsTable, 'audits' | 'clusterReports' | 'currentState' | 'days' | 'regionHead' | 'historyOf' | 'stateAt'>;
  readonly reader: InventoryReader;
  readonly now: () => Date;
}
