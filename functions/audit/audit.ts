/** One request of the queue: its audit, and what is said of it. */

import { defaultSettings } from '../../shared/aws/client/settings.ts';
import { usedResourcesTable } from '../../shared/aws/findings/used-resources.ts';
import { quotaMemory } from '../../shared/aws/quotas/quota-memory.ts';
import type { Warning } from '../../shared/core/evaluation/finding.ts';
import { rules } from '../../shared/core/evaluation/rules.ts';
import type { AuditRequest } from '../../shared/core/events/audit-request.ts';
import { currentWarnings, planScope } from '../../shared/core/plan/audit-warnings.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { loggedWarnings, withoutFile } from '../../shared/core/plan/plan-warning.ts';
import { type PerformedAudit, performAudit } from '../../shared/workflows/perform-audit.ts';
import { onceFor } from '../runtime/environment.ts';
import { ForeignEventError, type FunctionTools } from '../runtime/middleware.ts';
import { now, tablesOf } from '../runtime/wiring.ts';
import { regionSummary } from './report.ts';

const wired = onceFor((environment) => {
  const tables = tablesOf(environment);
  return {
    ...tables,
    ...environment.plan,
    toolVersion: environment.of('TOOL_VERSION'),
    quotaMemory: quotaMemory(tables.items),
    uses: usedResourcesTable(tables.items),
    settings: defaultSettings,
    now,
  };
});

/** Throws where the request is not ours, or its findings could not be saved. */
export async function audit(request: AuditRequest | undefined, { home, log, metrics }: FunctionTools): Promise<void> {
  if (!request) throw new ForeignEventError('a message of the audit queue holds an AuditRequested event');
  const { account, region, auditId } = request;
  const begun = performance.now();
  const { state, outcome, calls, notes, again } = await performAudit(request, { ...wired(), home });
  const durationMs = Math.round(performance.now() - begun);
  const { commit, discarded, triggeredBy, changes = [] } = outcome ?? {};
  const warnings = outcome && warningsOf(outcome, account, wired().plan, home.account);
  const counts = { durationMs, calls: calls.length, changes: changes.length };
  const warned = loggedWarnings(warnings ?? []);
  // Events are not stored: the log is where a deployed auditor shows them.
  const { events } = outcome?.result ?? {};
  const summary = outcome && regionSummary(outcome);
  log(state, {
    account,
    region,
    auditId,
    rules: rules.hash,
    ...counts,
    ...summary,
    commit,
    discarded,
    triggeredBy,
    again,
    events,
    ...warned,
    ...notes,
  });
  if (outcome && outcome.coverageLost > 0) metrics({ CoverageLost: outcome.coverageLost }, { account, region, auditId });
}

/** Mutes that have expired, and what this one region shows about the plan. */
function warningsOf(
  { result, snapshot: { facts, factsAt } }: NonNullable<PerformedAudit['outcome']>,
  account: string,
  plan: Plan,
  own: string,
): readonly Warning[] {
  return currentWarnings({ plan, at: factsAt, audited: [{ account, result, facts }], scope: planScope(plan, [own]) }).map(withoutFile);
}
