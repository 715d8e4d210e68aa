/** A result as CSV (RFC 4180), for spreadsheets: one line for each cluster, finding and case that was not evaluated. */
import type { Result } from '../evaluation/finding.ts';
import { muteWords, type ResultRow, readinessCheck, rowId, rowsOf, unevaluatedText } from './rows.ts';

export type CsvCell = string | number | undefined;

const columns = [
  'account',
  'alias',
  'region',
  'status',
  'level',
  'check',
  'cluster',
  'group',
  'resource',
  'have',
  'need',
  'unit',
  'short_by',
  'since',
  'muted',
  'message',
  'fix',
  'command',
  'console',
  'reference',
  'id',
] as const;
type CsvColumn = (typeof columns)[number];

function cellsOf(row: ResultRow): { readonly [column in CsvColumn]?: CsvCell } {
  const place = { account: row.account, alias: row.alias, region: row.region, id: rowId(row) };
  if (row.kind === 'region') return { ...place, status: row.state, level: 'required', message: row.reason };
  if (row.kind === 'readiness') {
    const { cluster, state, since } = row.readiness;
    return { ...place, status: state, level: row.level, check: readinessCheck, cluster, since, message: row.message };
  }
  if (row.kind === 'unevaluated') {
    const { check, level, cluster, group, resource, since } = row.row;
    return { ...place, status: 'unevaluated', level, check, cluster, group, resource, since, message: unevaluatedText(row.row) };
  }
  const { finding: f } = row;
  const short = f.status === 'fail' && f.have !== undefined && f.need !== undefined && f.have < f.need ? f.need - f.have : undefined;
  return {
    ...place,
    status: f.status,
    level: f.level,
    check: f.check,
    cluster: f.cluster,
    group: f.group,
    resource: f.resource,
    have: f.have,
    need: f.need,
    unit: f.unit,
    short_by: short,
    since: f.since,
    muted: f.muted && muteWords(f.muted),
    message: f.message,
    fix: f.remediation?.text,
    command: f.remediation?.command,
    console: f.remediation?.console,
    reference: f.reference,
  };
}

/** Spreadsheets run text that begins like a formula, and names in an account are not ours: such text gets an apostrophe before it. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function cell(value: CsvCell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = harmless(value);
  // Where the comma is a decimal sign, spreadsheets part cells by one of the others.
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Header and lines, each ended by CRLF. */
export const csvOf = (columns: readonly string[], rows: readonly (readonly CsvCell[])[]): string =>
  [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');

/** A result as CSV. Statuses: pass, fail, unevaluated; READY, AT_RISK, BLOCKED and UNKNOWN are of clusters, not-enabled and failed of regions. */
export function csv(result: Result): string {
  const rows = rowsOf(result).map((row) => {
    const cells = cellsOf(row);
    return columns.map((column) => cells[column]);
  });
  return csvOf(columns, rows);
}
