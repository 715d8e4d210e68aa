/**
 * What people are told of a commit: the verdict first, then what got worse with its way out, then the rest. Only what
 * the account itself did is told piece by piece; what a plan edit, a new version or regained sight did is summed up, but
 * for what made a cluster BLOCKED or UNKNOWN: nobody is told that without the way out.
 */
import type { Finding, ReadinessState, Unevaluated } from '../evaluation/finding.ts';
import {
  type Cause,
  type Change,
  type Commit,
  type CoverageChange,
  type FindingChange,
  type FindingRecord,
  isFirst,
  partsOf,
  type ReadinessChange,
  type ReadinessRecord,
  severity,
} from '../history/log.ts';
import { printable } from '../render/printable.ts';
import { watchedWords } from '../render/quota-text.ts';
import {
  amountWords,
  becauseWords,
  blindSpots,
  count,
  placeWords,
  stateOrder,
  stateWords,
  subjectLine,
  timeWords,
  wrap,
} from '../render/words.ts';
import { ownExample, type StatusCommand, statusLines } from '../text/own-command.ts';

export interface AlertContext {
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
  readonly status: StatusCommand;
  /** The second message of a commit: what was held back because it flaps, now that it is still so. */
  readonly held?: true;
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
/** How many failures the summary of a first audit writes out, or a verdict that a plan edit brought. */
const few = 5;

const isMuted = (c: FindingChange): boolean => c.after?.finding.muted !== undefined;
const fails = (record: FindingRecord | undefined): boolean => record?.finding.status === 'fail';

/**
 * Whether a change is for people to hear, now or, where it is held back, later. Not: changes of muted findings, verdicts
 * carried over or seen again unchanged (their coverage rows tell it), a cluster that runs now in the state it had.
 */
export function isTold(change: Change): boolean {
  if (change.of === 'coverage') return true;
  if (change.of === 'readiness') return change.kind !== 'changed';
  if (change.kind === 'carried' || change.kind === 'seen') return false;
  return change.kind === 'muted' || !isMuted(change);
}

/** Ids of the findings and coverage rows that made clusters BLOCKED or UNKNOWN just now. */
export const reasonsOf = (changes: readonly Change[]): ReadonlySet<string> =>
  new Set(
    changes.flatMap((c) => (c.of === 'readiness' && (c.after?.state === 'BLOCKED' || c.after?.state === 'UNKNOWN') ? c.because : [])),
  );

interface AlertSections {
  readonly readiness: readonly ReadinessChange[];
  readonly worse: readonly FindingChange[];
  readonly unseen: readonly CoverageChange[];
  readonly better: readonly FindingChange[];
  readonly changed: readonly FindingChange[];
  /** Appeared and passes, or gone. */
  readonly counted: readonly FindingChange[];
  readonly summed: readonly Change[];
  readonly muted: readonly FindingChange[];
}

const worstFirst = (changes: readonly FindingChange[]): readonly FindingChange[] =>
  changes.toSorted((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
const weight = (c: FindingChange): number => Math.max(c.after ? severity(c.after.finding) : 0, c.before ? severity(c.before) : 0);

/** The end of a mute on a failure is told whoever ended it: nobody was told of the failure. */
const isWorse = (c: FindingChange): boolean =>
  c.kind === 'unmuted' ? fails(c.after) : c.kind === 'regressed' || (c.kind === 'appeared' && fails(c.after));

function sortOut(commit: Commit, held: boolean): AlertSections {
  const told = commit.changes.filter((c) => isTold(c) && (c.of !== 'coverage' && c.alertAfter !== undefined) === held);
  const findings = told.filter((c) => c.of === 'finding').filter((c) => c.kind !== 'muted');
  const ours = findings.filter((c) => c.cause === 'account' || (c.kind === 'unmuted' && fails(c.after)));
  const coverage = told.filter((c) => c.of === 'coverage');
  const unseen = coverage.filter((c) => c.kind === 'unseen' && c.cause === 'account');
  const own = new Set<Change>([...ours, ...unseen]);
  return {
    readiness: told.filter((c) => c.of === 'readiness').toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1)),
    worse: worstFirst(ours.filter(isWorse)),
    unseen,
    better: worstFirst(ours.filter((c) => c.kind === 'recovered')),
    changed: ours.filter((c) => c.kind === 'changed' || (c.kind === 'unmuted' && !fails(c.after))),
    counted: ours.filter((c) => (c.kind === 'appeared' && !fails(c.after)) || c.kind === 'gone'),
    summed: [...findings, ...coverage].filter((c) => !own.has(c)),
    muted: told.filter((c) => c.of === 'finding').filter((c) => c.kind === 'muted'),
  };
}

const rank = (c: ReadinessChange): number => (c.after ? stateOrder.indexOf(c.after.state) : stateOrder.length);

const paragraph = (text: string, indent = ''): readonly string[] => wrap(text, width - indent.length).map((line) => indent + line);
const bullet = (text: string): readonly string[] => wrap(text, width - 2).map((line, n) => (n === 0 ? '- ' : '  ') + line);

function verdict(c: ReadinessChange): readonly string[] {
  const was = c.before ? `${stateWords[c.before.state]} since ${timeWords(c.before.since)}` : '';
  const why = c.because.length > 0 ? paragraph(`Because of ${becauseWords(c.because)}.`, '  ') : [];
  if (!c.after) return paragraph(`${c.id} is no longer audited: it is not planned and does not run. It had been ${was}.`);
  const now = stateWords[c.after.state];
  if (!c.before) return [...paragraph(`${c.id} is new here: ${now}.`), ...why];
  if (c.after.state === 'READY') return paragraph(`${c.id} is READY again. It had been ${was}.`);
  if (c.after.state === 'UNKNOWN')
    return [...paragraph(`${c.id} is now UNKNOWN: what it needs can no longer be seen. It had been ${was}.`), ...why];
  return [...paragraph(`${c.id} is now ${now}. It had been ${was}.`), ...why];
}

const newRules = (commit: Commit): readonly string[] => {
  const words = newRulesWords(commit);
  return words === '' ? [] : [...paragraph(words), ''];
};

/** What the clusters are that did not become something else: all of them, or beside a verdict those that are still not well. */
function standing(readiness: readonly ReadinessRecord[], changed: readonly ReadinessChange[]): readonly string[] {
  if (readiness.length === 0 && changed.length === 0) return ['No cluster is planned here and none runs.'];
  const told = new Set(changed.map((c) => c.id));
  const rest = readiness.filter((r) => !told.has(r.cluster) && (changed.length === 0 || r.state !== 'READY'));
  if (rest.length === 0) return [];
  const sorted = rest.toSorted((a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state));
  const shown = sorted.slice(0, most).map((r) => `${r.cluster} is ${stateWords[r.state]} since ${timeWords(r.since)}`);
  const more = sorted.length > most ? [count(sorted.length - most, 'more cluster')] : [];
  return paragraph(`${changed.length === 0 ? 'No cluster changed its readiness' : 'Unchanged'}: ${[...shown, ...more].join(', ')}.`);
}

function sinceWords(c: FindingChange, at: string): string {
  const { before, after } = c;
  const now = after ? timeWords(after.since) : '';
  const was = before ? timeWords(before.since) : '';
  if (!after) return before ? `Gone. It had ${before.status === 'fail' ? 'failed' : 'passed'} since ${was}.` : '';
  const { status, level } = after.finding;
  switch (c.kind) {
    case 'unmuted': {
      const mute = before?.muted ? ` (${before.muted.owner}, until ${before.muted.until})` : '';
      return `No longer muted${mute}. ${status === 'fail' ? 'Fails' : 'Passes'} since ${now}.`;
    }
    case 'regressed':
      if (before?.status === 'fail') return `A required failure since ${timeWords(at)}; it had failed as recommended since ${was}.`;
      return `Fails since ${now}. It had passed since ${was}.`;
    case 'recovered':
      if (status === 'fail') return `Fails only as ${level} since ${timeWords(at)}. It had been a required failure; it fails since ${now}.`;
      return `Passes since ${now}. It had failed since ${was}.`;
    case 'changed':
      return `Now: ${watchedWords(after.finding.watched ?? 'nothing')}. Before: ${watchedWords(before?.watched ?? 'nothing')}.`;
    default:
      // A first look does not know since when.
      if (c.cause === 'baseline') return '';
      return `New here. ${status === 'fail' ? 'Fails' : 'Passes'} since ${now}.`;
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function wayOut(finding: Omit<Finding, 'since'>): readonly string[] {
  const { remediation } = finding;
  if (finding.status === 'pass' || !remediation) return [];
  return [
    ...paragraph(`Fix: ${remediation.text}`, '    '),
    ...(remediation.command !== undefined ? [`    $ ${remediation.command}`] : []),
    ...(remediation.console !== undefined ? [`    ${remediation.console}`] : []),
  ];
}

function entry(c: FindingChange, at: string): readonly string[] {
  const place = partsOf(c.id);
  const level = c.after?.finding.status === 'fail' ? `, ${c.after.finding.level}` : '';
  const amount = c.after ? amountWords(c.after.finding) : '';
  return [
    '',
    ...bullet(`${place.check}${level}: ${place.resource ?? ''} (${placeWords(place)})`),
    ...(c.after ? paragraph(c.after.finding.message, '    ') : []),
    ...(amount ? paragraph(`${capital(amount)}.`, '    ') : []),
    ...paragraph(sinceWords(c, at), '    '),
    ...(c.after ? wayOut(c.after.finding) : []),
  ];
}

function section(title: string, changes: readonly FindingChange[], at: string, shown = most): readonly string[] {
  if (changes.length === 0) return [];
  const rest = changes.length - shown;
  return [
    '',
    `${title} (${changes.length.toLocaleString('en-US')})`,
    ...changes.slice(0, shown).flatMap((c) => entry(c, at)),
    ...(rest > 0 ? ['', ...bullet(`and ${count(rest, 'more', 'more')}: ${becauseWords(changes.slice(shown).map((c) => c.id))}`)] : []),
  ];
}

/** Where it is one case, which: ` of sg-1 (llm-train / workers)`. */
const only = ([row, ...more]: readonly Unevaluated[]): string =>
  row?.resource === undefined || more.length > 0 ? '' : ` of ${row.resource} (${placeWords(row)})`;

function blindness(title: string, changes: readonly CoverageChange[], account: string): readonly string[] {
  const rows = changes.flatMap((c) => (c.after ? [c.after.row] : []));
  if (rows.length === 0) return [];
  return [
    '',
    title,
    ...blindSpots(rows).flatMap((spot) => {
      const checks = [...new Set(spot.rows.map((r) => r.check))];
      const required = new Set(spot.rows.filter((r) => r.level === 'required').map((r) => r.check)).size;
      const of = required > 0 ? ` (${required} required)` : '';
      const shown = checks.slice(0, most).join(', ') + (checks.length > most ? ` and ${checks.length - most} more` : '');
      return [
        '',
        ...bullet(`${spot.reason}${spot.action ? `: ${spot.action}` : ''}`),
        ...paragraph(`${count(checks.length, 'check')}${of} cannot be judged: ${shown}${only(spot.rows)}.`, '    '),
        ...(spot.action
          ? [
              ...paragraph(
                `Fix: allow ${spot.action} to the auditor's role in account ${account}; a permissions boundary or a policy of the organisation may deny it as well. All that it needs (PLAN: the file of the deployed plan):`,
                '    ',
              ),
              `    $ ${ownExample('policy --plan PLAN')}`,
            ]
          : []),
      ];
    }),
  ];
}

/** `3 findings appeared (1 fails: efa-self-traffic), 2 are gone`. */
function tally(changes: readonly Change[]): string {
  const findings = changes.filter((c) => c.of === 'finding');
  const of = (...kinds: readonly FindingChange['kind'][]) => findings.filter((c) => kinds.includes(c.kind));
  const failing = (some: readonly FindingChange[]) => {
    const bad = some.filter((c) => fails(c.after));
    return bad.length > 0 ? ` (${bad.length} ${bad.length === 1 ? 'fails' : 'fail'}: ${becauseWords(bad.map((c) => c.id))})` : '';
  };
  const rows = (kind: CoverageChange['kind']) => changes.filter((c) => c.of === 'coverage' && c.kind === kind);
  const be = (n: number) => (n === 1 ? 'is' : 'are');
  const told = (some: readonly FindingChange[], words: string) =>
    some.length > 0 ? [`${count(some.length, 'finding')} ${words}${failing(some)}`] : [];
  const gone = of('gone');
  const unseen = rows('unseen');
  const seen = rows('seen');
  return [
    ...told(of('regressed'), 'got worse'),
    ...told(of('appeared'), 'appeared'),
    ...told(of('recovered'), 'got better'),
    ...told(of('changed', 'unmuted'), 'changed'),
    ...(gone.length > 0 ? [`${count(gone.length, 'finding')} ${be(gone.length)} gone`] : []),
    ...(unseen.length > 0 ? [`${count(unseen.length, 'case')} cannot be judged (${becauseWords(unseen.map((c) => c.id))})`] : []),
    ...(seen.length > 0 ? [`${count(seen.length, 'case')} can be judged again (${becauseWords(seen.map((c) => c.id))})`] : []),
  ].join(', ');
}

/** `version 0.1.0, rules 3f2a9c81d0e4`. */
const rulesWords = ({ toolVersion, rules }: Commit): string => `version ${toolVersion}${rules === undefined ? '' : `, rules ${rules}`}`;

/**
 * The name of every cluster that became BLOCKED or UNKNOWN by new rules; empty if none did. Stands first in each medium,
 * before anything that a limit of length could cut off.
 */
export function newRulesWords(commit: Commit): string {
  const became = (state: ReadinessState): readonly string[] => {
    const names = commit.changes.flatMap((c) => (isByNewRules(c) && c.after?.state === state ? [c.id] : []));
    return names.length > 0 ? [`Now ${stateWords[state]}: ${names.join(', ')}.`] : [];
  };
  const lists = [...became('BLOCKED'), ...became('UNKNOWN')];
  return lists.length === 0 ? '' : `New rules of the auditor (${rulesWords(commit)}) change readiness. ${lists.join(' ')}`;
}

const isByNewRules = (c: Change): c is ReadinessChange => c.of === 'readiness' && c.kind !== 'changed' && c.cause === 'auditor';

const byCause: readonly (readonly [Cause, (commit: Commit) => string])[] = [
  ['plan', () => 'With the edited plan'],
  ['auditor', (c) => `With new rules (${rulesWords(c)})`],
  ['visibility', () => 'Seen again'],
  ['baseline', () => 'First verdicts of checks that are new here'],
];

/** Changes that are summed up, one sentence a cause: `With the edited plan: 1 finding appeared (1 fails: vpc-dns).` */
export const causeWords = (commit: Commit, summed: readonly Change[]): readonly string[] =>
  byCause.flatMap(([cause, lead]) => {
    const mine = summed.filter((c) => c.cause === cause);
    return mine.length > 0 ? [`${lead(commit)}: ${tally(mine)}.`] : [];
  });

function summary(commit: Commit, told: AlertSections, hidden: number): readonly string[] {
  const lines = causeWords(commit, told.summed);
  const counted = told.counted.length > 0 ? [`Besides: ${tally(told.counted)}.`] : [];
  const muted =
    told.muted.length > 0
      ? [`${count(told.muted.length, 'finding was', 'findings were')} muted: ${becauseWords(told.muted.map((c) => c.id))}.`]
      : [];
  const left = hidden > 0 ? [`${count(hidden, 'change')} of muted findings ${hidden === 1 ? 'is' : 'are'} left out.`] : [];
  const all = [...lines, ...counted, ...muted, ...left];
  return all.length > 0 ? ['', ...all.flatMap((line) => paragraph(line))] : [];
}

function headline(told: AlertSections, name: (text: string) => string): string {
  const [first, ...others] = told.readiness;
  if (first) {
    const now = first.after
      ? `is ${stateWords[first.after.state]}${first.kind === 'recovered' && first.after.state === 'READY' ? ' again' : ''}`
      : 'is gone';
    const more = others.length > 0 ? `, ${count(others.length, 'more cluster')} changed` : '';
    return `${name(first.id)} ${now}${more}${told.worse.length > 0 ? `; ${told.worse.length} got worse` : ''}`;
  }
  const parts = [
    told.worse.length > 0 ? `${told.worse.length} got worse` : '',
    told.unseen.length > 0 ? `${told.unseen.length} no longer seen` : '',
    told.better.length > 0 ? `${told.better.length} got better` : '',
  ].filter((p) => p !== '');
  if (parts.length > 0) return parts.join(', ');
  return count(told.changed.length + told.counted.length + told.summed.length + told.muted.length, 'change');
}

function firstAudit(commit: Commit, context: AlertContext, place: string): Alert {
  const findings = commit.changes.flatMap((c) => (c.of === 'finding' && c.after ? [c.after.finding] : []));
  const because = new Map(commit.changes.flatMap((c) => (c.of === 'readiness' ? [[c.id, c.because] as const] : [])));
  const required = worstFirst(
    commit.changes.filter((c) => c.of === 'finding').filter((c) => isTold(c) && fails(c.after) && c.after?.finding.level === 'required'),
  );
  const unseen = commit.changes.filter((c) => c.of === 'coverage').filter((c) => c.kind === 'unseen');
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
  const blind = commit.coverage.unevaluated;
  const off =
    commit.regionState === 'audited' ? [] : ['', ...paragraph(`The region could not be audited: ${commit.reason ?? commit.regionState}.`)];
  return {
    subject: subjectLine(
      (name) =>
        `HyperPod ${context.region} (${name(context.alias ?? context.account)}): first audit${states.length > 0 ? `, ${states.join(', ')}` : ''}`,
    ),
    text: `${printable([
      ...paragraph(`First audit of ${context.region}, ${place}.`),
      '',
      ...(lines.length > 0 ? lines : ['  No cluster is planned here and none runs: only what holds for the account was looked at.']),
      ...(sorted.length > most ? [`  and ${count(sorted.length - most, 'more cluster')}`] : []),
      ...off,
      '',
      ...paragraph(
        `${count(commit.coverage.evaluated, 'verdict')}, of them ${failed('required')} required and ${failed('recommended')} recommended failures. ` +
          (blind > 0 ? `${count(blind, 'case')} could not be judged (${commit.coverage.required} required).` : 'Nothing was out of sight.'),
      ),
      ...section('REQUIRED FAILURES', required, commit.factsAt, few),
      ...blindness('NOT SEEN', unseen, context.account),
      '',
      'From now on you hear of what changes.',
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
 * The message of a commit, `undefined` where it has nothing to tell (now: what is held back because it flaps comes with
 * `held`). Told twice, it says the same under the same commit number.
 */
export function alertOf(commit: Commit, context: AlertContext): Alert | undefined {
  const held = context.held === true;
  const told = sortOut(commit, held);
  if (Object.values(told).every((part) => part.length === 0)) return undefined;
  const account = context.alias ? `${context.alias} (${context.account})` : context.account;
  const place = `account ${account}, ${timeWords(commit.factsAt)}`;
  if (!held && isFirst(commit)) return firstAudit(commit, context, place);
  const reasons = reasonsOf(told.readiness);
  const why = {
    findings: worstFirst(told.summed.filter((c) => c.of === 'finding').filter((c) => reasons.has(c.id) && fails(c.after))),
    rows: told.summed.filter((c) => c.of === 'coverage').filter((c) => reasons.has(c.id) && c.kind === 'unseen'),
  };
  const hidden = held
    ? 0
    : commit.changes.filter((c) => c.of === 'finding' && !isTold(c) && c.kind !== 'carried' && c.kind !== 'seen').length;
  return {
    subject: subjectLine((name) => `HyperPod ${context.region} (${name(context.alias ?? context.account)}): ${headline(told, name)}`),
    text: `${printable([
      ...(held ? [] : newRules(commit)),
      ...told.readiness.flatMap(verdict),
      // What was held back is told an hour later: of the others it would be old news.
      ...(held ? [] : standing(commit.readiness, told.readiness)),
      ...(held && told.readiness.length === 0 ? [] : ['']),
      ...paragraph(`Region ${context.region}, ${place}.${held ? ' Held back until it lasted, as these amounts come and go.' : ''}`),
      ...section('WORSE', told.worse, commit.factsAt),
      ...section('WHY', why.findings, commit.factsAt, few),
      ...blindness('NO LONGER SEEN', told.unseen, context.account),
      ...blindness('NOT SEEN', why.rows, context.account),
      ...section('BETTER', told.better, commit.factsAt),
      ...section('CHANGED', told.changed, commit.factsAt),
      ...summary(commit, told, hidden),
      ...footer(commit, context),
    ]).join('\n')}\n`,
  };
}
