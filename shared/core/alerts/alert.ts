/**
 * The alert of a commit: readiness first, then what got worse with its fix, then the rest. Only changes that the account caused
 * are written out; those by a plan edit, a new version or regained access are summed up, except for what made a cluster BLOCKED
 * or UNKNOWN: that always comes with its fix.
 */
import type { Finding, Unevaluated } from '../evaluation/finding.ts';
import {
  type Change,
  type Commit,
  type CoverageChange,
  type FindingChange,
  type FindingRecord,
  isFirst,
  partsOf,
  type ReadinessChange,
  type ReadinessRecord,
} from '../history/log.ts';
import {
  accountWords,
  becauseWords,
  byReason,
  count,
  placeWords,
  stateOrder,
  stateWords,
  subjectLine,
  timeWords,
  wrap,
} from '../render/words.ts';
import { ownExample, type StatusCommand, statusLines } from '../text/own-command.ts';
import { printable } from '../text/printable.ts';
import { causeWords, newRulesWords, tally } from './alert-causes.ts';
import { byFix, deniedFix, failureSentences, fixLines, policyLead } from './alert-fixes.ts';
import { type AlertSections, fails, isNotified, reasonsOf, sectionsOf, worstFirst } from './alert-selection.ts';
import { triggerSentences } from './alert-triggers.ts';
import { becauseSentence, originLines, readinessWords, sinceWords, subjectOf } from './alert-words.ts';

export interface AlertContext {
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
  readonly status: StatusCommand;
  /** The second message of a commit: the changes that were deferred because they flap, now that they last. */
  readonly held?: true;
  /** The cluster that this message is about, where the others of its commit are about other clusters. */
  readonly cluster?: string;
}

export interface Alert {
  /** Under 100 characters, printable ASCII, no line break. */
  readonly subject: string;
  /** Plain text, lines of at most 90 columns but for commands and addresses. */
  readonly text: string;
}

const width = 90;
/** How many of a kind are written out; the rest is counted. */
const most = 20;
/** How many failures are written out in the summary of a first audit, and of those that a plan edit brought. */
const few = 5;

const paragraph = (text: string, indent = ''): readonly string[] => wrap(text, width - indent.length).map((line) => indent + line);
const bullet = (text: string): readonly string[] => wrap(text, width - 2).map((line, n) => (n === 0 ? '- ' : '  ') + line);

function readinessLines(c: ReadinessChange, changes: readonly Change[]): readonly string[] {
  return [...paragraph(readinessWords(c)), ...paragraph(becauseSentence(c, changes), '  ')];
}

const newRules = (commit: Commit): readonly string[] => {
  const words = newRulesWords(commit);
  return words === '' ? [] : [...paragraph(words), ''];
};

/** Clusters whose state did not change: all of them, or only those that are not READY if others changed. */
function unchangedClusters(readiness: readonly ReadinessRecord[], changed: readonly ReadinessChange[]): readonly string[] {
  if (readiness.length === 0 && changed.length === 0) return ['No cluster is planned here and none runs.'];
  const notified = new Set(changed.map((c) => c.id));
  const rest = readiness.filter((r) => !notified.has(r.cluster) && (changed.length === 0 || r.state !== 'READY'));
  if (rest.length === 0) return [];
  const sorted = rest.toSorted((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state));
  const shown = sorted.slice(0, most).map((r) => `${r.cluster} is ${stateWords[r.state]} since ${timeWords(r.since)}`);
  const more = sorted.length > most ? [count(sorted.length - most, 'more cluster')] : [];
  return paragraph(`${changed.length === 0 ? 'No cluster changed its readiness' : 'Unchanged'}: ${[...shown, ...more].join(', ')}.`);
}

/** What failed or passes, numbers first. */
function entryLines(c: FindingChange, after: FindingRecord, at: string): readonly string[] {
  const place = partsOf(c.id);
  const { finding } = after;
  const level = finding.status === 'fail' ? `, ${finding.level}` : '';
  return [
    '',
    ...bullet(`${place.check}${level}: ${place.resource ?? ''} (${placeWords(place)})`),
    ...failureSentences(finding).flatMap((text) => paragraph(text, '    ')),
    ...paragraph(sinceWords(c, after, at), '    '),
  ];
}

