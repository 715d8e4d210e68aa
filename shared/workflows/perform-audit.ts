/** Runs one audit request: assumes the account's role, audits the region and updates its change markers. */

import { type CallRecord, withConnection } from '../aws/client/calls.ts';
import type { AwsSettings } from '../aws/client/settings.ts';
import { type Collected, collectRegion } from '../aws/collect/collect-region.ts';
import { aliasOf } from '../aws/credentials/identity.ts';
import type { MarkersTable } from '../aws/findings/markers.ts';
import type { FindingsTable } from '../aws/findings/table.ts';
import type { UsedResourcesTable } from '../aws/findings/used-resources.ts';
import { assumeAuditRole } from '../aws/inventory/accounts.ts';
import type { QuotaMemory } from '../aws/quotas/quota-memory.ts';
import type { Snapshot } from '../core/evaluation/facts.ts';
import { type AuditRequest, isChangeId } from '../core/events/audit-request.ts';
import { usedResources } from '../core/events/used-resources.ts';
import { auditRoleOf, type Plan } from '../core/plan/plan.ts';
import { hasHyperPod, regionsOf } from '../core/plan/regions.ts';
import { type AuditOutcome, auditRegion } from './audit-region.ts';
import type { DeploymentAccount } from './audited-regions.ts';

export interface AuditWork {
  readonly plan: Plan;
  readonly planHash: string;
  readonly toolVersion: string;
  readonly home: DeploymentAccount;
  readonly settings: AwsSettings;
  readonly table: Pick<FindingsTable, 'save'>;
  readonly marks: Pick<MarkersTable, 'triggers' | 'clearDirty' | 'markAgain'>;
  readonly uses: Pick<UsedResourcesTable, 'save'>;
  readonly quotaMemory: QuotaMemory;
  readonly now: () => Date;
}

export interface PerformedAudit {
  /**
   * skipped: the plan does not name the region and HyperPod is not offered there. covered: an audit that ran since the change was
   * requested has seen it.
   */
  readonly state: 'audited' | 'skipped' | 'covered';
  readonly outcome?: AuditOutcome;
  readonly calls: readonly CallRecord[];
  /** How something was found out. */
  readonly notes: Collected['notes'];
  /** Something changed during the audit, so the next sweep requests another. */
  readonly again?: true;
}

/** A mark further ahead than this is a wrong clock's. */
export const clockToleranceMs = 15 * 60_000;

interface AuditAccess {
  readonly settings: AwsSettings;
  readonly alias?: string;
  readonly closed?: Parameters<typeof collectRegion>[0]['closed'];
}

/** Settings for calls in the account, or why its role cannot be assumed: that is then the only result of the audit. */
async function openAccount(account: string, { plan, home, settings }: AuditWork): Promise<AuditAccess> {
  if (account === home.account) {
    const alias = await withConnection(settings, home.region, ({ call }) => aliasOf(call));
    return { settings, ...(alias !== undefined && { alias }) };
  }
  const target = { account, partition: home.partition, role: auditRoleOf(plan) };
  const entered = await assumeAuditRole(target, settings);
  if (!entered.ok) return { settings, closed: entered };
  return { settings: entered.settings, ...(entered.alias !== undefined && { alias: entered.alias }) };
}

/** Does what a request asks for. Rejects where the findings could not be saved; the same request again is then safe. */
export async function performAudit(request: AuditRequest, work: AuditWork): Promise<PerformedAudit> {
  const { plan, planHash, toolVersion, home, table, marks, quotaMemory, now } = work;
  const { account, region, auditId } = request;
  const place = { account, region };
  // Before the facts are read: a change that is noted later may be one that they do not show.
  const triggers = await marks.triggers(place);
  // Where the queue is long behind, a changed place is requested again; the first of these audits clears the mark.
  if (isChangeId(auditId) && triggers === undefined) return { state: 'covered', calls: [], notes: {} };
  const way = await openAccount(account, work);
  const { snapshot, calls, notes } = await collectRegion({
    ...place,
    partition: home.partition,
    plan,
    settings: way.settings,
    quotaMemory,
    ...(way.alias !== undefined && { alias: way.alias }),
    ...(way.closed && { closed: way.closed }),
  });
  const saveUses = () => work.uses.save(place, planHash, usedResources(snapshot.facts));
  if (isIrrelevant(snapshot, plan)) {
    await saveUses();
    // Otherwise every sweep would request another audit of the region because of the same mark.
    const again = await settleMarkers(request, { snapshot }, { marks, now });
    return { state: 'skipped', calls, notes, ...(again && { again }) };
  }
  const outcome = await auditRegion({
    plan,
    planHash,
    toolVersion,
    auditId,
    collect: async () => snapshot,
    ...(triggers && { triggers }),
    table,
  });
  // Before the marker is cleared: until then, every change of the region triggers an audit.
  if (outcome.discarded !== 'outdated') await saveUses();
  const again = await settleMarkers(request, outcome, { marks, now });
  return { state: 'audited', outcome, calls, notes, ...(again && { again }) };
}

const isIrrelevant = (snapshot: Snapshot, plan: Plan): boolean => regionsOf(plan) === undefined && !hasHyperPod(snapshot);

/**
 * Takes the region's mark away unless a change arrived after these facts were begun. Then a change's audit notes that another
 * is to be requested; a scheduled one leaves that to the message which the change has in the queue.
 */
export async function settleMarkers(
  { account, region, auditId }: AuditRequest,
  { snapshot, discarded }: Pick<AuditOutcome, 'discarded'> & { readonly snapshot: Pick<Snapshot, 'factsAt'> },
  { marks, now }: Pick<AuditWork, 'now'> & { readonly marks: Pick<MarkersTable, 'clearDirty' | 'markAgain'> },
): Promise<true | undefined> {
  // Facts that were discarded because this audit was done before clear nothing: they were not evaluated.
  const factsAt = discarded === 'repeated' ? '0' : snapshot.factsAt;
  const left = await marks.clearDirty({ account, region }, factsAt);
  if (!left || !isChangeId(auditId)) return undefined;
  if (Date.parse(left.last) > now().getTime() + clockToleranceMs) {
    // A wrong clock wrote this mark; it would ask for audits until that time comes.
    await marks.clearDirty({ account, region }, new Date(Date.parse(left.last) + 1).toISOString());
    return undefined;
  }
  await marks.markAgain({ account, region });
  return true;
}
