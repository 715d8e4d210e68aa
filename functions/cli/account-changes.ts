/** What this run has changed in the account, so that an early end does not say it changed nothing. */
import { currentRun } from '../process/io.ts';

/** Notes one change, as the end of a sentence: `request 5a1c… for a quota increase was sent`. */
export function noteChange(what: string): void {
  currentRun().changes.push(what);
}

/** `nothing in the account was changed`, or what was. */
export const changedWords = (): string => currentRun().changes.join(', ') || 'nothing in the account was changed';
