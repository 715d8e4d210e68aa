/** Findings as a file: the rows that the filters leave, all of them, in the order of the table. Pure. */
import { type CsvCell, csvOf } from '../../../shared/core/render/csv.ts';
import { jsonText } from '../../../shared/core/text/json.ts';
import type { FindingView } from '../../../shared/query/findings.ts';

const shortBy = ({ status, have, need }: FindingView): number | undefined =>
  status === 'fail' && have !== undefined && need !== undefined && have < need ? need - have : undefined;

const columns: { readonly [column: string]: (f: FindingView) => CsvCell } = {
  account: (f) => f.account,
  region: (f) => f.region,
  cluster: (f) => f.cluster,
  group: (f) => f.group,
  status: (f) => f.status,
  level: (f) => f.level,
  check: (f) => f.check,
  resource: (f) => f.resource,
  have: (f) => f.have,
  need: (f) => f.need,
  unit: (f) => f.unit,
  short_by: shortBy,
  since: (f) => f.since,
  muted: (f) => f.muted && `until ${f.muted.until} by ${f.muted.owner}: ${f.muted.reason}`,
  message: (f) => f.message,
  fix: (f) => f.remediation?.text,
  command: (f) => f.remediation?.command,
  console: (f) => f.remediation?.console,
  reference: (f) => f.reference,
  id: (f) => f.id,
};

/** Text that a spreadsheet would run as a formula is disarmed. */
export const findingsCsv = (findings: readonly FindingView[]): string =>
  csvOf(
    Object.keys(columns),
    findings.map((f) => Object.values(columns).map((of) => of(f))),
  );

export const findingsJson = (findings: readonly FindingView[]): string => jsonText(findings);
