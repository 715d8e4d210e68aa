/**
 * The workflow of quota increases: computes the increases that the plan needs and whether they may be requested; then, once
 * the operator confirms, sends them, reading each quota again right before its request. Nothing that is deployed does this.
 */
import pLimit from 'p-limit';
import type { AwsSettings } from '../aws/client/settings.ts';
import { collectRegion } from '../aws/collect/collect-region.ts';
import type { Identity } from '../aws/credentials/identity.ts';
import { openRequests, type QuotaClient, withQuotaClient } from '../aws/quotas/quota-increases.ts';
import { checks } from '../core/checks/index.ts';
import { evaluate } from '../core/evaluation/evaluate.ts';
import type { FactName } from '../core/evaluation/facts.ts';
import type { Plan } from '../core/plan/plan.ts';
import {
  decideIncrease,
  type IncreaseOutcome,
  increasesOf,
  isOpen,
  type QuotaIncrease,
  quotaChecks,
  type RegionIncreases,
  withinLimits,
} from '../core/quotas/quota-increase.ts';
import { count } from '../core/render/words.ts';

const ownChecks = checks.filter((c) => quotaChecks.includes(c.id));

/** The facts that the checks of quotas depend on. */
export const quotaFacts: readonly FactName[] = [
  ...new Set<FactName>(['regionOptIn', 'clusterNames', 'runningClusters', ...ownChecks.flatMap((c) => c.needs)]),
];

export interface IncreaseOptions {
  readonly identity: Pick<Identity, 'account' | 'partition'>;
  readonly plan: Plan;
  readonly regions: readonly string[];
  /** The step under way in a region, or, once it is finished, how many increases it needs. */
  readonly onProgress?: (progress: {
    readonly region: string;
    readonly what: string;
    readonly finished: boolean;
    readonly done: number;
    readonly total: number;
  }) => void;
}

const regionsAtOnce = 6;

/** The increases that the plan needs in these regions of the caller's account, and which may be sent. Sends nothing. */
export async function prepareIncreases(options: IncreaseOptions, settings: AwsSettings): Promise<readonly RegionIncreases[]> {
  const { identity, plan, regions, onProgress } = options;
  const limit = pLimit(regionsAtOnce);
  let done = 0;
  const read = await Promise.all(
    regions.map((region) =>
      limit(async () => {
        const report = (what: string, finished = false) => onProgress?.({ region, what, finished, done, total: regions.length });
        const { snapshot } = await collectRegion({
          account: identity.account,
          partition: identity.partition,
          region,
          plan,
          settings,
          facts: quotaFacts,
          onProgress: ({ fact, done: facts, total }) => report(`${facts} of ${total} facts read (${fact})`),
        });
        const own = increasesOf(snapshot, evaluate(plan, snapshot, ownChecks));
        done += 1;
        report(own.state === 'audited' ? `${count(own.increases.length, 'increase')} needed` : (own.reason ?? own.state), true);
        return own;
      }),
    ),
  );
  if (!read.some((r) => r.increases.some((i) => i.decision.do === 'send'))) return read;
  const open = await Promise.all(
    read.map((r) =>
      limit(async () => {
        const count = r.state === 'audited' ? await openRequests(r.region, settings) : undefined;
        // Where the open ones cannot be counted, AWS itself says when there are too many.
        return [r.region, count?.ok ? count.value : 0] as const;
      }),
    ),
  );
  return withinLimits(read, new Map(open));
}

/** Errors after which no further request has a chance: for the region's pool of open requests, or for all. */
const stops: Readonly<Record<string, { readonly all: boolean; readonly reason: string }>> = {
  QuotaExceededException: { all: false, reason: 'AWS takes no further increase request now: too many are open' },
  TooManyRequestsException: { all: true, reason: 'AWS throttles increase requests; try again in some minutes' },
};

async function send(increase: QuotaIncrease, client: QuotaClient, now: () => Date): Promise<IncreaseOutcome & { readonly code?: string }> {
  const { desired } = increase;
  const before = await client.state(increase);
  if (!before.ok)
    return {
      increase,
      result: 'failed',
      reason: `not sent, since it could not be read whether a request is open: ${before.reason}`,
      ...(before.action !== undefined && { action: before.action }),
    };
  const decision = decideIncrease(desired, before.value.value, before.value.requests, now().toISOString());
  if (decision.do !== 'send') return { increase, result: 'skipped', decision };
  const taken = await client.request(increase, desired);
  if (taken.ok) return { increase, result: 'sent', ...taken.value };
  // An answer that was lost, or lost once and asked for again, may hide a request that was taken: the history knows.
  const later = await client.state(increase);
  const known = new Set(before.value.requests.map((r) => r.id));
  const own = later.ok ? later.value.requests.find((r) => r.desired === desired && !known.has(r.id)) : undefined;
  if (own && (isOpen(own) || own.status === 'APPROVED'))
    return {
      increase,
      result: 'sent',
      id: own.id,
      status: own.status,
      ...(own.caseId !== undefined && { caseId: own.caseId }),
    };
  return {
    increase,
    result: 'failed',
    reason: taken.says ?? taken.reason,
    ...(taken.action !== undefined && { action: taken.action }),
    code: taken.code,
  };
}

/**
 * Sends every increase whose decision is to send, one after the other, and reports each outcome as it is known. A failure of
 * one loses none of the others; once AWS says that it takes no more, the rest is held. Safe to repeat: each quota is read
 * again right before its request.
 */
export async function sendIncreases(
  prepared: readonly RegionIncreases[],
  settings: AwsSettings,
  onOutcome: (outcome: IncreaseOutcome) => Promise<void>,
  now: () => Date = () => new Date(),
): Promise<readonly IncreaseOutcome[]> {
  const outcomes: IncreaseOutcome[] = [];
  const stopped = new Map<string, string>();
  const report = async (outcome: IncreaseOutcome) => {
    outcomes.push(outcome);
    await onOutcome(outcome);
  };
  for (const { region, optIn, increases } of prepared) {
    const toSend = increases.filter((i) => i.decision.do === 'send');
    if (toSend.length === 0) continue;
    const pool = optIn ? region : '';
    await withQuotaClient(region, settings, async (client) => {
      for (const increase of toSend) {
        const reason = stopped.get('*') ?? stopped.get(pool);
        if (reason !== undefined) {
          await report({ increase, result: 'held', reason });
          continue;
        }
        const { code, ...outcome } = await send(increase, client, now);
        await report(outcome as IncreaseOutcome);
        const stop = code === undefined ? undefined : stops[code];
        if (stop) stopped.set(stop.all ? '*' : pool, stop.reason);
      }
    });
  }
  return outcomes;
}
