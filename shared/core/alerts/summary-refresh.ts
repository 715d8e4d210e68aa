/**
 * Updates the entry of a summary to the present. A commit waits up to an hour for its summary, and drift is notified at once
 * meanwhile: a summary of what was so when the commit began to wait would contradict what was notified since.
 */
import type { ReadinessState } from '../evaluation/finding.ts';
import { type AuditRef, type ReadinessRecord, troubleOf } from '../history/log.ts';
import { stateOrder } from '../render/words.ts';
import type { ClusterNote, SummaryEntry } from './summary-entry.ts';

/** What the last completed audit of a region found. */
export type PresentReadiness = Pick<AuditRef, 'factsAt'> & { readonly readiness: readonly ReadinessRecord[] };

const reason = 'changed since';

/**
 * A cluster that is UNKNOWN now keeps the state of its note if that is the last one known: its incident has to open or close by
 * that state, and the loss of access has a summary of its own. What was not READY when it became UNKNOWN may be BLOCKED.
 */
const isLastKnown = (note: ClusterNote, now: ReadinessRecord): boolean =>
  now.state === 'UNKNOWN' && note.state !== undefined && (note.state === 'BLOCKED') === troubleOf(now) < now.since;

function noteNow(note: ClusterNote, now: ReadinessRecord | undefined): ClusterNote {
  if (note.state === now?.state || (now && isLastKnown(note, now))) return note;
  // One that was BLOCKED at any time may have an open incident, which ends only if the summary names the cluster.
  const before = note.before === 'BLOCKED' ? note.before : (note.state ?? note.before);
  return {
    cluster: note.cluster,
    ...(now && { state: now.state }),
    ...(before !== undefined && { before }),
    reason: now ? reason : 'no longer audited',
  };
}

function countStates(states: readonly ReadinessState[]): SummaryEntry['states'] {
  const by = Map.groupBy(states, (state) => state);
  return Object.fromEntries([...by].map(([state, of]) => [state, of.length]));
}

const isSame = (a: SummaryEntry['states'], b: SummaryEntry['states']): boolean =>
  stateOrder.every((state) => (a[state] ?? 0) === (b[state] ?? 0));

/** The entry with the readiness of a later audit of its region, dated as the commit that waited; the same entry where nothing differs. */
export function asItIsNow(entry: SummaryEntry, head: PresentReadiness | undefined): SummaryEntry {
  // The audit of a commit may not be completed yet: then the stored readiness is the older one.
  if (!head || head.factsAt <= entry.factsAt) return entry;
  const present = new Map(head.readiness.map((r) => [r.cluster, r]));
  const known = entry.clusters.map((note) => noteNow(note, present.get(note.cluster)));
  const noted = new Map(known.map((note) => [note.cluster, note]));
  // What is counted as BLOCKED or UNKNOWN is named as well.
  const added = head.readiness.flatMap(({ cluster, state }): readonly ClusterNote[] =>
    !noted.has(cluster) && (state === 'BLOCKED' || state === 'UNKNOWN') ? [{ cluster, state, reason }] : [],
  );
  const states = countStates(head.readiness.map(({ cluster, state }) => noted.get(cluster)?.state ?? state));
  const isUnchanged = added.length === 0 && known.every((note, n) => note === entry.clusters[n]) && isSame(states, entry.states);
  return isUnchanged ? entry : { ...entry, states, clusters: [...known, ...added], hasChanged: true };
}
