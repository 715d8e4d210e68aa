/** The one form of errors in what was given: `--limit: expected a whole number from 1, got "0". Do Z`. */
import { quoted } from '../../shared/core/plan/plan-path.ts';
import { NoResultError } from './exit.ts';

/** `got`: the value as given; `undefined`: nothing was given. `fix`: what to do, in whole sentences. */
export function wrongValue(what: string, expected: string, got: string | undefined, fix = ''): NoResultError {
  return new NoResultError(
    `${what}: expected ${expected}, got ${got === undefined ? 'nothing' : quoted(got)}.${fix === '' ? '' : ` ${fix}`}`,
  );
}

/** Options that exclude each other. */
export const wrongPair = (options: readonly string[], fix: string): NoResultError =>
  new NoResultError(`${options.join(', ')}: expected one of them, got ${options.length === 2 ? 'both' : 'several'}. ${fix}`);
