/**
 * An alert as it leaves: one message in all its forms. The text is for e-mail, the data for programs, the notification
 * for Amazon Q Developer in chat applications; the attributes are what a subscriber filters by.
 */

import { compareLevels, type Level } from '../evaluation/finding.ts';
import {
  type Change,
  type Commit,
  isFirst,
  partsOf,
  type ReadinessChange,
  type ReadinessRecord,
  severity,
  troubleOf,
} from '../history/log.ts';
import { placeWords, stateOrder, whyUnread, wrap } from '../render/words.ts';
import { type AlertContext, alertOf } from './alert.ts';
import { causeWords, newRulesWords } from './alert-causes.ts';
import { type AlertAttributes, type AlertData, type AlertKind, dataOf } from './alert-data.ts';
import { byFix, deniedFix, failureSentences, fixCommandOf, fixWord } from './alert-fixes.ts';
import { levelOf } from './alert-minimum.ts';
import { byState, isNotified, reasonsOf } from './alert-selection.ts';
import { triggerSentences, triggersOf } from './alert-triggers.ts';
import { becauseSentence, originLines, readinessWords } from './alert-words.ts';
import { type ChatNotification, chatLimits, chatOf, code, withoutCode } from './chat-notification.ts';

export interface AlertMessage {
  /** Under 100 printable ASCII characters. */
  readonly subject: string;
  readonly text: string;
  readonly data: AlertData;
  readonly chat: ChatNotification;
  readonly attributes: AlertAttributes;
  /** A sentence that names the place of what was left out. */
  readonly where: string;
}

const worst = (readiness: readonly ReadinessRecord[]): AlertAttributes['readiness'] =>
  stateOrder.find((state) => readiness.some((r) => r.state === state)) ?? 'NONE';

const failsNow = (c: Change): boolean => c.of === 'finding' && c.after?.finding.status === 'fail';
const isWorse = (c: Change): boolean =>
  c.of === 'coverage'
    ? false
    : c.kind === 'regressed' || ((c.kind === 'appeared' || c.kind === 'unmuted') && failsNow(c)) || (c.of === 'readiness' && badNow(c));
const badNow = (c: ReadinessChange): boolean => c.kind === 'appeared' && (c.after?.state === 'BLOCKED' || c.after?.state === 'UNKNOWN');

function kindOf(commit: Commit, notified: readonly Change[]): AlertKind {
  if (isFirst(commit)) return 'first';
  if (notified.some(isWorse)) return 'regressed';
  if (notified.some((c) => c.of === 'coverage' && c.kind === 'unseen')) return 'unseen';
  if (notified.some((c) => c.kind === 'recovered' || c.kind === 'seen')) return 'recovered';
  return 'changed';
}

const ofOrder: Readonly<Record<Change['of'], number>> = { readiness: 0, finding: 1, coverage: 2 };

function gravity(c: Change): number {
  if (c.of === 'readiness') return isWorse(c) ? 9 : 8;
  if (c.of === 'coverage') return c.kind === 'unseen' ? 4 : 1;
  if (isWorse(c)) return c.after ? 4 + severity(c.after.finding) : 5;
  return c.kind === 'recovered' ? 3 : 2;
}

/** The gravest first, BLOCKED before UNKNOWN, what the account did itself before what an edit or an upgrade did. */
const sorted = (changes: readonly Change[]): readonly Change[] =>
  changes.toSorted(
    (a, b) =>
      Number(b.of === 'readiness') - Number(a.of === 'readiness') ||
      (a.of === 'readiness' && b.of === 'readiness' ? byState(a, b) : 0) ||
      Number(b.cause === 'account') - Number(a.cause === 'account') ||
      gravity(b) - gravity(a) ||
      ofOrder[a.of] - ofOrder[b.of] ||
      (a.id < b.id ? -1 : 1),
  );

function line(c: Change, changes: readonly Change[]): string {
  if (c.of === 'readiness') return [readinessWords(c, code(c.id)), becauseSentence(c, changes)].filter((part) => part !== '').join(' ');
  const { check, resource } = partsOf(c.id);
  const place = placeWords(partsOf(c.id));
  if (c.of === 'coverage') {
    const why = c.after ? `: ${withoutCode(whyUnread(c.after.row))}` : '';
    return `• ${code(check)} ${c.kind === 'unseen' ? 'is no longer evaluated' : 'is evaluated again'}, ${place}${why}`;
  }
  const f = c.after?.finding;
  if (!f) return `• ${code(check)} is gone, ${place}`;
  const now = f.status === 'fail' ? `fails (${f.level})` : 'passes';
  const what = `• ${code(check)} ${c.kind === 'muted' ? 'is muted' : now}, ${resource === undefined ? '' : `${withoutCode(resource)}, `}${place}:`;
  return [what, ...failureSentences(f).map(withoutCode)].join(' ');
}

