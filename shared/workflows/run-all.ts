/** Independent tasks: one that fails ends none of the others. */

/** Failures of several tasks at once: the message names the first reasons, `errors` holds all. */
export class CombinedError extends AggregateError {
  constructor(errors: readonly unknown[], what: string) {
    const reasons = [...new Set(errors.map((e) => (e instanceof Error ? e.message : String(e))))];
    super(errors, `${what}: ${reasons.slice(0, 3).join(' / ')}${reasons.length > 3 ? ` and ${reasons.length - 3} more` : ''}`);
    this.name = 'CombinedError';
  }
}

/** The message of any error. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Runs every task to its end, also where another fails. Rejects with the one error, or with `CombinedError` for several. */
export async function runAll<T extends readonly (() => Promise<unknown>)[]>(
  what: string,
  ...tasks: T
): Promise<{ [K in keyof T]: Awaited<ReturnType<T[K]>> }> {
  const done = await Promise.allSettled(tasks.map((task) => task()));
  const errors = done.flatMap((d) => (d.status === 'rejected' ? [d.reason] : []));
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new CombinedError(errors, what);
  return done.map((d) => (d.status === 'fulfilled' ? d.value : undefined)) as { [K in keyof T]: Awaited<ReturnType<T[K]>> };
}
