/** What a fit comes to, in words for a page: one sentence on top, what it says nothing of, what was wrong with the question. Pure. */
import type { FitResult, Placement } from '../../../shared/core/fit/fit.ts';
import { missingLine } from '../../../shared/core/render/fit.ts';
import { count } from '../../../shared/core/render/words.ts';
import type { SummarySentence } from './summary-sentence.ts';

/** The best state there is says it; what was not judged in full is never said to come up, nor not to. */
export function fitSummary(placements: readonly Pick<Placement, 'state'>[]): SummarySentence {
  const places = (state: Placement['state']): number => placements.filter((p) => p.state === state).length;
  const [ready, atRisk, unknown] = [places('READY'), places('AT_RISK'), places('UNKNOWN')];
  if (ready > 0) return { words: `It would come up in ${count(ready, 'place')}.`, tone: 'READY' };
  if (atRisk > 0) return { words: `It would come up in ${count(atRisk, 'place')}, with something recommended missing.`, tone: 'AT_RISK' };
  if (unknown > 0) return { words: `Nobody can say yet: ${count(unknown, 'place')} could not be judged in full.`, tone: 'UNKNOWN' };
  if (placements.length === 0) return { words: 'No place was looked at.', tone: 'UNKNOWN' };
  return { words: `It would come up in none of ${count(placements.length, 'place')} as things stand.`, tone: 'BLOCKED' };
}

/** What is missing at a place; words that say so themselves stand as they are. */
export const missingText = (place: Parameters<typeof missingLine>[0]): string => {
  const line = missingLine(place);
  return line === 'nothing' ? 'nothing missing' : line;
};

/** The names of what was not looked at, the first few. */
export function notEvaluatedText(notLookedAt: FitResult['notLookedAt']): string {
  const names = notLookedAt.map(({ what }) => what);
  const rest = names.length - 2;
  return `Not looked at: ${rest > 1 ? `${names.slice(0, 2).join(', ')} and ${rest} more` : names.join(', ')}`;
}

const labels: { readonly [option: string]: string } = { type: 'Instance type', count: 'Nodes' };

/** A refusal as the form calls things: options are the command line's. */
export const refusalText = (detail: string): string =>
  detail.replace(/^--(\w+) takes /, (whole, option: string) => (labels[option] === undefined ? whole : `${labels[option]}: `));
