/** The weekly digest: the current state of all regions and their coverage; its arrival shows that the auditor is running. */

import type { Level, Warning } from '../evaluation/finding.ts';
import type { CoverageCount, ReadinessRecord } from '../history/log.ts';
import { partitionOfRegion } from '../plan/regions.ts';
import { placeLine } from '../render/warnings.ts';
import { count, stateOrder, stateWords, timeWords } from '../render/words.ts';
import { clusterConsole } from '../text/console-links.ts';
import { type StatusCommand, statusLines } from '../text/own-command.ts';
import { printable } from '../text/printable.ts';
import type { AlertMessage } from './alert-message.ts';
import type { BrokenRoute, PlannedRoute } from './alert-routes.ts';
import { chatOf } from './chat-notification.ts';
import { routeWords } from './route-text.ts';

/** One region of one account as its last completed audit left it. */
export interface RegionStatus {
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
  /** Absent where no audit was ever completed. */
  readonly last?: {
    readonly factsAt: string;
    readonly coverage: CoverageCount;
    readonly state: 'audited' | 'not-enabled' | 'failed';
    readonly reason?: string;
    readonly readiness: readonly ReadinessRecord[];
  };
  /** Planned clusters without a state in the last audit, or never audited: UNKNOWN. Absent: none. */
  readonly unaudited?: readonly string[];
  /** The last audit is older than two periods, or missing. */
  readonly late: boolean;
  /** Open failures as of the last audit, without muted ones, and how many of those there are. */
  readonly open: Readonly<Record<Level, number>>;
  readonly muted: number;
}

export interface Digest {
  /** The account of the deployment. */
  readonly account: string;
  readonly region: string;
  readonly at: string;
  readonly standings: readonly RegionStatus[];
  /** Open failures over all regions, without muted ones. */
  readonly open: Readonly<Record<Level, number>>;
  readonly muted: number;
  /** Commits whose notification could not be delivered yet. */
  readonly pending: number;
  readonly brokenRoutes: readonly BrokenRoute[];
  /** E-mail routes that anyone with one of their mails could end. */
  readonly weakRoutes: readonly PlannedRoute[];
  /** When the routes were read; absent before the first time. */
  readonly routesAt?: string;
  readonly where: string;
  readonly status: StatusCommand;
  /** What the deployed plan says and probably does not mean, such as a mute that has expired. */
  readonly warnings?: readonly Warning[];
}

const most = 40;
const nameOf = (s: RegionStatus): string => `${s.alias ?? s.account} ${s.region}`;
const number = (n: number): string => n.toLocaleString('en-US');

/** Entries below a title, each of a line or of several. */
function some(title: string, entries: readonly (string | readonly string[])[]): readonly string[] {
  if (entries.length === 0) return [];
  const rest = entries.length - most;
  const shown = entries.slice(0, most).flatMap((entry) => [entry].flat().map((line, n) => (n === 0 ? `- ${line}` : `  ${line}`)));
  return ['', title, ...shown, ...(rest > 0 ? [`- and ${number(rest)} more`] : [])];
}

/** The clusters of a region as of its last audit. A late audit counts where it is BLOCKED, and not where it is READY. */
const clustersOf = (s: RegionStatus) =>
  (s.last?.readiness ?? []).map((r) => ({
    ...r,
    state: s.late && r.state !== 'BLOCKED' ? ('UNKNOWN' as const) : r.state,
    place: nameOf(s),
    // What is only planned has no page.
    ...(r.running && { console: clusterConsole({ partition: partitionOfRegion(s.region), region: s.region }, r.cluster) }),
    ...(s.late && { old: s.last?.factsAt }),
  }));
type DigestCluster = ReturnType<typeof clustersOf>[number];

const unauditedLines = (s: RegionStatus): readonly string[] =>
  (s.unaudited ?? []).map((cluster) => `UNKNOWN: ${cluster} in ${nameOf(s)}, never audited`);

function stateCounts(clusters: readonly DigestCluster[], unaudited: number): readonly string[] {
  return stateOrder.flatMap((state): readonly string[] => {
    const n = clusters.filter((c) => c.state === state).length + (state === 'UNKNOWN' ? unaudited : 0);
    return n > 0 ? [`${number(n)} ${stateWords[state]}`] : [];
  });
}

const notReadyLines = (clusters: readonly DigestCluster[]): readonly (readonly string[])[] =>
  stateOrder
    .filter((state) => state !== 'READY')
    .flatMap((state) => clusters.filter((c) => c.state === state))
    .map((c) => [
      `${stateWords[c.state]}: ${c.cluster} in ${c.place}, ${c.old === undefined ? `since ${timeWords(c.since)}` : `last seen ${timeWords(c.old)}`}`,
      ...(c.console === undefined ? [] : [c.console]),
    ]);

