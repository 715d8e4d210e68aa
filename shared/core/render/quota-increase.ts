/** Quota increases as text, before they are sent, and their outcomes. */
import type { QuotaRequest } from '../evaluation/facts.ts';
import type { IncreaseDecision, IncreaseOutcome, QuotaIncrease, RegionIncreases } from '../quotas/quota-increase.ts';
import { formatAmount } from '../quotas/quota-usage.ts';
import { printable } from '../text/printable.ts';
import { flow, type Piece } from './layout.ts';
import { headingLines, type TerminalOptions } from './terminal.ts';
import { byReason, count, whyUnread, wrap } from './words.ts';

type IncreaseTextOptions = Pick<TerminalOptions, 'paint' | 'width'>;

const requestWords = (r: QuotaRequest): string =>
  `${formatAmount(r.desired)} requested on ${r.created.slice(0, 10)}: ${r.status}${r.caseId === undefined ? '' : `, case ${r.caseId}`}`;

/** Why an increase is not sent; empty where it is. */
export function decisionWords(decision: IncreaseDecision): string {
  switch (decision.do) {
    case 'send':
      return '';
    case 'open':
      return `not sent again: ${requestWords(decision.request)}`;
    case 'open-lower':
      return `not sent: ${requestWords(decision.request)}, which is less, and AWS takes one open request per quota; raise it in that case, or close it`;
    case 'granted':
      return `not sent again: ${requestWords(decision.request)}; it is not in force yet`;
    case 'enough':
      return 'not sent: the value covers it';
    case 'limit':
      return `not sent: AWS lets ${decision.most} requests be open at once; send it when one of them is closed`;
    case 'unseen':
      return `not sent, since it could not be read whether a request is open: ${whyUnread(decision)}`;
  }
}

/** `us-east-1  ml.p5.48xlarge for cluster usage  0 → 4`. */
export const increaseName = (i: QuotaIncrease): string => `${i.region}  ${i.name}  ${formatAmount(i.current)} → ${formatAmount(i.desired)}`;

function increase(i: QuotaIncrease, o: IncreaseTextOptions): readonly string[] {
  const said = decisionWords(i.decision);
  const mark: Piece =
    said === ''
      ? ['→ send   ', (words) => o.paint('bold', words)]
      : i.decision.do === 'open' || i.decision.do === 'granted'
        ? '· open   '
        : ['! not sent', (words) => o.paint('yellow', words)];
  const text = (words: string, lead = '') => wrap(`${lead}${words}`, o.width - 6).map((l) => `      ${l}`);
  return [
    ...flow(
      [
        mark,
        [i.name, (words) => o.paint('bold', words)],
        `${formatAmount(i.current)} → ${formatAmount(i.desired)}`,
        [`${i.service} ${i.code}, ${i.level}`, (words) => o.paint('dim', words)],
      ],
      { width: o.width, indent: '  ', hanging: '      ' },
    ),
    ...(said === '' ? [] : text(said)),
    ...i.why.flatMap((w) => text(w.message, `${w.check}: `)),
  ];
}

function region(r: RegionIncreases, o: IncreaseTextOptions): readonly string[] {
  const spots = byReason(r.unseen).flatMap((spot) =>
    wrap(
      `${spot.reason}${spot.action === undefined ? '' : `: ${spot.action}`} (${[...new Set(spot.rows.map((u) => u.check))].join(', ')})`,
      o.width - 6,
    ).map((l) => `      ${l}`),
  );
  const lines = [
    ...r.increases.flatMap((i) => increase(i, o)),
    ...r.stuck.flatMap((s) => [
      ...flow(
        [
          ['✗ no request helps', (words) => o.paint('red', words)],
          [s.name, (words) => o.paint('bold', words)],
          [s.level, (words) => o.paint('dim', words)],
        ],
        { width: o.width, indent: '  ', hanging: '      ' },
      ),
      ...wrap(s.message, o.width - 6).map((l) => `      ${l}`),
    ]),
    ...(spots.length > 0 ? [`  ${o.paint('magenta', '? not evaluated')}`, ...spots] : []),
  ];
  if (r.state !== 'audited') return [...flow([[r.region, (words) => o.paint('bold', words)], r.reason ?? r.state], o), ''];
  return [o.paint('bold', r.region), ...(lines.length > 0 ? lines : ['  The plan needs no quota increase here.']), ''];
}

/** All regions as text, lines joined by `\n`, ending in one. */
export function increasesText(account: string, regions: readonly RegionIncreases[], o: IncreaseTextOptions): string {
  const unsent = regions.flatMap((r) => r.increases).filter((i) => i.decision.do === 'send').length;
  const head = headingLines(
    `Quota increases that the plan needs in account ${printable(account)}`,
    `${count(unsent, 'request')} to send`,
    o,
  );
  return `${[...head, '', ...printable(regions).flatMap((r) => region(r, o))].join('\n').trimEnd()}\n`;
}

/** One line about the outcome of an increase. */
export function outcomeWords(became: IncreaseOutcome): string {
  const outcome = printable(became);
  const name = increaseName(outcome.increase);
  switch (outcome.result) {
    case 'sent':
      return `sent      ${name}  request ${outcome.id}: ${outcome.status}${outcome.caseId === undefined ? '' : `, case ${outcome.caseId}`}`;
    case 'skipped':
      return `skipped   ${name}  ${decisionWords(outcome.decision)}`;
    case 'failed':
      return `failed    ${name}  ${whyUnread(outcome)}`;
    case 'held':
      return `not sent  ${name}  ${outcome.reason}`;
  }
}
