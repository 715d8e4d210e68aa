/** Messages that sum up what has one cause in many places: counts by readiness first, then every cluster that is BLOCKED or UNKNOWN. */
import { accountWords, count, stateOrder, stateWords, subjectLine, timeWords, wrap } from '../render/words.ts';
import { ownExample, type StatusCommand, statusLines } from '../text/own-command.ts';
import { printable } from '../text/printable.ts';
import type { AlertAttributes, AlertKind, SummaryData } from './alert-data.ts';
import { deniedFix, policyLead } from './alert-fixes.ts';
import type { AlertMessage } from './alert-message.ts';
import { bytesOf, nested, summaryRoom } from './alert-size.ts';
import { chatOf } from './chat-notification.ts';
import type { SummaryKind } from './commit-split.ts';
import type { SummaryCluster, SummaryCollector, SummaryReason, SummaryTotals } from './summary-collector.ts';

export interface SummaryContext {
  readonly status: StatusCommand;
  /** Identifies the summary: the same in all of its messages, and when one comes twice. */
  readonly id: string;
  /** Messages an hour and topic, of the plan. */
  readonly perHour: number;
}

type Kind = SummaryKind | 'reminder';

/** What the subject says of the places. */
const subjects: Readonly<Record<Kind, (places: string) => string>> = {
  first: (places) => `first audits of ${places}`,
  lost: (places) => `${places} no longer evaluated`,
  back: (places) => `${places} evaluated again`,
  rules: (places) => `new rules in ${places}`,
  plan: (places) => `edited plan in ${places}`,
  limit: (places) => `further changes in ${places}`,
  reminder: (places) => `still so in ${places}`,
};

const leads: Readonly<Record<Kind, (places: string, perHour: number) => string>> = {
  first: (places) => `First audits of ${places}.`,
  lost: (places) => `${places}: required or recommended checks can no longer be evaluated.`,
  back: (places) => `${places}: checks that were not evaluated are evaluated again.`,
  rules: (places) => `${places}: new rules of the auditor change findings.`,
  plan: (places) => `${places}: the edited plan changes findings.`,
  limit: (places, perHour) =>
    `${places}: changes that are not notified one by one, because the limit of ${count(perHour, 'message')} an hour (alerts.perHour) was reached.`,
  reminder: (places) => `${places}: clusters that are still BLOCKED.`,
};

const width = 90;
/** Columns of an e-mail. Chats break lines themselves. */
type Columns = typeof width | typeof Number.POSITIVE_INFINITY;
const paragraph = (text: string, indent = '', columns: Columns = width): readonly string[] =>
  wrap(text, columns - indent.length).map((line) => indent + line);

function statesWords(states: SummaryTotals['states']): string {
  const of = stateOrder.flatMap((state) => {
    const n = states[state] ?? 0;
    return n > 0 ? [`${n.toLocaleString('en-US')} ${stateWords[state]}`] : [];
  });
  return of.join(', ');
}

const placesWords = ({ places, accounts, account, region }: SummaryTotals): string =>
  places === 1 && account !== undefined && region !== undefined
    ? `${region} of account ${account}`
    : `${count(places, 'region')} in ${account === undefined ? count(accounts, 'account') : `account ${account}`}`;

function unreadLines({ unread }: SummaryTotals, columns: Columns): readonly string[] {
  const shown = unread.slice(0, 5);
  const rest = unread.slice(5).reduce((sum, [, n]) => sum + n, 0);
  return [
    ...shown.flatMap(([reason, n]) => paragraph(`${count(n, 'region')} could not be audited: ${reason}.`, '', columns)),
    ...(rest > 0 ? paragraph(`${count(rest, 'more region')} could not be audited for other reasons.`, '', columns) : []),
  ];
}

/** The counts, which begin each message. */
function headLines(kind: Kind, totals: SummaryTotals, { perHour }: SummaryContext, columns: Columns = width): readonly string[] {
  const { worse, better, from, to, states } = totals;
  return [
    ...paragraph(`Clusters: ${statesWords(states) || 'none is planned, and none is known to run'}.`, '', columns),
    ...paragraph(leads[kind](placesWords(totals), perHour), '', columns),
    ...(worse + better > 0 && kind !== 'first'
      ? paragraph(`${count(worse, 'finding')} got worse, ${count(better, 'finding')} got better.`, '', columns)
      : []),
    ...unreadLines(totals, columns),
    ...paragraph(
      from.slice(0, 16) === to.slice(0, 16) ? `Audited ${timeWords(to)}.` : `Audited from ${timeWords(from)} to ${timeWords(to)}.`,
      '',
      columns,
    ),
  ];
}

