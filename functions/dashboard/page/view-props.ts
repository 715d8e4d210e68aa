/** What the frame hands to every view. */
import type { RegionReadinessView } from '../../../shared/query/readiness.ts';
import type { Address } from './address.ts';
import type { AnswerSource } from './source.ts';

export interface ViewProps {
  readonly source: AnswerSource;
  readonly filters: Address['filters'];
  /** `typing`: no step of its own in the history. */
  readonly onFilters: (filters: Address['filters'], typing?: boolean) => void;
  /** All regions with their clusters, as they were when the page was opened: what there is to choose from. */
  readonly regions: readonly RegionReadinessView[];
  /** What ages are counted from. */
  readonly now: number;
}
