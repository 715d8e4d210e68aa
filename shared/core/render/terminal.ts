/** A result as text: readiness first, then failures with their numbers and fixes, then coverage. */
import {
  type AccountResult,
  type Finding,
  type Level,
  levels,
  type ReadinessState,
  type RegionResult,
  type Result,
  type ResultSelection,
  reachesLevel,
  type Unevaluated,
} from '../evaluation/finding.ts';
import { printable } from '../text/printable.ts';
import { some } from '../text/words.ts';
import { eventParts, eventsHeading, withEvents } from './events.ts';
import { columns, flow, type Piece } from './layout.ts';
import { unevaluatedText } from './rows.ts';
import { hiddenSentences, selectionSentences } from './selection.ts';
import { warningLines } from './warnings.ts';
import { amountWords, byReason, count, failures, placeWords, reasonWords, stateOrder, stateWords, timeWords, wrap } from './words.ts';

export type Colour = 'red' | 'yellow' | 'green' | 'magenta' | 'dim' | 'bold';

export interface TerminalOptions {
  /** Wraps text in a colour, or gives it back as it is. */
  readonly paint: (colour: Colour, text: string) => string;
  readonly width: number;
  /** Failures of this level and above; readiness and coverage are always whole. */
  readonly level: Level;
}

/** The colour of a state. */
/** How a failure of a level is marked. */
export const levelMarks: Readonly<Record<Level, { readonly sign: string; readonly colour: Colour }>> = {
  required: { sign: '✗', colour: 'red' },
  recommended: { sign: '!', colour: 'yellow' },
  advice: { sign: '·', colour: 'dim' },
};

export const colourOf: Readonly<Record<ReadinessState, Colour>> = { BLOCKED: 'red', UNKNOWN: 'magenta', AT_RISK: 'yellow', READY: 'green' };

/** The state of a cluster in its colour. */
export const statePiece = (state: ReadinessState, paint: TerminalOptions['paint']): Piece => [
  stateWords[state],
  (text) => paint(colourOf[state], text),
];

export function kind(of: { readonly planned: boolean; readonly running: boolean }): string {
  if (of.planned) return of.running ? 'planned, running' : 'planned';
  return 'running';
}

/** Why no cluster is named: that none runs is said only where that could be read. */
function noClusters({ regions }: AccountResult, isNarrowed: boolean): string {
  const planned = isNarrowed ? 'No planned cluster is in the selection' : 'No cluster is planned';
  const isRead = regions.every((r) => r.state === 'audited' && r.coverage.unevaluated.every((row) => row.cluster !== undefined));
  return isRead
    ? `${planned} and none runs here: only what holds for the account was evaluated.`
    : `${planned}, and none was found running.`;
}

function readiness(account: AccountResult, isNarrowed: boolean, o: TerminalOptions): readonly string[] {
  const all = account.regions.flatMap((r) => r.readiness.map((c) => ({ region: r.region, ...c, why: reasonWords(c, r) })));
  const sorted = all.toSorted((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state));
  const rows = sorted.map((c) => [statePiece(c.state, o.paint), c.region, c.cluster, kind(c), c.why]);
  const painted = columns(rows, { width: o.width, indent: '  ' });
  const unread = account.regions.filter((r) => r.state !== 'audited');
  const off = [...Map.groupBy(unread, (r) => `${r.state} ${r.reason ?? ''}`).values()].flatMap((of) => {
    const [first] = of;
    if (!first) return [];
    const word = first.state === 'failed' ? 'FAILED ' : 'OFF    ';
    return flow([[word, (text) => o.paint('magenta', text)], some(of.map((r) => r.region)), first.reason ?? ''], {
      width: o.width,
      indent: '  ',
    });
  });
  if (painted.length > 0) return [...painted, ...off];
  // In a region that is off, or of which nothing was read, that line is all there is to say.
  if (unread.length > 0 && unread.length === account.regions.length) return off;
  return [...flow([noClusters(account, isNarrowed)], { width: o.width, indent: '  ', hanging: '  ' }), ...off];
}

