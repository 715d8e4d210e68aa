/** What this run has done so far, so that an early end does not say it did nothing. */
import { count } from '../../shared/core/render/words.ts';
import { currentRun } from '../process/io.ts';

/** Notes one change, as the end of a sentence: `request 5a1c… for a quota increase was sent`. */
export function noteChange(what: string): void {
  currentRun().changes.push(what);
}

/** Notes that the audit of one more region is stored. */
export function noteStoredRegion(): void {
  currentRun().storedRegions += 1;
}

/** `nothing in the account was changed`, or what was. */
export const changedWords = (): string => currentRun().changes.join(', ') || 'nothing in the account was changed';

/** How a signal ended the run, and what it leaves behind. */
export function interruptedWords(signal: 'SIGINT' | 'SIGTERM'): string {
  const { storedRegions } = currentRun();
  const stored =
    storedRegions === 0
      ? ''
      : `; the ${storedRegions === 1 ? 'audit' : 'audits'} of ${count(storedRegions, 'region')} ${storedRegions === 1 ? 'is' : 'are'} stored`;
  return `${signal === 'SIGINT' ? 'interrupted' : 'ended by SIGTERM'}${stored}; ${changedWords()}`;
}
