/**
 * How an audit is saved, and why neither a crash nor a concurrent writer can corrupt the findings:
 *
 * 1. It reads HEAD, then the log after HEAD. It first finishes the commits that others appended and did not finish.
 * 2. Then it reads the records and compares. Facts older than those of the last completed audit are discarded.
 * 3. If it found changes, it marks on HEAD that it is about to append, appends one commit under the next number, which only
 *    one writer can take, and writes the records, each only over an older one.
 * 4. HEAD moves last, and only if it did not change since it was read. Otherwise everything is read and compared again.
 *
 * The mark in step 3 is for the one case that numbers alone do not catch: an audit that found nothing appends nothing, so a
 * slow writer with older facts could still append after it. A writer that sees the mark of another takes the number itself,
 * with an empty commit if need be, and the other finds it taken.
 */
import { randomUUID } from 'node:crypto';
import type { RegionResult } from '../../core/evaluation/finding.ts';
import { type AuditRef, type Change, type Commit, coverageCount, project, type RegionState } from '../../core/history/log.ts';
import { openCount } from '../../core/history/open-count.ts';
import { readinessRecords } from '../../core/history/readiness-changes.ts';
import { putAudit } from './audits.ts';
import { checkpointIfDue } from './checkpoints.ts';
import { putReports } from './cluster-reports.ts';
import { appendCommit, commitsAfter } from './commits.ts';
import { emptyHead, type Head, headAfter, isBelievable, moveHead, readHead } from './head.ts';
import { regionEntry } from './inventory.ts';
import { partitionOf, type RegionKey } from './keys.ts';
import { packAmounts } from './packed-amounts.ts';
import type { AuditDecision, AuditToSave, FindingsTable, FindingsTableOptions, SavedAudit } from './port.ts';
import { lostRace, untilWon } from './races.ts';
import { applyCommit, refreshRecords } from './record-writes.ts';
import { type Records, readRecords } from './records.ts';
import { rollUpDay } from './roll-up.ts';
import { contextOf, type StoreContext } from './store-context.ts';
import { storeRules, withRules } from './stored-rules.ts';
import { updateInventory } from './update-inventory.ts';

/**
 * Saves audits, each as one transaction where the store has them. A function of its own, so that a bundle that only reads
 * the table does not contain it.
 */
export const saving =
  (options: FindingsTableOptions): FindingsTable['save'] =>
  (audit, decide) =>
    options.store.atomically((store) => saveAudit(contextOf({ ...options, store }), audit, decide));

/** One call of `save`, over all of its attempts. */
interface SaveCall {
  readonly region: RegionKey;
  readonly writer: string;
  readonly audit: AuditToSave;
  readonly decide: (previous: RegionState | undefined) => AuditDecision;
  /** What its attempts have appended. */
  appended?: { readonly seq: number; readonly changes: readonly Change[] };
}

function saveAudit(context: StoreContext, audit: AuditToSave, decide: SaveCall['decide']): Promise<SavedAudit> {
  const region = { account: audit.account, region: audit.region };
  const call: SaveCall = { region, writer: randomUUID(), audit, decide };
  return untilWon(
    () => attemptSave(context, call),
    (attempts) => `The audit ${audit.auditId} of ${partitionOf(region)} lost ${attempts} races in a row and was not saved.`,
  );
}

async function attemptSave(context: StoreContext, call: SaveCall): Promise<SavedAudit | typeof lostRace> {
  const { region, audit, decide, appended } = call;
  const head = await readHead(context, region);
  if (await finishCommits(context, region, head)) return lostRace;
  const records = await readRecords(context, region, head ?? emptyHead);
  if (!records) return lostRace;
  const previous = records.shown && (await withRules(context, records.shown, audit.rules));
  const discarded = discardReason(context, audit, head);
  if (!discarded) return completeAudit(context, call, { head, records, previous });
  const { result } = decide(previous);
  return appended ? { result, changes: appended.changes, commit: appended.seq } : { result, changes: [], discarded };
}

/** Finishes the commits that others appended. Applying is safe to repeat; only one writer moves HEAD. */
async function finishCommits(context: StoreContext, region: RegionKey, head: Head | undefined): Promise<boolean> {
  const unfinished = await commitsAfter(context, region, head?.seq ?? 0);
  const last = unfinished.at(-1);
  if (!last) return false;
  for (const commit of unfinished) await applyCommit(context, region, commit);
  await moveHead(context, region, head, headAfter(head, last));
  return true;
}

