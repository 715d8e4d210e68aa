/**
 * A result row by row, for formats that are lists: the readiness of every cluster, every finding, and what was not
 * evaluated, so that no reader of such a list takes a missing row for a pass.
 */
import {
  type Finding,
  findingId,
  type Level,
  type Readiness,
  type RegionResult,
  type Result,
  type Unevaluated,
} from '../evaluation/finding.ts';
import { readinessWords } from './words.ts';

/** Where and when something was audited. */
export interface RowOrigin {
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
  /** When the audit's facts were collected. */
  readonly at: string;
}

export type ResultRow =
  /** Of one cluster. `message`: its state and the reasons for it. */
  | (RowOrigin & { readonly kind: 'readiness'; readonly readiness: Readiness; readonly level: Level; readonly message: string })
  | (RowOrigin & { readonly kind: 'finding'; readonly finding: Finding })
  | (RowOrigin & { readonly kind: 'unevaluated'; readonly row: Unevaluated })
  /** A region of which nothing could be said at all. */
  | (RowOrigin & { readonly kind: 'region'; readonly state: Exclude<RegionResult['state'], 'audited'>; readonly reason: string });

/** The name under which the readiness of a cluster stands among the checks. */
export const readinessCheck = 'readiness';

/** What a READY cluster is, as checks say their healthy state. */
export const readinessTitle = 'The cluster would come up';

/**
 * Every row of a result, in its order: of each region first what is wrong with the region, then its clusters, then findings,
 * then what was not evaluated.
 */
export function rowsOf(result: Result): readonly ResultRow[] {
  return result.accounts.flatMap(({ account, alias, auditedAt, regions }) =>
    regions.flatMap((r): ResultRow[] => {
      const seen: RowOrigin = { account, ...(alias !== undefined && { alias }), region: r.region, at: auditedAt };
      return [
        ...(r.state === 'audited' ? [] : [{ ...seen, kind: 'region' as const, state: r.state, reason: r.reason ?? r.state }]),
        ...r.readiness.map((readiness) => ({
          ...seen,
          kind: 'readiness' as const,
          readiness,
          level: readiness.state === 'AT_RISK' ? ('recommended' as const) : ('required' as const),
          message: readinessWords(readiness, r),
        })),
        ...r.findings.map((finding) => ({ ...seen, kind: 'finding' as const, finding })),
        ...r.coverage.unevaluated.map((row) => ({ ...seen, kind: 'unevaluated' as const, row })),
      ];
    }),
  );
}

/** What a row is about, the same in every audit: `account/region/` and the id of the finding or of the coverage row. */
export function rowId(row: ResultRow): string {
  return `${row.account}/${row.region}/${idOf(row)}`;
}

function idOf(row: ResultRow): string {
  switch (row.kind) {
    case 'finding':
      return row.finding.id;
    case 'unevaluated':
      return findingId(row.row);
    case 'readiness':
      return findingId({ check: readinessCheck, cluster: row.readiness.cluster });
    case 'region':
      return 'region';
  }
}

/** A failure of which a person said that it is known and accepted. */
export const muteWords = ({ reason, owner, until }: NonNullable<Finding['muted']>): string => `Muted until ${until} by ${owner}: ${reason}`;

/** Reasons that may be over at the next call. */
const transient = /^the (?:service did not answer|connection failed)/;

/** What is missing, and how to make it readable: "Not evaluated: access denied. Allow fsx:DescribeFileSystems." */
export function unevaluatedText({ reason, action }: Pick<Unevaluated, 'reason' | 'action'>): string {
  const said = `Not evaluated: ${reason}.`;
  if (action !== undefined) return `${said} Allow ${action}.`;
  return transient.test(reason) ? `${said} Audit again.` : said;
}
