/** Every account and region of a target as one list of jobs, worked off several at a time. */
import pLimit from 'p-limit';
import type { Unread } from '../../shared/aws/client/errors.ts';
import type { AwsSettings } from '../../shared/aws/client/settings.ts';
import { collectRegion } from '../../shared/aws/collect/collect-region.ts';
import type { Identity } from '../../shared/aws/credentials/identity.ts';
import { assumeAuditRole } from '../../shared/aws/inventory/accounts.ts';
import { enabledRegions, readRegions } from '../../shared/aws/inventory/regions.ts';
import type { Snapshot } from '../../shared/core/evaluation/facts.ts';
import { selectedRegions } from '../../shared/core/evaluation/scope.ts';
import { auditRoleOf } from '../../shared/core/plan/plan.ts';
import { regionsOf } from '../../shared/core/plan/regions.ts';
import { count } from '../../shared/core/render/words.ts';
import { plannedAccounts } from '../../shared/workflows/audited-regions.ts';
import { NoResultError } from '../process/exit.ts';
import type { CommandTarget } from './account-access.ts';
import type { Progress } from './screen.ts';

/** Enough to hide AWS's latency, few enough that one machine's connections and memory stay small. */
const regionsAtOnce = 6;
const accountsAtOnce = 8;

export interface AuditAccount extends Pick<Identity, 'account' | 'alias' | 'partition'> {
  readonly settings: AwsSettings;
  /** Why nothing in it can be read; its regions are audited all the same, each with this reason. */
  readonly closed?: Unread;
}

export interface RegionJob {
  readonly account: AuditAccount;
  readonly region: string;
}

/** An account with what leads into it: the caller's own as it is, any other by the audit role. */
async function entered(id: string, target: CommandTarget): Promise<AuditAccount> {
  const { plan, identity, settings } = target;
  const { account, partition, alias } = identity;
  if (id === account) return { account, partition, settings, ...(alias !== undefined && { alias }) };
  const way = await assumeAuditRole({ account: id, partition, role: auditRoleOf(plan) }, settings);
  if (!way.ok) return { account: id, partition, settings, closed: way };
  return { account: id, partition, settings: way.settings, ...(way.alias !== undefined && { alias: way.alias }) };
}

/**
 * The regions of an account that are asked for: those of the selection or of the plan, else every enabled one. Where those
 * cannot be listed, since the account is closed or the list is refused, they are the ones of the caller's own account, so
 * that no account is missing from a result.
 */
async function jobsIn(account: AuditAccount, target: CommandTarget): Promise<readonly RegionJob[]> {
  const { plan, selection, everyRegion, settings } = target;
  const jobs = (of: AuditAccount, regions: readonly string[]) => regions.map((region): RegionJob => ({ account: of, region }));
  const named = selectedRegions(plan, selection);
  if (named && !everyRegion) return jobs(account, named);
  // A planned region is asked for even where it is not enabled.
  const planned = regionsOf(plan) ?? [];
  const others = (regions: readonly string[]) => regions.filter((region) => !planned.includes(region));
  const enabled = account.closed ?? (await readRegions(account.settings));
  if (enabled.ok) return [...jobs(account, planned), ...jobs(account, others(enabled.value))];
  const closed = account.closed ?? { ...enabled, reason: `the regions of the account could not be listed: ${enabled.reason}` };
  return [...jobs(account, planned), ...jobs({ ...account, closed }, others(await enabledRegions(settings)))];
}

export interface AccountJobs {
  /** Ids of the accounts in scope, selected or not. */
  readonly scope: readonly string[];
  /** One for each region of each account that is selected, account by account. */
  readonly jobs: readonly RegionJob[];
}

export async function jobsOf(target: CommandTarget, progress: Progress): Promise<AccountJobs> {
  const { plan, identity, settings, selection } = target;
  progress.now('looking up accounts and regions …');
  const scope = await plannedAccounts(plan, identity, settings);
  const selected = scope.filter((id) => selection.accounts?.includes(id) ?? true);
  const limit = pLimit(accountsAtOnce);
  const jobs = await Promise.all(selected.map((id) => limit(async () => jobsIn(await entered(id, target), target))));
  if (selected.length > 0 && jobs.flat().length === 0) throw new NoResultError('AWS lists no enabled region of the account.');
  return { scope, jobs: jobs.flat() };
}

/** Works off all jobs and shows progress; results in the order of the jobs. */
export async function eachJob<T>(
  jobs: readonly RegionJob[],
  progress: Progress,
  work: (job: RegionJob, tell: (what: string) => void) => Promise<T>,
  done: (job: RegionJob, result: T) => string,
): Promise<readonly T[]> {
  const limit = pLimit(regionsAtOnce);
  let finished = 0;
  return Promise.all(
    jobs.map((job) =>
      limit(async () => {
        const tell = (what: string) => progress.now(`[${finished}/${jobs.length}] ${job.account.account} ${job.region}: ${what}`);
        const result = await work(job, tell);
        finished += 1;
        progress.say(`[${finished}/${jobs.length}] ${job.account.alias ?? job.account.account} ${job.region}: ${done(job, result)}`);
        return result;
      }),
    ),
  );
}

/** Reads the facts of one job. */
export async function snapshotOf(
  { account, region }: RegionJob,
  target: CommandTarget,
  tell: (what: string) => void,
): Promise<{ readonly snapshot: Snapshot; readonly calls: number }> {
  const { snapshot, calls } = await collectRegion({
    account: account.account,
    ...(account.alias !== undefined && { alias: account.alias }),
    partition: account.partition,
    region,
    plan: target.plan,
    settings: account.settings,
    ...(account.closed && { closed: account.closed }),
    onProgress: ({ fact, done, total }) => tell(`${done} of ${total} facts read (${fact})`),
  });
  return { snapshot, calls: calls.length };
}

export const callsWords = (calls: number): string => count(calls, 'call');
