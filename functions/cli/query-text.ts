/** Answers as people read them at a terminal, and as lines of CSV. */

import type { CsvCell } from '../../shared/core/render/csv.ts';
import { columns, flow, type Piece } from '../../shared/core/render/layout.ts';
import { unevaluatedText } from '../../shared/core/render/rows.ts';
import { kind, levelMarks, statePiece } from '../../shared/core/render/terminal.ts';
import { callsWords, triggersWords } from '../../shared/core/render/trigger-words.ts';
import { ageWords, amountWords, count, moreWords, placeWords, stateWords, timeWords, wrap } from '../../shared/core/render/words.ts';
import { jsonText } from '../../shared/core/text/json.ts';
import { ownCommand } from '../../shared/core/text/own-command.ts';
import { printable } from '../../shared/core/text/printable.ts';
import type { ChangeView } from '../../shared/query/changes.ts';
import type { CoverageRowView } from '../../shared/query/coverage.ts';
import type { DifferenceView } from '../../shared/query/diff.ts';
import type { HistoryView } from '../../shared/query/finding-history.ts';
import type { FindingView } from '../../shared/query/findings.ts';
import type { RegionReadinessView } from '../../shared/query/readiness.ts';
import { type AnswerDisplay, type AnswerFormat, type CsvColumns, csvBy, named, own, present } from './answer-format.ts';
import type { WholeAnswer } from './questions.ts';
import { changedByLines, changedByWords, triggeredByLines } from './trigger-lines.ts';

/** Where the reasons are that found no room, as commands. */
const omittedLines = ({ account, region }: RegionReadinessView, clusters: number, width: number): readonly string[] => {
  const place = { account, region };
  const words = `The reasons of ${count(clusters, 'cluster')} are not shown. What fails, and what was not evaluated:`;
  return [
    ...wrap(words, width - 2).map((line) => `  ${line}`),
    `  $ ${ownCommand(['findings'], { ...place, status: 'fail' })}`,
    `  $ ${ownCommand(['coverage'], place)}`,
  ];
};

const csvOfRegions = csvBy<{ readonly row: RegionReadinessView; readonly cluster?: RegionReadinessView['clusters'][number] }>({
  account: ({ row }) => row.account,
  alias: ({ row }) => row.alias,
  region: ({ row }) => row.region,
  region_state: ({ row }) => row.regionState,
  audited: ({ row }) => row.factsAt,
  late: ({ row }) => String(row.late === true),
  cluster: ({ cluster }) => cluster?.cluster,
  planned: ({ cluster }) => cluster && String(cluster.planned),
  running: ({ cluster }) => cluster && String(cluster.running),
  state: ({ cluster }) => cluster?.state,
  since: ({ cluster }) => cluster?.since,
  reasons: ({ cluster }) => cluster?.reasons,
  because: ({ cluster }) => cluster?.because.map((b) => b.text).join('; '),
});

export const readinessFormat: AnswerFormat<RegionReadinessView> = {
  none: 'No cluster matches.',
  text: (rows, { paint, width, now }) =>
    rows.flatMap((row) => {
      const age = `last audited ${row.orLater ? 'at least up to' : 'at'} ${timeWords(row.factsAt)}, ${ageWords(row.factsAt, now.toISOString())} ago`;
      const off = row.regionState === 'audited' ? '' : `${row.regionState === 'failed' ? 'FAILED' : 'NOT ENABLED'}: ${row.reason ?? ''}`;
      const clusters = columns(
        row.clusters.map((c) => [
          statePiece(c.state, paint),
          c.cluster,
          kind(c),
          `since ${timeWords(c.since)}`,
          [
            c.last && `was ${stateWords[c.last]}`,
            c.because[0]?.text,
            c.because.length === 0 ? c.reasons > 0 && count(c.reasons, 'reason') : c.reasons > 1 && `and ${c.reasons - 1} more`,
          ]
            .filter(Boolean)
            .join('; '),
        ]),
        { width, indent: '  ' },
      );
      const heading: readonly Piece[] = [
        [named(row), (text) => paint('bold', text)],
        [age, (text) => paint(row.late ? 'red' : 'dim', text)],
        off,
      ];
      return [
        ...flow(heading, { width }),
        ...clusters,
        ...(row.clusters.length === 0 ? ['  No cluster is planned and none runs here.'] : []),
        ...(row.omitted ? omittedLines(row, row.omitted.clusters, width) : []),
        '',
      ];
    }),
  csv: (rows) =>
    csvOfRegions(rows.flatMap((row) => (row.clusters.length === 0 ? [{ row }] : row.clusters.map((cluster) => ({ row, cluster }))))),
};

