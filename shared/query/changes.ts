/** `GET /changes`: what changed between two times, the newest first; those of one audit are together. */
import * as z from 'zod/mini';
import type { Ranked } from '../aws/findings/inventory-reader.ts';
import { endOf, monthOf, partitionsOfMonth, type RegionKey } from '../aws/findings/keys.ts';
import { changedBy, triggersOfChange } from '../core/history/change-triggers.ts';
import { briefOf, type Change, type Commit, partsOf, type ReadinessRecord } from '../core/history/log.ts';
import { changesParameters, isAskedChange } from './filters.ts';
import { buffered, justAbove, mergedSource, mostScanned, type RecordSource } from './merge.ts';
import { cursorAt, pageOf, positionIn, type ResultPage } from './page.ts';
import { defaultPage, instant, type ParameterValues, periodOf } from './parameters.ts';
import { placeKeys, placesOf } from './places.ts';
import { type CommitPosition, commitPosition } from './positions.ts';
import type { QueryPorts } from './query-sources.ts';
import { question } from './question.ts';
import {
  brief,
  cause,
  coverageKind,
  findingKind,
  level,
  list,
  place,
  readinessKind,
  stateSince,
  time,
  triggerCall,
  triggeredBy,
} from './response-schemas.ts';

const audited = () => ({
  ...place,
  alias: z.optional(z.string()),
  /** Number of the commit in the region's log: changes of one audit have the same. */
  commit: z.int(),
  auditId: z.string(),
  factsAt: time,
  cause,
  /** Finding: its id. Coverage: an id of the same form. Readiness: the name of the cluster. */
  id: z.string(),
  cluster: z.optional(z.string()),
  /** The amount flaps: notified only if it is still so at this time. */
  alertAfter: z.optional(time),
  /** Recorded API calls because of which it was audited, where the account can have caused the change. */
  triggeredBy: z.optional(triggeredBy),
});

const about = () => ({ check: z.string(), group: z.optional(z.string()), resource: z.optional(z.string()) });

export const change = () =>
  z.discriminatedUnion('of', [
    z.object({
      of: z.literal('finding'),
      kind: findingKind,
      ...audited(),
      ...about(),
      before: z.optional(brief),
      after: z.optional(brief),
      /** As it is from then on; absent when it is gone. */
      message: z.optional(z.string()),
      /** Those of the calls that name the finding's resource. */
      changedBy: z.optional(list(triggerCall)),
    }),
    z.object({
      of: z.literal('coverage'),
      kind: coverageKind,
      ...audited(),
      ...about(),
      level: z.optional(level),
      reason: z.optional(z.string()),
      /** The IAM action that is missing. */
      action: z.optional(z.string()),
      /** Since when it was not evaluated. */
      since: z.optional(time),
    }),
    z.object({
      of: z.literal('readiness'),
      kind: readinessKind,
      ...audited(),
      before: z.optional(stateSince),
      after: z.optional(stateSince),
      /** Ids of what made it so, the first few. */
      because: list(z.string()),
    }),
  ]);
export type ChangeView = z.output<ReturnType<typeof change>>;

type ChangesQuery = ParameterValues<typeof changesParameters>;
type CommitReference = Ranked<RegionKey & { readonly seq: number }>;
type CommitSource = RecordSource<CommitReference['value']>;

/** Commits read at once, at first and at most: what a page has no room for is read for nothing. */
const readAhead = { first: 4, most: 25 } as const;
/** How far back a question without a beginning goes over all regions: as long as a log is usually stored. */
const usualMonths = 14;
/** And one that has a beginning: as long as a log can be stored. */
const mostMonths = 121;

function itemOf(place: RegionKey, commit: Commit, change: Change): ChangeView {
  const triggered = triggersOfChange(change, commit.triggeredBy);
  const audited = {
    ...place,
    ...(commit.alias !== undefined && { alias: commit.alias }),
    commit: commit.seq,
    auditId: commit.auditId,
    factsAt: commit.factsAt,
    cause: change.cause,
    id: change.id,
    ...(triggered && { triggeredBy: triggered }),
  };
  const held = 'alertAfter' in change && change.alertAfter !== undefined ? { alertAfter: change.alertAfter } : {};
  if (change.of === 'readiness') {
    const { kind, before, after, because } = change;
    const stateSince = (of: Pick<ReadinessRecord, 'state' | 'since'>) => ({ state: of.state, since: of.since });
    return {
      of: 'readiness',
      kind,
      ...audited,
      cluster: change.id,
      ...held,
      ...(before && { before: stateSince(before) }),
      ...(after && { after: stateSince(after) }),
      because,
    };
  }
  if (change.of === 'finding') {
    const { kind, before, after } = change;
    const calls = changedBy(change, commit.triggeredBy);
    const about = { ...audited, ...partsOf(change.id), ...held, ...(calls.length > 0 && { changedBy: calls }) };
    return {
      of: 'finding',
      kind,
      ...about,
      ...(before && { before }),
      ...(after && { after: briefOf(after), message: after.finding.message }),
    };
  }
  const { kind, after } = change;
  const { level, reason, action } = after?.row ?? {};
  const since = after?.since ?? change.since;
  return {
    of: 'coverage',
    kind,
    ...audited,
    ...partsOf(change.id),
    ...(level !== undefined && { level }),
    ...(reason !== undefined && { reason }),
    ...(action !== undefined && { action }),
    ...(since !== undefined && { since }),
  };
}

/** The months of a period, the newest first. */
function monthsOf(from: string | undefined, to: string): readonly string[] {
  const [year = 0, month = 1] = monthOf(to).split('-').map(Number);
  const all = Array.from({ length: from === undefined ? usualMonths : mostMonths }, (_, n) =>
    new Date(Date.UTC(year, month - 1 - n, 1)).toISOString().slice(0, 7),
  );
  return from === undefined ? all : all.filter((m) => m >= monthOf(from));
}

