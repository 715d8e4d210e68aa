/** Checkpoints: the whole state at some commits, so that commits before them can expire. */
import { randomUUID } from 'node:crypto';
import type { AuditRef, CoverageRecord, FindingRecord, ReadinessRecord, RegionState, Versioned } from '../../core/history/log.ts';
import type { CheckpointMark } from './head.ts';
import { endOf, type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';
import { type PartedItem, readParts, splitIntoParts } from './parts.ts';
import { expiryIn, itemsBetween, type ReadContext, type StoreContext } from './store-context.ts';

export interface CheckpointItem extends Required<PartedItem> {
  /** Since when the state was so: factsAt of its last commit. */
  readonly from: string;
  readonly audit: AuditRef;
  readonly readiness: readonly ReadinessRecord[];
  readonly judged: readonly string[];
  readonly expires?: number;
}

type CheckpointRecord = { readonly finding: Versioned<FindingRecord> } | { readonly row: Versioned<CoverageRecord>; readonly id: string };
export interface CheckpointPartItem extends Key {
  readonly held: readonly CheckpointRecord[];
  readonly expires?: number;
}

function checkpointItems(
  region: RegionKey,
  { seq, audit, findings, coverage, readiness, evaluatedChecks }: RegionState,
  from: string,
  writer: string,
): { readonly parts: readonly CheckpointPartItem[]; readonly item: CheckpointItem } {
  const pk = partitionOf(region);
  const records: CheckpointRecord[] = [
    ...[...findings.values()].map((finding) => ({ finding })),
    ...[...coverage].map(([id, row]) => ({ id, row })),
  ];
  const parts = splitIntoParts(records).map((held, n) => ({ pk, sk: sortKeys.part(seq, writer, n), held }));
  const sk = sortKeys.checkpoint(seq);
  return {
    parts,
    item: { pk, sk, seq, from, audit, readiness: [...readiness.values()], judged: [...evaluatedChecks], parts: parts.length, writer },
  };
}

/** The state in a checkpoint; `undefined` where some of its parts have expired, which can happen before it does. */
function checkpointState(item: CheckpointItem, parts: readonly CheckpointPartItem[]): RegionState | undefined {
  if (parts.length !== item.parts) return undefined;
  const records = parts.flatMap((part) => part.held);
  return {
    seq: item.seq,
    audit: item.audit,
    findings: new Map(records.flatMap((r) => ('finding' in r ? [[r.finding.finding.id, r.finding] as const] : []))),
    coverage: new Map(records.flatMap((r) => ('row' in r ? [[r.id, r.row] as const] : []))),
    readiness: new Map(item.readiness.map((r) => [r.cluster, r])),
    evaluatedChecks: new Set(item.judged),
  };
}

/** The newest whole checkpoint that is not after a commit. */
export async function checkpointUpTo(
  context: ReadContext,
  region: RegionKey,
  seq: number,
): Promise<{ readonly from: string; readonly state: RegionState } | undefined> {
  const items = await itemsBetween<CheckpointItem>(context, region, sortKeys.checkpoint(0), sortKeys.checkpoint(seq));
  for (const item of items.toReversed()) {
    const state = checkpointState(item, await readParts<CheckpointPartItem>(context, region, item));
    if (state) return { from: item.from, state };
  }
  return undefined;
}

/** Days between checkpoints: few enough that a checkpoint includes each commit before that expires. */
const checkpointDays = (retentionDays: number): number => Math.min(30, retentionDays / 2);

/** Writes a checkpoint when one is due, and lets everything before it expire. The mark for HEAD. The newest has no expiry. */
export async function checkpointIfDue(
  context: StoreContext,
  region: RegionKey,
  last: CheckpointMark | undefined,
  { audit, loggedAt, state }: { readonly audit: AuditRef; readonly loggedAt: string | undefined; readonly state: RegionState | undefined },
): Promise<CheckpointMark | undefined> {
  if (!state || loggedAt === undefined) return last;
  const { store, retentionDays } = context;
  const { planHash, factsAt: at } = audit;
  const before = last ?? { seq: 0, at, planHash };
  const age = Date.parse(at) - Date.parse(before.at);
  if (age < checkpointDays(retentionDays) * 86_400_000 && before.planHash === planHash) return before;
  if (before.seq === state.seq) return { ...before, planHash };
  const { item, parts } = checkpointItems(region, { ...state, audit }, loggedAt, randomUUID());
  for (const part of parts) await store.put(part);
  // One that exists, of another writer or of one that ended here, says the same and may be in use.
  await store.put(item, { when: ['absent', 'pk'] });
  await expireBefore(context, region, state.seq);
  return { seq: state.seq, at, planHash };
}

/**
 * Lets all checkpoints before the one at `seq` expire with their parts, and parts without a checkpoint, which a crash or
 * another writer leaves. Parts of commits have an expiry from the start.
 */
async function expireBefore(context: StoreContext, region: RegionKey, seq: number): Promise<void> {
  const items = await itemsBetween<CheckpointItem>(context, region, sortKeys.checkpoint(0), sortKeys.checkpoint(seq));
  const newest = items.at(-1);
  if (!newest) return;
  const own = sortKeys.parts(newest.seq, newest.writer);
  const only = ['pk', 'sk', 'expires'];
  const last = endOf(sortKeys.partsOf(seq));
  const parts = await itemsBetween<Key & { readonly expires?: number }>(context, region, sortKeys.allParts, last, { only });
  const old = [...items.slice(0, -1), ...parts.filter(({ sk }) => !sk.startsWith(own))].filter((item) => item.expires === undefined);
  const set = { expires: expiryIn(context, context.retentionDays) };
  await Promise.all(old.map((key) => context.store.update(key, { set })));
}
