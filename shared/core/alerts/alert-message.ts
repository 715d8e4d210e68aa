/**
 * An alert as it leaves: one message in all its forms. The text is for e-mail, the data for programs, the notification
 * for Amazon Q Developer in chat applications; the attributes are what a subscriber filters by.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */

import type { Level, ReadinessState, Status } from '../evaluation/finding.ts';
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
  severity,
  troubleOf,
} from '../history/log.ts';
import { printable } from '../render/printable.ts';
import { amountWords, becauseWords, placeWords, stateOrder, stateWords, timeWords, whyUnread, wrap } from '../render/words.ts';
import { type StatusCommand, statusLine } from '../text/own-command.ts';
import { type AlertContext, alertOf, causeWords, isTold, newRulesWords, reasonsOf } from './alert.ts';
import { isRequired } from './alert-minimum.ts';

/** What an alert is about; `first` is the summary of a region's first audit. */
export type AlertKind = 'first' | 'regressed' | 'unseen' | 'recovered' | 'changed' | 'reminder' | 'digest' | 'routes' | 'test';

/** Message attributes; all are strings. */
export interface AlertAttributes {
  readonly account: string;
  readonly region: string;
  readonly level: Level;
  readonly kind: AlertKind;
  /** The worst readiness in the region, `NONE` where there is no cluster. */
  readonly readiness: ReadinessState | 'NONE';
}

/** One change as programs get it. */
export interface ChangeData {
  readonly of: Change['of'];
  readonly kind: Change['kind'];
  readonly cause: Change['cause'];
  readonly id: string;
  readonly check?: string;
  readonly cluster?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly level?: Level;
  /** pass or fail, or a readiness. */
  readonly status?: Status | ReadinessState;
  readonly before?: { readonly status: Status | ReadinessState; readonly level?: Level; readonly since: string };
  readonly since?: string;
  readonly have?: number;
  readonly need?: number;
  readonly unit?: string;
  readonly watched?: string;
  readonly message?: string;
  /** Why it cannot be judged, and the IAM action that is denied. */
  readonly reason?: string;
  readonly action?: string;
  readonly because?: readonly string[];
  readonly fix?: string;
  readonly command?: string;
  readonly console?: string;
}

/** One open failure as programs get it. */
export type FailureData = Omit<ChangeData, 'of' | 'kind' | 'cause' | 'before'>;

/** The JSON form. */
export interface AlertData {
  readonly schemaVersion: 1;
  readonly kind: AlertKind;
  readonly subject: string;
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
  readonly level: Level;
  /** `account/region/number`: the same when an alert comes twice. */
  readonly commit?: string;
  readonly auditId?: string;
  /** Hash over all rules that the audit evaluated by. */
  readonly rules?: string;
  readonly at: string;
  readonly readiness: readonly ReadinessRecord[];
  /** The gravest first. */
  readonly changes: readonly ChangeData[];
  /** Of a reminder: what still fails, the first of it. */
  readonly failures?: readonly FailureData[];
  /** The command that shows current readiness, of all regions. Absent in tests of a route. */
  readonly statusCommand?: string;
  /** How many changes found no room, and where they are. */
  readonly omitted?: { readonly changes: number; readonly where: string };
}

/** Amazon Q Developer's custom notification, as far as it is used. */
export interface ChatNotification {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id?: string;
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps?: readonly string[];
    readonly keywords?: readonly string[];
  };
  readonly metadata: { readonly threadId: string; readonly summary: string; readonly additionalContext: Readonly<Record<string, string>> };
}

export interface AlertMessage {
  /** Under 100 printable ASCII characters. */
  readonly subject: string;
  readonly text: string;
  readonly data: AlertData;
  readonly chat: ChatNotification;
  readonly attributes: AlertAttributes;
  /** A sentence that says where everything is that found no room. */
  readonly where: string;
}

const limits = { title: 250, description: 8000, line: 1500, step: 350, steps: 5, keyword: 75 } as const;

/** At most so many characters, with a mark where something is cut; never half of a character of two units. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;

/** Angle brackets begin mentions and links in chats. */
const harmless = (text: string): string => printable(text).replaceAll('<', '‹').replaceAll('>', '›');

export interface ChatParts {
  readonly title: string;
  readonly lines: readonly string[];
  readonly steps?: readonly string[];
  readonly keywords: readonly string[];
  /** Alerts of one thread belong to one incident. */
  readonly threadId: string;
  readonly id?: string;
  readonly context: Readonly<Record<string, string>>;
  readonly where: string;
  /** Comes last, however many lines find no room. */
  readonly status?: StatusCommand;
}