/** One source of all months, each asked when the one after it has no more in any partition. */
function byMonth(months: readonly string[], sources: (month: string) => readonly CommitSource[]): CommitSource {
  const each = months.map((month) => ({ month, read: mergedSource(sources(month)) }));
  return async (below, limit) => {
    let scanned = 0;
    // A month that has left the period since the page before is the end.
    const left = below === undefined ? each : each.filter(({ month }) => month <= monthOf(below));
    for (const [n, { month, read }] of left.entries()) {
      const stretch = await read(n === 0 && month === monthOf(below ?? '') ? below : undefined, limit);
      scanned += stretch.scanned;
      if (stretch.items.length > 0 || stretch.end !== undefined) {
        const last = stretch.end ?? stretch.items.at(-1)?.order;
        return { items: stretch.items, scanned, ...(last !== undefined && { end: last }) };
      }
    }
    return { items: [], scanned };
  };
}

/** Commits of the period: those of the regions that are meant if they are few, else all, by the month. */
async function commitsOf(asked: ChangesQuery, { from, to }: ReturnType<typeof periodOf>, { reader }: QueryPorts) {
  // Times begin with the year.
  const range = (below: string | undefined) => ({ from: from ?? '0', below: below ?? endOf(to) });
  const named = asked.account !== undefined || asked.region !== undefined;
  const { places, scanned } = named ? await placesOf(asked, reader) : { places: undefined, scanned: 0 };
  const source = (of: Parameters<typeof reader.commits>[0]): CommitSource =>
    buffered((below, limit) => reader.commits(of, range(below), limit));
  if (places) return { source: mergedSource(places.map(source)), keys: placeKeys(asked), scanned };
  const all = byMonth(monthsOf(from, to), (month) => partitionsOfMonth(month).map((partition) => source({ partition })));
  return { source: all, keys: [], scanned };
}

/** The commits that are referred to. Those of one region are read together: their numbers follow on one another. */
async function commitsAt(references: readonly CommitReference[], { reader }: QueryPorts) {
  const byPlace = [...Map.groupBy(references, ({ value }) => `${value.account}#${value.region}`).values()];
  const logs = await Promise.all(
    byPlace.map(async (of) => {
      const numbers = of.map(({ value }) => value.seq);
      const place = placeIn(of[0]?.value ?? { account: '', region: '' });
      const log = new Map((await reader.log(place, Math.min(...numbers), Math.max(...numbers))).map((commit) => [commit.seq, commit]));
      return of.map(({ order, value }) => [order, { order, place, commit: log.get(value.seq) }] as const);
    }),
  );
  const found = new Map(logs.flat());
  return references.flatMap(({ order }) => found.get(order) ?? []);
}

/** Where a page begins: below a commit or, where the page before ended among its changes, at it without those that were seen. */
function beginOf(position: CommitPosition | undefined): { readonly below?: string; readonly seen: number } {
  if (position === undefined) return { seen: 0 };
  const { order, seen } = position;
  return seen === undefined ? { below: order, seen: 0 } : { below: justAbove(order), seen };
}

export const changes = question({
  name: 'changes',
  path: '/changes',
  summary: 'What changed between two times',
  description:
    'The newest first, by the facts of the audits that found it; changes of one audit are listed together: findings, coverage, readiness. Keys: `from` and `to`; `account`, `region`. Without `from`, `account` and `region`, of the last fourteen months. Other filters search about 1,000 changes a page.',
  parameters: changesParameters,
  times: ({ to }) => ({ now: true, moments: to === undefined ? [] : [instant(to)], log: true }),
  result: () => pageOf(change()),
  async ask(asked, ports) {
    const limit = asked.limit ?? defaultPage;
    const period = periodOf(asked, ports.now());
    // Commits of other regions are read too, unless only one region is read.
    const alone = asked.account !== undefined && asked.region !== undefined;
    const position = positionIn('/changes', asked, commitPosition(alone ? asked : {}, period));
    const { source, keys, scanned: begun } = await commitsOf(asked, period, ports);
    const items: ChangeView[] = [];
    let scanned = begun;
    let { below, seen } = beginOf(position);
    let ahead: number = readAhead.first;
    let commitsRead = 0;
    for (;;) {
      const read = await source(below, ahead);
      const commits = await commitsAt(read.items, ports);
      commitsRead += commits.length;
      for (const { order, place, commit } of commits) {
        for (const [n, change] of (commit?.changes ?? []).entries()) {
          if (n < seen) continue;
          if (items.length === limit || scanned >= mostScanned) return pageUpTo(`${order} ${n}`);
          scanned += 1;
          const item = itemOf(place, commit as Commit, change);
          if (isAskedChange(item, asked)) items.push(item);
        }
        seen = 0;
        below = order;
        if (items.length === limit || scanned >= mostScanned) return pageUpTo(below);
      }
      if (read.end === undefined) return pageUpTo(undefined);
      // Only commits that expired were read: the page ends where they do.
      if (read.items.length === 0) return pageUpTo(read.end);
      // As many as are likely to fill the page, going by those before.
      ahead = Math.min(readAhead.most, Math.ceil(((limit - items.length) * commitsRead) / Math.max(1, items.length)));
    }

    function pageUpTo(end: string | undefined): ResultPage<ChangeView> {
      const times = [...(asked.from === undefined ? [] : ['from']), ...(asked.to === undefined ? [] : ['to'])];
      return { items, ...cursorAt('/changes', asked, end), scanned, keys: [...keys, ...times] };
    }
  },
});

const placeIn = ({ account, region }: RegionKey): RegionKey => ({ account, region });
