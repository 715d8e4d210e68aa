/** What a commit adds to a summary: small, because a summary may be about every place of an organization. */
import type { ReadinessState } from '../evaluation/finding.ts';
import type { Change, Commit, FindingRecord, ReadinessChange, ReadinessRecord } from '../history/log.ts';
import { becauseWords } from '../render/words.ts';
import { failureSentences, fixCommandOf } from './alert-fixes.ts';
import { fails } from './alert-selection.ts';
import { cut } from './chat-notification.ts';
import { reasonOf, type SummaryPlace } from './commit-split.ts';

/** A cluster that is BLOCKED or UNKNOWN, or whose readiness changed. */
export interface ClusterNote {
  readonly cluster: string;
  /** Absent where it is no longer audited. */
  readonly state?: ReadinessState;
  /** Its state before, where it changed. */
  readonly before?: ReadinessState;
  /** The checks that fail, or why nothing was evaluated: the same text in every place with that reason. */
  readonly reason: string;
  /** Of the first failure: what it says, and how to fix it. */
  readonly example?: string;
  readonly fix?: string;
  readonly command?: string;
}

export interface SummaryEntry {
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
  readonly seq: number;
  readonly factsAt: string;
  /** How many clusters of the place are in each state. */
  readonly states: Readonly<Partial<Record<ReadinessState, number>>>;
  readonly clusters: readonly ClusterNote[];
  /** How many findings got worse, and better. */
  readonly worse: number;
  readonly better: number;
  /** Why the place could not be audited at all. */
  readonly unread?: string;
  /** The readiness is that of a later audit than the commit's, and differs from it. */
  readonly hasChanged?: true;
}

const longest = { reason: 200, example: 300, fix: 400, command: 2000 } as const;

/** The first failure among the reasons, with its fix. Half a command is worse than none: it says where a longer one is. */
function failureNote(record: FindingRecord | undefined): Pick<ClusterNote, 'example' | 'fix' | 'command'> {
  if (!record) return {};
  const { remediation } = record.finding;
  const command = fixCommandOf(record.finding);
  const isShort = command !== undefined && command.length <= longest.command;
  const elsewhere =
    command === undefined || isShort
      ? ''
      : ` The command has ${command.length.toLocaleString('en-US')} characters; \`findings\` prints it.`;
  return {
    example: cut(failureSentences(record.finding).join(' '), longest.example),
    ...(remediation && { fix: `${cut(remediation.text, longest.fix)}${elsewhere}` }),
    ...(isShort && { command }),
  };
}

function reasonNote(place: SummaryPlace, change: ReadinessChange | undefined, changes: readonly Change[]) {
  const ids = new Set(change?.because ?? []);
  const mine = changes.filter((c) => ids.has(c.id));
  const failing = mine.flatMap((c) => (c.of === 'finding' && fails(c.after) && c.after ? [c.after] : []));
  const rows = mine.flatMap((c) => (c.of === 'coverage' && c.after ? [c.after.row] : []));
  if (failing.length > 0) return { reason: becauseWords(failing.map((r) => r.finding.id)), ...failureNote(failing[0]) };
  const reasons = [...new Set(rows.map((row) => reasonOf(row, place)))].toSorted();
  return { reason: cut(reasons.length > 0 ? reasons.join('; ') : becauseWords([...ids]), longest.reason) };
}

const isBad = (state: ReadinessState | undefined): boolean => state === 'BLOCKED' || state === 'UNKNOWN';

/** A cluster that was not READY when it became UNKNOWN may have been BLOCKED: its end is named, as an incident of it may be open. */
const stateBefore = ({ state, since, notReadySince = since }: NonNullable<ReadinessChange['before']>): ReadinessState =>
  state === 'UNKNOWN' && notReadySince < since ? 'BLOCKED' : state;

function clusterNotes(place: SummaryPlace, commit: Commit): readonly ClusterNote[] {
  const changes = new Map(commit.changes.flatMap((c) => (c.of === 'readiness' && c.kind !== 'changed' ? [[c.id, c] as const] : [])));
  const present = new Map(commit.readiness.map((r) => [r.cluster, r]));
  const notes = [...new Set([...present.keys(), ...changes.keys()])].toSorted().flatMap((cluster): readonly ClusterNote[] => {
    const change = changes.get(cluster);
    const state = present.get(cluster)?.state;
    // A first look at a cluster that is well is counted; it is no recovery.
    if (!isBad(state) && (change?.before === undefined || change.kind === 'appeared')) return [];
    const before = change?.before && stateBefore(change.before);
    const reason = state === undefined ? { reason: 'no longer audited' } : reasonNote(place, change, commit.changes);
    return [{ cluster, ...(state !== undefined && { state }), ...(before !== undefined && { before }), ...reason }];
  });
  return withoutRepeats(notes);
}

/** The example and the fix of each reason once: a summary shows no more, and the item of a place with 1,000 clusters holds 400 KB. */
function withoutRepeats(notes: readonly ClusterNote[]): readonly ClusterNote[] {
  const explained = new Set<string>();
  return notes.map((note) => {
    const key = `${note.state}\n${note.reason}`;
    const { example, fix, command, ...rest } = note;
    if (explained.has(key)) return rest;
    explained.add(key);
    return note;
  });
}

/** The commit, with the changes that are summed up, as its summary needs it. */
export function summaryEntryOf(place: SummaryPlace, commit: Commit): SummaryEntry {
  const findings = commit.changes.filter((c) => c.of === 'finding');
  const states = Map.groupBy(commit.readiness, (r) => r.state);
  return {
    account: place.account,
    ...(commit.alias !== undefined && { alias: commit.alias }),
    region: place.region,
    seq: commit.seq,
    factsAt: commit.factsAt,
    states: Object.fromEntries([...states].map(([state, of]) => [state, of.length])),
    clusters: clusterNotes(place, commit),
    worse: findings.filter((c) => c.kind !== 'recovered' && c.kind !== 'changed' && fails(c.after)).length,
    better: findings.filter((c) => c.kind === 'recovered').length,
    ...(commit.regionState === 'failed' &&
      commit.reason !== undefined && { unread: reasonOf({ reason: commit.reason }, place).slice(0, longest.reason) }),
  };
}

/** Clusters of a place that are still BLOCKED, with what fails there, as a reminder of several places needs them. */
export function reminderEntryOf(
  place: SummaryPlace & Pick<SummaryEntry, 'alias' | 'factsAt'>,
  clusters: readonly ReadinessRecord[],
  failures: readonly FindingRecord[],
): SummaryEntry {
  return {
    ...place,
    seq: 1,
    states: { BLOCKED: clusters.length },
    clusters: clusters.map(({ cluster }): ClusterNote => {
      const mine = failures.filter((f) => f.finding.cluster === undefined || f.finding.cluster === cluster);
      return { cluster, state: 'BLOCKED', reason: becauseWords(mine.map((f) => f.finding.id)), ...failureNote(mine[0]) };
    }),
    worse: 0,
    better: 0,
  };
}