/** What one command fixes comes with the fix once, at its end. */
function entries(changes: readonly FindingChange[], at: string): readonly string[] {
  return byFix(changes, (c) => c.after?.finding).flatMap((group) => [
    ...group.flatMap((c) => (c.after ? entryLines(c, c.after, at) : [])),
    ...(group[0]?.after ? fixLines(group[0].after.finding, (text) => paragraph(text, '    '), group.length) : []),
  ]);
}

function section(title: string, changes: readonly FindingChange[], at: string, shown = most): readonly string[] {
  if (changes.length === 0) return [];
  const rest = changes.length - shown;
  return [
    '',
    `${title} (${changes.length.toLocaleString('en-US')})`,
    ...entries(changes.slice(0, shown), at),
    ...(rest > 0 ? ['', ...bullet(`and ${count(rest, 'more', 'more')}: ${becauseWords(changes.slice(shown).map((c) => c.id))}`)] : []),
  ];
}

/** Where it is one case, which: ` of sg-1 (llm-train / workers)`. */
const only = ([row, ...more]: readonly Unevaluated[]): string =>
  row?.resource === undefined || more.length > 0 ? '' : ` of ${row.resource} (${placeWords(row)})`;

function coverageLines(title: string, changes: readonly CoverageChange[], account: string): readonly string[] {
  const rows = changes.flatMap((c) => (c.after ? [c.after.row] : []));
  if (rows.length === 0) return [];
  return [
    '',
    title,
    ...byReason(rows).flatMap((spot) => {
      const checks = [...new Set(spot.rows.map((r) => r.check))];
      const required = new Set(spot.rows.filter((r) => r.level === 'required').map((r) => r.check)).size;
      const of = required > 0 ? ` (${required} required)` : '';
      const shown = checks.slice(0, most).join(', ') + (checks.length > most ? ` and ${checks.length - most} more` : '');
      return [
        '',
        ...bullet(`${spot.reason}${spot.action ? `: ${spot.action}` : ''}`),
        ...paragraph(`${count(checks.length, 'check')}${of} not evaluated: ${shown}${only(spot.rows)}.`, '    '),
        ...(spot.action
          ? [
              ...paragraph(`${deniedFix(spot.action, `in account ${account}`)} ${policyLead}`, '    '),
              `    $ ${ownExample('policy --plan PLAN')}`,
            ]
          : []),
      ];
    }),
  ];
}

function summary(commit: Commit, sections: AlertSections, hidden: number): readonly string[] {
  const lines = causeWords(commit, sections.summed);
  const counted = sections.counted.length > 0 ? [`${tally(sections.counted)}.`] : [];
  const muted =
    sections.muted.length > 0
      ? [`${count(sections.muted.length, 'finding was', 'findings were')} muted: ${becauseWords(sections.muted.map((c) => c.id))}.`]
      : [];
  const left = hidden > 0 ? [`${count(hidden, 'change')} of muted findings ${hidden === 1 ? 'is' : 'are'} left out.`] : [];
  const all = [...lines, ...counted, ...muted, ...left];
  return all.length > 0 ? ['', ...all.flatMap((line) => paragraph(line))] : [];
}

