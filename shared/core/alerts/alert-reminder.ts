/** The reminder that clusters are still BLOCKED: short, and with the fixes again. */

import { type FindingRecord, type ReadinessRecord, troubleOf } from '../history/log.ts';
import { accountWords, count, placeWords, subjectLine, timeWords, wrap } from '../render/words.ts';
import { type StatusCommand, statusLines } from '../text/own-command.ts';
import { printable } from '../text/printable.ts';
import { failureData } from './alert-data.ts';
import { byFix, failureSentences, fixCommandOf, fixLines, fixWord } from './alert-fixes.ts';
import { type AlertMessage, incidentOf } from './alert-message.ts';
import { chatOf, code, withoutCode } from './chat-notification.ts';

export interface Reminder {
  readonly account: string;
  readonly alias?: string;
  readonly region: string;
  /** UTC. */
  readonly at: string;
  /** The clusters to remind of; at least one. */
  readonly clusters: readonly ReadinessRecord[];
  /** Every open required failure of the region that is not muted. */
  readonly failures: readonly FindingRecord[];
  readonly where: string;
  readonly status: StatusCommand;
}

const most = 20;
const days = (since: string, at: string): number => Math.floor((Date.parse(at) - Date.parse(since)) / 86_400_000);
const indented = (text: string, by: string): readonly string[] => wrap(text, 90 - by.length).map((l) => by + l);

function stillBlocked({ since }: ReadinessRecord, name: string, at: string): string {
  const age = days(since, at);
  return `${name} is still BLOCKED, since ${timeWords(since)}${age > 0 ? ` (${count(age, 'day')})` : ''}.`;
}

const failureTextLines = ({ finding: f, since }: FindingRecord): readonly string[] => [
  '',
  ...indented(`${f.check}: ${f.resource} (${placeWords(f)})`, '- ').map((l, n) => (n === 0 ? l : `  ${l.slice(2)}`)),
  ...failureSentences(f).flatMap((text) => indented(text, '    ')),
  `    Fails since ${timeWords(since)}.`,
];

/** Failures with their fix; what one command fixes has it once. */
const failuresText = (failures: readonly FindingRecord[]): readonly string[] =>
  byFix(failures, (r) => r.finding).flatMap((group) => [
    ...group.flatMap(failureTextLines),
    ...(group[0] ? fixLines(group[0].finding, (text) => indented(text, '    '), group.length) : []),
  ]);

const chatLines = (failures: readonly FindingRecord[]): readonly string[] =>
  byFix(failures, (r) => r.finding).flatMap((group) => {
    const { text = '', console = '' } = group[0]?.finding.remediation ?? {};
    const fix = [text === '' ? '' : `${fixWord(group.length)}: ${withoutCode(text)}`, console].filter((part) => part !== '').join(' ');
    const lines = group.map(({ finding: f }) =>
      [`• ${code(f.check)}, ${f.resource}, ${placeWords(f)}:`, ...failureSentences(f).map(withoutCode)].join(' '),
    );
    return fix === '' ? lines : [...lines, fix];
  });

function reminderText({ region, account, alias, at, clusters, where, status }: Reminder, failures: readonly FindingRecord[]): string {
  const lines = [
    ...clusters.flatMap((c) => indented(stillBlocked(c, c.cluster, at), '')),
    '',
    ...indented(`Region ${region}, account ${accountWords({ account, alias })}, ${timeWords(at)}.`, ''),
    ...failuresText(failures.slice(0, most)),
    ...(failures.length > most ? ['', `and ${failures.length - most} more. ${where}`] : []),
    '',
    ...indented(
      'This reminder comes again for as long as that is so. What is known and accepted for a time: a mute in the plan, with reason, owner and last day.',
      '',
    ),
    ...statusLines(status),
  ];
  return `${printable(lines).join('\n')}\n`;
}

/** The reminder in all forms of an alert. */
export function reminderOf(reminder: Reminder): AlertMessage {
  const { account, alias, region, at, clusters, where, status } = reminder;
  const first = clusters[0];
  const name = alias ?? account;
  const names = new Set(clusters.map((c) => c.cluster));
  const failures = reminder.failures.filter((f) => f.finding.cluster === undefined || names.has(f.finding.cluster));
  const more = clusters.length > 1 ? ` and ${count(clusters.length - 1, 'more cluster')}` : '';
  const subject = subjectLine((short) => `STILL BLOCKED ${short(first?.cluster ?? '')}${more} ${region} (${short(name)})`);
  const attributes = { account, region, level: 'required', kind: 'reminder', readiness: 'BLOCKED' } as const;
  return {
    subject,
    text: reminderText(reminder, failures),
    data: {
      schemaVersion: 1,
      kind: 'reminder',
      subject,
      account,
      ...(alias !== undefined && { alias }),
      region,
      level: 'required',
      at,
      readiness: clusters,
      changes: [],
      failures: failures.slice(0, most).map(failureData),
      statusCommand: status.command,
    },
    chat: chatOf({
      title: subject,
      lines: [...clusters.map((c) => stillBlocked(c, code(c.cluster), at)), ...chatLines(failures)],
      steps: [...new Set(failures.flatMap((f) => fixCommandOf(f.finding) ?? []))],
      keywords: [region, name],
      threadId:
        first && clusters.length === 1
          ? incidentOf({ account, region }, first.cluster, troubleOf(first))
          : `reminder/${account}/${region}/${at}`,
      context: attributes,
      where,
      status,
    }),
    attributes,
    where,
  };
}
