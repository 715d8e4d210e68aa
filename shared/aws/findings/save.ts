/**
 * How an audit is saved, and why no crash and no rival can spoil it:
 *
 * 1. It reads HEAD, then the log after HEAD. What others appended and did not finish it finishes first.
 * 2. Only then it reads the records and compares. Facts older than those of the last completed audit are discarded.
 * 3. Found changes? It says on HEAD that it is about to append, appends the one commit under the next number, which
 *    nobody can do twice, and writes the records, each only over an older one.
 * 4. HEAD moves last, and only if nobody touched it since it was read; else everything is read and compared again.
 *
 * The mark in step 3 is for the one case that numbers alone do not catch: an audit that found nothing appends nothing,
 * so a slow rival with older facts could still append after it. Whoever sees such a mark takes the number itself, with
 * an empty commit if need be, and the rival finds it taken.
 */
import { randomUUID } from 'node:crypto';
import { type Finding, findingId, type RegionResult } from '../../core/evaluation/finding.ts';
import type { Rules } from '../../core/evaluation/rules.ts';
import { difference, same } from '../../core/history/amounts.ts';
import { type AuditRef, type Change, type Commit, coverageCount, project, type RegionState, writesOf } from '../../core/history/log.ts';
import { readinessRecords } from '../../core/history/readiness-changes.ts';
import type { ItemCondition, ItemStore } from './item-store.ts';
import {
  type AuditItem,
  amountsInItem,
  type CheckpointItem,
  checkpointItems,
  commitItems,
  type DayItem,
  type Head,
  type HeadItem,
  historyItem,
  type InventoryMark,
  inventoryItem,
  inventoryMark,
  isInventoryDue,
  packAmounts,
  type RegionEntry,
  type RulesItem,
  recordItem,
  regionEntry,
  rollUp,
  rulesKey,
} from './items.ts';
import { endOf, type Key, partitionOf, type RegionKey, sortKeys } from './keys.ts';
import type { AuditDecision, AuditToSave, FindingsTable, FindingsTableOptions, SavedAudit } from './port.ts';
import {
  accessTo,
  attempts,
  auditDays,
  backoff,
  believable,
  checkpointEvery,
  clockToleranceMs,
  healed,
  lastNumber,
  nothing,
  type Records,
  remembered,
} from './records.ts';

/**
 * How an audit is saved: as one transaction where the store has them. A function of its own, so that a bundle which only
 * reads the table is without all of it.
 */
export const saving =
  (options: FindingsTableOptions): FindingsTable['save'] =>
  (audit, decide) =>
    options.store.atomically((store) => savingOn(accessTo({ ...options, store }))(audit, decide));

