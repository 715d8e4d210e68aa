/**
 * A result row by row, for formats that are lists: every verdict, and beside them what could not be judged, so that
 * nobody who reads such a list takes silence for a pass.
 */
import { type Finding, findingId, type RegionResult, type Result, type Unevaluated } from '../finding.ts';

/** Where and when something was looked at. */
export interface Seen {
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
  /** When the audit's facts were collected. */
  readonly at: string;
}

export type Row =
  | (Seen & { readonly kind: 'finding'; readonly finding: Finding })
  | (Seen & { readonly kind: 'unevaluated'; readonly row: Unevaluated })
  /** A region of which nothing could be said at all. */
  | (Seen & { readonly kind: 'region'; readonly state: Exclude<RegionResult['state'], 'audited'>; readonly reason: string });

/** Every row of a result, in its order: of each region first what is wrong with the region, then verdicts, then blind spots. */
export function rowsOf(result: Result): readonly Row[] {
  return result.accounts.flatMap(({ account, alias, auditedAt, regions }) =>
    regions.flatMap((r): Row[] => {
      const seen: Seen = { account, ...(alias !== undefined && { alias }), region: r.region, at: auditedAt };
      return [
        ...(r.state === 'audited' ? [] : [{ ...seen, kind: 'region' as const, state: r.state, reason: r.reason ?? r.state }]),
        ...r.findings.map((finding) => ({ ...seen, kind: 'finding' as const, finding })),
        ...r.coverage.unevaluated.map((row) => ({ ...seen, kind: 'unevaluated' as const, row })),
      ];
    }),
  );
}

/** What a row is about, the same in every audit: `account/region/` and the id of the finding or of the blind spot. */
export function rowId(row: Row): string {
  const id = row.kind === 'finding' ? row.finding.id : row.kind === 'unevaluated' ? findingId(row.row) : 'region';
  return `${row.account}/${row.region}/${id}`;
}

/** A failure of which a person said that it is known and accepted. */
export const muteWords = ({ reason, owner, until }: NonNullable<Finding['muted']>): string => `Muted until ${until} by ${owner}: ${reason}`;

/** Why something could not be judged, with the action that would mend it. */
export const blindWords = ({ reason, action }: Pick<Unevaluated, 'reason' | 'action'>): string =>
  action === undefined ? reason : `${reason}: ${action}`;