const isNamed = ({ state }: SummaryReason): boolean => state === 'BLOCKED' || state === 'UNKNOWN';
const titleOf = (reason: SummaryReason): string => (isNamed(reason) ? reason.state : 'NO LONGER BLOCKED OR UNKNOWN');

/** A denied action is part of the reason. */
const deniedAction = /\(([\w-]+:\w+)\)/;

function deniedLines(action: string, columns: Columns): readonly string[] {
  if (action === 'sts:AssumeRole')
    return paragraph(
      "Fix: deploy the audit role in these accounts again, with the name and the external id of the plan's auditRole. It has to trust the account of the auditor.",
      '    ',
      columns,
    );
  return [
    ...paragraph(`${deniedFix(action, 'in these accounts')} ${policyLead}`, '    ', columns),
    `    $ ${ownExample('policy --plan PLAN')}`,
  ];
}

function reasonLines(reason: SummaryReason, columns: Columns = width): readonly string[] {
  const { state, text, clusters, example, place, fix, command } = reason;
  const why =
    text === '' ? (isNamed(reason) ? 'as before' : `${stateWords[state]} again`) : isNamed(reason) ? text : `${stateWords[state]}: ${text}`;
  const denied = deniedAction.exec(text)?.[1];
  return [
    '',
    ...wrap(`${why} (${count(clusters, 'cluster')})`, columns - 2).map((line, n) => (n === 0 ? '- ' : '  ') + line),
    ...(example === undefined ? [] : paragraph(clusters > 1 ? `For example in ${place}: ${example}` : example, '    ', columns)),
    ...(fix === undefined ? [] : paragraph(`Fix: ${fix}`, '    ', columns)),
    ...(command === undefined ? [] : [`    $ ${command}`]),
    ...(denied === undefined ? [] : deniedLines(denied, columns)),
  ];
}

const clusterWords = (c: SummaryCluster): string => `${c.cluster} in ${accountWords(c)}: ${c.regions.join(', ')}`;
const clusterLines = (c: SummaryCluster, columns: Columns = width): readonly string[] => paragraph(clusterWords(c), '    ', columns);
const clusterData = ({ account, alias, cluster, regions }: SummaryCluster, reason: number): SummaryData['clusters'][number] => ({
  account,
  ...(alias !== undefined && { alias }),
  cluster,
  regions,
  reason,
});

/** The clusters, each message with as many as it holds; at least one message. */
function partition(clusters: readonly SummaryCluster[]): readonly (readonly SummaryCluster[])[] {
  const parts: SummaryCluster[][] = [[]];
  let [text, body] = [0, 0];
  let reason: SummaryReason | undefined;
  for (const cluster of clusters) {
    const head = cluster.reason === reason ? [] : reasonLines(cluster.reason);
    const lines = bytesOf([...head, ...clusterLines(cluster)].join('\n')) + 20;
    const data = nested(clusterData(cluster, 100)) + (head.length > 0 ? nested(cluster.reason) : 0);
    if (text > 0 && (text + lines > summaryRoom.text || body + lines + data > summaryRoom.body)) {
      parts.push([]);
      [text, body] = [0, 0];
      reason = undefined;
    }
    parts.at(-1)?.push(cluster);
    text += lines;
    body += lines + data;
    reason = cluster.reason;
  }
  return parts;
}

function sectionLines(
  clusters: readonly SummaryCluster[],
  totalOf: (title: string) => number,
  columns: Columns = width,
): readonly string[] {
  let [title, reason]: [string?, SummaryReason?] = [];
  return clusters.flatMap((cluster) => {
    const next = titleOf(cluster.reason);
    const lines = [
      ...(next === title ? [] : ['', `${next} (${totalOf(next).toLocaleString('en-US')})`]),
      ...(cluster.reason === reason ? [] : reasonLines(cluster.reason, columns)),
      ...clusterLines(cluster, columns),
    ];
    [title, reason] = [next, cluster.reason];
    return lines;
  });
}

function kindOf(kind: Kind, { states, worse }: SummaryTotals): AlertKind {
  if (kind === 'first' || kind === 'reminder') return kind;
  if (kind === 'lost') return 'unseen';
  if (kind === 'back') return 'recovered';
  return worse > 0 || (states.BLOCKED ?? 0) > 0 || (states.UNKNOWN ?? 0) > 0 ? 'regressed' : 'changed';
}