/** Regions where something was not evaluated, the most required rows first. */
const coverageLines = (standings: readonly RegionStatus[]): readonly string[] =>
  standings
    .flatMap((s) => (s.last && s.last.coverage.unevaluated > 0 ? [{ s, last: s.last }] : []))
    .toSorted((a, b) => b.last.coverage.required - a.last.coverage.required)
    .map(({ s, last: { coverage, state, reason } }) => {
      const why = state === 'failed' && reason !== undefined ? `; ${reason}` : '';
      return `${nameOf(s)}: ${coverage.evaluated} of ${coverage.evaluated + coverage.unevaluated} evaluated, ${coverage.required} of the others required${why}`;
    });

const lateLine = (s: RegionStatus): string => `${nameOf(s)}: ${s.last ? `last audited ${timeWords(s.last.factsAt)}` : 'never audited'}`;

/** The sums over all regions. */
function leadLines({ standings, open, muted, pending, weakRoutes, status }: Digest, states: string, late: number): readonly string[] {
  const audited = standings.filter((s) => s.last?.state === 'audited').length;
  const sum = (of: (c: CoverageCount) => number) => standings.reduce((n, s) => n + (s.last ? of(s.last.coverage) : 0), 0);
  const evaluated = count(
    sum((c) => c.evaluated),
    'result',
  );
  return [
    `${count(standings.length, 'region')} in ${count(new Set(standings.map((s) => s.account)).size, 'account')}: ${number(audited)} audited, ${number(late)} not in time.`,
    `Clusters: ${states || 'none'}.`,
    `Open failures: ${number(open.required)} required, ${number(open.recommended)} recommended, ${number(open.advice)} advice${muted > 0 ? `, and ${number(muted)} muted` : ''}.`,
    `Coverage: ${evaluated}, ${number(sum((c) => c.unevaluated))} not evaluated (${number(sum((c) => c.required))} required).`,
    ...(pending > 0 ? [`${count(pending, 'alert')} could not be delivered yet and will be sent again.`] : []),
    ...(weakRoutes.length > 0
      ? [`${count(weakRoutes.length, 'e-mail route')} can be ended by anyone who has one of its mails: \`${status.command}\` says which.`]
      : []),
  ];
}

/** The digest in all forms of an alert. */
export function digestOf(digest: Digest): AlertMessage {
  const { account, region, at, standings, brokenRoutes, where, status, warnings = [] } = digest;
  const clusters = standings.flatMap(clustersOf);
  const unaudited = standings.flatMap(unauditedLines);
  const late = standings.filter((s) => s.late);
  const states = stateCounts(clusters, unaudited.length).join(', ');
  const title = `${states || 'No clusters'}${late.length > 0 ? `; ${late.length} not audited` : ''}: HyperPod weekly`;
  const subject = title.slice(0, 99);
  const lines = [
    ...leadLines(digest, states, late.length),
    ...some('NOT READY', [...notReadyLines(clusters), ...unaudited]),
    ...some('NOT EVALUATED', coverageLines(standings)),
    ...some('NOT AUDITED IN TIME', late.map(lateLine)),
    ...some('ALERTS THAT REACH NO ONE', brokenRoutes.map(routeWords)),
    ...some('WARNINGS OF THE PLAN', warnings.map(placeLine)),
  ];
  const attributes = {
    account,
    region,
    level: late.length > 0 || clusters.some((c) => c.state === 'BLOCKED') ? 'required' : 'recommended',
    kind: 'digest',
    readiness:
      stateOrder.find((state) => clusters.some((c) => c.state === state) || (state === 'UNKNOWN' && unaudited.length > 0)) ?? 'NONE',
  } as const;
  return {
    subject,
    text: `${printable([`Weekly status, ${timeWords(at)}.`, '', ...lines, '', 'Weekly heartbeat: the auditor is running.', ...statusLines(status)]).join('\n')}\n`,
    data: {
      schemaVersion: 1,
      kind: 'digest',
      subject,
      account,
      region,
      level: attributes.level,
      at,
      readiness: clusters.filter((c) => c.state !== 'READY').map(({ place: _, old: __, ...r }) => r),
      changes: [],
      statusCommand: status.command,
    },
    chat: chatOf({
      title,
      lines,
      keywords: ['weekly digest'],
      threadId: `digest/${at.slice(0, 10)}`,
      context: attributes,
      where,
      status,
    }),
    attributes,
    where,
  };
}
