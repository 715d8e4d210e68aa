/** What findings are searched and sorted by. Pure. */
import type { FindingView } from '../../../shared/query/findings.ts';
import { urgencyOf } from './cause-groups.ts';
import type { SortKeys } from './sort-rows.ts';

/** Whether a finding has every word of a search in any of its texts. */
export function hasWords(f: FindingView, text: string): boolean {
  const all = [f.check, f.cluster, f.group, f.resource, f.region, f.account, f.title, f.message, f.remediation?.text]
    .join(' ')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

const shortfall = ({ have, need }: FindingView): number | undefined =>
  have === undefined || need === undefined ? undefined : Math.max(0, need - have);

export const findingSortKeys: SortKeys<FindingView> = {
  level: urgencyOf,
  finding: (f) => `${f.check} ${f.resource}`,
  cluster: (f) => `${f.cluster ?? ''} ${f.region}`,
  have: (f) => f.have,
  need: (f) => f.need,
  short: shortfall,
  since: (f) => f.since,
};
