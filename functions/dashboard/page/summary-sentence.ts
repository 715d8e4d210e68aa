/** The sentence at the top: what holds of all clusters, said only of what was read to its end. Pure. */
import type { ReadinessState } from '../../../shared/core/evaluation/finding.ts';
import { count, stateOrder, stateWords } from '../../../shared/core/render/words.ts';
import { outdatedText } from './empty-text.ts';

export interface SummaryInput {
  /** States of the clusters that were read. */
  readonly states: readonly ReadinessState[];
  /** reading: more is on its way. partly: more is there, and will not come. */
  readonly read: 'reading' | 'partly' | 'whole';
  /** Regions whose audit failed or is overdue, so that their current state is not known. */
  readonly outdated: number;
  /** Filters are on. */
  readonly filtered: boolean;
}

export interface SummarySentence {
  readonly words: string;
  /** What colours it; absent: nothing does. */
  readonly tone?: ReadinessState;
}

/** `1 BLOCKED, 3 READY`, the worst first. */
const numbers = (states: readonly ReadinessState[], of: readonly ReadinessState[]): string =>
  of
    .map((state) => [states.filter((s) => s === state).length, state] as const)
    .filter(([n]) => n > 0)
    .map(([n, state]) => `${n.toLocaleString('en-US')} ${stateWords[state]}`)
    .join(', ');

/** What is bad stays so with anything that is read next; READY of a part says nothing about the rest. */
const bad = stateOrder.filter((state) => state !== 'READY');
const amongThem = (states: readonly ReadinessState[]): string => {
  const found = numbers(states, bad);
  return found === '' ? '' : `, ${found} among them`;
};

/** Of no clusters, read to the end, nothing is said. */
export function summaryOf({ states, read, outdated, filtered }: SummaryInput): SummarySentence | undefined {
  const clusters = count(states.length, 'cluster');
  if (read === 'reading') return states.length === 0 ? undefined : { words: `${clusters} so far${amongThem(states)}; reading on …` };
  const worst = stateOrder.find((state) => states.includes(state));
  if (read === 'partly') {
    const tone = worst === 'BLOCKED' ? worst : 'UNKNOWN';
    return { words: `Not determined: only ${clusters} ${states.length === 1 ? 'was' : 'were'} read${amongThem(states)}.`, tone };
  }
  if (worst === undefined) return undefined;
  const words = `${clusters}${filtered ? ' that the filters leave' : ''}: ${numbers(states, stateOrder)}.`;
  if (outdated === 0) return { words, tone: worst };
  return {
    words: `${words} ${outdatedText(outdated)}.`,
    tone: worst === 'BLOCKED' ? worst : 'UNKNOWN',
  };
}
