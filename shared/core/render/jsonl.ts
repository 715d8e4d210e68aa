/** A result as JSON lines, for programs that read one thing at a time. */
import type { Result } from '../finding.ts';
import { rowId, rowsOf } from './rows.ts';

/**
 * One object a line: `{ id, account, alias?, region, at, status, … }` with the finding's own members, or those of the
 * blind spot (status `unevaluated`), or `reason` of a region that was not audited (status `not-enabled` or `failed`).
 */
export function jsonLines(result: Result): string {
  return rowsOf(result)
    .map((row) => {
      const { account, alias, region, at } = row;
      const place = { id: rowId(row), account, ...(alias !== undefined && { alias }), region, at };
      if (row.kind === 'finding') return { ...row.finding, ...place };
      if (row.kind === 'unevaluated') return { ...place, status: 'unevaluated', ...row.row };
      return { ...place, status: row.state, reason: row.reason };
    })
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}
