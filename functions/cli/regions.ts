/** Every account and region of a target as one list of jobs, worked off several at a time. */
import pLimit from 'p-limit';
import { enterAccount, organizationAccounts } from '../../shared/aws/accounts.ts';
import { collectRegion } from '../../shared/aws/collect-region.ts';
import type { Identity } from '../../shared/aws/identity.ts';
import { enabledRegions, regionsToAudit } from '../../shared/aws/regions.ts';
import type { AwsSettings } from '../../shared/aws/settings.ts';
import type { Snapshot } from '../../shared/core/facts.ts';
import { count } from '../../shared/core/render/words.ts';
import type { Target } from './aws.ts';
import type { Progress } from './screen.ts';

/** Enough to hide AWS's latency, few enough that one machine's connections and memory stay small. */
const regionsAtOnce = 6;

export interface Account extends Pick<Identity, 'account' | 'alias' | 'partition'> {
  readonly settings: AwsSettings;
  /** Why it could not be entered; then it has no regions. */
  readonly closed?: string;
}

export interface Job {
  readonly account: Account;
  readonly region: string;
}

/** The caller's own account, or those of the plan: each entered by the audit role, but for the caller's own. */
async function accountsOf(target: Target): Promise<readonly Account[]> {
  const { plan, identity, settings } = target;
  const { account, partition, alias } = identity;
  const own: Account = { account, partition, settings, ...(alias !== undefined && { alias }) };
  if (plan.accounts === undefined) return [own];
  const wanted = plan.accounts === 'organization' ? await organizationAccounts(settings) : plan.accounts;
  return Promise.all(
    wanted.map(async (id): Promise<Account> => {
      if (id === account) return own;
      const entered = await enterAccount({ account: id, partition, ...(plan.auditRole && { role: plan.auditRole }) }, settings);
      if (entered.ok)
        return { account: id, partition, settings: entered.settings, ...(entered.alias !== undefined && { alias: entered.alias }) };
      return { account: id, partition, settings, closed: entered.action ? `${entered.reason}: ${entered.action}` : entered.reason };
    }),
  );
}

async function regionsOfAccount(target: Target, account: Account): Promise<readonly string[]> {
  if (account.closed !== undefined) return [];
  if (target.only && !target.only.includes('all')) return target.only;
  return target.only ? enabledRegions(account.settings) : regionsToAudit(target.plan, account.settings);
}

export interface Accounts {
  readonly accounts: readonly Account[];
  readonly jobs: readonly Job[];
}

export async function jobsOf(target: Target, progress: Progress): Promise<Accounts> {
  progress.now('looking up accounts and regions …');
  const accounts = await accountsOf(target);
  const jobs = await Promise.all(
    accounts.map(async (account) => (await regionsOfAccount(target, account)).map((region) => ({ account, region }))),
  );
  return { accounts, jobs: jobs.flat() };
}

/** Works off all jobs and tells how far it is; results in the order of the jobs. */
export async function eachJob<T>(
  jobs: readonly Job[],
  progress: Progress,
  work: (job: Job, tell: (what: string) => void) => Promise<T>,
  done: (job: Job, result: T) => string,
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
  { account, region }: Job,
  target: Target,
  tell: (what: string) => void,
): Promise<{ readonly snapshot: Snapshot; readonly calls: number }> {
  const { snapshot, calls } = await collectRegion({
    account: account.account,
    ...(account.alias !== undefined && { alias: account.alias }),
    partition: account.partition,
    region,
    plan: target.plan,
    settings: account.settings,
    onProgress: ({ fact, done, total }) => tell(`${done} of ${total} facts read (${fact})`),
  });
  return { snapshot, calls: calls.length };
}

export const callsWords = (calls: number): string => count(calls, 'call');
