/** Why a list is empty. That all is well is one of the reasons, given only if every audit shows it. Pure. */

import { count } from '../../../shared/core/render/words.ts';
import { installedCommand } from '../../../shared/core/text/own-command.ts';
import type { RegionReadinessView } from '../../../shared/query/readiness.ts';

type RegionAuditStatus = Pick<RegionReadinessView, 'regionState' | 'late' | 'coverage'>;

/** Its audit failed or is overdue, so that its current state is not known. */
export const isOutdated = ({ regionState, late }: RegionAuditStatus): boolean => late === true || regionState === 'failed';

/** Where nothing is stored at all. */
export const noAuditText = `No audit is stored here yet; "${installedCommand} audit" makes the first.`;
const outdatedText = (regions: number): string => `${count(regions, 'region')} could not be seen`;

/** Why no case is shown that was not evaluated, of all regions there are. */
export function emptyCoverageText(rows: readonly RegionAuditStatus[]): string {
  if (rows.length === 0) return noAuditText;
  const outdated = rows.filter(isOutdated).length;
  if (outdated > 0) return `No case is listed as not evaluated, but ${outdatedText(outdated)}; Readiness says which.`;
  const complete = rows.some((r) => r.regionState === 'audited') && rows.every((r) => r.coverage.unevaluated === 0);
  return complete ? 'Everything was evaluated.' : 'No case is listed as not evaluated.';
}

/** Why no cluster is shown. `filtered`: filters are on; `rows` are the regions that they leave. */
export function emptyClustersText(rows: readonly RegionAuditStatus[], filtered: boolean): string {
  if (filtered) return 'No cluster that the filters leave.';
  if (rows.length === 0) return noAuditText;
  const outdated = rows.filter(isOutdated).length;
  if (outdated > 0) return `No cluster is known here, but ${outdatedText(outdated)}.`;
  return 'No cluster is planned here and none runs; what holds for the account stands under Findings.';
}
