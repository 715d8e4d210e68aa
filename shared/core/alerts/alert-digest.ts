/** The weekly digest: how things stand everywhere, what could not be seen, and that the auditor lives. */

import type { Level, ReadinessState, Warning } from '../evaluation/finding.ts';
import type { CoverageCount, ReadinessRecord } from '../history/log.ts';
import { partitionOfRegion } from '../plan/regions.ts';
import { printable } from '../render/printable.ts';
import { placeLine } from '../render/warnings.ts';
import { count, stateOrder, stateWords, timeWords } from '../render/words.ts';
import { clusterConsole } from '../text/console-links.ts';
import { type StatusCommand, statusLines } from '../text/own-command.ts';
import { type AlertMessage, chatOf } from './alert-message.ts';
import type { BrokenRoute, PlannedRoute } from './alert-routes.ts';
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
  /** Planned clusters that the last audit has no state of, or of which there was none: UNKNOWN. Absent where there is none. */
  readonly unaudited?: readonly string[];
  /** The last audit is older than two periods, or there is none. */
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
  /** Commits that nobody could be told of yet. */
  readonly pending: number;
  readonly brokenRoutes: readonly BrokenRoute[];
  /** E-mail routes that anybody with one of their mails could end. */
  readonly weakRoutes: readonly PlannedRoute[];
  /** When the routes were looked at; absent where nobody looked yet. */
  readonly routesAt?: string;
  readonly where: string;
  readonly status: StatusCommand;
  /** What the deployed plan says and probably does not mean, such as a mute that has expired. */
  readonly warnings?: readonly Warning[];
}

const most = 40;
const nameOf = (s: RegionStatus): string => `${s.alias ?? s.account} ${s.region}`;

/** Entries below a title, each of a line or of several. */
function some(title: string, entries: readonly (string | readonly string[])[]): readonly string[] {
  if (entries.length === 0) return [];
  const rest = entries.length - most;
  const shown = entries.slice(0, most).flatMap((entry) => [entry].flat().map((line, n) => (n === 0 ? `- ${line}` : `  ${line}`)));
  return ['', title, ...shown, ...(rest > 0 ? [`- and ${rest.toLocaleString('en-US')} more`] : [])];
}