function discardReason({ now }: StoreContext, { auditId, factsAt }: AuditToSave, head: Head | undefined): SavedAudit['discarded'] {
  if (head?.done.includes(auditId)) return 'repeated';
  const isOutdated = head?.audit !== undefined && factsAt < head.audit.factsAt && isBelievable(head.audit.factsAt, now());
  return isOutdated ? 'outdated' : undefined;
}

const auditRef = ({ auditId, factsAt, planHash, toolVersion, rules, alias, gapMinutes }: AuditToSave, result: RegionResult): AuditRef => ({
  auditId,
  factsAt,
  planHash,
  toolVersion,
  rules: rules.hash,
  regionState: result.state,
  reason: result.reason,
  coverage: coverageCount(result),
  alias,
  gapMinutes,
});

/** What an attempt has read, and its state with the rules it is compared by. */
interface ReadForSave {
  readonly head: Head | undefined;
  readonly records: Records;
  readonly previous: RegionState | undefined;
}

/** The end of the log after an attempt's own commit, if it made one. `head`: HEAD as it is in the table now. */
interface LogEnd {
  readonly head: Head | undefined;
  readonly seq: number;
  readonly loggedAt: string | undefined;
  readonly state: RegionState | undefined;
}

async function completeAudit(
  context: StoreContext,
  call: SaveCall,
  { head, records, previous }: ReadForSave,
): Promise<SavedAudit | typeof lostRace> {
  const { region, audit, writer } = call;
  const { factsAt } = audit;
  const { result, changes, notify, triggeredBy } = call.decide(previous);
  const ref = auditRef(audit, result);
  // Stored before anything refers to them.
  if (previous?.audit.rules !== audit.rules.hash) await storeRules(context, audit.rules);
  const readiness = readinessRecords(result, factsAt);
  const before: LogEnd = { head, seq: head?.seq ?? 0, loggedAt: head?.loggedAt, state: records.stored };
  const isContested = head?.appending !== undefined && head.appending !== writer;
  const end =
    changes.length > 0 || isContested
      ? await append(context, call, before, {
          ...ref,
          changes,
          readiness,
          ...(triggeredBy && { triggeredBy }),
          ...(notify && { pending: true as const }),
        })
      : before;
  if (!end) return lostRace;
  const moved = await refreshRecords(context, region, records, result, factsAt);
  const amounts = await putAudit(context, region, ref, result, call.appended?.seq);
  await rollUpDay(context, region, factsAt, amounts);
  const running = result.readiness.filter((r) => r.running).map((r) => r.cluster);
  await putReports(context, region, factsAt, result.events ?? [], running);
  const inventory = await updateInventory(context, region, end.seq, ref, regionEntry(ref, result, readiness), head?.fleet);
  const next = {
    seq: end.seq,
    loggedAt: end.loggedAt,
    audit: ref,
    at: context.now().toISOString(),
    done: completedAudits(audit.auditId, head),
    readiness,
    failures: openCount(result.findings),
    fleet: inventory,
    amounts: moved.length > 0 ? packAmounts(moved) : undefined,
  };
  const checkpoint = await checkpointIfDue(context, region, head?.checkpoint, { ...next, state: end.state });
  if (!(await moveHead(context, region, end.head, { ...next, checkpoint }))) return lostRace;
  return { result, changes: call.appended?.changes ?? [], commit: call.appended?.seq };
}

/** Marks HEAD, appends the commit and applies it. `undefined` if another writer was faster. */
async function append(
  context: StoreContext,
  call: SaveCall,
  { head, seq, state }: LogEnd,
  audited: Omit<Commit, 'seq' | 'at'>,
): Promise<LogEnd | undefined> {
  const { region, writer: appending } = call;
  const marked = await moveHead(context, region, head, { ...(head ?? emptyHead), appending });
  if (!marked) return undefined;
  const commit: Commit = { ...audited, seq: seq + 1, at: context.now().toISOString() };
  if (!(await appendCommit(context, region, commit))) return undefined;
  call.appended = { seq: commit.seq, changes: [...(call.appended?.changes ?? []), ...commit.changes] };
  await applyCommit(context, region, commit);
  return { head: marked, seq: commit.seq, loggedAt: commit.factsAt, state: project(state, commit) };
}

const rememberedAudits = 8;

const completedAudits = (auditId: string, head: Head | undefined): readonly string[] =>
  [auditId, ...(head?.done ?? []).filter((id) => id !== auditId)].slice(0, rememberedAudits);
