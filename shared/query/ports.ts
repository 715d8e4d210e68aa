/** What questions are answered from: the same on DynamoDB and on the embedded database. */
import type { FindingsReader } from '../aws/findings-reader.ts';
import type { FindingsTable } from '../aws/findings-table.ts';

export interface Ports {
  readonly table: Pick<FindingsTable, 'audits' | 'commit' | 'currentState' | 'days' | 'edge' | 'historyOf' | 'stateAt'>;
  readonly reader: FindingsReader;
  readonly now: () => Date;
}
