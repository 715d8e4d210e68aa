/** The questions that the page asks, and what they are answered with. */
import type { CapacitySeriesView } from '../../../shared/query/capacity.ts';
import type { ChangeView } from '../../../shared/query/changes.ts';
import type { CoverageRowView } from '../../../shared/query/coverage.ts';
import type { FindingView } from '../../../shared/query/findings.ts';
import type { RegionReadinessView } from '../../../shared/query/readiness.ts';

/** Each question with what its items are. */
export interface AnswerItems {
  readonly readiness: RegionReadinessView;
  readonly findings: FindingView;
  readonly changes: ChangeView;
  readonly coverage: CoverageRowView;
  readonly capacity: CapacitySeriesView;
}
export type QuestionName = keyof AnswerItems;

/** Parameters as they stand in an address; what is empty is not asked. */
export type QuestionParameters = { readonly [name: string]: string | undefined };