/** A finding with its numbers, its message and its fix. */
export function findingLines(
  f: Omit<Finding, 'id' | 'title' | 'reference' | 'checkLevel'>,
  o: TerminalOptions,
  auditedAt = '',
): readonly string[] {
  const indent = '      ';
  const { sign, colour } = levelMarks[f.level];
  const bold = (text: string) => o.paint('bold', text);
  const amount = amountWords(f);
  // What began with this very audit is not said to be as it is since any time.
  const since = f.since !== undefined && f.since < auditedAt ? `since ${timeWords(f.since)}` : '';
  const text = (words: string, lead = '') => wrap(`${lead}${words}`, o.width - indent.length).map((l) => indent + l);
  return [
    ...flow(
      [
        [`${sign} ${f.level.padEnd('recommended'.length)}`, (text) => o.paint(colour, text)],
        [f.check, bold],
        `${f.group ? `${f.group} · ` : ''}${f.resource}`,
        [amount, bold],
        [since, (text) => o.paint('dim', text)],
      ],
      { width: o.width, indent: '  ', hanging: indent },
    ),
    ...text(f.message),
    ...(f.remediation ? text(f.remediation.text, 'Fix: ') : []),
    ...(f.remediation?.command ? [`${indent}$ ${f.remediation.command}`] : []),
    ...(f.remediation?.console ? [`${indent}${o.paint('dim', f.remediation.console)}`] : []),
  ];
}

function findings(region: RegionResult, auditedAt: string, o: TerminalOptions): readonly string[] {
  const all = failures(region.findings);
  const shown = all.filter((f) => !f.muted && !isHidden(f, o));
  const muted = all.filter((f) => f.muted).length;
  const groups = [...Map.groupBy(shown, (f) => f.cluster).entries()];
  const blocks = groups.flatMap(([cluster, of]) => [
    '',
    `${o.paint('bold', `${region.region} · ${placeWords(cluster === undefined ? {} : { cluster })}`)}`,
    ...of.flatMap((f) => findingLines(f, o, auditedAt)),
  ]);
  return muted > 0
    ? [...blocks, '', ...wrap(`${region.region} · ${count(muted, 'muted failure')} not shown; they still count.`, o.width)]
    : blocks;
}

/** A failure that `--level` leaves out; one that is muted is not shown at any level. */
const isHidden = (f: Finding, o: TerminalOptions): boolean => !f.muted && !reachesLevel(f.level, o.level);

/** What is said in the place of failures where none is shown: never that nothing fails where something does or nothing was evaluated. */
function noFailures({ regions }: AccountResult, hidden: number, shown: Level): readonly string[] {
  if (regions.every((r) => r.coverage.evaluated === 0)) return ['  Nothing was evaluated.'];
  return [
    hidden > 0
      ? `  No ${shown === 'required' ? 'required' : 'required or recommended'} check that was evaluated fails.`
      : '  Nothing that was evaluated fails.',
  ];
}

/** The failures of an account, and how many `--level` leaves out. */
function allFindings(account: AccountResult, o: TerminalOptions): readonly string[] {
  const shown = account.regions.flatMap((r) => findings(r, account.auditedAt, o));
  const hidden = account.regions.flatMap((r) => failures(r.findings)).filter((f) => isHidden(f, o)).length;
  const remarks = hiddenSentences(hidden).map((sentence) => o.paint('yellow', sentence));
  if (shown.length === 0) return [...noFailures(account, hidden, o.level), ...remarks.map((r) => `  ${r}`)];
  return remarks.length === 0 ? shown : [...shown, '', ...remarks];
}

const lastShown = 4;

/** The last results of what is not evaluated now, with their age; they decide nothing. */
function lastResults(rows: readonly Unevaluated[]): readonly string[] {
  const known = rows.flatMap(({ last, ...row }) => {
    const was = last && (last.status === 'pass' ? 'passed' : `failed (${last.level})`);
    return last
      ? [`${row.check} · ${placeWords(row)}${row.resource ? ` · ${row.resource}` : ''}: ${was} when last evaluated, ${timeWords(last.at)}`]
      : [];
  });
  return known.length > lastShown ? [...known.slice(0, lastShown), `and ${count(known.length - lastShown, 'more last result')}`] : known;
}

