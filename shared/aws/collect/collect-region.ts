/** All facts of one region of one account, collected side by side. */
import { type FactName, type Facts, type Snapshot, unreadSnapshot } from '../../core/evaluation/facts.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { type CallAws, type CallRecord, withConnection } from '../client/calls.ts';
import { AwsError, toUnreadOrDefect, type Unread } from '../client/errors.ts';
import type { AwsSettings } from '../client/settings.ts';
import { configuredRegion } from '../credentials/identity.ts';
import type { QuotaMemory } from '../quotas/quota-memory.ts';
import type { CollectorScope } from './collector.ts';
import { collectors } from './facts/index.ts';

export interface CollectProgress {
  /** The fact that was just settled. */
  readonly fact: FactName;
  readonly done: number;
  readonly total: number;
}

export interface CollectOptions {
  readonly account: string;
  readonly alias?: string;
  readonly partition: string;
  readonly region: string;
  readonly plan: Pick<Plan, 'clusters' | 'readRunningScripts'>;
  readonly settings: AwsSettings;
  /** The account could not be entered: nothing was read for this reason, and nothing is called. */
  readonly closed?: Unread;
  /** Absent: quotas are listed in full. */
  readonly quotaMemory?: QuotaMemory;
  /** Only these facts, and those they rest on; the others stand as unread. Absent: all. */
  readonly facts?: readonly FactName[];
  readonly onProgress?: (progress: CollectProgress) => void;
}

export interface Collected {
  readonly snapshot: Snapshot;
  readonly calls: readonly CallRecord[];
  /** How something was found out, for the log: `quotas`, whether they were listed and why. */
  readonly notes: { readonly [about: string]: string };
}

const factNames = Object.keys(collectors) as FactName[];

/** Replaces a fact that was not requested: a failed read, and for reads by key an empty record. */
const notRequested = { ok: false, reason: 'it was not requested' };

/**
 * Collects every fact that the plan and the running clusters of a region need. A read that fails stands as such among the
 * facts and ends no other; by `deadlineMs` all are there, what was still under way being unread (a quota memory that
 * does not answer may take a few seconds more). In a region that is not enabled nothing is called. Rejects only for a defect of this program.
 */
export async function collectRegion(options: CollectOptions): Promise<Collected> {
  const { account, alias, partition, region, plan, settings, closed, quotaMemory, onProgress, facts: requested = factNames } = options;
  const factsAt = new Date().toISOString();
  const snapshotPlace = { account, ...(alias !== undefined && { alias }), partition, region, factsAt };
  if (closed) return { snapshot: unreadSnapshot(snapshotPlace, closed), calls: [], notes: {} };
  const homeRegion = await configuredRegion(settings);
  return withConnection(settings, region, async (line) => {
    const begun = new Map<FactName, Promise<Facts[FactName]>>();
    const notes: Record<string, string> = {};
    let done = 0;

    function fact<N extends FactName>(name: N): Promise<Facts[N]> {
      const known = begun.get(name) ?? begin(name);
      begun.set(name, known);
      return known as Promise<Facts[N]>;
    }

    async function begin(name: FactName): Promise<Facts[FactName]> {
      // After the caller's turn, so that a fact requested in the meantime is found in the map.
      await undefined;
      const scope: CollectorScope = { ...place, call: name === 'regionOptIn' ? line.call : callIfEnabled, fact };
      const value = await collectors[name].collect(scope).catch((error: unknown) => unreadFact(name, toUnreadOrDefect(error)));
      done += 1;
      onProgress?.({ fact: name, done, total: Math.max(requested.length, begun.size) });
      return value;
    }

    const callIfEnabled: CallAws = async (...call) => {
      const state = await fact('regionOptIn');
      if (state.ok && state.value === 'not-opted-in')
        throw new AwsError({ ok: false, reason: 'the region is not enabled for this account' });
      return line.call(...call);
    };

    const place = {
      account,
      partition,
      region,
      ...(homeRegion !== undefined && { homeRegion }),
      factsAt,
      ...(quotaMemory && { quotaMemory }),
      note: (about: string, how: string) => {
        notes[about] = how;
      },
      planned: plan.clusters.filter((c) => c.region === region),
      readsRunningScripts: plan.readRunningScripts ?? false,
    };

    /** A collector that rejects leaves its whole fact unread, and no other. */
    const unreadFact = (name: FactName, { reason, action }: Unread): Facts[FactName] =>
      unreadSnapshot(snapshotPlace, { reason, ...(action !== undefined && { action }) }).facts[name];

    await Promise.all(requested.map(fact));
    const collected = await Promise.all(factNames.map(async (name) => [name, (await begun.get(name)) ?? notRequested] as const));
    const facts = Object.fromEntries(collected) as unknown as Facts;
    const snapshot: Snapshot = { schemaVersion: 1, ...snapshotPlace, facts };
    return { snapshot, calls: [...line.records], notes };
  });
}