export const findingsFormat: AnswerFormat<FindingView> = {
  none: 'No finding matches.',
  text: (items, { paint, width, now }) =>
    items.flatMap((f) => {
      const { sign, colour } = f.status === 'pass' ? ({ sign: '✓', colour: 'green' } as const) : levelMarks[f.level];
      const amount = amountWords(present(f));
      const fix = f.status === 'fail' ? f.remediation : undefined;
      const facts = [
        `${f.status === 'pass' ? 'passes' : f.level === 'advice' ? 'advice, fails' : `${f.level} failure`} since ${timeWords(f.since)} (${ageWords(f.since, now.toISOString())})`,
        f.muted && `muted until ${f.muted.until} by ${f.muted.owner}: ${f.muted.reason}`,
        f.unseen && `last seen ${timeWords(f.unseen.seen)}, it can no longer be evaluated`,
      ].filter((text) => text !== undefined);
      return [
        ...flow(
          [
            [`${sign} ${f.check}`, () => `${paint(colour, sign)} ${paint('bold', f.check)}`],
            `${named(f)} · ${placeWords(present(f))} · ${f.resource}`,
            [amount, (text) => paint('bold', text)],
          ],
          { width },
        ),
        ...facts.flatMap((text) => wrap(text, width - 4)).map((line) => paint('dim', `    ${line}`)),
        ...[f.message, ...(fix ? [`Fix: ${fix.text}`] : [])].flatMap((text) => wrap(text, width - 4).map((line) => `    ${line}`)),
        ...(fix?.command === undefined ? [] : [`    $ ${fix.command}`]),
        paint('dim', `    id ${f.id}`),
      ];
    }),
  csv: csvBy<FindingView>({
    ...own('account', 'region', 'status', 'level'),
    open: (f) => String(f.open),
    ...own('check', 'cluster', 'group', 'resource', 'have', 'need', 'unit', 'since'),
    first_seen: (f) => f.firstSeen,
    muted_until: (f) => f.muted?.until,
    last_seen: (f) => f.unseen?.seen,
    message: (f) => f.message,
    fix: (f) => f.remediation?.text,
    command: (f) => f.remediation?.command,
    id: (f) => f.id,
  }),
};

type StatusBrief = {
  readonly status: string;
  readonly level: string;
  readonly have?: number | undefined;
  readonly need?: number | undefined;
};

const statusWords = (v: StatusBrief | undefined): string =>
  v === undefined ? '' : `${v.status}${v.have === undefined ? '' : ` ${v.have}${v.need === undefined ? '' : `/${v.need}`}`}`;

export const historyFormat: AnswerFormat<HistoryView> = {
  none: 'No change of this finding is stored.',
  text: (items, { width }) =>
    columns(
      items.map((h) => [
        timeWords(h.factsAt),
        h.kind,
        h.cause,
        [statusWords(h.before), statusWords(h.after)].filter(Boolean).join(' → '),
        [h.message, changedByWords(h)].filter(Boolean).join(' '),
      ]),
      { width },
    ),
  csv: csvBy<HistoryView>({
    time: (h) => h.factsAt,
    ...own('commit', 'kind', 'cause'),
    before: (h) => h.before?.status,
    after: (h) => h.after?.status,
    message: (h) => h.message,
    changed_by: (h) => callsWords(h.changedBy ?? [], h.factsAt),
  }),
};

/** A change in half a line: what it is about, and from what to what. */
function changeWords(c: ChangeView | DifferenceView): string {
  if (c.of === 'readiness') {
    const [before, after] = [c.before && stateWords[c.before.state], c.after && stateWords[c.after.state]];
    return `cluster ${c.cluster ?? c.id}: ${[before, after].filter(Boolean).join(' → ')}`;
  }
  const where = `${c.check} · ${placeWords(present(c))}${c.resource === undefined ? '' : ` · ${c.resource}`}`;
  if (c.of === 'coverage') return `${where}: ${c.kind === 'seen' ? 'can be evaluated again' : (c.reason ?? 'not evaluated')}`;
  return `${where}: ${[statusWords(c.before), statusWords(c.after)].filter(Boolean).join(' → ')}`;
}

const paintOf = (kindOf: string) =>
  ['regressed', 'unseen', 'carried'].includes(kindOf)
    ? ('red' as const)
    : ['recovered', 'seen'].includes(kindOf)
      ? ('green' as const)
      : ('dim' as const);

const longestKind = 'regressed'.length;
const changeLines = (c: ChangeView | DifferenceView, { paint, width }: AnswerDisplay): readonly string[] =>
  columns([[[c.kind.padEnd(longestKind), (text) => paint(paintOf(c.kind), text)], changeWords(c)]], { width, indent: '  ' });

const stateOf = (of: { readonly state: string } | { readonly status: string } | undefined): CsvCell =>
  of && ('state' in of ? of.state : of.status);
const subjectOf =
  (name: 'check' | 'group' | 'resource') =>
  (c: ChangeView | DifferenceView): CsvCell =>
    c.of === 'readiness' ? undefined : c[name];
