/** The findings that a command reads: of a deployed table, or of the database on this machine. */
import { toUnread } from '../../shared/aws/client/errors.ts';
import type { AwsSettings } from '../../shared/aws/client/settings.ts';
import { type InventoryEntry, type InventoryReaderOptions, inventoryReader } from '../../shared/aws/findings/inventory-reader.ts';
import { type MarkersTable, markersTable } from '../../shared/aws/findings/markers.ts';
import { type FindingsTable, findingsTable } from '../../shared/aws/findings/table.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { whyUnread } from '../../shared/core/render/words.ts';
import { type NoAuditError, NoResultError } from '../process/exit.ts';
import { wrongPair, wrongValue } from '../process/wrong-value.ts';
import { type DatabaseOptions, noAuditIn, withExistingDatabase } from './database.ts';
import { tableFor } from './deployed.ts';
import { isLocal, notYet } from './questions.ts';

const storedAtOnce = 500;

export interface KeptOptions extends DatabaseOptions {
  /** Name of the deployed table. */
  readonly table?: string;
  /** Name of the deployed stack, which tells its table. */
  readonly stack?: string;
  /** Where table or stack are. */
  readonly stackRegion?: string;
}

export interface StoredFindings {
  readonly table: FindingsTable;
  readonly marks: MarkersTable;
  /** Every region of every account with a stored audit. */
  readonly stored: () => Promise<readonly InventoryEntry[]>;
  /** Read from a deployment, which has routes of alerts. */
  readonly deployed: boolean;
  /** The error where nothing is stored. */
  readonly noAudit: NoAuditError;
}

/** Reads them page by page. */
const allStored = (of: InventoryReaderOptions) => async (): Promise<readonly InventoryEntry[]> => {
  const reader = inventoryReader(of);
  const entries: InventoryEntry[] = [];
  let after: string | undefined;
  do {
    const { items, end } = await reader.regions(undefined, after, storedAtOnce);
    entries.push(...items.map((item) => item.value));
    after = end;
  } while (after !== undefined);
  return entries;
};

/** Runs `work` on the findings that the options name. What DynamoDB refuses ends in a sentence. */
export async function withFindings<T>(
  options: KeptOptions,
  { settings, plan }: { readonly settings: AwsSettings; readonly plan: Plan },
  work: (stored: StoredFindings) => Promise<T>,
): Promise<T> {
  if (isLocal(options))
    return withExistingDatabase(options, ({ table, store }) =>
      work({
        table,
        marks: markersTable({ store }),
        stored: allStored({ store }),
        deployed: false,
        noAudit: noAuditIn(options),
      }),
    );
  if (options.table !== undefined && options.stack !== undefined)
    throw wrongPair(['--stack', '--table'], 'The outputs of the stack name its table.');
  if (options.table !== undefined && !/^[A-Za-z0-9_.-]{3,255}$/.test(options.table))
    throw wrongValue('--table', 'the name of the findings table', options.table, 'The stack prints it as FindingsTableOutput.');
  const { tableName, region } = await tableFor(options, settings);
  const { openDeployedTable } = await import('./deployed-table.ts');
  const { store, close } = openDeployedTable({ tableName, region }, settings);
  try {
    const table = findingsTable({ store, retentionDays: plan.retentionDays });
    const noAudit = notYet(`in the table ${tableName} in ${region}`)('');
    return await work({
      table,
      marks: markersTable({ store }),
      stored: allStored({ store }),
      deployed: true,
      noAudit,
    });
  } catch (error) {
    if (error instanceof NoResultError) throw error;
    if (error instanceof Error && error.name === 'ResourceNotFoundException')
      throw new NoResultError(
        `The findings table ${tableName} does not exist in ${region} of the account that these credentials are for.`,
        error,
      );
    const why = whyUnread(toUnread(error, 'dynamodb:GetItem or dynamodb:Query'));
    throw new NoResultError(`The findings table ${tableName} in ${region} could not be read: ${why}.`, error);
  } finally {
    close();
  }
}