/** A notification within the limits of its schema. Lines that find no room are counted, and it says where they are. */
export function chatOf({ title, lines, steps = [], keywords, threadId, id, context, where, status }: ChatParts): ChatNotification {
  const rest = (left: number) => `… and ${left} more. ${where}`;
  const last = status === undefined ? [] : [harmless(statusLine(status))];
  const shown: string[] = [];
  let room = limits.description - [rest(lines.length), ...last].join('\n').length - 1;
  for (const line of lines.map((l) => harmless(cut(l, limits.line)))) {
    if (line.length + 1 > room) break;
    shown.push(line);
    room -= line.length + 1;
  }
  if (shown.length < lines.length) shown.push(rest(lines.length - shown.length));
  // Half a command is worse than none.
  const next = steps.map(harmless).filter((s) => s.length <= limits.step);
  return {
    version: '1.0',
    source: 'custom',
    ...(id !== undefined && { id }),
    content: {
      textType: 'client-markdown',
      title: cut(harmless(title), limits.title),
      description: [...shown, ...last].join('\n'),
      ...(next.length > 0 && { nextSteps: next.slice(0, limits.steps) }),
      keywords: keywords.map((k) => cut(harmless(k), limits.keyword)),
    },
    metadata: { threadId, summary: cut(harmless(title), limits.title), additionalContext: context },
  };
}

const worst = (readiness: readonly ReadinessRecord[]): AlertAttributes['readiness'] =>
  stateOrder.find((state) => readiness.some((r) => r.state === state)) ?? 'NONE';

const failsNow = (c: Change): boolean => c.of === 'finding' && c.after?.finding.status === 'fail';
const isWorse = (c: Change): boolean =>
  c.of === 'coverage'
    ? false
    : c.kind === 'regressed' || ((c.kind === 'appeared' || c.kind === 'unmuted') && failsNow(c)) || (c.of === 'readiness' && badNow(c));
const badNow = (c: ReadinessChange): boolean => c.kind === 'appeared' && (c.after?.state === 'BLOCKED' || c.after?.state === 'UNKNOWN');

function kindOf(commit: Commit, told: readonly Change[]): AlertKind {
  if (isFirst(commit)) return 'first';
  if (told.some(isWorse)) return 'regressed';
  if (told.some((c) => c.of === 'coverage' && c.kind === 'unseen')) return 'unseen';
  if (told.some((c) => c.kind === 'recovered' || c.kind === 'seen')) return 'recovered';
  return 'changed';
}

const ofOrder: Readonly<Record<Change['of'], number>> = { readiness: 0, finding: 1, coverage: 2 };

function gravity(c: Change): number {
  if (c.of === 'readiness') return isWorse(c) ? 9 : 8;
  if (c.of === 'coverage') return c.kind === 'unseen' ? 4 : 1;
  if (isWorse(c)) return c.after ? 4 + severity(c.after.finding) : 5;
  return c.kind === 'recovered' ? 3 : 2;
}

/** The gravest first, what the account did itself before what an edit or an upgrade did. */
const sorted = (changes: readonly Change[]): readonly Change[] =>
  changes.toSorted(
    (a, b) =>
      Number(b.of === 'readiness') - Number(a.of === 'readiness') ||
      Number(b.cause === 'account') - Number(a.cause === 'account') ||
      gravity(b) - gravity(a) ||
      ofOrder[a.of] - ofOrder[b.of] ||
      (a.id < b.id ? -1 : 1),
  );

/** A finding as it is now. */
const recordData = ({ finding: f, since }: FindingRecord) => ({
  level: f.level,
  status: f.status,
  message: f.message,
  since,
  ...(f.have !== undefined && { have: f.have }),
  ...(f.need !== undefined && { need: f.need }),
  ...(f.unit !== undefined && { unit: f.unit }),
  ...(f.watched !== undefined && { watched: f.watched }),
  ...(f.status === 'fail' &&
    f.remediation && {
      fix: f.remediation.text,
      ...(f.remediation.command !== undefined && { command: f.remediation.command }),
      ...(f.remediation.console !== undefined && { console: f.remediation.console }),
    }),
});

const findingData = (c: FindingChange): Omit<ChangeData, 'of' | 'kind' | 'cause' | 'id'> => ({
  ...partsOf(c.id),
  ...(c.before && { before: { status: c.before.status, level: c.before.level, since: c.before.since } }),
  ...(c.after && recordData(c.after)),
});

/** A failure that is no change, as of a reminder. */
export const failureData = (record: FindingRecord): FailureData => ({
  id: record.finding.id,
  ...partsOf(record.finding.id),
  ...recordData(record),
});

const coverageData = (c: CoverageChange): Omit<ChangeData, 'of' | 'kind' | 'cause' | 'id'> => ({
  ...partsOf(c.id),
  ...(c.after && {
    level: c.after.row.level,
    since: c.after.since,
    reason: c.after.row.reason,
    ...(c.after.row.action !== undefined && { action: c.after.row.action }),
  }),
});

const readinessData = (c: ReadinessChange): Omit<ChangeData, 'of' | 'kind' | 'cause' | 'id'> => ({
  cluster: c.id,
  ...(c.after && { status: c.after.state, since: c.after.since }),
  ...(c.before && { before: { status: c.before.state, since: c.before.since } }),
  because: c.because,
});

const dataOf = (c: Change): ChangeData => ({
  of: c.of,
  kind: c.kind,
  cause: c.cause,
  id: c.id,
  ...(c.of === 'finding' ? findingData(c) : c.of === 'coverage' ? coverageData(c) : readinessData(c)),
});

