/** Answers as people read them at a terminal, and as lines of CSV. */

import { type CsvCell, csvOf } from '../../shared/core/render/csv.ts';
import { printable } from '../../shared/core/render/printable.ts';
import { unevaluatedText } from '../../shared/core/render/rows.ts';
import { colourOf, kind, table } from '../../shared/core/render/terminal.ts';
import { ageWords, amountWords, count, moreWords, placeWords, stateWords, timeWords, wrap } from '../../shared/core/render/words.ts';
import { commandLine } from '../../shared/core/text/command-line.ts';
import { jsonText } from '../../shared/core/text/json.ts';
import type { ChangeView } from '../../shared/query/changes.ts';
import type { CoverageRowView } from '../../shared/query/coverage.ts';
import type { DifferenceView } from '../../shared/query/diff.ts';
import type { HistoryView } from '../../shared/query/finding-history.ts';
import type { FindingView } from '../../shared/query/findings.ts';
import type { RegionReadinessView } from '../../shared/query/readiness.ts';
import type { WholeAnswer } from './questions.ts';
import type { CommandScreen } from './screen.ts';

export type AnswerDisplay = Pick<CommandScreen, 'paint' | 'width'> & { readonly now: Date };

/** How one kind of answer is shown. */
export interface AnswerFormat<T> {
  readonly text: (items: readonly T[], show: AnswerDisplay) => readonly string[];
  readonly none: string;
  readonly columns: readonly string[];
  readonly cells: (item: T) => readonly (readonly CsvCell[])[];
}

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
  columns: [
    'account',
    'alias',
    'region',
    'region_state',
    'audited',
    'late',
    'cluster',
    'planned',
    'running',
    'state',
    'since',
    'reasons',
    'because',
  ],
  cells: (row) => {
    const region = [row.account, row.alias, row.region, row.regionState, row.factsAt, String(row.late === true)];
    if (row.clusters.length === 0) return [[...region, ...Array<CsvCell>(7).fill(undefined)]];
    return row.clusters.map((c) => [
      ...region,
      c.cluster,
      String(c.planned),
      String(c.running),
      c.state,
      c.since,
      c.reasons,
      c.because.map((b) => b.text).join('; '),
    ]);
  },
};

export const findingsFormat: AnswerFormat<FindingView> = {
  none: 'No finding matches.',
  text: (items, { paint, width, now }) =>
    items.flatMap((f) => {
      const mark = f.status === 'pass' ? paint('green', '✓') : f.level === 'required' ? paint('red', '✗') : paint('yellow', '!');
      const amount = amountWords(present(f));
      const fix = f.status === 'fail' ? f.remediation : undefined;
      const facts = [
        `${f.status === 'pass' ? 'passes' : `${f.level} failure`} since ${timeWords(f.since)} (${ageWords(f.since, now.toISOString())})`,
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
  columns: [
    'account',
    'region',
    'status',
    'level',
    'open',
    'check',
    'cluster',
    'group',
    'resource',
    'have',
    'need',
    'unit',
    'since',
    'first_seen',
    'muted_until',
    'last_seen',
    'message',
    'fix',
    'command',
    'id',
  ],
  cells: (f) => [
    [
      f.account,
      f.region,
      f.status,
      f.level,
      String(f.open),
      f.check,
      f.cluster,
      f.group,
      f.resource,
      f.have,
      f.need,
      f.unit,
      f.since,
      f.firstSeen,
      f.muted?.until,
      f.unseen?.seen,
      f.message,
      f.remediation?.text,
      f.remediation?.command,
      f.id,
    ],
  ],
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
        h.message ?? '',
      ]),
    ),
  columns: ['time', 'commit', 'kind', 'cause', 'before', 'after', 'message'],
  cells: (h) => [[h.factsAt, h.commit, h.kind, h.cause, h.before?.status, h.after?.status, h.message]],
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

const detail = (c: ChangeView | DifferenceView): readonly CsvCell[] => {
  if (c.of === 'readiness') return [undefined, c.cluster ?? c.id, undefined, undefined, c.before?.state, c.after?.state, undefined];
  if (c.of === 'coverage') return [c.check, c.cluster, c.group, c.resource, undefined, undefined, c.reason];
  return [c.check, c.cluster, c.group, c.resource, c.before?.status, c.after?.status, c.message];
};
const detailColumns = ['check', 'cluster', 'group', 'resource', 'before', 'after', 'message', 'id'];

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
        ...notified.map((c) => changeLine(c, show)),
        '',
      ];
    }),
  columns: ['time', 'account', 'alias', 'region', 'commit', 'of', 'kind', 'cause', ...detailColumns],
  cells: (c) => [[c.factsAt, c.account, c.alias, c.region, c.commit, c.of, c.kind, c.cause, ...detail(c), c.id]],
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
  columns: ['account', 'region', 'level', 'check', 'cluster', 'group', 'resource', 'reason', 'action', 'since', 'statement', 'id'],
  cells: (c) => [
    [
      c.account,
      c.region,
      c.level,
      c.check,
      c.cluster,
      c.group,
      c.resource,
      c.reason,
      c.action,
      c.since,
      c.statement && jsonText(c.statement),
      c.id,
    ],
  ],
};

export const diffFormat: AnswerFormat<DifferenceView> = {
  none: 'Nothing is different.',
  text: (items, show) =>
    [...Map.groupBy(items, (c) => named(c))].flatMap(([place, of]) => [
      show.paint('bold', place),
      ...of.map((c) => changeLine(c, show)),
      '',
    ]),
  columns: ['account', 'region', 'of', 'kind', ...detailColumns],
  cells: (c) => [[c.account, c.region, c.of, c.kind, ...detail(c), c.id]],
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

export const csvAnswer = <T>(shown: AnswerFormat<T>, items: readonly T[]): string => csvOf(shown.columns, items.flatMap(shown.cells));
