/** The report of what a database on this machine holds: `audit --format html`, and the end of the tour. */

import type { AccountResult } from '../../shared/core/evaluation/finding.ts';
import { plannedWithout } from '../../shared/core/evaluation/scope.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { pageWith } from '../dashboard/build.ts';
import { loadPage } from '../dashboard/page-file.ts';
import { gatherReport } from '../dashboard/report.ts';
import type { PlacedEvents } from '../dashboard/report-data.ts';
import { timestamp } from '../process/io.ts';
import { version } from '../process/package.ts';
import type { Ask } from './questions.ts';

export interface ReportScope {
  readonly plan: Plan;
  readonly accounts: readonly string[];
  /** Results of the audit that ends with the report: what of them is not stored. */
  readonly results?: readonly AccountResult[];
}

const eventsIn = (results: readonly AccountResult[]): readonly PlacedEvents[] =>
  results.flatMap(({ account, regions }) => regions.flatMap(({ region, events = [] }) => events.map((of) => ({ account, region, ...of }))));

/**
 * The whole report as HTML. `from`: where its answers are from, in sentences; `plan` and `accounts`: what is in scope, so that
 * planned clusters without a stored result are named.
 */
export async function htmlReport(ask: Ask, from: string, { plan, accounts, results = [] }: ReportScope): Promise<string> {
  const about = { tool: `hyperpod-auditor ${version}`, at: timestamp(), from };
  const [page, report] = await Promise.all([loadPage(), gatherReport(ask, about, {}, (rows) => plannedWithout(plan, rows, accounts))]);
  const events = eventsIn(results);
  return pageWith(page, { ...report, ...(events.length > 0 && { events }) });
}
