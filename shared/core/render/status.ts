/** The status report for the terminal: the most urgent first; old states are marked as old. */

import type { Digest, RegionStatus } from '../alerts/alert-digest.ts';
import { routeWords, weakWords } from '../alerts/route-text.ts';
import type { ReadinessState } from '../evaluation/finding.ts';
import { printable } from '../text/printable.ts';
import { some } from '../text/words.ts';
import { columns, flow, type Piece } from './layout.ts';
import { type Colour, colourOf } from './terminal.ts';
import { accountWords, ageWords, count, moreWords, stateOrder, stateWords, timeWords, wrap } from './words.ts';

/** A region with a stored audit that the plan does not name: no later audit is to be expected. */
export interface UnplannedRegion {
  readonly account: string;
  readonly region: string;
  readonly factsAt: string;
  readonly clusters: readonly { readonly cluster: string; readonly state: ReadinessState }[];
}

export type OrganizationStatus = Omit<Digest, 'account' | 'region' | 'status'> & {
  /** Absent: none, or not read. */
  readonly notInPlan?: readonly UnplannedRegion[];
};

/** Stored regions outside the plan, with the states their last audit left; they do not count for the exit code. */
function unplanned(regions: readonly UnplannedRegion[], at: string, width: number): readonly string[] {
  if (regions.length === 0) return [];
  const lines = regions.flatMap(({ account, region, factsAt, clusters }) => {
    const states = clusters.map((c) => `${c.cluster} was ${stateWords[c.state]}`);
    const audited = `last audited ${ageWords(factsAt, at)} ago${states.length > 0 ? `: ${some(states)}` : ', no clusters'}`;
    return flow([`${region} · ${account}`, audited], { width, indent: '  ' });
  });
  const heading = flow(['NOT IN THIS PLAN', `${count(regions.length, 'region')} with a stored audit; no later audit is expected`], {
    width,
  });
  return ['', ...heading, ...lines];
}

const longestState = Math.max(...Object.values(stateWords).map((word) => word.length));

type PaintText = (colour: Colour, text: string) => string;
type Display = { readonly paint: PaintText; readonly width: number };

/** The states of its clusters; those without an audit are UNKNOWN. */
const statesOf = (s: RegionStatus): readonly ReadinessState[] => [
  ...(s.last?.readiness ?? []).map((r) => r.state),
  ...(s.unaudited ?? []).map((): ReadinessState => 'UNKNOWN'),
];

const worst = (s: RegionStatus): number => Math.min(stateOrder.length, ...statesOf(s).map((state) => stateOrder.indexOf(state)));

/** Never is the longest ago. */
const factsTime = (s: RegionStatus): number => (s.last ? Date.parse(s.last.factsAt) : 0);

/** Those not audited in time first, the oldest before the others; then those that failed, then by their worst cluster. */
const sorted = (regions: readonly RegionStatus[]): readonly RegionStatus[] =>
  regions.toSorted(
    (a, b) =>
      Number(b.late) - Number(a.late) ||
      (a.late ? factsTime(a) - factsTime(b) : 0) ||
      Number(b.last?.state === 'failed') - Number(a.last?.state === 'failed') ||
      worst(a) - worst(b) ||
      (`${a.account} ${a.region}` < `${b.account} ${b.region}` ? -1 : 1),
  );

function heading({ account, alias, region, last, late }: RegionStatus, at: string, { paint, width }: Display): readonly string[] {
  const place = `${region} · ${accountWords({ account, alias })}`;
  const red = (text: string) => paint('red', text);
  if (!last) return flow([place, ['NEVER AUDITED', red]], { width });
  const audited = `audited ${ageWords(last.factsAt, at)} ago`;
  const lateWords = `LATE: last ${audited}, at ${timeWords(last.factsAt)}; what follows is as old`;
  return flow([place, late ? [lateWords, red] : audited], { width });
}