function firstAudit(commit: Commit, context: AlertContext, place: string): Alert {
  const findings = commit.changes.flatMap((c) => (c.of === 'finding' && c.after ? [c.after.finding] : []));
  const because = new Map(commit.changes.flatMap((c) => (c.of === 'readiness' ? [[c.id, c.because] as const] : [])));
  const required = worstFirst(
    commit.changes
      .filter((c) => c.of === 'finding')
      .filter((c) => isNotified(c) && fails(c.after) && c.after?.finding.level === 'required'),
  );
  const notEvaluated = commit.changes.filter((c) => c.of === 'coverage').filter((c) => c.kind === 'unseen');
  const failed = (level: Finding['level']) => findings.filter((f) => f.status === 'fail' && f.level === level).length;
  const sorted = commit.readiness.toSorted((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state));
  const states = stateOrder.flatMap((state) => {
    const n = sorted.filter((r) => r.state === state).length;
    return n > 0 ? [`${n} ${stateWords[state]}`] : [];
  });
  const names = Math.max(0, ...sorted.slice(0, most).map((r) => r.cluster.length));
  const lines = sorted.slice(0, most).map((r) => {
    const why = becauseWords(because.get(r.cluster) ?? []);
    return `  ${stateWords[r.state].padEnd(7)}  ${r.cluster.padEnd(names)}  ${why}`.trimEnd();
  });
  const { evaluated, unevaluated, required: requiredRows } = commit.coverage;
  const off =
    commit.regionState === 'audited' ? [] : ['', ...paragraph(`The region could not be audited: ${commit.reason ?? commit.regionState}.`)];
  return {
    subject: subjectLine(
      (name) => `${states.join(', ') || 'No clusters'} in ${context.region} (${name(context.alias ?? context.account)}): first audit`,
    ),
    text: `${printable([
      ...paragraph(`First audit of ${context.region}, ${place}.`),
      '',
      ...(lines.length > 0 ? lines : ['  No cluster is planned here and none runs: only checks of the account were evaluated.']),
      ...(sorted.length > most ? [`  and ${count(sorted.length - most, 'more cluster')}`] : []),
      ...off,
      '',
      ...paragraph(
        `${count(evaluated, 'result')}: ${failed('required')} required and ${failed('recommended')} recommended failures, ${failed('advice')} advice. ` +
          `${unevaluated.toLocaleString('en-US')} not evaluated${unevaluated > 0 ? ` (${requiredRows} required)` : ''}.`,
      ),
      ...section('REQUIRED FAILURES', required, commit.factsAt, few),
      ...coverageLines('NOT EVALUATED', notEvaluated, context.account),
      '',
      'You will be notified of changes only.',
      ...footer(commit, context),
    ]).join('\n')}\n`,
  };
}

const footer = (commit: Commit, { account, region, status }: AlertContext): readonly string[] => [
  '',
  ...statusLines(status),
  `Commit ${account}/${region}/${commit.seq}, audit ${commit.auditId}.`,
];

/**
 * The message of a commit; `undefined` where nothing is to be notified (now: deferred changes come with `held`). Called again,
 * it gives the same message under the same commit number.
 */
export function alertOf(commit: Commit, context: AlertContext): Alert | undefined {
  const held = context.held === true;
  const sections = sectionsOf(commit, held);
  if (Object.values(sections).every((part) => part.length === 0)) return undefined;
  const place = `account ${accountWords(context)}, ${timeWords(commit.factsAt)}`;
  if (!held && isFirst(commit)) return firstAudit(commit, context, place);
  const reasons = reasonsOf(sections.readiness);
  const why = {
    findings: worstFirst(sections.summed.filter((c) => c.of === 'finding').filter((c) => reasons.has(c.id) && fails(c.after))),
    rows: sections.summed.filter((c) => c.of === 'coverage').filter((c) => reasons.has(c.id) && c.kind === 'unseen'),
  };
  const reported = [...sections.readiness, ...sections.worse, ...sections.notEvaluated, ...sections.better, ...sections.changed];
  const hidden = held
    ? 0
    : commit.changes.filter((c) => c.of === 'finding' && !isNotified(c) && c.kind !== 'carried' && c.kind !== 'seen').length;
  return {
    subject: subjectOf(sections, context),
    text: `${printable([
      ...(held ? [] : newRules(commit)),
      ...sections.readiness.flatMap((c) => readinessLines(c, commit.changes)),
      // Deferred changes are notified an hour later, when the other clusters have been reported already.
      ...(held || context.cluster !== undefined ? [] : unchangedClusters(commit.readiness, sections.readiness)),
      ...(held && sections.readiness.length === 0 ? [] : ['']),
      ...originLines(commit, context).flatMap((text) => paragraph(text)),
      ...(held ? paragraph('Deferred until they lasted, because these amounts fluctuate.') : []),
      ...triggerSentences(commit, reported).flatMap((sentence) => paragraph(sentence)),
      ...section('WORSE', sections.worse, commit.factsAt),
      ...section('WHY', why.findings, commit.factsAt, few),
      ...coverageLines('NO LONGER EVALUATED', sections.notEvaluated, context.account),
      ...coverageLines('NOT EVALUATED', why.rows, context.account),
      ...section('BETTER', sections.better, commit.factsAt),
      ...section('CHANGED', sections.changed, commit.factsAt),
      ...summary(commit, sections, hidden),
      ...footer(commit, context),
    ]).join('\n')}\n`,
  };
}
