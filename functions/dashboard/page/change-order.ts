/** Changes of one audit: clusters first, then what fails by level, then coverage, then the rest. Pure. */
import { levels } from '../../../shared/core/evaluation/finding.ts';
import type { ChangeView } from '../../../shared/query/changes.ts';

function rank(change: ChangeView): number {
  if (change.of === 'readiness') return 0;
  if (change.of === 'coverage') return 1 + levels.length;
  if (change.kind === 'carried') return 1;
  return change.after?.status === 'fail' ? 1 + levels.indexOf(change.after.level) : 2 + levels.length;
}

export const changesInOrder = (changes: readonly ChangeView[]): readonly ChangeView[] => changes.toSorted((a, b) => rank(a) - rank(b));
