/** Warnings and mistakes of a plan as lines of text. */
import type { Warning } from '../evaluation/finding.ts';
import { count } from './words.ts';

/** `my-plan.yaml:12:63 mutes[0].until: expected …, got …`, as editors and terminals understand places. */
export function placeLine({ file, line, column, path, message }: Omit<Warning, 'code'>): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const at = [place, path].filter((part) => part !== undefined && part !== '').join(' ');
  return at === '' ? message : `${at}: ${message}`;
}

/** Lines for at most `most` warnings, then how many are left. */
export function warningLines(warnings: readonly Warning[], most = 20): readonly string[] {
  const rest = warnings.length - most;
  return [...warnings.slice(0, most).map(placeLine), ...(rest > 0 ? [`and ${count(rest, 'more warning')}`] : [])];
}
