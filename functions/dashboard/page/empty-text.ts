/** Why a list is empty. That all is well is one of the reasons, given only if every audit shows it. Pure. */

import { count, timeWords } from '../../../shared/core/render/words.ts';
import { installedCommand } from '../../../shared/core/text/own-command.ts';
import type { RegionReadinessView } from '../../../shared/query/readiness.ts';

type RegionAuditStatus = Pick<RegionReadinessView, 'regionState' | 'late' | 'coverage'>;

/** Its audit failed or is overdue, so that its current state is not known. */
export const isOutdated = ({ regionState, late }: RegionAuditStatus): boolean => late === true || regionState === 'failed';

/** Where nothing is stored at all. */
export const noAuditText = `No audit is stored here yet; "${installedCommand} audit" makes the first.`;
/** `2 regions have no current audit`. */
export const outdatedText = (regions: number): string => `${count(regions, 'region')} ${regions === 1 ? 'has' : 'have'} no current audit`;

/** Why no case is shown that was not evaluated, of all regions there are. */
export function emptyCoverageText(rows: readonly RegionAuditStatus[]): string {
  if (rows.length === 0) return noAuditText;
  const outdated = rows.filter(isOutdated).length;
  if (outdated > 0) return `Nothing is listed as not evaluated, but ${outdatedText(outdated)}; the overview says which.`;
  const complete = rows.some((r) => r.regionState === 'audited') && rows.every((r) => r.coverage.unevaluated === 0);
  return complete ? 'Everything was evaluated.' : 'Nothing is listed as not evaluated.';
}

/** Why no cluster is shown. `filtered`: filters are on; `rows` are the regions that they leave. */
export function emptyClustersText(rows: readonly RegionAuditStatus[], filtered: boolean): string {
  if (filtered) return 'No cluster matches the filters.';
  if (rows.length === 0) return noAuditText;
  const outdated = rows.filter(isOutdated).length;
  if (outdated > 0) return `No cluster is known here, but ${outdatedText(outdated)}.`;
  return 'No cluster is planned here and none runs; Findings lists what holds for the account.';
}

/**
 * Why no change is shown. That nothing changed is said of regions that were audited in the period; `rows` are the regions
 * that the filters leave.
 */
export function emptyChangesText(
  rows: readonly (RegionAuditStatus & Pick<RegionReadinessView, 'factsAt' | 'orLater'>)[],
  from: string | undefined,
): string {
  if (rows.length === 0) return noAuditText;
  const last =
    rows
      .map(({ factsAt }) => factsAt)
      .toSorted()
      .at(-1) ?? '';
  // Times of an address and of an audit are written in more than one way.
  const audited = rows.filter(
    ({ factsAt, regionState }) => regionState === 'audited' && (!from || Date.parse(factsAt) >= Date.parse(from)),
  );
  const without = rows.length - audited.length;
  if (audited.length === 0) {
    if (rows.some(({ orLater }) => orLater)) return `No change is stored for that time; the last audit was at ${timeWords(last)} or later.`;
    return from
      ? `No audit is stored for that time: the last one was at ${timeWords(last)}.`
      : `No change is stored, and ${outdatedText(without)}; the last audit was at ${timeWords(last)}.`;
  }
  if (without === 0) return 'Nothing changed in that time.';
  return `Nothing changed in the ${count(audited.length, 'region')} audited in that time; ${outdatedText(without)}.`;
}
