/** What a result does not show, in sentences: what is outside a selection, what in it has no answer, what `--level` hides. */
import type { Result, ResultSelection } from '../evaluation/finding.ts';
import type { PlannedPlace } from '../evaluation/scope.ts';
import { some } from '../text/words.ts';
import { count } from './words.ts';

/** A page of text still holds so many names. */
const mostNamed = 200;

/** `--region us-west-2 --region us-east-1`. */
const optionsOf = ({ accounts = [], regions = [], clusters = [] }: ResultSelection): string =>
  [...accounts.map((a) => `--account ${a}`), ...regions.map((r) => `--region ${r}`), ...clusters.map((c) => `--cluster ${c}`)].join(' ');

/** How many planned clusters are outside the selection, then what in it has no answer. */
export function selectionSentences(selection: ResultSelection): readonly string[] {
  const { outside, unanswered } = selection;
  const options = optionsOf(selection);
  const many = `${count(outside.clusters, 'planned cluster')} ${outside.clusters === 1 ? 'is' : 'are'}`;
  const summary =
    outside.clusters === 0
      ? `No planned cluster is outside the selection (${options}).`
      : `${many} outside the selection (${options}), in ${some(outside.regions)}.`;
  return [summary, ...unanswered];
}

/** `1 failure hidden by --level`; nothing where none is. */
export const hiddenSentences = (failures: number): readonly string[] =>
  failures > 0 ? [`${count(failures, 'failure')} hidden by --level.`] : [];

/** Planned clusters that have no stored result, each by name. */
export function unauditedSentence(places: readonly PlannedPlace[]): string {
  if (places.length === 0) return '';
  const names = places.map((p) => `${p.cluster} in ${p.region} of ${p.account}`);
  const one = places.length === 1;
  return `${count(places.length, 'planned cluster')} ${one ? 'has' : 'have'} no stored audit and ${one ? 'is' : 'are'} UNKNOWN: ${some(names, mostNamed)}.`;
}

/** All of it, for formats that have a place for remarks, and for stderr with those that have none. */
export const remarksOf = ({ selection, hiddenFailures = 0 }: Pick<Result, 'selection' | 'hiddenFailures'>): readonly string[] => [
  ...(selection ? selectionSentences(selection) : []),
  ...hiddenSentences(hiddenFailures),
];
