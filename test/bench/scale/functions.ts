/** The functions of the stack as a simulation calls them: the handlers themselves, in virtual time, and what each took. */
import type { Context } from 'aws-lambda';
import { handler as digest } from '../../../functions/digest/handler.ts';
import { handler as dispatch } from '../../../functions/dispatch/handler.ts';
import { handler as notify } from '../../../functions/notify/handler.ts';
import { environmentOf } from '../../../functions/runtime/environment.ts';
import { measured } from '../../../infra/cost/measured.ts';
import { functionSizes } from '../../../infra/stacks/functions.ts';
import type { ItemStore } from '../../../shared/aws/findings/item-store.ts';
import type { RegionKey } from '../../../shared/aws/findings/keys.ts';
import { markersTable } from '../../../shared/aws/findings/markers.ts';
import { findingsTable } from '../../../shared/aws/findings/table.ts';
import { usedResourcesTable } from '../../../shared/aws/findings/used-resources.ts';
import type { Snapshot } from '../../../shared/core/evaluation/facts.ts';
import type { AuditRequest } from '../../../shared/core/events/audit-request.ts';
import { usedResources } from '../../../shared/core/events/used-resources.ts';
import { auditRegion } from '../../../shared/workflows/audit-region.ts';
import { settleMarkers } from '../../../shared/workflows/perform-audit.ts';
import type { VirtualTime } from './virtual-time.ts';

export const simulatedFunctions = ['dispatch', 'audit', 'notify', 'digest'] as const;
export type SimulatedFunction = (typeof simulatedFunctions)[number];

/** What the calls of a function took since it was last asked. */
export interface FunctionRuns {
  readonly calls: number;
  readonly longestMs: number;
  readonly totalMs: number;
}

export interface SimulatedFunctions {
  /** Milliseconds that a call took. Rejects where the function fails. */
  readonly invoke: (name: Exclude<SimulatedFunction, 'audit'>, event: unknown, at: number) => Promise<number>;
  /** Audits side by side: the path of performAudit without the calls that collect facts, which take as long as they were measured to. */
  readonly audit: (requests: readonly AuditRequest[], at: number) => Promise<number>;
  readonly takeRuns: () => ReadonlyMap<SimulatedFunction, FunctionRuns>;
}

export interface FunctionsOptions {
  readonly time: VirtualTime;
  readonly home: RegionKey;
  /** Where audits are saved. */
  readonly store: ItemStore;
  /** What is collected of a place at a time. */
  readonly snapshotOf: (place: RegionKey, factsAt: string) => Snapshot;
  readonly isBusy: (place: RegionKey) => boolean;
  /** Of a call to AWS while facts are collected. */
  readonly latencyMs: number;
}

/** Milliseconds in which a region's facts are collected, at another latency than they were measured at. */
const collectMs = (isBusy: boolean, latencyMs: number): number =>
  (isBusy ? measured.busy : measured.quiet).firstOfDay.waitMs * (latencyMs / measured.latencyMs);

export function functionsIn({ time, home, store, snapshotOf, isBusy, latencyMs }: FunctionsOptions): SimulatedFunctions {
  const handlers: { readonly [name in Exclude<SimulatedFunction, 'audit'>]: (event: unknown, context: Context) => Promise<unknown> } = {
    dispatch,
    notify,
    digest,
  };
  const environment = environmentOf(process.env);
  const { plan, planHash } = environment.plan;
  const options = { store, retentionDays: plan.retentionDays, now: () => new Date(time.now()) };
  const table = findingsTable(options);
  const marks = markersTable(options);
  const uses = usedResourcesTable(options);
  let runs = new Map<SimulatedFunction, FunctionRuns>();
  const took = (name: SimulatedFunction, ms: number): number => {
    const { calls, longestMs, totalMs } = runs.get(name) ?? { calls: 0, longestMs: 0, totalMs: 0 };
    runs.set(name, { calls: calls + 1, longestMs: Math.max(longestMs, ms), totalMs: totalMs + ms });
    return ms;
  };
  const auditOne = async ({ auditId, ...place }: AuditRequest): Promise<void> => {
    const factsAt = new Date(time.now()).toISOString();
    await time.wait(collectMs(isBusy(place), latencyMs));
    const snapshot = snapshotOf(place, factsAt);
    const audit = { plan, planHash, toolVersion: '1.0.0', auditId, collect: async () => snapshot, table };
    const outcome = await auditRegion(audit);
    await uses.save(place, planHash, usedResources(snapshot.facts));
    await settleMarkers({ ...place, auditId }, outcome, { marks, now: options.now });
  };
  return {
    invoke: async (name, event, at) => {
      const { memoryMb, timeoutSeconds } = functionSizes[name];
      const context = {
        functionName: name,
        awsRequestId: 'simulated',
        invokedFunctionArn: `arn:aws:lambda:${home.region}:${home.account}:function:${name}`,
        getRemainingTimeInMillis: () => timeoutSeconds * 1000 - (time.now() - at),
      } as Context;
      return took(name, await time.run(at, memoryMb, () => silently(() => handlers[name](event, context))));
    },
    audit: async (requests, at) => {
      const ms = await time.run(at, functionSizes.audit.memoryMb, () => Promise.all(requests.map(auditOne)));
      return took('audit', ms);
    },
    takeRuns: () => {
      const taken = runs;
      runs = new Map();
      return taken;
    },
  };
}

/** Without the lines of the function's log, unless it fails. */
async function silently<T>(work: () => Promise<T>): Promise<T> {
  const { write } = process.stdout;
  const lines: string[] = [];
  process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  try {
    return await work();
  } catch (error) {
    throw new Error(`A function failed: ${lines.filter((line) => line.includes('"error"')).join('')}`, { cause: error });
  } finally {
    process.stdout.write = write;
  }
}
