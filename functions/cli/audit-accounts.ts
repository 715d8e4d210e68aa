/** Audits every account and region of a target and gathers the results in the order of the jobs. */
import { randomUUID } from 'node:crypto';
import type { AccountResult, Result, Warning } from '../../shared/core/evaluation/finding.ts';
import { selectedRegions, selectFrom } from '../../shared/core/evaluation/scope.ts';
import { auditWarnings, planScope } from '../../shared/core/plan/audit-warnings.ts';
import { hasHyperPod } from '../../shared/core/plan/regions.ts';
import { stateOrder, stateWords } from '../../shared/core/render/words.ts';
import { type AuditOutcome, auditRegion } from '../../shared/workflows/audit-region.ts';
import { timestamp } from '../process/io.ts';
import { tool, version } from '../process/package.ts';
import type { CommandTarget } from './account-access.ts';
import type { AuditTable } from './audit-store.ts';
import { type AuditAccount, callsWords, eachJob, jobsOf, snapshotOf } from './regions.ts';
import type { Progress } from './screen.ts';

export interface AccountsAudit {
  readonly result: Result;
  /** Ids of the accounts in scope, selected or not. */
  readonly scope: readonly string[];
  /** Regions someone named: for these, being off is a failure. */
  readonly plannedRegions: readonly string[];
  /** The commits that the audits appended, of the regions in the result. */
  readonly appended: readonly AppendedCommit[];
}

/** A commit, where it is in the log. */
export interface AppendedCommit {
  readonly account: AuditAccount;
  readonly region: string;
  readonly seq: number;
}

interface RegionAudit {
  readonly account: AuditAccount;
  readonly outcome: AuditOutcome;
  readonly calls: number;
}

/** `BLOCKED llm-train, READY eval; 38 calls`. */
function summary({ outcome, calls }: RegionAudit): string {
  const { result } = outcome;
  const clusters = result.readiness
    .toSorted((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state))
    .map((c) => `${c.cluster} ${stateWords[c.state]}`);
  const what = result.state === 'audited' ? clusters.join(', ') || 'no clusters' : `${result.state}, ${result.reason ?? ''}`;
  return `${what} (${callsWords(calls)})`;
}

/** Warnings of the plan, and of what was audited by it. `accounts`: those in scope, selected or not. */
function warningsOf(
  { plan, selection, locate }: CommandTarget,
  accounts: readonly string[],
  done: readonly RegionAudit[],
): readonly Warning[] {
  const scope = { ...(selection.regions === undefined && { regions: 'audited' as const }), ...planScope({ ...plan, accounts }, []) };
  const audited = done.map(({ account: { account }, outcome: { result, snapshot } }) => ({ account, result, facts: snapshot.facts }));
  return locate(auditWarnings({ plan, at: timestamp(), audited, scope }));
}

export async function auditAccounts(target: CommandTarget, table: AuditTable, progress: Progress): Promise<AccountsAudit> {
  const { plan, planHash, selection } = target;
  const { scope, jobs } = await jobsOf(target, progress);
  const done = await eachJob(
    jobs,
    progress,
    async (job, tell): Promise<RegionAudit> => {
      let calls = 0;
      const collect = async () => {
        const read = await snapshotOf(job, target, tell);
        calls = read.calls;
        return read.snapshot;
      };
      // The operator reads of it now. No one else would confirm it, and what is pending is retained for ever.
      const save: AuditTable['save'] = (audit, decide) => table.save(audit, (previous) => ({ ...decide(previous), notify: false }));
      const outcome = await auditRegion({ plan, planHash, toolVersion: version, auditId: randomUUID(), collect, table: { save } });
      return { account: job.account, outcome, calls };
    },
    (_, result) => summary(result),
  );
  const named = selectedRegions(plan, selection);
  const shown = done.filter(({ outcome }) => named !== undefined || hasHyperPod(outcome.snapshot));
  const results = [...Map.groupBy(done, (d) => d.account.account)].map(([account, of]): AccountResult => {
    const alias = of[0]?.account.alias;
    const own = shown.filter((d) => d.account.account === account);
    return {
      account,
      ...(alias !== undefined && { alias }),
      auditedAt: own[0]?.outcome.snapshot.factsAt ?? timestamp(),
      regions: own.map((d) => d.outcome.result),
    };
  });
  return {
    result: {
      schemaVersion: 1,
      tool,
      planHash,
      ...selectFrom(results, plan, selection, scope),
      warnings: warningsOf(target, scope, done),
    },
    scope,
    plannedRegions: named ?? [],
    appended: shown.flatMap(({ account, outcome: { commit, result } }) =>
      commit === undefined ? [] : [{ account, region: result.region, seq: commit }],
    ),
  };
}
