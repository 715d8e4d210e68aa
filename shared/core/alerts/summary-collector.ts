/** Adds up the entries of a summary. It holds little for each cluster, because there may be one in every place of an organization. */
import type { ReadinessState } from '../evaluation/finding.ts';
import { stateOrder } from '../render/words.ts';
import type { ClusterNote, SummaryEntry } from './summary-entry.ts';

/** Why clusters are in a state, and how to fix it for the first of them. */
export interface SummaryReason {
  readonly state: ReadinessState;
  readonly text: string;
  /** What the first failure says, and its place. */
  readonly example?: string;
  readonly place: string;
  readonly fix?: string;
  readonly command?: string;
  /** How many clusters. */
  clusters: number;
}

/** A cluster name in an account, with its regions. */
export interface SummaryCluster {
  readonly reason: SummaryReason;
  readonly account: string;
  readonly alias?: string;
  readonly cluster: string;
  readonly regions: readonly string[];
}

export interface SummaryTotals {
  /** Regions, each counted once for each account. */
  readonly places: number;
  readonly accounts: number;
  /** The account and region, where there is but one. */
  readonly account?: string;
  readonly region?: string;
  readonly from: string;
  readonly to: string;
  readonly states: Readonly<Partial<Record<ReadinessState, number>>>;
  readonly worse: number;
  readonly better: number;
  /** Reasons for which places could not be audited at all, with the number of places. */
  readonly unread: readonly (readonly [reason: string, places: number])[];
}

interface LastNote {
  readonly seq: number;
  readonly account: string;
  readonly region: string;
  readonly note: Pick<ClusterNote, 'cluster' | 'state'>;
  readonly reason: SummaryReason;
  /** BLOCKED before these changes, or for a time in between. */
  readonly wasBlocked: boolean;
}

export interface SummaryCollector {
  readonly add: (entry: SummaryEntry) => void;
  readonly totals: () => SummaryTotals;
  /** Clusters that are BLOCKED, then UNKNOWN, then those that no longer are BLOCKED; the most frequent reason first. */
  readonly clusters: () => readonly SummaryCluster[];
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What is listed in a summary: BLOCKED and UNKNOWN clusters, and those that were BLOCKED. */
const isListed = ({ note: { state }, wasBlocked }: LastNote): boolean => state === 'BLOCKED' || state === 'UNKNOWN' || wasBlocked;

function totalsOf(places: ReadonlyMap<string, Pick<SummaryEntry, 'account' | 'region' | 'states' | 'unread'>>) {
  const of = [...places.values()];
  const [accounts, regions] = [new Set(of.map((p) => p.account)), new Set(of.map((p) => p.region))];
  const states: Partial<Record<ReadinessState, number>> = {};
  const unread = new Map<string, number>();
  for (const place of of) {
    for (const state of stateOrder) {
      const n = place.states[state] ?? 0;
      if (n > 0) states[state] = (states[state] ?? 0) + n;
    }
    if (place.unread !== undefined) unread.set(place.unread, (unread.get(place.unread) ?? 0) + 1);
  }
  const [account, region] = [accounts, regions].map((set) => (set.size === 1 ? [...set][0] : undefined));
  return {
    places: of.length,
    accounts: accounts.size,
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
    states,
    unread: [...unread].toSorted(([a, n], [b, m]) => m - n || byText(a, b)),
  };
}

/** The last note of each cluster, as lines of one account, one reason and one cluster name. */
function linesOf(notes: readonly LastNote[], aliases: ReadonlyMap<string, string>): readonly SummaryCluster[] {
  const lines = Map.groupBy(notes, (n) => `${n.account}\n${n.note.cluster}\n${n.reason.state}\n${n.reason.text}`);
  for (const { reason } of notes) reason.clusters += 1;
  return [...lines.values()]
    .flatMap(([first, ...more]) => {
      if (!first) return [];
      const alias = aliases.get(first.account);
      const regions = [first, ...more].map((n) => n.region).toSorted(byText);
      return [
        { reason: first.reason, account: first.account, ...(alias !== undefined && { alias }), cluster: first.note.cluster, regions },
      ];
    })
    .toSorted(
      (a, b) =>
        stateOrder.indexOf(a.reason.state) - stateOrder.indexOf(b.reason.state) ||
        b.reason.clusters - a.reason.clusters ||
        byText(a.reason.text, b.reason.text) ||
        byText(a.account, b.account) ||
        byText(a.cluster, b.cluster),
    );
}

export function summaryCollector(): SummaryCollector {
  const places = new Map<string, Pick<SummaryEntry, 'account' | 'region' | 'seq' | 'states' | 'unread'>>();
  const last = new Map<string, LastNote>();
  const reasons = new Map<string, SummaryReason>();
  const aliases = new Map<string, string>();
  const sums = { worse: 0, better: 0, from: '', to: '' };

  const reasonFor = ({ state = 'READY', reason: text, example, fix, command }: ClusterNote, place: string): SummaryReason => {
    const known = reasons.get(`${state}\n${text}`);
    if (known) return known;
    const reason: SummaryReason = {
      state,
      text,
      place,
      ...(example !== undefined && { example }),
      ...(fix !== undefined && { fix }),
      ...(command !== undefined && { command }),
      clusters: 0,
    };
    reasons.set(`${state}\n${text}`, reason);
    return reason;
  };
  return {
    add: ({ account, alias, region, seq, factsAt, states, clusters, worse, better, unread }) => {
      const place = `${account}/${region}`;
      if (alias !== undefined) aliases.set(account, alias);
      sums.worse += worse;
      sums.better += better;
      if (sums.from === '' || factsAt < sums.from) sums.from = factsAt;
      if (factsAt > sums.to) sums.to = factsAt;
      if ((places.get(place)?.seq ?? 0) < seq) places.set(place, { account, region, seq, states, ...(unread !== undefined && { unread }) });
      for (const note of clusters) {
        const id = `${place}/${note.cluster}`;
        const before = last.get(id);
        const wasBlocked =
          (before?.wasBlocked ?? false) || before?.note.state === 'BLOCKED' || note.before === 'BLOCKED' || note.state === 'BLOCKED';
        if (before && before.seq > seq) last.set(id, { ...before, wasBlocked });
        else
          last.set(id, {
            seq,
            account,
            region,
            note: { cluster: note.cluster, ...(note.state && { state: note.state }) },
            reason: reasonFor(note, `${region} of ${account}`),
            wasBlocked,
          });
      }
    },
    totals: () => ({ ...totalsOf(places), ...sums }),
    clusters: () => {
      for (const reason of reasons.values()) reason.clusters = 0;
      return linesOf([...last.values()].filter(isListed), aliases);
    },
  };
}
