/**
 * From the log to Security Hub: everything that was committed since the last import, then the marker of the import. Every
 * invocation imports all that is missing, so that a lost event only delays an import.
 */
import type { RegionKey } from '../aws/findings/keys.ts';
import type { MarkersTable } from '../aws/findings/markers.ts';
import type { FindingsTable } from '../aws/findings/table.ts';
import type { SecurityHub } from '../aws/messaging/security-hub.ts';
import { importsOfCommit, importsOfState, lastWords } from '../core/alerts/security-hub-import.ts';
import { commitsSince } from './commits-since.ts';

export interface ImportWork {
  readonly table: Pick<FindingsTable, 'commit' | 'currentState'>;
  readonly marks: Pick<MarkersTable, 'imported' | 'saveImported'>;
  readonly hub: SecurityHub;
}

/**
 * Imports what is new of one region. How many findings were handed over. Rejects where Security Hub did not take all of
 * them; the mark then stays where it was, and the next time offers them again: an import of the same changes no more.
 */
export async function importFindings(place: RegionKey, { table, marks, hub }: ImportWork): Promise<number> {
  const since = await commitsSince(place, marks.imported, table);
  if (!since) return 0;
  const { state, named, commits, isPartial } = since;
  const findings = lastWords([
    ...commits.flatMap((commit) => importsOfCommit(named, commit, hub.place)),
    // Without a marker, and if commits have expired, all current failures are imported.
    ...(isPartial ? importsOfState(named, state, hub.place) : []),
  ]);
  await hub.put(findings);
  await marks.saveImported(place, state.seq);
  return findings.length;
}
