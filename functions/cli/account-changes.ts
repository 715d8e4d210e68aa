/** What this run has changed in the account, so that an early end does not say it changed nothing. */
let changes: readonly string[] = [];

/** Notes one change, as the end of a sentence: `request 5a1c… for a quota increase was sent`. */
export const noteChange = (what: string): void => {
  changes = [...changes, what];
};

/** `nothing in the account was changed`, or what was. */
export const changedWords = (): string => (changes.length === 0 ? 'nothing in the account was changed' : changes.join(', '));
