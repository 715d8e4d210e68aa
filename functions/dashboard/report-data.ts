/** What stands in a page: who says so, and in a report all the answers. */
import type { ClusterEvents } from '../../shared/core/evaluation/finding.ts';
import type { AccountRegion } from '../../shared/core/evaluation/scope.ts';
import type { CapacitySeriesView } from '../../shared/query/capacity.ts';
import type { ChangeView } from '../../shared/query/changes.ts';
import type { CoverageRowView } from '../../shared/query/coverage.ts';
import type { FindingView } from '../../shared/query/findings.ts';
import type { RegionReadinessView } from '../../shared/query/readiness.ts';

export interface PageInfo {
  /** `hyperpod-auditor 1.2.3`. */
  readonly tool: string;
  /** When the page was made, RFC 3339. */
  readonly at: string;
  /** Where the answers are from, for people to read. */
  readonly from: string;
  /** The page has a server to ask. */
  readonly live: boolean;
  /** The server compares what is stored with a plan: what it found missing is at `/unaudited`. */
  readonly hasPlan?: boolean;
  /** What is not in it, in whole sentences: a report says of which question it has not all answers, and where it had to stop. */
  readonly leftOut: readonly { readonly of: keyof Omit<Report, 'about' | 'events'>; readonly words: string }[];
}

/** Events of a cluster with their place. */
export type PlacedEvents = AccountRegion & ClusterEvents;

export interface Report {
  readonly about: PageInfo;
  /** Error events of the audit that made the report; they are not stored. */
  readonly events?: readonly PlacedEvents[];
  readonly readiness: readonly RegionReadinessView[];
  readonly findings: readonly FindingView[];
  readonly changes: readonly ChangeView[];
  readonly coverage: readonly CoverageRowView[];
  readonly capacity: readonly CapacitySeriesView[];
}