function attributesOf(kind: Kind, totals: SummaryTotals): AlertAttributes {
  const readiness = stateOrder.find((state) => (totals.states[state] ?? 0) > 0) ?? 'NONE';
  return {
    account: totals.account ?? 'MANY',
    region: totals.region ?? 'MANY',
    level: readiness === 'BLOCKED' || readiness === 'UNKNOWN' || totals.unread.length > 0 ? 'required' : 'recommended',
    kind: kindOf(kind, totals),
    readiness,
  };
}

/** What all messages of a summary have in common. */
interface Summary {
  readonly kind: Kind;
  readonly totals: SummaryTotals;
  readonly head: readonly string[];
  readonly attributes: AlertAttributes;
  readonly parts: number;
  readonly chatLines: readonly string[];
  readonly steps: readonly string[];
  /** How many clusters a section has, in all messages together. */
  readonly totalOf: (title: string) => number;
}

const dataOf = ({ kind, totals, parts }: Summary, part: number, named: readonly SummaryCluster[]): SummaryData => {
  const reasons = [...new Set(named.map((c) => c.reason))];
  const { places, accounts, from, to, states, worse, better, unread } = totals;
  return {
    of: kind,
    part,
    parts,
    places,
    accounts,
    from,
    to,
    states,
    worse,
    better,
    unread: unread.slice(0, 20).map(([reason, n]) => ({ reason, places: n })),
    reasons: reasons.map(({ state, text, place: _, ...reason }) => ({ status: state, reason: text, ...reason })),
    clusters: named.map((c) => clusterData(c, reasons.indexOf(c.reason))),
  };
};

function messageOfPart(summary: Summary, part: number, named: readonly SummaryCluster[], { id, status }: SummaryContext): AlertMessage {
  const { kind, totals, head, attributes, parts, chatLines, steps, totalOf } = summary;
  const of = parts > 1 ? ` (${part} of ${parts})` : '';
  const bad = statesWords({ BLOCKED: totals.states.BLOCKED, UNKNOWN: totals.states.UNKNOWN });
  const subject = subjectLine(() => `${bad || statesWords(totals.states) || 'No clusters'}: ${subjects[kind](placesWords(totals))}${of}`);
  const where = 'E-mail and JSON name every cluster.';
  const footer = [
    '',
    ...statusLines(status),
    ...paragraph('The same command with `changes` instead of `readiness` lists every change, with `findings` every failure with its fix.'),
    `Summary ${id}${of}.`,
  ];
  return {
    subject,
    text: `${printable([...head, ...sectionLines(named, totalOf), ...footer]).join('\n')}\n`,
    data: {
      schemaVersion: 1,
      ...attributesData(attributes),
      subject,
      at: totals.to,
      readiness: [],
      changes: [],
      summary: dataOf(summary, part, named),
      statusCommand: status.command,
    },
    chat: chatOf({
      title: subject,
      lines: chatLines,
      steps,
      keywords: [kind],
      threadId: `summary/${id}`,
      id: `${id}/${part}`,
      context: { ...attributes },
      where,
      status,
    }),
    attributes,
    where,
  };
}

const attributesData = ({ kind, account, region, level }: AlertAttributes) => ({ kind, account, region, level });

/** The messages of a summary, in all their forms. The first one stands for all of them in chats, which hold no long lists. */
export function summaryMessages(kind: Kind, collected: SummaryCollector, context: SummaryContext): readonly AlertMessage[] {
  const totals = collected.totals();
  const clusters = collected.clusters();
  const parts = partition(clusters);
  const totalOf = (title: string) => clusters.reduce((sum, c) => sum + (titleOf(c.reason) === title ? c.regions.length : 0), 0);
  const head = headLines(kind, totals, context);
  const steps = [...new Set(clusters.flatMap((c) => c.reason.command ?? []))];
  const wide = Number.POSITIVE_INFINITY;
  const lines = sectionLines(clusters, totalOf, wide).map((line) => line.trim());
  // Commands are next steps of a chat.
  const said = new Set(['', ...steps.map((command) => `$ ${command}`)]);
  const summary: Summary = {
    kind,
    totals,
    head,
    attributes: attributesOf(kind, totals),
    parts: parts.length,
    chatLines: [...headLines(kind, totals, context, wide), ...lines.filter((line) => !said.has(line))],
    steps,
    totalOf,
  };
  return parts.map((named, n) => messageOfPart(summary, n + 1, named, context));
}
