/** Why clusters failed, as people read it at a terminal. */
import { csvOf } from '../../shared/core/render/csv.ts';
import { type Colour, colourOf } from '../../shared/core/render/terminal.ts';
import { count, stateWords, timeWords, wrap } from '../../shared/core/render/words.ts';
import { commandLine } from '../../shared/core/text/command-line.ts';
import { listed } from '../../shared/core/text/words.ts';
import type { ExplainedClusterView, ExplainedFailureView } from '../../shared/query/explain.ts';
import type { AnswerDisplay, AnswerFormat } from './answer-format.ts';

/** A message alone has no result of any check. */
type CheckLine = Omit<ExplainedFailureView['checks'][number], 'now'> & {
  readonly now?: ExplainedFailureView['checks'][number]['now'] | undefined;
  /** Where there are no results: what the check requires. */
  readonly title?: string;
};
export type FailureLines = Omit<ExplainedFailureView, 'of' | 'checks'> & { readonly checks: readonly CheckLine[] };

const marks: Readonly<Record<NonNullable<CheckLine['now']>, { readonly sign: string; readonly colour: Colour; readonly words: string }>> = {
  fail: { sign: '✗', colour: 'red', words: 'fails now' },
  'not evaluated': { sign: '?', colour: 'magenta', words: 'not evaluated' },
  pass: { sign: '✓', colour: 'green', words: 'passes now' },
  'not applicable': { sign: '-', colour: 'dim', words: 'not applicable' },
};

const indented = (text: string, indent: number, width: number): readonly string[] =>
  wrap(text, width - indent).map((line) => `${' '.repeat(indent)}${line}`);

/** `fails now, passed when this was reported`. */
function resultWords({ now, before, reasons, title }: CheckLine): string {
  if (now === undefined) return title === undefined ? '' : `: ${title}`;
  const why = now === 'not evaluated' && reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  const then =
    before === undefined || before === now
      ? ''
      : `, ${before === 'fail' ? 'failed' : before === 'pass' ? 'passed' : before} when this was reported`;
  return `  ${marks[now].words}${why}${then}`;
}

function checkLines(check: CheckLine, { paint, width }: AnswerDisplay): readonly string[] {
  const mark = check.now === undefined ? '·' : paint(marks[check.now].colour, marks[check.now].sign);
  const [first = '', ...rest] = indented(`${check.check}${resultWords(check)}`, 6, width);
  return [
    `    ${mark} ${first.trimStart()}`,
    ...rest,
    ...check.failing.flatMap(({ message, remediation }) => [
      ...indented(message, 8, width),
      ...(remediation ? indented(`Fix: ${remediation.text}`, 8, width) : []),
      ...(remediation?.command === undefined ? [] : [`        $ ${remediation.command}`]),
    ]),
    ...(check.more === undefined
      ? []
      : [
          `        ${count(check.more, 'more finding')} of this check: ${commandLine(['findings'], { check: check.check, status: 'fail' })}`,
        ]),
  ];
}

/** Checks that have nothing to evaluate take one line together. */
function checksOf({ checks }: FailureLines, show: AnswerDisplay): readonly string[] {
  const isIdle = (check: CheckLine) => check.now === 'not applicable' && (check.before ?? check.now) === 'not applicable';
  const idle = checks.filter(isIdle).map((c) => c.check);
  return [
    ...checks.filter((c) => !isIdle(c)).flatMap((c) => checkLines(c, show)),
    ...(idle.length > 0 ? indented(`Not applicable here: ${listed(idle)}.`, 4, show.width).map((line) => show.paint('dim', line)) : []),
  ];
}

function whereWords({ from, to, times, group, nodes }: FailureLines): string {
  const when =
    from === undefined
      ? 'No time'
      : times === 1 || to === undefined || to === from
        ? timeWords(from)
        : `${timeWords(from)} to ${timeWords(to)}, ${count(times, 'time')}`;
  return [when, group, nodes.join(', ')].filter(Boolean).join('  ');
}

/** What AWS reported, what it means, the checks that evaluate its cause, and what to do where none of them fails. */
export function failureLines(failure: FailureLines, show: AnswerDisplay, number?: number): readonly string[] {
  const { text, cause, explanation, checks } = failure;
  const hasAnswer = checks.some((c) => c.now === 'fail' || c.before === 'fail');
  const meaning = explanation
    ? [explanation.meaning, ...(hasAnswer ? [] : [explanation.otherwise])]
    : ['This version does not know this message.'];
  return [
    ...(number === undefined ? [] : [show.paint('bold', `${number}. ${whereWords(failure)}`)]),
    ...indented(text, 2, show.width),
    ...(cause === undefined ? [] : indented(`Reason: ${cause}`, 2, show.width)),
    ...meaning.flatMap((sentence) => indented(sentence, 2, show.width)),
    ...checksOf(failure, show),
    ...(explanation ? [show.paint('dim', `  ${explanation.source}`)] : []),
  ];
}

function clusterLines(item: ExplainedClusterView, show: AnswerDisplay): readonly string[] {
  const { account, region, cluster, state, factsAt, status, reportedAt, failures, partial, unread, passed } = item;
  const readiness = state === undefined ? 'not in the last audit' : show.paint(colourOf[state], stateWords[state]);
  const findings = commandLine(['findings'], { account, region, cluster, status: 'fail' });
  const notes = [
    ...(unread === undefined ? [] : [`Not read: ${unread}.`]),
    ...(partial ? ['Older events of the last seven days were not read.'] : []),
    ...(failures.length === 0 && unread === undefined ? [`No failure of this cluster is stored. ${findings} lists what fails.`] : []),
    ...(failures.some((f) => !f.explanation) && passed.length > 0 ? [`Checks that pass: ${listed(passed)}.`] : []),
  ];
  return [
    `${show.paint('bold', cluster)}  ${account} ${region}`,
    ...indented(`Readiness: ${readiness}, audited ${timeWords(factsAt)}`, 2, show.width),
    ...(reportedAt === undefined
      ? []
      : indented(`ClusterStatus: ${status ?? 'unknown'}, reported ${timeWords(reportedAt)}`, 2, show.width)),
    ...failures.flatMap((failure, n) => ['', ...failureLines(failure, show, n + 1)]),
    ...(notes.length > 0 ? ['', ...notes.flatMap((note) => indented(note, 2, show.width))] : []),
    '',
  ];
}

export const explainFormat: AnswerFormat<ExplainedClusterView> = {
  none: 'No failure of a cluster is stored.',
  text: (items, show) => items.flatMap((item) => clusterLines(item, show)),
  csv: (items) =>
    csvOf(
      ['account', 'region', 'cluster', 'from', 'to', 'times', 'group', 'text', 'cause', 'meaning', 'fails_now'],
      items.flatMap(({ account, region, cluster, failures }) =>
        failures.map((f) => [
          account,
          region,
          cluster,
          f.from,
          f.to,
          f.times,
          f.group,
          f.text,
          f.cause,
          f.explanation?.meaning,
          f.checks
            .filter((c) => c.now === 'fail')
            .map((c) => c.check)
            .join(' '),
        ]),
      ),
    ),
};
