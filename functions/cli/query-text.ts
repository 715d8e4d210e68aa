/** Answers as people read them at a terminal, and as lines of CSV. */

import { type CsvCell, csvOf } from '../../shared/core/render/csv.ts';
import { unevaluatedText } from '../../shared/core/render/rows.ts';
import { colourOf, kind, levelMarks, table } from '../../shared/core/render/terminal.ts';
import { callsWords, triggersWords } from '../../shared/core/render/trigger-words.ts';
import { ageWords, amountWords, count, moreWords, placeWords, stateWords, timeWords, wrap } from '../../shared/core/render/words.ts';
import { commandLine } from '../../shared/core/text/command-line.ts';
import { jsonText } from '../../shared/core/text/json.ts';
import { printable } from '../../shared/core/text/printable.ts';
import type { ChangeView } from '../../shared/query/changes.ts';
import type { CoverageRowView } from '../../shared/query/coverage.ts';
import type { DifferenceView } from '../../shared/query/diff.ts';
import type { HistoryView } from '../../shared/query/finding-history.ts';
import type { FindingView } from '../../shared/query/findings.ts';
import type { RegionReadinessView } from '../../shared/query/readiness.ts';
import type { WholeAnswer } from './questions.ts';
import type { CommandScreen } from './screen.ts';
import { changedByLines, changedByWords, triggeredByLines } from './trigger-lines.ts';

export type AnswerDisplay = Pick<CommandScreen, 'paint' | 'width'> & { readonly now: Date };

/** How one kind of answer is shown. */
export interface AnswerFormat<T> {
  readonly text: (items: readonly T[], show: AnswerDisplay) => readonly string[];
  readonly none: string;
  readonly csv: (items: readonly T[]) => string;
}

type CsvColumns<T> = { readonly [column: string]: (item: T) => CsvCell };

const csvBy =
  <T>(columns: CsvColumns<T>) =>
  (items: readonly T[]): string =>
    csvOf(
      Object.keys(columns),
      items.map((item) => Object.values(columns).map((cell) => cell(item))),
    );

/** Columns that have the names of the members they show. */
const own = <K extends string>(...names: readonly K[]): CsvColumns<{ readonly [name in K]?: CsvCell }> =>
  Object.fromEntries(names.map((name) => [name, (item) => item[name]]));

const named = (of: { readonly account: string; readonly region: string; readonly alias?: string | undefined }): string =>
  `${of.alias === undefined ? of.account : `${of.alias} (${of.account})`} ${of.region}`;

/** Zod writes what may be absent as possibly `undefined`; words are made from what is there. */
type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };
const present = <T extends object>(of: T): Present<T> =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Present<T>;

/** Where the reasons are that found no room, as commands. */
const omittedWords = ({ account, region }: RegionReadinessView, clusters: number): string => {
  const place = { account, region };
  return `  The reasons of ${count(clusters, 'cluster')} find no room here: ${commandLine(['findings'], { ...place, status: 'fail' })} shows what fails, ${commandLine(['coverage'], place)} what was not evaluated.`;
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
  text: (rows, { paint, now }) =>
    rows.flatMap((row) => {
      const age = `last audited ${row.orLater ? 'at least up to' : 'at'} ${timeWords(row.factsAt)}, ${ageWords(row.factsAt, now.toISOString())} ago`;
      const off = row.regionState === 'audited' ? '' : `  ${row.regionState === 'failed' ? 'FAILED' : 'NOT ENABLED'}: ${row.reason ?? ''}`;
      const clusters = table(
        row.clusters.map((c) => [
          stateWords[c.state],
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
      );
      return [
        paint('bold', named(row)) + paint(row.late ? 'red' : 'dim', `  ${age}`) + off,
        ...clusters.map((line, n) => {
          const state = row.clusters[n]?.state ?? 'UNKNOWN';
          return `  ${paint(colourOf[state], stateWords[state])}${line.slice(stateWords[state].length)}`;
        }),
        ...(row.clusters.length === 0 ? ['  No cluster is planned and none runs here.'] : []),
        ...(row.omitted ? [omittedWords(row, row.omitted.clusters)] : []),
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
      const mark = f.status === 'pass' ? paint('green', '✓') : paint(levelMarks[f.level].colour, levelMarks[f.level].sign);
      const amount = amountWords(present(f));
      const fix = f.status === 'fail' ? f.remediation : undefined;
      const facts = [
        `${f.status === 'pass' ? 'passes' : f.level === 'advice' ? 'advice, fails' : `${f.level} failure`} since ${timeWords(f.since)} (${ageWords(f.since, now.toISOString())})`,
        f.muted && `muted until ${f.muted.until} by ${f.muted.owner}: ${f.muted.reason}`,
        f.unseen && `last seen ${timeWords(f.unseen.seen)}, it can no longer be evaluated`,
      ].filter((text) => text !== undefined);
      return [
        `${mark} ${paint('bold', f.check)}  ${named(f)} · ${placeWords(present(f))} · ${f.resource}${amount ? `  ${paint('bold', amount)}` : ''}`,
        ...facts.map((text) => paint('dim', `    ${text}`)),
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
  text: (items) =>
    table(
      items.map((h) => [
        timeWords(h.factsAt),
        h.kind,
        h.cause,
        [statusWords(h.before), statusWords(h.after)].filter(Boolean).join(' → '),
        [h.message, changedByWords(h)].filter(Boolean).join(' '),
      ]),
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
const changeLine = (c: ChangeView | DifferenceView, { paint }: AnswerDisplay): string =>
  `  ${paint(paintOf(c.kind), c.kind.padEnd(longestKind))}  ${changeWords(c)}`;

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
        ...notified.flatMap((c) => [changeLine(c, show), ...changedByLines(c, show, longestKind + 4)]),
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
  none: 'Nothing that matches is unevaluated.',
  text: (items, { paint, now }) =>
    [...Map.groupBy(items, named)].flatMap(([where, of]) => [
      paint('bold', where),
      ...[...Map.groupBy(of, (c) => unevaluatedText(present(c)))].flatMap(([why, rows]) => {
        const [statement] = rows.flatMap((c) => c.statement ?? []);
        const cases = table(
          rows.map((c) => [
            c.level,
            c.check,
            [placeWords(present(c)), c.resource].filter((part) => part !== undefined).join(' · '),
            `since ${timeWords(c.since)} (${ageWords(c.since, now.toISOString())})`,
          ]),
        );
        return [
          `  ${paint(rows.some((c) => c.level === 'required') ? 'magenta' : 'yellow', why)}`,
          ...cases.map((line) => `    ${line}`),
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
      ...of.map((c) => changeLine(c, show)),
      '',
    ]),
  csv: csvBy<DifferenceView>({ ...own('account', 'region', 'of', 'kind'), ...detailColumns }),
};

/** The whole answer as text, ending in one line break. */
export function textAnswer<T>(shown: AnswerFormat<T>, whole: WholeAnswer, show: AnswerDisplay): string {
  const items = printable(whole.items as readonly T[]);
  const lines = items.length === 0 ? [shown.none] : shown.text(items, show);
  const notKept = printable(whole.notKept ?? []).map(
    ({ account, region, notKeptBefore }) =>
      `${account} ${region}: that moment is not stored; ${notKeptBefore === undefined ? 'nothing is.' : `nothing is before ${notKeptBefore}.`}`,
  );
  const more = whole.more ? [moreWords(whole.items.length)] : [];
  return `${[...lines, ...notKept, ...more].join('\n').trimEnd()}\n`;
}