function coverage(region: RegionResult, auditedAt: string, o: TerminalOptions): readonly string[] {
  const rows = region.coverage.unevaluated;
  const head = `  ${region.region}  ${count(region.coverage.evaluated, 'result')}, `;
  const indented = (text: string, by: number) => wrap(text, o.width - by).map((line) => ' '.repeat(by) + line);
  if (region.state !== 'audited')
    return wrap(`${head.trimStart()}${region.state}: ${region.reason ?? ''}`, o.width - 6).map(
      (line, n) => `${n === 0 ? '  ' : '      '}${line}`,
    );
  if (rows.length === 0) return [`${head}0 not evaluated`];
  const spots = byReason(rows).flatMap((spot) => {
    const checks = [...new Set(spot.rows.map((r) => r.check))];
    const level = levels.find((l) => spot.rows.some((r) => r.level === l)) ?? 'advice';
    const since = spot.rows
      .map((r) => r.since)
      .filter((s) => s !== undefined)
      .toSorted()[0];
    const what = `${unevaluatedText(spot)}${since !== undefined && since < auditedAt ? ` Since ${timeWords(since)}.` : ''}`;
    return [
      ...indented(what, 6).map((line) => o.paint(level === 'required' ? 'magenta' : levelMarks[level].colour, line)),
      ...indented(`${count(checks.length, `${level} check`)}: ${checks.join(', ')}`, 8),
      ...lastResults(spot.rows).flatMap((l) => indented(l, 8).map((line) => o.paint('dim', line))),
    ];
  });
  return [`${head}${rows.length.toLocaleString('en-US')} not evaluated`, ...spots];
}

/** The last errors that running clusters report of themselves. */
function events({ regions }: AccountResult, o: TerminalOptions): readonly string[] {
  const blocks = regions.flatMap((r) =>
    withEvents(r.events ?? []).flatMap((of) => [
      ...flow([`${r.region} · ${of.cluster}`, eventsHeading(of)], { width: o.width, indent: '  ' }),
      ...of.errors.flatMap((event) =>
        wrap(eventParts(event).join('  '), o.width - 8).map((line, n) => `      ${n === 0 ? '' : '  '}${line}`),
      ),
    ]),
  );
  return blocks.length === 0 ? [] : [o.paint('bold', 'EVENTS'), ...blocks, ''];
}

/** What was left out on request, and what in it has no answer. */
function selection(of: ResultSelection | undefined, o: TerminalOptions): readonly string[] {
  if (!of) return [];
  const [summary = '', ...unanswered] = selectionSentences(of);
  const text = (sentence: string) => wrap(sentence, o.width - 2).map((line) => `  ${line}`);
  return [o.paint('bold', 'SELECTION'), ...text(summary), ...unanswered.flatMap(text).map((line) => o.paint('magenta', line)), ''];
}

/** What the plan says and probably does not mean. Always whole: no filter hides a warning. */
function warnings(result: Result, o: TerminalOptions): readonly string[] {
  const lines = warningLines(printable(result.warnings ?? []));
  if (lines.length === 0) return [];
  const wrapped = lines.flatMap((line) => wrap(line, o.width - 4).map((text, n) => (n === 0 ? `  ${text}` : `    ${text}`)));
  return [`${o.paint('bold', 'WARNINGS')} (they change neither readiness nor exit code)`, ...wrapped, ''];
}

/** `What it is, 2026-11-20 08:00 UTC`, on two lines where it has to be. */
export function headingLines(what: string, when: string, { paint, width }: Pick<TerminalOptions, 'paint' | 'width'>): readonly string[] {
  if (what.length + when.length + 2 <= width) return [`${paint('bold', what)}, ${when}`];
  return [...wrap(what, width).map((line) => paint('bold', line)), when];
}

/** The whole result as text, lines joined by `\n`, ending in one. */
export function terminal(result: Result, o: TerminalOptions): string {
  const shown = printable({ accounts: result.accounts, ...(result.selection && { selection: result.selection }) });
  const isNarrowed = (shown.selection?.outside.clusters ?? 0) > 0;
  const lines = shown.accounts.flatMap((account) => {
    const name = account.alias ? `${account.alias} (${account.account})` : account.account;
    return [
      ...headingLines(`HyperPod readiness of account ${name}`, timeWords(account.auditedAt), o),
      '',
      o.paint('bold', 'READINESS'),
      ...readiness(account, isNarrowed, o),
      '',
      ...events(account, o),
      o.paint('bold', 'FINDINGS'),
      ...allFindings(account, o),
      '',
      o.paint('bold', 'COVERAGE'),
      ...account.regions.flatMap((r) => coverage(r, account.auditedAt, o)),
      '',
    ];
  });
  return `${[...lines, ...selection(shown.selection, o), ...warnings(result, o)].join('\n').trimEnd()}\n`;
}
