/** Changes that an alert sums up, one sentence for each cause. */
import type { ReadinessState } from '../evaluation/finding.ts';
import type { Cause, Change, Commit, CoverageChange, FindingChange, ReadinessChange } from '../history/log.ts';
import { becauseWords, count, stateWords } from '../render/words.ts';
import { fails } from './alert-selection.ts';

/** `3 findings appeared (1 fails: efa-self-traffic), 2 findings no longer apply`. */
export function tally(changes: readonly Change[]): string {
  const findings = changes.filter((c) => c.of === 'finding');
  const of = (...kinds: readonly FindingChange['kind'][]) => findings.filter((c) => kinds.includes(c.kind));
  const failing = (some: readonly FindingChange[]) => {
    const bad = some.filter((c) => fails(c.after));
    return bad.length > 0 ? ` (${bad.length} ${bad.length === 1 ? 'fails' : 'fail'}: ${becauseWords(bad.map((c) => c.id))})` : '';
  };
  const rows = (kind: CoverageChange['kind']) => changes.filter((c) => c.of === 'coverage' && c.kind === kind);
  const worded = (some: readonly FindingChange[], words: string) =>
    some.length > 0 ? [`${count(some.length, 'finding')} ${words}${failing(some)}`] : [];
  const gone = of('gone');
  const notEvaluated = rows('unseen');
  const evaluated = rows('seen');
  return [
    ...worded(of('regressed'), 'got worse'),
    ...worded(of('appeared'), 'appeared'),
    ...worded(of('recovered'), 'got better'),
    ...worded(of('changed', 'unmuted'), 'changed'),
    ...(gone.length > 0 ? [`${count(gone.length, 'finding')} no longer ${gone.length === 1 ? 'applies' : 'apply'}`] : []),
    ...(notEvaluated.length > 0 ? [`${notEvaluated.length} not evaluated (${becauseWords(notEvaluated.map((c) => c.id))})`] : []),
    ...(evaluated.length > 0 ? [`${evaluated.length} evaluated again (${becauseWords(evaluated.map((c) => c.id))})`] : []),
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
  ['visibility', () => 'Evaluated again'],
  ['baseline', () => 'First findings of new checks'],
];

/** Changes that are summed up, one sentence a cause: `With the edited plan: 1 finding appeared (1 fails: vpc-dns).` */
export const causeWords = (commit: Commit, summed: readonly Change[]): readonly string[] =>
  byCause.flatMap(([cause, lead]) => {
    const mine = summed.filter((c) => c.cause === cause);
    return mine.length > 0 ? [`${lead(commit)}: ${tally(mine)}.`] : [];
  });
