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

type AuditTime = Pick<RegionReadinessView, 'factsAt' | 'orLater'>;
interface Period {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * Why no change is shown. That nothing changed is said of regions that have a current audit and were audited in the period; `rows`
 * are the regions that the filters leave. Only their last audits are known.
 */
export function emptyChangesText(rows: readonly (RegionAuditStatus & AuditTime)[], { from, to }: Period): string {
  if (rows.length === 0) return noAuditText;
  const last =
    rows
      .map(({ factsAt }) => factsAt)
      .toSorted()
      .at(-1) ?? '';
  // Times of an address and of an audit are written in more than one way.
  const isBefore = (a: string, b: string): boolean => Date.parse(a) < Date.parse(b);
  const audited = rows.filter(
    (row) =>
      row.regionState === 'audited' && !isOutdated(row) && !(from && isBefore(row.factsAt, from)) && !(to && isBefore(to, row.factsAt)),
  );
  const without = rows.length - audited.length;
  if (without === 0) return 'Nothing changed in that time.';
  if (audited.length === 0) {
    if (rows.some(({ orLater }) => orLater)) return `No change is stored for that time; the last audit was at ${timeWords(last)} or later.`;
    if (from && isBefore(last, from)) return `No audit is stored for that time: the last one was at ${timeWords(last)}.`;
  }
  // The last audit may be one after the period, so regions may have been audited in it or not.
  if (to) return 'No change is stored for that time.';
  return audited.length === 0
    ? `No change is stored, and ${outdatedText(without)}; the last audit was at ${timeWords(last)}.`
    : `Nothing changed in the ${count(audited.length, 'region')} audited in that time; ${outdatedText(without)}.`;
}