function savingOn(access: ReturnType<typeof accessTo<ItemStore>>): FindingsTable['save'] {
  const { store, now, retentionDays, keptUntil, all, headKey, commitsBetween, readRecords } = access;

  /** Moves HEAD from what was read; false if somebody else did in between. */
  const moveHead = (place: RegionKey, read: Head | undefined, head: Omit<Head, 'version'>): Promise<boolean> => {
    const item = { ...head, ...headKey(place), version: (read?.version ?? 0) + 1 };
    return store.put(item, { when: read ? ['=', 'version', read.version] : ['absent', 'pk'] });
  };

  /** Writes a commit into the records and the histories. Can be done by anyone, any number of times. */
  const applyCommit = async (place: RegionKey, commit: Commit): Promise<void> => {
    const expires = keptUntil(retentionDays);
    const records = writesOf(commit).map((write) => recordItem(place, write, expires));
    await Promise.all(records.map((item) => store.put(item, { when: ['or', ['absent', 'pk'], ['<', 'seq', commit.seq]] })));
    await store.putAll(commit.changes.flatMap((c) => (c.of === 'finding' ? [historyItem(place, commit, c, expires)] : [])));
  };

  /** Appends the commit; false if its number is taken. */
  const append = async (place: RegionKey, commit: Commit): Promise<boolean> => {
    const { item, parts } = commitItems(place, commit, randomUUID(), keptUntil(retentionDays));
    for (const part of parts) await store.put(part);
    return store.put(item, { when: ['absent', 'pk'] });
  };

  /** Writes the words of findings and rows anew that say something else though nothing about them is drift. */
  const refresh = async (place: RegionKey, records: Records, result: RegionResult, factsAt: string): Promise<readonly Finding[]> => {
    const pk = partitionOf(place);
    const moved: Finding[] = [];
    const updates: (readonly [Key, string, number, object])[] = [];
    for (const { since, ...fresh } of result.findings) {
      const kept = records.findings.get(fresh.id);
      const how = kept ? difference(kept.finding, fresh) : 'none';
      if (how === 'amounts' && moved.length < amountsInItem) moved.push(fresh);
      else if (kept && how !== 'none') updates.push([{ pk, sk: sortKeys.finding(fresh.id) }, 'finding', kept.seq, fresh]);
    }
    for (const { since, last, ...fresh } of result.coverage.unevaluated) {
      const id = findingId(fresh);
      const kept = records.rows.get(id);
      if (kept && !same(kept.row, fresh)) updates.push([{ pk, sk: sortKeys.row(id) }, 'row', kept.seq, fresh]);
    }
    await Promise.all(
      updates.map(([key, name, seq, value]) =>
        store.update(
          key,
          { set: { [name]: value, refreshed: factsAt } },
          { when: ['and', ['=', 'seq', seq], ['or', ['absent', 'refreshed'], ['<=', 'refreshed', factsAt]]] },
        ),
      ),
    );
    return moved;
  };

  const putAudit = async (place: RegionKey, audit: AuditRef, result: RegionResult, commit: number | undefined): Promise<string> => {
    const counted = result.findings.filter((f) => f.have !== undefined);
    const amounts = packAmounts(counted.slice(0, amountsInItem));
    const item: AuditItem = {
      pk: partitionOf(place),
      sk: sortKeys.audit(audit.factsAt, audit.auditId),
      auditId: audit.auditId,
      factsAt: audit.factsAt,
      at: now().toISOString(),
      regionState: audit.regionState,
      coverage: coverageCount(result),
      readiness: Object.fromEntries(result.readiness.map((r) => [r.cluster, r.state])),
      amounts,
      ...(counted.length > amountsInItem && { amountsLeftOut: counted.length - amountsInItem }),
      ...(commit !== undefined && { commit }),
      expires: keptUntil(auditDays),
    };
    await store.put(item);
    return amounts;
  };

  const rollUpDay = async (place: RegionKey, factsAt: string, amounts: string): Promise<void> => {
    const date = factsAt.slice(0, 10);
    const key = { pk: partitionOf(place), sk: sortKeys.day(date) };
    for (let attempt = 0; attempt < attempts; attempt++) {
      await backoff(attempt);
      const before = await store.get<DayItem>(key);
      const item: DayItem = { ...key, date, factsAt, amounts: rollUp(before?.amounts, amounts), expires: keptUntil(retentionDays) };
      const done = await store.put(item, { when: before ? ['=', 'factsAt', before.factsAt] : ['absent', 'pk'] });
      if (done) return;
    }
    throw new Error(`The roll-up of ${date} in ${key.pk} kept changing while it was written.`);
  };

  /** Writes a checkpoint when one is due, and lets whatever there was before it expire. The newest has no expiry. */
  const checkpoint = async (place: RegionKey, head: Omit<Head, 'version'>, state: RegionState): Promise<Head['checkpoint']> => {
    const { audit, loggedAt } = head;
    if (!audit || loggedAt === undefined) return head.checkpoint;
    const last = head.checkpoint ?? { seq: 0, at: audit.factsAt, planHash: audit.planHash };
    const age = Date.parse(audit.factsAt) - Date.parse(last.at);
    if (age < checkpointEvery(retentionDays) * 86_400_000 && last.planHash === audit.planHash) return last;
    if (last.seq === state.seq) return { ...last, planHash: audit.planHash };
    const { item, parts } = checkpointItems(place, { ...state, audit }, loggedAt, randomUUID());
    for (const part of parts) await store.put(part);
    // One that is there already, of a rival or of who died here, says the same and may be in use.
    await store.put(item, { when: ['absent', 'pk'] });
    await expireBefore(place, state.seq);
    return { seq: state.seq, at: audit.factsAt, planHash: audit.planHash };
  };

  /**
   * Lets all checkpoints before the one at `seq` expire, and all their parts, also of those that nobody finished. By what
   * stands there: a crash or a rival leaves parts that no item knows of. Parts of commits have an expiry from the start.
   */
  const expireBefore = async (place: RegionKey, seq: number): Promise<void> => {
    const items = await all<CheckpointItem>(place, sortKeys.checkpoint(0), sortKeys.checkpoint(seq));
    const newest = items.at(-1);
    if (!newest) return;
    const own = sortKeys.parts(newest.seq, newest.writer);
    const last = endOf(sortKeys.partsOf(seq));
    const parts = await all<Key & { readonly expires?: number }>(place, sortKeys.allParts, last, ['pk', 'sk', 'expires']);
    const old = [...items.slice(0, -1), ...parts.filter(({ sk }) => !sk.startsWith(own))].filter((item) => item.expires === undefined);
    await Promise.all(old.map((key) => store.update(key, { set: { expires: keptUntil(retentionDays) } })));
  };

  /** Writes the region's item in the inventory where it is due: never over one of a later commit or of newer facts. */
  const updateInventory = async (
    place: RegionKey,
    seq: number,
    audit: AuditRef,
    entry: RegionEntry,
    before: InventoryMark | undefined,
  ): Promise<InventoryMark> => {
    const mark = inventoryMark(entry, audit.factsAt);
    if (before && !isInventoryDue(before, mark)) return before;
    const latest = new Date(now().getTime() + clockToleranceMs).toISOString();
    const older: ItemCondition = ['and', ['=', 'seq', seq], ['or', ['<=', 'factsAt', audit.factsAt], ['>', 'factsAt', latest]]];
    await store.put(inventoryItem(place, seq, audit.factsAt, entry, keptUntil(auditDays)), {
      when: ['or', ['absent', 'pk'], ['or', ['<', 'seq', seq], older]],
    });
    return mark;
  };

  /** The state with the rules of its audit, where those are not the present ones: then the comparison needs them. */
  const withRules = async (state: RegionState, present: Rules): Promise<RegionState> => {
    const hash = state.audit.rules;
    if (hash === undefined || hash === present.hash) return state;
    const item = await store.get<RulesItem>(rulesKey(hash));
    return item ? { ...state, rules: { hash, shared: item.shared, checks: item.checks } } : state;
  };

  const keepRules = async (rules: Rules): Promise<void> => {
    await store.put({ ...rulesKey(rules.hash), ...rules } as Key, { when: ['absent', 'pk'] });
  };

  const save = async (audit: AuditToSave, decide: (previous: RegionState | undefined) => AuditDecision): Promise<SavedAudit> => {
    const place: RegionKey = { account: audit.account, region: audit.region };
    const writer = randomUUID();
    let appended: { readonly seq: number; readonly changes: readonly Change[] } | undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
      await backoff(attempt);
      const head = await store.get<HeadItem>(headKey(place));

      // What others appended and did not finish comes first. Applying is safe to repeat; only one of us moves HEAD.
      const unfinished = await commitsBetween(place, (head?.seq ?? 0) + 1, lastNumber);
      const last = unfinished.at(-1);
      if (last) {
        for (const commit of unfinished) await applyCommit(place, commit);
        await moveHead(place, head, healed(head, last));
        continue;
      }
      const records = await readRecords(place, head ?? nothing);
      if (!records) continue;
      const previous = records.shown && (await withRules(records.shown, audit.rules));

      const outdated = head?.audit !== undefined && audit.factsAt < head.audit.factsAt && believable(head.audit.factsAt, now());
      const repeated = head?.done.includes(audit.auditId) === true;
      if (appended && (outdated || repeated)) return { result: decide(previous).result, changes: appended.changes, commit: appended.seq };
      if (repeated || outdated) return { result: decide(previous).result, changes: [], discarded: repeated ? 'repeated' : 'outdated' };

      const { result, changes, notify } = decide(previous);
      const ref: AuditRef = {
        auditId: audit.auditId,
        factsAt: audit.factsAt,
        planHash: audit.planHash,
        toolVersion: audit.toolVersion,
        rules: audit.rules.hash,
        regionState: result.state,
        ...(result.reason !== undefined && { reason: result.reason }),
        coverage: coverageCount(result),
        ...(audit.alias !== undefined && { alias: audit.alias }),
        ...(audit.gapMinutes !== undefined && { gapMinutes: audit.gapMinutes }),
      };
      // Before anything refers to them.
      if (previous?.audit.rules !== audit.rules.hash) await keepRules(audit.rules);
      let read: Head | undefined = head;
      let seq = head?.seq ?? 0;
      let state = records.stored;
      let loggedAt = head?.loggedAt;
      const rival = head?.appending !== undefined && head.appending !== writer;
      if (changes.length > 0 || rival) {
        const marked = { ...(head ?? nothing), appending: writer };
        if (!(await moveHead(place, head, marked))) continue;
        read = { ...marked, version: (head?.version ?? 0) + 1 };
        const commit: Commit = {
          ...ref,
          seq: seq + 1,
          at: now().toISOString(),
          changes,
          readiness: readinessRecords(result, audit.factsAt),
          ...(notify && { pending: true as const }),
        };
        if (!(await append(place, commit))) continue;
        appended = { seq: commit.seq, changes: [...(appended?.changes ?? []), ...changes] };
        await applyCommit(place, commit);
        seq = commit.seq;
        loggedAt = commit.factsAt;
        state = project(state, commit);
      }
      const moved = await refresh(place, records, result, audit.factsAt);
      const amounts = await putAudit(place, ref, result, appended?.seq);
      await rollUpDay(place, audit.factsAt, amounts);
      const readiness = readinessRecords(result, audit.factsAt);
      const fleet = await updateInventory(place, seq, ref, regionEntry(ref, result, readiness), head?.fleet);
      const next: Omit<Head, 'version'> = {
        seq,
        ...(loggedAt !== undefined && { loggedAt }),
        audit: ref,
        at: now().toISOString(),
        done: [audit.auditId, ...(head?.done ?? []).filter((id) => id !== audit.auditId)].slice(0, remembered),
        readiness,
        fleet,
        ...(moved.length > 0 && { amounts: packAmounts(moved) }),
        ...(head?.checkpoint && { checkpoint: head.checkpoint }),
      };
      const due = state ? await checkpoint(place, next, state) : undefined;
      if (await moveHead(place, read, { ...next, ...(due && { checkpoint: due }) }))
        return { result, changes: appended?.changes ?? [], ...(appended && { commit: appended.seq }) };
    }
    throw new Error(`The audit ${audit.auditId} of ${partitionOf(place)} lost ${attempts} races in a row and was not saved.`);
  };

  return save;
}