/** The columns that are last in tables of changes and of differences. */
const detailColumns: CsvColumns<ChangeView | DifferenceView> = {
  check: subjectOf('check'),
  cluster: (c) => (c.of === 'readiness' ? (c.cluster ?? c.id) : c.cluster),
  group: subjectOf('group'),
  resource: subjectOf('resource'),
  before: (c) => (c.of === 'coverage' ? undefined : stateOf(c.before)),
  after: (c) => (c.of === 'coverage' ? undefined : stateOf(c.after)),
  message: (c) => (c.of === 'readiness' ? undefined : c.of === 'coverage' ? c.reason : c.message),
  id: (c) => c.id,
};

export const changesFormat: AnswerFormat<ChangeView> = {
  none: 'Nothing changed.',
  text: (items, show) =>
    [...Map.groupBy(items, (c) => `${c.factsAt} ${c.account} ${c.region} ${c.commit}`).values()].flatMap((of) => {
      const [first] = of;
      if (!first) return [];
      const heading = `${timeWords(first.factsAt)}  ${show.paint('bold', named(first))}`;
      // What a first look found is one line; it has no news in it.
      const baseline = of.filter((c) => c.cause === 'baseline');
      const notified = of.filter((c) => c.cause !== 'baseline');
      const causes = [...new Set(notified.map((c) => c.cause))].filter((cause) => cause !== 'account');
      return [
        `${heading}${causes.length > 0 ? show.paint('dim', `  by ${causes.join(', ')}`) : ''}`,
        ...(baseline.length > 0 ? [`  ${count(baseline.length, 'thing')} seen for the first time`] : []),
        ...triggeredByLines(notified, show),
        ...notified.flatMap((c) => [...changeLines(c, show), ...changedByLines(c, show, longestKind + 4)]),
        '',
      ];
    }),
  csv: csvBy<ChangeView>({
    time: (c) => c.factsAt,
    ...own('account', 'alias', 'region', 'commit', 'of', 'kind', 'cause'),
    ...detailColumns,
    changed_by: (c) => (c.of === 'finding' ? callsWords(c.changedBy ?? [], c.factsAt) : undefined),
    triggered_by: (c) => c.triggeredBy && triggersWords(c.triggeredBy, c.factsAt),
  }),
};

export const coverageFormat: AnswerFormat<CoverageRowView> = {
  none: 'Nothing that matches is listed as not evaluated.',
  text: (items, { paint, width, now }) =>
    [...Map.groupBy(items, named)].flatMap(([where, of]) => [
      paint('bold', where),
      ...[...Map.groupBy(of, (c) => unevaluatedText(present(c)))].flatMap(([why, rows]) => {
        const [statement] = rows.flatMap((c) => c.statement ?? []);
        const cases = columns(
          rows.map((c) => [
            c.level,
            c.check,
            [placeWords(present(c)), c.resource].filter((part) => part !== undefined).join(' · '),
            `since ${timeWords(c.since)} (${ageWords(c.since, now.toISOString())})`,
          ]),
          { width, indent: '    ' },
        );
        const colour = rows.some((c) => c.level === 'required') ? 'magenta' : 'yellow';
        return [
          ...wrap(why, width - 2).map((line) => `  ${paint(colour, line)}`),
          ...cases,
          ...(statement === undefined ? [] : [`    ${jsonText(statement)}`]),
        ];
      }),
      '',
    ]),
  csv: csvBy<CoverageRowView>({
    ...own('account', 'region', 'level', 'check', 'cluster', 'group', 'resource', 'reason', 'action', 'since'),
    statement: (c) => c.statement && jsonText(c.statement),
    id: (c) => c.id,
  }),
};

export const diffFormat: AnswerFormat<DifferenceView> = {
  none: 'Nothing is different.',
  text: (items, show) =>
    [...Map.groupBy(items, (c) => named(c))].flatMap(([place, of]) => [
      show.paint('bold', place),
      ...of.flatMap((c) => changeLines(c, show)),
      '',
    ]),
  csv: csvBy<DifferenceView>({ ...own('account', 'region', 'of', 'kind'), ...detailColumns }),
};

/** The whole answer as text, ending in one line break. */
export function textAnswer<T>(shown: AnswerFormat<T>, whole: WholeAnswer, show: AnswerDisplay): string {
  const items = printable(whole.items as readonly T[]);
  // Of a moment that is not stored, nothing is said but that.
  const none = whole.notKept?.length ? [] : [shown.none];
  const lines = items.length === 0 ? none : shown.text(items, show);
  const notKept = printable(whole.notKept ?? []).map(
    ({ account, region, notKeptBefore: firstStored }) =>
      `${account} ${region}: that moment is not stored. ${firstStored === undefined ? 'Nothing is stored.' : `The first stored moment is ${firstStored}.`}`,
  );
  const more = whole.more ? [moreWords(whole.items.length)] : [];
  return `${[...lines, ...[...notKept, ...more].flatMap((line) => wrap(line, show.width))].join('\n').trimEnd()}\n`;
}