export function digestOf(digest: Digest): AlertMessage {
  const { account, region, at, standings, open, muted, pending, brokenRoutes, weakRoutes, where, status, warnings = [] } = digest;
  // What was not audited in time is believed where it was bad, and not where it was good.
  const seen = (s: RegionStatus, state: ReadinessState): ReadinessState => (s.late && state !== 'BLOCKED' ? 'UNKNOWN' : state);
  const clusters = standings.flatMap((s) =>
    (s.last?.readiness ?? []).map((r) => ({
      ...r,
      state: seen(s, r.state),
      place: nameOf(s),
      // What is only planned has no page.
      ...(r.running && { console: clusterConsole({ partition: partitionOfRegion(s.region), region: s.region }, r.cluster) }),
      ...(s.late && { old: s.last?.factsAt }),
    })),
  );
  const unaudited = standings.flatMap((s) => (s.unaudited ?? []).map((cluster) => `UNKNOWN: ${cluster} in ${nameOf(s)}, never audited`));
  const counts = stateOrder.flatMap((state): readonly string[] => {
    const n = clusters.filter((c) => c.state === state).length + (state === 'UNKNOWN' ? unaudited.length : 0);
    return n > 0 ? [`${n.toLocaleString('en-US')} ${stateWords[state]}`] : [];
  });
  const ill = stateOrder
    .filter((s): s is Exclude<ReadinessState, 'READY'> => s !== 'READY')
    .flatMap((state) => clusters.filter((c) => c.state === state))
    .map((c) => [
      `${stateWords[c.state]}: ${c.cluster} in ${c.place}, ${c.old === undefined ? `since ${timeWords(c.since)}` : `last seen ${timeWords(c.old)}`}`,
      ...(c.console === undefined ? [] : [c.console]),
    ]);
  const audited = standings.filter((s) => s.last?.state === 'audited');
  const sum = (of: (c: CoverageCount) => number) => standings.reduce((n, s) => n + (s.last ? of(s.last.coverage) : 0), 0);
  const blind = standings
    .filter((s) => s.last !== undefined && s.last.coverage.unevaluated > 0)
    .toSorted((a, b) => (b.last?.coverage.required ?? 0) - (a.last?.coverage.required ?? 0))
    .map((s) => {
      const c = s.last?.coverage ?? { evaluated: 0, unevaluated: 0, required: 0 };
      const why = s.last?.state === 'failed' && s.last.reason !== undefined ? `; ${s.last.reason}` : '';
      return `${nameOf(s)}: ${c.evaluated} of ${c.evaluated + c.unevaluated} judged, ${c.required} of the others required${why}`;
    });
  const late = standings
    .filter((s) => s.late)
    .map((s) => `${nameOf(s)}: ${s.last ? `last audited ${timeWords(s.last.factsAt)}` : 'never audited'}`);
  const blocked = clusters.filter((c) => c.state === 'BLOCKED').length;
  const subject = `HyperPod weekly: ${counts.length > 0 ? counts.join(', ') : 'no clusters'}${late.length > 0 ? `; ${late.length} not audited` : ''}`;
  const lead = [
    `${count(standings.length, 'region')} in ${count(new Set(standings.map((s) => s.account)).size, 'account')}: ${audited.length.toLocaleString('en-US')} audited, ${late.length.toLocaleString('en-US')} not in time.`,
    `Clusters: ${counts.length > 0 ? counts.join(', ') : 'none'}.`,
    `Open failures: ${open.required.toLocaleString('en-US')} required, ${open.recommended.toLocaleString('en-US')} recommended${muted > 0 ? `, besides ${muted.toLocaleString('en-US')} muted` : ''}.`,
    `Coverage: ${count(
      sum((c) => c.evaluated),
      'case',
    )} judged, ${sum((c) => c.unevaluated).toLocaleString('en-US')} could not be (${sum((c) => c.required).toLocaleString('en-US')} required).`,
    ...(pending > 0 ? [`${count(pending, 'alert')} could not be delivered yet and will be sent again.`] : []),
    ...(weakRoutes.length > 0
      ? [`${count(weakRoutes.length, 'e-mail route')} can be ended by whoever has one of its mails: \`${status.command}\` says which.`]
      : []),
  ];
  const sections = [
    ...some('NOT READY', [...ill, ...unaudited]),
    ...some('NOT SEEN', blind),
    ...some('NOT AUDITED IN TIME', late),
    ...some('ALERTS THAT REACH NOBODY', brokenRoutes.map(routeWords)),
    ...some('WARNINGS OF THE PLAN', warnings.map(placeLine)),
  ];
  const attributes = {
    account,
    region,
    level: blocked > 0 || late.length > 0 ? 'required' : 'recommended',
    kind: 'digest',
    readiness:
      stateOrder.find((state) => clusters.some((c) => c.state === state) || (state === 'UNKNOWN' && unaudited.length > 0)) ?? 'NONE',
  } as const;
  return {
    subject: subject.slice(0, 99),
    text: `${printable([`How things stand, ${timeWords(at)}.`, '', ...lead, ...sections, '', 'Weekly heartbeat: the auditor is running.', ...statusLines(status)]).join('\n')}\n`,
    data: {
      schemaVersion: 1,
      kind: 'digest',
      subject: subject.slice(0, 99),
      account,
      region,
      level: attributes.level,
      at,
      readiness: clusters.filter((c) => c.state !== 'READY').map(({ place: _, old: __, ...r }) => r),
      changes: [],
      statusCommand: status.command,
    },
    chat: chatOf({
      title: subject,
      lines: [...lead, ...sections],
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
