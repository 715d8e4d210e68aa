/** Thrown where a command cannot give a result: one clear sentence and exit code 3. */
export class NoResultError extends Error {
  constructor(sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.name = 'NoResultError';
  }
}

/** The sentence of the error, or that of a cause which does not depend on what was being done, such as missing credentials. */
export function sentenceOf(thrown: NoResultError): string {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) if ('isWhole' in error) return error.message;
  return thrown.message;
}

/** Nothing that was requested was ever audited, so an empty answer does not mean that all is well. */
export class NoAuditError extends NoResultError {}

/** Exit code of every ending that is not a result: plan, arguments, credentials, a defect of ours. */
export const noResult = 3;

/** Exit code after Ctrl-C, as shells give it: 128 and the number of SIGINT. */
export const interrupted = 130;

/** Exit code after SIGTERM, as of `kill` and of `timeout`. */
export const terminated = 143;
