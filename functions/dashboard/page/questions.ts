/** The questions that the page asks, and what they are answered with. */
import type { Series } from '../../../shared/query/capacity.ts';
import type { ChangeItem } from '../../../shared/query/changes.ts';
import type { CoverageItem } from '../../../shared/query/coverage.ts';
import type { FindingItem } from '../../../shared/query/findings.ts';
import type { ReadinessRow } from '../../../shared/query/readiness.ts';

/** Each question with what its items are. */
export interface AnswerItems {
  readonly readiness: ReadinessRow;
  readonly findings: FindingItem;
  readonly changes: ChangeItem;
  readonly coverage: CoverageItem;
  readonly capacity: Series;
}
export type QuestionName = keyof AnswerItems;

/** Parameters as they stand in an address; what is empty is not asked. */
export type QuestionParameters = { readonly [name: string]: string | undefined };