function line(c: Change): string {
  if (c.of === 'readiness') {
    const was = c.before ? ` It had been ${stateWords[c.before.state]} since ${timeWords(c.before.since)}.` : '';
    const why = c.because.length > 0 ? ` Because of ${becauseWords(c.because)}.` : '';
    return c.after ? `\`${c.id}\` is now ${stateWords[c.after.state]}.${was}${why}` : `\`${c.id}\` is no longer audited.${was}`;
  }
  const { check, resource } = partsOf(c.id);
  const place = placeWords(partsOf(c.id));
  if (c.of === 'coverage') {
    const why = c.after ? `: ${whyUnread(c.after.row)}` : '';
    return `• \`${check}\` ${c.kind === 'unseen' ? 'cannot be judged any more' : 'can be judged again'}, ${place}${why}`;
  }
  const f = c.after?.finding;
  if (!f) return `• \`${check}\` is gone, ${place}`;
  const amount = amountWords(f);
  const now = f.status === 'fail' ? `fails (${f.level})` : 'passes';
  const console = f.status === 'fail' && c.kind !== 'muted' ? (f.remediation?.console ?? '') : '';
  return [
    `• \`${check}\` ${c.kind === 'muted' ? 'is muted' : now}, ${resource === undefined ? '' : `${resource}, `}${place}: ${f.message}`,
    ...(amount === '' ? [] : [`${amount.slice(0, 1).toUpperCase()}${amount.slice(1)}.`]),
    ...(console === '' ? [] : [console]),
  ].join(' ');
}

/** One thread for as long as a cluster is not READY, in whatever steps: it opens with the trouble and closes with the all-clear. */
function threadOf(commit: Commit, told: readonly Change[], { account, region }: Pick<AlertContext, 'account' | 'region'>): string {
  const cluster = sorted(told).find((c): c is ReadinessChange => c.of === 'readiness');
  if (!cluster) return `${account}/${region}/${commit.seq}`;
  const well = cluster.after === undefined || cluster.after.state === 'READY';
  const trouble = well ? cluster.before : cluster.after;
  return incidentOf({ account, region }, cluster.id, trouble ? troubleOf(trouble) : commit.factsAt);
}

/** The name of the thread of a cluster that has not been READY since then. */
export const incidentOf = (place: { readonly account: string; readonly region: string }, cluster: string, since: string): string =>
  `${place.account}/${place.region}/${cluster}/${since}`;

/**
 * The message of a commit in all its forms; `undefined` where the commit has nothing to tell. `where`: a sentence that
 * says where the whole commit can be read.
 */
export function messageOf(commit: Commit, context: AlertContext, where: string): AlertMessage | undefined {
  const alert = alertOf(commit, context);
  if (!alert) return undefined;
  const held = context.held === true;
  const told = sorted(commit.changes.filter((c) => isTold(c) && (c.of !== 'coverage' && c.alertAfter !== undefined) === held));
  const kind = kindOf(commit, told);
  const { account, alias, region } = context;
  const level: Level = told.some(isRequired) ? 'required' : 'recommended';
  const id = `${account}/${region}/${commit.seq}`;
  const attributes: AlertAttributes = { account, region, level, kind, readiness: worst(commit.readiness) };
  // A first audit is one summary: its two hundred verdicts are where they are kept.
  const listed = kind === 'first' ? told.filter((c) => c.of === 'readiness' || failsNow(c)) : told;
  const reasons = reasonsOf(told);
  const isOwn = (c: Change) => c.of === 'readiness' || c.cause === 'account' || c.kind === 'unmuted' || kind === 'first';
  // What is summed up is written out all the same where it made a cluster BLOCKED or UNKNOWN.
  const shown = listed.filter((c) => isOwn(c) || (reasons.has(c.id) && (failsNow(c) || c.kind === 'unseen')));
  const steps = shown.flatMap((c) =>
    c.of === 'finding' && failsNow(c) && c.after?.finding.remediation?.command !== undefined ? [c.after.finding.remediation.command] : [],
  );
  return {
    subject: alert.subject,
    text: alert.text,
    data: {
      schemaVersion: 1,
      kind,
      subject: alert.subject,
      account,
      ...(alias !== undefined && { alias }),
      region,
      level,
      commit: id,
      auditId: commit.auditId,
      ...(commit.rules !== undefined && { rules: commit.rules }),
      at: commit.factsAt,
      readiness: commit.readiness,
      changes: listed.map(dataOf),
      statusCommand: context.status.command,
    },
    chat: chatOf({
      title: alert.subject,
      lines: [
        `Account ${alias === undefined ? account : `${alias} (${account})`}, ${region}, ${timeWords(commit.factsAt)}.`,
        ...(held ? [] : wrap(newRulesWords(commit), limits.line)),
        ...shown.map(line),
        ...causeWords(
          commit,
          listed.filter((c) => !isOwn(c)),
        ),
      ],
      steps: [...new Set(steps)],
      keywords: [region, alias ?? account],
      threadId: threadOf(commit, told, context),
      id,
      context: { ...attributes, commit: id },
      where,
      status: context.status,
    }),
    attributes,
    where,
  };
}
