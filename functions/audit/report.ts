/** What an audit says about itself as metrics. */

import type { ReadinessState } from '../../shared/core/evaluation/finding.ts';
import { headroomOf } from '../../shared/core/history/headroom.ts';
import { coverageCount } from '../../shared/core/history/log.ts';
import type { AuditOutcome } from '../../shared/workflows/audit-region.ts';
import type { Metrics } from '../runtime/metrics.ts';

export function auditMetrics({ result, discarded }: AuditOutcome, calls: number, durationMs: number): Metrics {
  const audit = { AuditsCompleted: 1, AuditDuration: durationMs, Calls: calls };
  // A discarded audit says nothing about the current state.
  if (discarded !== undefined) return audit;
  const clusters = (state: ReadinessState) => result.readiness.filter((r) => r.state === state).length;
  const { quota, addresses } = headroomOf(result.findings);
  const byState = {
    ClustersBlocked: clusters('BLOCKED'),
    ClustersUnknown: clusters('UNKNOWN'),
    ClustersAtRisk: clusters('AT_RISK'),
    ClustersReady: clusters('READY'),
  };
  return {
    ...audit,
    ...(quota !== undefined && { QuotaHeadroom: quota }),
    ...(addresses !== undefined && { AddressHeadroom: addresses }),
    UnevaluatedRequired: coverageCount(result).required,
    ...(result.readiness.length > 0 && byState),
  };
}
