/** The report of what a database on this machine holds: `audit --format html`, and the end of the tour. */
import { pageWith } from '../dashboard/build.ts';
import { loadPage } from '../dashboard/page-file.ts';
import { gatherReport } from '../dashboard/report.ts';
import { version } from './package.ts';
import type { Ask } from './questions.ts';

/** The whole report as HTML. `from`: where its answers are from, as a sentence. */
export async function htmlReport(ask: Ask, from: string, filters: Readonly<Record<string, string>> = {}): Promise<string> {
  const about = { tool: `hyperpod-auditor ${version}`, at: new Date().toISOString(), from };
  const [page, report] = await Promise.all([loadPage(), gatherReport(ask, about, filters)]);
  return pageWith(page, report);
}
