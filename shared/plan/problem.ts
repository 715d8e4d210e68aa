/** A mistake in a plan, as data, and its words. */
import { quoted } from '../core/plan/plan-path.ts';
import { placeLine } from '../core/render/warnings.ts';
import { count } from '../core/render/words.ts';

export interface PlanProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `clusters[0].headroom`; empty for the file as a whole. */
  readonly path: string;
  /** What would be right there. */
  readonly expected: string;
  /** What stands there, as written. */
  readonly got: string;
  /** `expected …, got …`, with a hint in brackets where there is one. */
  readonly message: string;
}

/** A value in the words of a message. `source` is how a number was written, which `012` and `1e9` do not show. */
export function foundText(value: unknown, source?: string): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${count(value.length, 'item')}`;
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    if (keys.length === 0) return 'an empty mapping';
    const more = keys.length > 4 ? ', …' : '';
    return `a mapping with ${keys
      .slice(0, 4)
      .map((k) => (/^[\w-]{1,40}$/.test(k) ? k : quoted(k)))
      .join(', ')}${more}`;
  }
  return source ?? String(value);
}

/** `expected …, got …`, and in brackets the hint if there is one. */
export function problemMessage(expected: string, got: string, hint?: string): string {
  return `expected ${expected}, got ${got}${hint ? ` (${hint})` : ''}`;
}

/** One line a problem: file, line, column, path, message. */
export const formatProblems = (problems: readonly PlanProblem[]): string => problems.map(placeLine).join('\n');
