/** Who made what changed, in the text of `changes` and `history`. */
import { callsWords, triggersWords } from '../../shared/core/render/trigger-words.ts';
import { wrap } from '../../shared/core/render/words.ts';
import type { ChangeView } from '../../shared/query/changes.ts';
import type { HistoryView } from '../../shared/query/finding-history.ts';
import type { CommandScreen } from './screen.ts';

type TextDisplay = Pick<CommandScreen, 'paint' | 'width'>;

export const changedByWords = ({ changedBy, factsAt }: Pick<HistoryView, 'changedBy' | 'factsAt'>): string =>
  changedBy === undefined ? '' : `Changed by ${callsWords(changedBy, factsAt)}.`;

/** What triggered the audit that found these changes: the same in each of them. */
export function triggeredByLines(changes: readonly ChangeView[], { paint, width }: TextDisplay): readonly string[] {
  const found = changes.find((c) => c.triggeredBy !== undefined);
  const words = found?.triggeredBy && `Triggered by ${triggersWords(found.triggeredBy, found.factsAt)}.`;
  return words === undefined ? [] : wrap(words, width - 2).map((line) => paint('dim', `  ${line}`));
}

/** What changed a finding, below its line. */
export function changedByLines(c: ChangeView, { paint, width }: TextDisplay, columns: number): readonly string[] {
  if (c.of !== 'finding' || c.changedBy === undefined) return [];
  return wrap(changedByWords(c), width - columns).map((line) => paint('dim', `${' '.repeat(columns)}${line}`));
}
