/** The reminder that clusters are still BLOCKED: as short as it can be, with the way out once more. */

import { type FindingRecord, type ReadinessRecord, troubleOf } from '../history/log.ts';
import { printable } from '../render/printable.ts';
import { amountWords, count, placeWords, subjectLine, timeWords, wrap } from '../render/words.ts';
import { type StatusCommand, statusLines } from '../text/own-command.ts';
import { type AlertMessage, chatOf, failureData, incidentOf } from './alert-message.ts';

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

export function reminderOf({ account, alias, region, at, clusters, failures, where, status }: Reminder): AlertMessage {
  const first = clusters[0];
  const name = alias ?? account;
  const still = (r: ReadinessRecord) => {
    const age = days(r.since, at);
    return `${r.cluster} is still BLOCKED, since ${timeWords(r.since)}${age > 0 ? ` (${count(age, 'day')})` : ''}.`;
  };
  const names = new Set(clusters.map((c) => c.cluster));
  const mine = failures.filter((f) => f.finding.cluster === undefined || names.has(f.finding.cluster));
  const more = clusters.length > 1 ? ` and ${count(clusters.length - 1, 'more cluster')}` : '';
  const subject = subjectLine((short) => `HyperPod ${region} (${short(name)}): ${short(first?.cluster ?? '')}${more} still BLOCKED`);
  const entries = mine.slice(0, most).flatMap(({ finding: f, since }) => {
    const amount = amountWords(f);
    return [
      '',
      ...indented(`${f.check}: ${f.resource} (${placeWords(f)})`, '- ').map((l, n) => (n === 0 ? l : `  ${l.slice(2)}`)),
      ...indented(f.message, '    '),
      ...(amount === '' ? [] : indented(`${amount.slice(0, 1).toUpperCase()}${amount.slice(1)}.`, '    ')),
      `    Fails since ${timeWords(since)}.`,
      ...(f.remediation ? indented(`Fix: ${f.remediation.text}`, '    ') : []),
      ...(f.remediation?.command === undefined ? [] : [`    $ ${f.remediation.command}`]),
      ...(f.remediation?.console === undefined ? [] : [`    ${f.remediation.console}`]),
    ];
  });
  const text = `${printable([
    ...clusters.flatMap((c) => indented(still(c), '')),
    '',
    ...indented(`Region ${region}, account ${alias === undefined ? account : `${alias} (${account})`}, ${timeWords(at)}.`, ''),
    ...entries,
    ...(mine.length > most ? ['', `and ${mine.length - most} more. ${where}`] : []),
    '',
    ...indented(
      'This reminder comes again for as long as that is so. What is known and accepted for a time: a mute in the plan, with reason, owner and last day.',
      '',
    ),
    ...statusLines(status),
  ]).join('\n')}\n`;
  const attributes = { account, region, level: 'required', kind: 'reminder', readiness: 'BLOCKED' } as const;
  const commands = mine.flatMap((f) => f.finding.remediation?.command ?? []);
  return {
    subject,
    text,
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
      failures: mine.slice(0, most).map(failureData),
      statusCommand: status.command,
    },
    chat: chatOf({
      title: subject,
      lines: [
        ...clusters.map((c) => still(c).replace(c.cluster, `\`${c.cluster}\``)),
        ...mine.map(({ finding: f }) => {
          const amount = amountWords(f);
          return `• \`${f.check}\`, ${f.resource}, ${placeWords(f)}: ${f.message}${amount === '' ? '' : ` ${amount.slice(0, 1).toUpperCase()}${amount.slice(1)}.`}${f.remediation?.console === undefined ? '' : ` ${f.remediation.console}`}`;
        }),
      ],
      steps: [...new Set(commands)],
      keywords: [region, name],
      threadId: incidentOf({ account, region }, first?.cluster ?? '-', first ? troubleOf(first) : at),
      context: attributes,
      where,
      status,
    }),
    attributes,
    where,
  };
}
