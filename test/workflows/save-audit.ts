/** Saves audits as the workflow does, for tests of what reads the log afterwards. */
import type { RegionKey } from '../../shared/aws/findings/keys.ts';
import type { FindingsTable } from '../../shared/aws/findings/table.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import { rules } from '../../shared/core/evaluation/rules.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { hour } from '../core/results.ts';

/** The audit of the nth hour. */
export const saveAudit = (table: Pick<FindingsTable, 'save'>, place: RegionKey, n: number, seen: RegionResult) =>
  table.save({ ...place, auditId: `a-${n}`, factsAt: hour(n), planHash: 'p', toolVersion: '1', rules }, (previous) => {
    const changes = diff(previous, seen, hour(n), { planHash: 'p', rules });
    return { result: carryOver(previous, seen, hour(n)), changes, notify: false };
  });