/** Failures with their fix as a sentence; what one command fixes has it once. */
function itemLines(group: readonly Change[], changes: readonly Change[]): readonly string[] {
  const [first] = group;
  const lines = group.map((c) => line(c, changes));
  if (first?.of !== 'finding' || first.kind === 'muted' || first.after?.finding.status !== 'fail') return lines;
  const { text = '', console = '' } = first.after.finding.remediation ?? {};
  const fix = [text === '' ? '' : `${fixWord(group.length)}: ${withoutCode(text)}`, console].filter((part) => part !== '').join(' ');
  return fix === '' ? lines : [...lines, fix];
}

/**
 * One thread for as long as a cluster is not READY, whichever states it passes through; its recovery closes the thread. A message
 * about several clusters, or none, has a thread of its own: in that of one cluster no one looks for another.
 */
function threadOf(commit: Commit, notified: readonly Change[], { account, region }: Pick<AlertContext, 'account' | 'region'>): string {
  const [cluster, ...others] = notified.filter((c) => c.of === 'readiness');
  if (!cluster || others.length > 0) return `${account}/${region}/${commit.seq}`;
  const well = cluster.after === undefined || cluster.after.state === 'READY';
  const trouble = well ? cluster.before : cluster.after;
  return incidentOf({ account, region }, cluster.id, trouble ? troubleOf(trouble) : commit.factsAt);
}

/** The name of the thread of a cluster that has not been READY since then. */
export const incidentOf = (place: { readonly account: string; readonly region: string }, cluster: string, since: string): string =>
  `${place.account}/${place.region}/${cluster}/${since}`;

/** The number of the commit, and what identifies the message. */
function idsOf({ seq }: Commit, { account, region, held, cluster }: AlertContext): { readonly id: string; readonly of: string } {
  const of = `${account}/${region}/${seq}`;
  return { of, id: [of, ...(held ? ['lasting'] : []), ...(cluster === undefined ? [] : [encodeURIComponent(cluster)])].join('/') };
}

/**
 * The message of a commit in all its forms; `undefined` where nothing is to be notified. `where`: a sentence that says where
 * the whole commit can be read.
 */
export function messageOf(commit: Commit, context: AlertContext, where: string): AlertMessage | undefined {
  const alert = alertOf(commit, context);
  if (!alert) return undefined;
  const isHeld = (c: Change) => c.of !== 'coverage' && c.alertAfter !== undefined;
  const notified = sorted(commit.changes.filter((c) => isNotified(c) && isHeld(c) === (context.held === true)));
  const kind = kindOf(commit, notified);
  const { account, alias, region } = context;
  const level: Level = notified.map(levelOf).toSorted(compareLevels)[0] ?? 'recommended';
  const { id, of } = idsOf(commit, context);
  const attributes: AlertAttributes = { account, region, level, kind, readiness: worst(commit.readiness) };
  // A first audit is one summary: its two hundred findings stay in the table.
  const listed = kind === 'first' ? notified.filter((c) => c.of === 'readiness' || failsNow(c)) : notified;
  const triggered = triggersOf(commit, notified);
  const { lines, steps } = chatLines(commit, context, notified, listed);
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
      id,
      commit: of,
      auditId: commit.auditId,
      ...(commit.rules !== undefined && { rules: commit.rules }),
      at: commit.factsAt,
      ...(triggered && { triggeredBy: triggered }),
      readiness: commit.readiness,
      changes: listed.map((c) => dataOf(c, commit.triggeredBy)),
      statusCommand: context.status.command,
    },
    chat: chatOf({
      title: alert.subject,
      lines,
      steps,
      keywords: [region, alias ?? account],
      threadId: threadOf(commit, notified, context),
      id,
      context: { ...attributes, commit: of },
      where,
      status: context.status,
    }),
    attributes,
    where,
  };
}

/** The lines of a chat, and the commands of its next steps. `listed`: the changes that are shown or summed up. */
function chatLines(commit: Commit, context: AlertContext, notified: readonly Change[], listed: readonly Change[]) {
  const reasons = reasonsOf(notified);
  const isOwn = (c: Change) => c.of === 'readiness' || c.cause === 'account' || c.kind === 'unmuted' || isFirst(commit);
  // What is summed up is written out all the same where it made a cluster BLOCKED or UNKNOWN.
  const shown = listed.filter((c) => isOwn(c) || (reasons.has(c.id) && (failsNow(c) || c.kind === 'unseen')));
  const items = byFix(shown, (c) => (c.of === 'finding' && c.kind !== 'muted' ? c.after?.finding : undefined));
  const denied = new Set(shown.flatMap((c) => (c.of === 'coverage' ? (c.after?.row.action ?? []) : [])));
  const lines = [
    ...(context.held ? [] : wrap(newRulesWords(commit), chatLimits.line)),
    ...items.flatMap((group) => itemLines(group, commit.changes)),
    ...[...denied].map((action) => deniedFix(action, `in account ${context.account}`)),
    ...triggerSentences(commit, notified, code),
    ...causeWords(
      commit,
      listed.filter((c) => !isOwn(c)),
    ),
    ...originLines(commit, context).map(withoutCode),
  ];
  const commands = shown.flatMap((c) => (c.of === 'finding' && c.kind !== 'muted' && c.after ? (fixCommandOf(c.after.finding) ?? []) : []));
  return { lines, steps: [...new Set(commands)] };
}
