/** Amounts by resource: what several checks and clusters count of one resource is one card. Pure. */
import type { CapacitySeriesView } from '../../../shared/query/capacity.ts';
import { mostUrgentFirst } from './amount-order.ts';

export interface CapacityCard {
  readonly key: string;
  /** The most urgent one, which is drawn. */
  readonly first: CapacitySeriesView;
  /** The others of the same resource. */
  readonly others: readonly CapacitySeriesView[];
}

/** A card for each resource of a region, the most urgent first. */
export const capacityCards = (series: readonly CapacitySeriesView[]): readonly CapacityCard[] =>
  [...Map.groupBy(mostUrgentFirst(series), (s) => JSON.stringify([s.account, s.region, s.resource ?? s.id]))].flatMap(
    ([key, [first, ...others]]) => (first ? [{ key, first, others }] : []),
  );
