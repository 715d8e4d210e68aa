/** A result as JSON lines, for programs that read one thing at a time. */

import type { Result } from '../evaluation/finding.ts';
import { jsonText } from '../text/json.ts';
import { readinessCheck, rowId, rowsOf } from './rows.ts';

/**
 * One object a line: `{ id, account, alias?, region, at, status, … }` with the finding's own members, or those of the
 * coverage row (status `unevaluated`), those of a cluster's readiness (check `readiness`, its state as the status), or `reason`
 * of a region that was not audited (status `not-enabled` or `failed`).
 */
export function jsonLines(result: Result): string {
  return rowsOf(result)
    .map((row) => {
      const { account, alias, region, at } = row;
      const place = { id: rowId(row), account, ...(alias !== undefined && { alias }), region, at };
      if (row.kind === 'finding') return { ...row.finding, ...place };
      if (row.kind === 'unevaluated') return { ...place, status: 'unevaluated', ...row.row };
      if (row.kind === 'readiness') {
        const { state, ...readiness } = row.readiness;
        return { ...place, check: readinessCheck, status: state, level: row.level, ...readiness, message: row.message };
      }
      return { ...place, status: row.state, reason: row.reason };
    })
    .map((line) => `${jsonText(line)}\n`)
    .join('');
}
