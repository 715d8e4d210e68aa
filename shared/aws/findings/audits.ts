/** Completed audits, small: what capacity questions and questions about the last audit read. */
import type { RegionResult } from '../../core/evaluation/finding.ts';
import { type AuditRef, type CoverageCount, coverageCount, type ReadinessRecord } from '../../core/history/log.ts';
import { type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';
import { amountsInItem, packAmounts } from './packed-amounts.ts';
import { auditDays } from './retention.ts';
import { expiryIn, type StoreContext } from './store-context.ts';

export interface AuditEntry {
  readonly auditId: string;
  readonly factsAt: string;
  readonly at: string;
  readonly regionState: RegionResult['state'];
  readonly coverage: CoverageCount;
  readonly readiness: { readonly [cluster: string]: ReadinessRecord['state'] };
  /** Packed; `unpackAmounts` reads it, `shortName` names. */
  readonly amounts: string;
  /** Number of amounts that did not fit, in a region of many thousand findings. */
  readonly amountsLeftOut?: number;
  /** The commit of this audit, if it found changes. */
  readonly commit?: number;
}
export type AuditItem = Key & AuditEntry & { readonly expires: number };

/** Stores a completed audit, and returns its packed amounts. */
export async function putAudit(
  context: StoreContext,
  region: RegionKey,
  { auditId, factsAt, regionState }: AuditRef,
  result: RegionResult,
  commit: number | undefined,
): Promise<string> {
  const counted = result.findings.filter((f) => f.have !== undefined);
  const amounts = packAmounts(counted.slice(0, amountsInItem));
  const item: AuditItem = {
    pk: partitionOf(region),
    sk: sortKeys.audit(factsAt, auditId),
    auditId,
    factsAt,
    at: context.now().toISOString(),
    regionState,
    coverage: coverageCount(result),
    readiness: Object.fromEntries(result.readiness.map((r) => [r.cluster, r.state])),
    amounts,
    amountsLeftOut: counted.length > amountsInItem ? counted.length - amountsInItem : undefined,
    commit,
    expires: expiryIn(context, auditDays),
  };
  await context.store.put(item);
  return amounts;
}