function region(s: RegionStatus, at: string, o: Display): readonly string[] {
  const { paint, width } = o;
  const { last } = s;
  const audited = (last?.readiness ?? []).map((r) => ({
    ...r,
    words: `since ${timeWords(r.since)} (${ageWords(r.since, at)})`,
    isOld: s.late,
  }));
  const never = (s.unaudited ?? []).map((cluster) => ({
    cluster,
    state: 'UNKNOWN' as const,
    words: 'planned, never audited',
    isOld: false,
  }));
  const all = [...audited, ...never];
  const rows = all
    .toSorted((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) || (a.cluster < b.cluster ? -1 : 1))
    // Old news is not painted as if it were of now.
    .map((r): readonly Piece[] => {
      const state = stateWords[r.state].padEnd(longestState);
      return [r.isOld ? state : [state, (text) => paint(colourOf[r.state], text)], r.cluster, r.words];
    });
  const clusters = columns(rows, { width, indent: '  ' });
  if (!last) return ['', ...heading(s, at, o), ...clusters];
  const { evaluated, unevaluated, required } = last.coverage;
  const muted = s.muted > 0 ? `, ${s.muted} muted` : '';
  const notEvaluated = unevaluated > 0 ? `, ${unevaluated.toLocaleString('en-US')} not evaluated (${required} required)` : '';
  const state = {
    audited: [],
    'not-enabled': ['  The region is not enabled.'],
    failed: [`  The audit failed: ${last.reason ?? 'no reason was stored'}.`],
  };
  return [
    '',
    ...heading(s, at, o),
    ...(clusters.length > 0
      ? clusters
      : [`  No cluster is planned here and none ${last.state === 'failed' ? 'was found to run' : 'runs'}.`]),
    ...state[last.state].flatMap((line) => wrap(line.trimStart(), width - 4)).map((line, n) => `${n === 0 ? '  ' : '    '}${line}`),
    ...wrap(
      `${count(s.open.required, 'required failure')}, ${s.open.recommended} recommended, ${s.open.advice} advice${muted}; ${count(evaluated, 'result')}${notEvaluated}`,
      width - 4,
    ).map((line, n) => `${n === 0 ? '  ' : '    '}${line}`),
  ];
}

/** The routes of alerts; nothing without a deployment. */
function routes({ brokenRoutes, weakRoutes, routesAt, at }: OrganizationStatus, deployed: boolean, o: Display): readonly string[] {
  const { paint, width } = o;
  if (!deployed) return [];
  if (routesAt === undefined) return ['', 'ROUTES OF ALERTS  not checked yet'];
  const item = (text: string, indent: string, colour?: Colour) =>
    wrap(text, width - 2).map((line, n) => {
      const shown = `${n === 0 ? indent : '  '}${line}`;
      return colour === undefined ? shown : paint(colour, shown);
    });
  // A line with a command to copy stays whole.
  const broken = brokenRoutes.flatMap((r) =>
    routeWords(r).flatMap((l, n) => (n === 0 ? item(l, '- ', 'red') : /^\$ /.test(l) ? [`  ${l}`] : item(l, '  '))),
  );
  const weak = weakRoutes.flatMap((r) => item(weakWords(r), '- '));
  const well = brokenRoutes.length === 0 ? ['  Every planned route is subscribed.'] : [];
  return ['', `ROUTES OF ALERTS  checked ${ageWords(routesAt, at)} ago`, ...broken, ...well, ...weak];
}

export interface StatusOptions {
  /** It was read from a deployed table, which has routes of alerts and commits to be notified. */
  readonly deployed: boolean;
  readonly paint: PaintText;
  readonly width: number;
  /** Regions that are shown; the sums are of all. */
  readonly limit?: number;
}

export function statusReport(of: OrganizationStatus, o: StatusOptions): string {
  const { deployed, width, limit = of.standings.length } = o;
  const shown = printable(of);
  const { standings, at, pending } = shown;
  const late = standings.filter((s) => s.late).length;
  const accounts = new Set(standings.map((s) => s.account)).size;
  const pendingWords = deployed && pending > 0 ? [`${count(pending, 'alert')} could not be delivered yet and will be sent again.`] : [];
  return `${[
    ...wrap(
      `Status at ${timeWords(at)}: ${count(standings.length, 'region')} in ${count(accounts, 'account')}, ${late === 0 ? 'all audited in time' : `${late} not audited in time`}.`,
      width,
    ),
    ...pendingWords.flatMap((line) => wrap(line, width)),
    ...sorted(standings)
      .slice(0, limit)
      .flatMap((s) => region(s, at, o)),
    ...unplanned(shown.notInPlan ?? [], at, width),
    ...routes(shown, deployed, o),
    ...(limit < standings.length ? ['', ...wrap(moreWords(limit), width)] : []),
  ].join('\n')}\n`;
}

/** The JSON form in the same order and limit, without ages. `more`: some regions are left out. */
export const statusData = ({ where: _, standings, ...of }: OrganizationStatus, limit: number = standings.length): object => ({
  schemaVersion: 1,
  ...of,
  standings: sorted(standings).slice(0, limit),
  ...(limit < standings.length && { more: true }),
});

/**
 * The exit code, as of an audit: 1 something required fails; 2 nothing does, but something required was not evaluated, or
 * not in time; else 0. An old state counts where it is BLOCKED, and not where it is READY.
 */
export function statusExitCode({ standings }: Pick<OrganizationStatus, 'standings'>): 0 | 1 | 2 {
  const is = (s: RegionStatus, state: 'BLOCKED' | 'UNKNOWN') => statesOf(s).includes(state);
  if (standings.some((s) => s.open.required > 0 || is(s, 'BLOCKED'))) return 1;
  const isUnknown = (s: RegionStatus) => s.late || s.last?.state === 'failed' || (s.last?.coverage.required ?? 0) > 0 || is(s, 'UNKNOWN');
  return standings.some(isUnknown) ? 2 : 0;
}
