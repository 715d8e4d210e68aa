/** Words that every medium shares: how states, amounts, ages and places are said. */

import {
  compareLevels,
  type Finding,
  findingId,
  type Readiness,
  type ReadinessState,
  type RegionResult,
  type Unevaluated,
} from '../evaluation/finding.ts';
import { printable } from '../text/printable.ts';

/** What a state is called where people read it. */
export const stateWords: Readonly<Record<ReadinessState, string>> = {
  BLOCKED: 'BLOCKED',
  UNKNOWN: 'UNKNOWN',
  AT_RISK: 'AT RISK',
  READY: 'READY',
};

/** Worst first: the order in which people want to read. */
export const stateOrder: readonly ReadinessState[] = ['BLOCKED', 'UNKNOWN', 'AT_RISK', 'READY'];

/** Units stand in the plural in findings: `addresses` → `address` where there is one. */
export const unitFor = (n: number, unit: string): string => (n === 1 ? unit.replace(/(ss)es$|s$/, '$1') : unit);

/** `have 251, need 324 addresses, short by 73`; empty where the finding is not about an amount. */
export function amountWords(f: Pick<Finding, 'have' | 'need' | 'unit' | 'status'>): string {
  if (f.need === undefined) return '';
  const show = (n: number) => n.toLocaleString('en-US');
  const need = `need ${show(f.need)}${f.unit ? ` ${unitFor(f.need, f.unit)}` : ''}`;
  if (f.have === undefined) return need;
  const short = f.status === 'fail' && f.have < f.need ? `, short by ${show(f.need - f.have)}` : '';
  return `have ${show(f.have)}, ${need}${short}`;
}

/** The same as a sentence: `Have 251, need 324 addresses, short by 73.` */
export function amountSentence(f: Parameters<typeof amountWords>[0]): string {
  const words = amountWords(f);
  return words === '' ? '' : `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}

/** `llm-train / workers`, or `the region` for what belongs to no cluster. */
export function placeWords(of: { readonly cluster?: string; readonly group?: string }): string {
  if (of.cluster === undefined) return 'the region';
  return of.group === undefined ? of.cluster : `${of.cluster} / ${of.group}`;
}

/** `1 check`, `3 checks`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;

/** `ml-prod (111122223333)`, or the id alone. */
export const accountWords = ({ account, alias }: { readonly account: string; readonly alias?: string | undefined }): string =>
  alias === undefined ? account : `${alias} (${account})`;

/** Why something could not be read, with the action that it takes where that is what is missing. */
export const whyUnread = ({ reason, action }: { readonly reason: string; readonly action?: string | undefined }): string =>
  action === undefined ? reason : `${reason} (${action})`;

/** The line below a list that a limit cut off. */
export const moreWords = (shown: number): string => `There is more: --limit shows more than ${shown}, filters show less.`;

export { timeWords } from '../text/words.ts';

/** How long ago something was, in its largest whole unit: `35 minutes`, `7 hours`, `2 days`. Less than a minute, and times to come, are `moments`. */
export function ageWords(since: string, at: string): string {
  const minutes = Math.floor((Date.parse(at) - Date.parse(since)) / 60_000);
  if (minutes < 1) return 'moments';
  if (minutes < 120) return count(minutes, 'minute');
  return minutes < 48 * 60 ? count(Math.floor(minutes / 60), 'hour') : count(Math.floor(minutes / 1440), 'day');
}

/**
 * A subject line: printable ASCII, under 100 characters. Where it is too long, names are shortened first, so that what is
 * said of them stays.
 */
export function subjectLine(say: (name: (text: string) => string) => string): string {
  const plain = (longest: number): string =>
    say((text) => (text.length <= longest ? text : `${text.slice(0, longest - 3)}...`)).replace(/[^\x20-\x7e]/g, '?');
  const fitting = [Number.POSITIVE_INFINITY, 40, 28, 20].map(plain).find((text) => text.length < 100);
  return fitting ?? `${plain(20).slice(0, 96)}...`;
}

/** Failures in the order people fix them: the strongest level first, then as the checks are listed. */
export const failures = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter((f) => f.status === 'fail').toSorted((a, b) => compareLevels(a.level, b.level));

/** Coverage rows grouped by their reason, so that one denied action is one paragraph for all its checks. */
export function byReason(
  rows: readonly Unevaluated[],
): readonly { readonly reason: string; readonly action?: string; readonly rows: readonly Unevaluated[] }[] {
  const groups = Map.groupBy(rows, (r) => `${r.action ?? ''}\n${r.reason}`);
  return [...groups.values()].flatMap((of) => {
    const first = of[0];
    return first ? [{ reason: first.reason, ...(first.action !== undefined && { action: first.action }), rows: of }] : [];
  });
}

/** One line that says why a cluster is in its state. */
export function becauseWords(because: readonly string[]): string {
  const checks = [...new Set(because.map((id) => printable(decodeURIComponent(id.split('/')[0] ?? id))))];
  const shown = checks.slice(0, 3).join(', ');
  return checks.length > 3 ? `${shown} and ${checks.length - 3} more` : shown;
}

/** Why a cluster is in its state: the one reason for which nothing could be evaluated, else the checks. Empty for READY. */
export function reasonWords({ state, because }: Readiness, { coverage }: Pick<RegionResult, 'coverage'>): string {
  if (state !== 'UNKNOWN') return becauseWords(because);
  const ids = new Set(because);
  const [cause, ...others] = byReason(coverage.unevaluated.filter((row) => ids.has(findingId(row))));
  return cause && others.length === 0 ? whyUnread(cause) : becauseWords(because);
}

/** `BLOCKED: instance-type-quota`, `READY`. */
export function readinessWords(readiness: Readiness, region: Pick<RegionResult, 'coverage'>): string {
  const why = reasonWords(readiness, region);
  return why === '' ? stateWords[readiness.state] : `${stateWords[readiness.state]}: ${why}`;
}

/** Longer lines of prose are hard to read, on a terminal of any width. */
export const widestText = 120;

/** Breaks text into lines of at most `columns` at spaces, and of at most `widestText`; a longer word keeps a line of its own. */
export function wrap(text: string, columns: number): readonly string[] {
  const width = Math.min(columns, widestText);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
