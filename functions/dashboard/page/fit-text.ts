/** The result of a fit in words for a page: the summary, what was not evaluated, what was wrong with the question. Pure. */
import type { FitResult, Placement } from '../../../shared/core/fit/fit-result.ts';
import { missingLine } from '../../../shared/core/render/fit.ts';
import { count } from '../../../shared/core/render/words.ts';
import type { SummarySentence } from './summary-sentence.ts';

/** By the best state there is. Of what was not evaluated in full, nothing is claimed. */
export function fitSummary(placements: readonly Pick<Placement, 'state'>[]): SummarySentence {
  const places = (state: Placement['state']): number => placements.filter((p) => p.state === state).length;
  const [ready, atRisk, unknown] = [places('READY'), places('AT_RISK'), places('UNKNOWN')];
  if (ready > 0) return { words: `It would come up in ${count(ready, 'place')}.`, tone: 'READY' };
  if (atRisk > 0) return { words: `It would come up in ${count(atRisk, 'place')}, with something recommended missing.`, tone: 'AT_RISK' };
  if (unknown > 0)
    return { words: `Not known yet: ${count(unknown, 'place')} ${unknown === 1 ? 'was' : 'were'} not evaluated in full.`, tone: 'UNKNOWN' };
  if (placements.length === 0) return { words: 'No place was evaluated.', tone: 'UNKNOWN' };
  return { words: `It would come up in none of ${count(placements.length, 'place')}.`, tone: 'BLOCKED' };
}

/** What is missing at a place; words that say so themselves stand as they are. */
export const missingText = (place: Parameters<typeof missingLine>[0]): string => {
  const line = missingLine(place);
  return line === 'nothing' ? 'nothing missing' : line;
};

/** The first names of what was not evaluated. */
export function notEvaluatedText(notLookedAt: FitResult['notLookedAt']): string {
  const names = notLookedAt.map(({ what }) => what);
  const rest = names.length - 2;
  return `Not evaluated: ${rest > 1 ? `${names.slice(0, 2).join(', ')} and ${rest} more` : names.join(', ')}`;
}

const labels: { readonly [option: string]: string } = { type: 'Instance type', count: 'Nodes' };

/** A refusal as the form calls things: options are the command line's. */
export const refusalText = (detail: string): string =>
  detail.replace(/^--(\w+): /, (whole, option: string) => (labels[option] === undefined ? whole : `${labels[option]}: `));
