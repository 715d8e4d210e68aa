/** What the line of an audit in the log says of the region's clusters: the dashboard queries it. */

import type { ReadinessState } from '../../shared/core/evaluation/finding.ts';
import { headroomOf } from '../../shared/core/history/headroom.ts';
import { coverageCount } from '../../shared/core/history/log.ts';
import type { AuditOutcome } from '../../shared/workflows/audit-region.ts';

export interface RegionSummary {
  readonly blocked?: number;
  readonly unknown?: number;
  readonly atRisk?: number;
  readonly ready?: number;
  /** Required checks of resources that were not evaluated. */
  readonly unevaluated: number;
  /** What is left of quotas and of free addresses, the least of the region, in percent of the need. Below 0 it is short. */
  readonly quotaHeadroom?: number;
  readonly addressHeadroom?: number;
}

/** `undefined` for a discarded audit, which says nothing about the current state. */
export function regionSummary({ result, discarded }: Pick<AuditOutcome, 'result' | 'discarded'>): RegionSummary | undefined {
  if (discarded !== undefined) return undefined;
  const clusters = (state: ReadinessState) => result.readiness.filter((r) => r.state === state).length;
  const { quota, addresses } = headroomOf(result.findings);
  return {
    ...(result.readiness.length > 0 && {
      blocked: clusters('BLOCKED'),
      unknown: clusters('UNKNOWN'),
      atRisk: clusters('AT_RISK'),
      ready: clusters('READY'),
    }),
    unevaluated: coverageCount(result).required,
    quotaHeadroom: quota,
    addressHeadroom: addresses,
  };
}
